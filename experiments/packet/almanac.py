"""What the group's file and the register say of the year and of buyers: sheets 3 and 8."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import nbinom

from experiments import store
from experiments.packet.facts import Facts
from experiments.packet.numbers import Book, whole
from experiments.packet.pictures import partners
from sim.calendar import DAYS, KINDS
from sim.parameters import resolve
from sim.scenario import Group, register_of
from sim.setting import setting_for

MONTHS: Final = range(1, 13)
CLOSED_DAYS: Final = 7  # so many days off mark a month
BUSY: Final = 2.5  # days a week in the fields, from which a month is busy
LADDER: Final = (2, 3, 5, 8, 10, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120, 150, 200)
TEN: Final = 10
AIMS: Final = (0.8, 0.5, 0.2)  # often, half the time, seldom sold out


@dataclass(frozen=True)
class Year:
    """By month, January first: days a week in the fields; and whether rain, fast, holidays."""

    farm: tuple[float, ...]
    rain: tuple[bool, ...]
    fasting: tuple[bool, ...]
    school: tuple[bool, ...]
    pesantren: tuple[bool, ...]
    span: str = ""
    """The first and last month that were looked at, as in 8/2019-8/2020."""

    @property
    def busy(self) -> tuple[int, ...]:
        """Months (1-12) of much farm work."""
        return tuple(month for month in MONTHS if self.farm[month - 1] >= BUSY)

    @property
    def free(self) -> tuple[int, ...]:
        """The quietest months in the fields, Ramadan aside."""
        quiet = [month for month in MONTHS if not self.fasting[month - 1]]
        least = min((self.farm[month - 1] for month in quiet), default=0.0)
        return tuple(month for month in quiet if self.farm[month - 1] <= least + 0.25)


def year_of(group: Group, first: date | None = None) -> Year:
    """The year from the day of the FGD on (else the group's start), by its file and register."""
    register = register_of(group)
    begin = first or group.start
    begin -= timedelta(days=(begin.weekday() - group.start.weekday()) % DAYS)  # a week's first day
    started = group.model_copy(update={"start": begin})
    calendar = setting_for(started, resolve(register), weeks=52).calendar
    days: dict[str, np.ndarray] = {name: np.zeros(12) for name in ("fast", *KINDS)}
    for tick in range(calendar.burn_in, len(calendar.first_days)):
        for day in range(DAYS):
            month = (calendar.first_days[tick] + timedelta(days=day)).month - 1
            days["fast"][month] += calendar.fasting[tick, day]
            for i, kind in enumerate(KINDS):
                days[kind][month] += not calendar.open_days[tick, i, day]
    values = {name: row.default for name, row in register.items()}
    farm, rain = (
        [float(values[name]) for name in values if name.startswith(start)]
        for start in ("farm_days_", "rain_drying_")
    )
    marked = {name: tuple(bool(n >= CLOSED_DAYS) for n in counts) for name, counts in days.items()}
    return Year(
        tuple(farm[:12]), tuple(share < 1 for share in rain), marked["fast"],
        marked["school"], marked["pesantren"],
        f"{begin.month}/{begin.year}-{begin.month}/{begin.year + 1}",
    )  # fmt: skip


@dataclass(frozen=True)
class Bargain:
    """What may come of `quantity` pieces of a product, left once at an outlet of a kind."""

    kind: str
    product: str
    quantity: int
    sold_out: int

    @property
    def left_over(self) -> int:
        """Of ten times, how often something is left."""
        return TEN - self.sold_out


def bargains(facts: Facts, book: Book) -> list[Bargain]:
    """For each kind of outlet in the plans and its best-selling product, three quantities.

    From the demand of one open day in every plausible village (negative binomial, theory sheet
    2.14.10), of an outlet of the usual size at the usual quality.
    """
    villages = store.read(facts.folder, "villages")
    defaults = facts.manifest["question"]["defaults"]
    planned = partners(facts)
    kinds = dict.fromkeys(planned.loc[(planned["role"] == "outlet") & planned["after"], "kind"])
    products = [each.id for each in facts.group.products if not each.potential]
    found = []
    for kind in kinds:
        best = max(products, key=lambda product: _default(defaults, kind, product))
        column = f"demand_{kind}_{best}"
        if not _default(defaults, kind, best) > 0:
            continue
        mean = _column(villages, defaults, column)
        spread = _column(villages, defaults, "demand_dispersion")
        chances = {q: _sold_out(mean, spread, q) for q in LADDER}
        steps = sorted({min(LADDER, key=lambda q: abs(chances[q] - aim)) for aim in AIMS})
        for q in steps:
            sold = book.tell(
                f"{kind}.{best}.{q}", whole(TEN * chances[q]), "villages",
                f"{column}, demand_dispersion", "sold_out_of_ten", quantity=q,
                defaults=[defaults.get(column), defaults.get("demand_dispersion")],
            )  # fmt: skip
            found.append(Bargain(str(kind), best, q, sold))
    return found


def _default(defaults: Mapping[str, object], kind: str, product: str) -> float:
    value = defaults.get(f"demand_{kind}_{product}", 0.0)
    return float(value) if isinstance(value, int | float) else 0.0


def _column(villages: pd.DataFrame, defaults: Mapping[str, object], name: str) -> np.ndarray:
    if name in villages:
        return villages[name].to_numpy(float)
    return np.full(max(1, len(villages)), float(str(defaults[name])))


def _sold_out(mean: np.ndarray, spread: np.ndarray, quantity: int) -> float:
    """Chance that buyers ask for `quantity` or more, over all villages."""
    return float(nbinom.sf(quantity - 1, spread, spread / (spread + mean)).mean())
