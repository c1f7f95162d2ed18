"""A group's own weeks narrow the numbers nobody knows: many villages lived, the likest kept."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments import store
from experiments.advice.cashbook import CashBook
from experiments.advice.fitted_group import write_group
from experiments.advice.past_forecast import scores_of_forecast
from experiments.advice.reference import Reference, live, scale_of, series_names
from experiments.advice.scores import drawn_names, scores_of, values_of
from experiments.analysis import fitting, forecasts
from experiments.study import Point, Study, villages
from sim.parameters import Parameter, Value
from sim.scenario import Group, Scenario

COMMAND: Final = "fit"
DRAWS: Final = 400  # villages that are lived again to see whether the records could be theirs
FILE_ENDS: Final = (0.01, 0.5, 0.99)  # the triangle over these is about as wide as the draws


@dataclass(frozen=True)
class Asked:
    """What a fit is about: records, and what was in fact done in those weeks."""

    group: Group
    scenario: Scenario
    book: CashBook
    villages: int
    replications: int = 1
    seed: int = 0

    @property
    def study(self) -> Study:
        """From the group's week 0 to the last week of the records."""
        return Study(self.group, self.book.last + 1, self.seed, self.replications)


def run_fit(asked: Asked, out: Path, forecast: Path | None = None, workers: int = 0) -> Group:
    """Fit, write the folder `out`, return the group with the ranges that are left.

    FileExistsError, before anything is lived, for a folder that holds something else.
    """
    _check_folder(out)
    started = time.monotonic()
    scored = scores_of_forecast(forecast, asked.book, asked.scenario.id) if forecast else None
    reference = _reference(asked, out, workers)
    register = asked.study.register
    names = drawn_names(register, reference.values)
    found = infer(asked, reference, names)
    drawn = draws(register, names, found)
    checked = predictive(asked, drawn, workers)
    parameters = told_parameters(register, names, found)
    ranges = {row["parameter"]: _file_range(register[row["parameter"]], drawn)
              for row in parameters if row["told"]}  # fmt: skip
    with store.folder(out) as part:
        _write(part, asked, reference, drawn, checked)
        pd.DataFrame(parameters).to_csv(part / "summary.csv", index=False)
        group = write_group(asked.group, ranges, _source(asked.book), part)
        if scored is not None:
            scored.to_parquet(part / "tables" / "forecast.parquet", index=False)
        runs = len(reference.values) + DRAWS
        made = store.manifest(_question(asked), time.monotonic() - started, runs)
        store.write_json(part / "manifest.json", made | {"reference": _identity(asked)})
        store.write_json(
            part / "summary.json", _summary(asked, found, parameters, checked, scored, group)
        )
    return group


def _check_folder(out: Path) -> None:
    store.check_folder(out)
    if (out / "manifest.json").is_file():
        other = store.read_manifest(out).get("question", {}).get("command")
        if other != COMMAND:
            raise FileExistsError(f"{out} holds results of another command: {other or 'unknown'}")


def _source(book: CashBook) -> str:
    """Where the ranges come from, for the group's file."""
    return f"semangat fit, records {book.day(int(book.series.index[0]))} to {book.day(book.last)}"


# --- The villages that records are compared with -------------------------------------------------


def _question(asked: Asked) -> dict[str, Any]:
    return {
        "command": COMMAND,
        "group": asked.group.model_dump(mode="json"),
        "scenario": asked.scenario.model_dump(mode="json"),
        "villages": asked.villages,
        "replications": asked.replications,
        "seed": asked.seed,
        "weeks": asked.book.last + 1,
        "records": {name: int(asked.book.series[name].count()) for name in asked.book.names},
    }


def _identity(asked: Asked) -> str:
    """Of the villages and their weeks; the records and the number of weeks are none of it."""
    told = {k: v for k, v in _question(asked).items() if k not in ("weeks", "records")}
    words = json.dumps({**told, "source": store.source_hash()}, sort_keys=True, default=str)
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def _reference(asked: Asked, out: Path, workers: int) -> Reference:
    """The villages of `out` when they are the same and long enough, else lived now."""
    kept = _kept(asked, out)
    if kept is not None:
        return kept
    study = asked.study
    drawn = villages(study, asked.villages, sorted(asked.scenario.set))
    points = [Point(asked.scenario.id, asked.scenario, i, each) for i, each in drawn.items()]
    return live(study, points, workers)


def _kept(asked: Asked, out: Path) -> Reference | None:
    path = out / "manifest.json"
    if not path.is_file() or store.read_json(path).get("reference") != _identity(asked):
        return None
    values, weeks = store.read(out, "reference"), store.read(out, "reference_weekly")
    names = series_names(asked.group)
    lived = len(weeks) // len(values)
    if lived <= asked.book.last:
        return None
    table = weeks[names].to_numpy(float).reshape(len(values), lived, len(names))
    return Reference(values, table, tuple(names))


# --- What the records say ------------------------------------------------------------------------


def infer(asked: Asked, reference: Reference, names: Sequence[str]) -> fitting.Posterior:
    """Joint draws of the numbers `names`, given the records."""
    book, register = asked.book, asked.study.register
    first, last = int(book.series.index[0]), book.last
    lived = reference.of(book.names, first, last)
    seen = book.series.to_numpy(float)
    written = ~np.isnan(seen)
    told = np.nan_to_num(seen)[None]
    scales = np.array([scale_of(name) for name in book.names])
    made = [fitting.summaries(each, written, scales, pairs(book.names)) for each in (lived, told)]
    scores = scores_of(register, reference.values[list(names)])
    owners = reference.values["village_id"].to_numpy()
    expected = fitting.expected(made[0], scores, made[1], owners, asked.seed)
    return fitting.posterior(
        scores, expected.reference, expected.observed[0], expected.explained, seed=asked.seed
    )


def pairs(names: Sequence[str]) -> list[tuple[int, int]]:
    """Places of pieces sold and money received at the same outlet, where both are written."""
    outlets = [name.removeprefix("sold_") for name in names if name.startswith("sold_")]
    return [
        (names.index(f"sold_{outlet}"), names.index(f"paid_{outlet}"))
        for outlet in outlets
        if f"paid_{outlet}" in names
    ]


def draws(
    register: Mapping[str, Parameter], names: Sequence[str], found: fitting.Posterior
) -> pd.DataFrame:
    """village_id, weight, and the parameters of each accepted village, adjusted."""
    values = values_of(register, names, found.scores)
    ids = np.arange(1, len(found.rows) + 1)
    return pd.DataFrame({"village_id": ids, "weight": found.weights, **values})


def told_parameters(
    register: Mapping[str, Parameter], names: Sequence[str], found: fitting.Posterior
) -> list[dict[str, Any]]:
    """Each parameter before and after, from the one narrowed most; `told`: more than by chance."""
    before = values_of(register, names, _normal(len(names)))
    after = values_of(register, names, found.ranges().T)
    rows = [
        {
            "parameter": name,
            **_ends("before", before[name]),
            **_ends("after", after[name]),
            "spread": float(found.spread[k]),
            "chance": found.chance,
            "told": bool(found.told[k]),
        }
        for k, name in enumerate(names)
    ]
    return sorted(rows, key=lambda row: float(str(row["spread"])))


def _normal(count: int) -> NDArray[np.float64]:
    """[3, number] scores at the ends and the middle of 8 in 10 before any records."""
    return np.tile(np.array([[-1.2815515655446004], [0.0], [1.2815515655446004]]), (1, count))


def _ends(when: str, values: Sequence[Value]) -> dict[str, float]:
    return {
        f"{when}_{part}": float(value)
        for part, value in zip(("low", "typical", "high"), values, strict=True)
    }


def _file_range(row: Parameter, drawn: pd.DataFrame) -> tuple[float, float, float]:
    """Low end, value and high end for a group's file, from which villages draw a triangle."""
    values, weights = drawn[[row.name]].to_numpy(float), drawn["weight"].to_numpy()
    low, value, high = fitting.weighted_quantiles(values, weights, FILE_ENDS)[:, 0]
    ends = np.round([low, value, high]) if row.whole else np.array([low, value, high])
    low, value, high = (float(f"{each:.4g}") for each in ends)
    return max(row.low, low), min(max(value, row.low), row.high), min(row.high, high)


# --- Could these villages have kept this book? ---------------------------------------------------


def predictive(asked: Asked, drawn: pd.DataFrame, workers: int = 0) -> pd.DataFrame:
    """Villages drawn from what is left, lived with new luck, beside the records.

    series, week, date, low, middle, high, seen (nan where not written), and of the whole series:
    weeks, inside, below, above, alike, cannot.
    """
    study = Study(asked.group, asked.book.last + 1, asked.seed)
    chosen = drawn.iloc[fitting.resampled(drawn["weight"].to_numpy(), DRAWS, asked.seed)]
    values = chosen.drop(columns=["village_id", "weight"]).to_dict("records")
    points = [
        Point(asked.scenario.id, asked.scenario, asked.villages + 1 + i, plain(study, each))
        for i, each in enumerate(values)
    ]
    again = live(study, points, workers)
    first = int(asked.book.series.index[0])
    futures = again.of(asked.book.names, first, asked.book.last)
    seen = asked.book.series.to_numpy(float)
    found = [forecasts.inside(futures[:, :, k], seen[:, k]) for k in range(seen.shape[1])]
    parts = [
        _banded(asked.book, name, futures[:, :, k], seen[:, k]).assign(**vars(each), cannot=never)
        for k, (name, each, never) in enumerate(
            zip(asked.book.names, found, forecasts.cannot(found), strict=True)
        )
    ]
    return pd.concat(parts, ignore_index=True)


def plain(study: Study, values: Mapping[Any, Any]) -> dict[str, Value]:
    """A row of a table as values of parameters: whole numbers whole."""
    register = study.register
    return {
        str(name): int(value) if register[str(name)].whole else float(value)
        for name, value in values.items()
    }


def _banded(
    book: CashBook, name: str, futures: NDArray[np.float64], seen: NDArray[np.float64]
) -> pd.DataFrame:
    low, middle, high = forecasts.band(futures)
    weeks = [int(week) for week in book.series.index]
    return pd.DataFrame(
        {
            "series": name, "week": weeks, "date": [str(book.day(week)) for week in weeks],
            "low": low, "middle": middle, "high": high, "seen": seen,
        }
    )  # fmt: skip


# --- The folder ----------------------------------------------------------------------------------


def _write(
    part: Path, asked: Asked, reference: Reference, drawn: pd.DataFrame, checked: pd.DataFrame
) -> None:
    tables = part / "tables"
    reference.values.to_parquet(tables / "reference.parquet", index=False)
    runs, weeks, series = reference.weeks.shape
    flat = pd.DataFrame(reference.weeks.reshape(runs * weeks, series), columns=reference.names)
    flat.to_parquet(tables / "reference_weekly.parquet", index=False)
    drawn.to_parquet(tables / "villages.parquet", index=False)
    checked.to_parquet(tables / "predictive.parquet", index=False)
    records = asked.book.series.rename_axis("week").reset_index()
    records.melt("week", var_name="series", value_name="value").to_parquet(
        tables / "records.parquet", index=False
    )


def _summary(
    asked: Asked, found: fitting.Posterior, parameters: list[dict[str, Any]],
    checked: pd.DataFrame, scored: pd.DataFrame | None, group: Group,
) -> dict[str, Any]:  # fmt: skip
    book = asked.book
    columns = ["series", "weeks", "inside", "below", "above", "alike", "cannot"]
    return {
        "group": asked.group.name,
        "fitted_group": group.id,
        "scenario": asked.scenario.id,
        "title": asked.scenario.title.model_dump(),
        "weeks": len(book.series),
        "first": str(book.day(int(book.series.index[0]))),
        "last": str(book.day(book.last)),
        "warnings": list(book.warnings),
        "villages": asked.villages,
        "accepted": len(found.rows),
        "chance": found.chance,
        "parameters": parameters,
        "checks": checked[columns].drop_duplicates("series").to_dict("records"),
        "forecast": [] if scored is None else scored.to_dict("records"),
        "outlets": {outlet.id: outlet.name for outlet in asked.group.outlets},
    }
