"""From weeks to dates: Ramadan, Idul Fitri, school and pesantren terms, the village budget year.

Two clocks (theory sheet 2.14, point 18):

* `typical_year`: any start date. Ramadan and Idul Fitri follow the Umm al-Qura calendar
  (`hijridate`, 1925 to 2077). Indonesia decides by its own sighting of the moon: the official
  dates can differ by a day.
* `replication_2019`: the same, with the official dates of 2019 and 2020 and the recorded school
  breaks of 2018/19 and 2019/20 (theory sheet 2.12, S27, S27b). It warns past mid March 2020, when
  COVID-19 closed the schools: that is not modelled.

A tick is seven days that begin on the weekday of the start date. What the calendar does to
demand and to farm work stands in the parameter register. Weekly rest days belong to each outlet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol, TypeAlias

import numpy as np
from hijridate import Gregorian, Hijri
from numpy.typing import NDArray

from sim.parameters import OUTLET_KINDS, REGISTER

DAYS = 7  # in a tick
MONTHS = 12
DAY = timedelta(days=1)
KINDS = tuple(OUTLET_KINDS)
CLOCKS = REGISTER["calendar"].choices

FEAST = timedelta(days=2)  # Idul Fitri (theory sheet 2.12)
FORTNIGHT = timedelta(days=14)  # before Idul Fitri, when cakes and dry snacks sell best (S26)
BUDGET_CUT_OFF = (9, 30)  # month, day: RKPDes is fixed by the end of September (S35b)
COVID_CLOSURES = date(2020, 3, 15)

RAMADAN, SYAWAL = 9, 10  # months of the Hijri year; Idul Fitri is 1 Syawal

Flags: TypeAlias = NDArray[np.bool_]
Dates: TypeAlias = NDArray[np.datetime64]
Span: TypeAlias = tuple[date, date]  # first and last day, both included
Fast: TypeAlias = tuple[date, date]  # first day of Ramadan, first day of Idul Fitri


class YearlyBreak(Protocol):
    """Days closed every year, both ends included; `last` before `first` wraps the new year."""

    @property
    def first(self) -> str: ...  # 'MM-DD'

    @property
    def last(self) -> str: ...  # 'MM-DD'


class Terms(Protocol):
    """When schools and pesantren of a group are closed (days; Idul Fitri itself comes on top)."""

    @property
    def school_closed(self) -> Sequence[YearlyBreak]: ...

    @property
    def school_closed_ramadan_first_days(self) -> int: ...

    @property
    def school_closed_before_lebaran(self) -> int: ...

    @property
    def school_closed_after_lebaran(self) -> int: ...

    @property
    def pesantren_closed(self) -> Sequence[YearlyBreak]: ...

    @property
    def pesantren_closed_before_lebaran(self) -> int: ...

    @property
    def pesantren_closed_after_lebaran(self) -> int: ...


# Keyed by Hijri year. 2019: JPNN; 2020: from memory.
OFFICIAL_FASTS = {
    1440: (date(2019, 5, 6), date(2019, 6, 5)),
    1441: (date(2020, 4, 24), date(2020, 5, 24)),
}
# S27; terms start on 15 July 2019 and 6 January 2020 (S27b). That the last of these breaks began
# on 24 December, as a year before, is an assumption.
RECORDED_SCHOOL_BREAKS = (
    (date(2018, 12, 24), date(2019, 1, 5)),
    (date(2019, 7, 1), date(2019, 7, 14)),
    (date(2019, 12, 24), date(2020, 1, 5)),
)


class CalendarError(ValueError):
    """A calendar that cannot be built; the message says why."""


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """The dates of a run, by tick t = week + burn_in. T = burn_in + weeks; arrays are read-only."""

    start: date  # first day of week 0
    weeks: int
    burn_in: int
    first_days: tuple[date, ...]  # [T] first day of each tick
    month_days: NDArray[np.int64]  # [T, 12] days of the tick in each month, January first
    open_days: Flags  # [T, kinds, 7] in the order of KINDS
    fasting: Flags  # [T, 7] days of Ramadan
    before_lebaran: Flags  # [T, 7] the 14 days before Idul Fitri
    meeting_days: Flags  # [T, 7] False on the two days of Idul Fitri
    warnings: tuple[str, ...]

    def __post_init__(self) -> None:
        for name in ("month_days", "open_days", "fasting", "before_lebaran", "meeting_days"):
            getattr(self, name).setflags(write=False)

    def week_of(self, day: date) -> int:
        """Week that holds `day`: negative before week 0, `weeks` or more after the run."""
        return (day - self.start).days // DAYS


def build(terms: Terms, clock: str, start: date, weeks: int, burn_in: int) -> Calendar:
    """Calendar of `burn_in` + `weeks` ticks; `start` is the first day of week 0.

    Raises ValueError for an unknown clock, an empty run, and dates that the Hijri calendar
    does not cover.
    """
    if clock not in CLOCKS:
        raise CalendarError(f"unknown clock {clock!r}; expected one of {', '.join(CLOCKS)}")
    if weeks < 1 or burn_in < 0:
        raise CalendarError(f"expected weeks >= 1 and burn_in >= 0, got {weeks} and {burn_in}")
    fasts = _fasts(clock, start, weeks, burn_in)
    days = _days(start, weeks, burn_in)
    return Calendar(
        start=start,
        weeks=weeks,
        burn_in=burn_in,
        first_days=tuple(days[:, 0].tolist()),
        month_days=_month_days(days),
        open_days=_open_days(days, fasts, terms, clock),
        fasting=_any(days, ((ramadan, feast - DAY) for ramadan, feast in fasts)),
        before_lebaran=_any(days, ((feast - FORTNIGHT, feast - DAY) for _, feast in fasts)),
        meeting_days=~_closed(days, fasts),
        warnings=_warnings(clock, days[-1, -1].item()),
    )


def budget_decision_day(audience: date) -> date:
    """Day on which the village decides on a request made at an audience on day `audience`.

    The plan for the next year is fixed by 30 September (S35b), the budget by 31 December
    (from memory): a later request waits for the budget after (theory sheet 2.8).
    """
    in_time = (audience.month, audience.day) <= BUDGET_CUT_OFF
    return date(audience.year if in_time else audience.year + 1, 12, 31)


def payment_window(decision: date) -> Span:
    """First and last day on which a request granted on `decision` can be paid (2.8, S35)."""
    year = decision.year + 1
    return date(year, 1, 1), date(year, 6, 30)


def _days(start: date, weeks: int, burn_in: int) -> Dates:
    """Date of each day of each tick, [T, 7]."""
    since_start = np.arange(-burn_in * DAYS, weeks * DAYS).astype("timedelta64[D]")
    return (np.datetime64(start, "D") + since_start).reshape(-1, DAYS)


def _fasts(clock: str, start: date, weeks: int, burn_in: int) -> list[Fast]:
    """Every Ramadan and Idul Fitri that can touch the run, oldest first."""
    try:
        first = Gregorian.fromdate(start - timedelta(weeks=burn_in)).to_hijri().year
        last = Gregorian.fromdate(start + timedelta(weeks=weeks)).to_hijri().year
        # One year earlier: its Idul Fitri may lie just before the run.
        fasts = {year: _umm_al_qura(year) for year in range(first - 1, last + 1)}
    except OverflowError as error:
        raise CalendarError(
            f"no dates of Ramadan for {weeks} weeks from {start} with {burn_in} weeks before: "
            "the Hijri calendar covers August 1925 to November 2077"
        ) from error
    if clock == "replication_2019":
        fasts = {year: OFFICIAL_FASTS.get(year, fast) for year, fast in fasts.items()}
    return list(fasts.values())


def _umm_al_qura(hijri_year: int) -> Fast:
    ramadan, syawal = (Hijri(hijri_year, month, 1) for month in (RAMADAN, SYAWAL))
    return ramadan.to_gregorian(), syawal.to_gregorian()


def _month_days(days: Dates) -> NDArray[np.int64]:
    months = days.astype("datetime64[M]").astype(np.int64) % MONTHS
    counts: NDArray[np.int64] = (months[:, :, None] == np.arange(MONTHS)).sum(axis=1)
    return counts


def _open_days(days: Dates, fasts: Sequence[Fast], terms: Terms, clock: str) -> Flags:
    around_lebaran = terms.school_closed_before_lebaran, terms.school_closed_after_lebaran
    start_of_fast = terms.school_closed_ramadan_first_days
    school = _closed(days, fasts, terms.school_closed, *around_lebaran, start_of_fast)
    if clock == "replication_2019":
        school |= _any(days, RECORDED_SCHOOL_BREAKS)
    around_lebaran = terms.pesantren_closed_before_lebaran, terms.pesantren_closed_after_lebaran
    pesantren = _closed(days, fasts, terms.pesantren_closed, *around_lebaran)
    closed = {"none": _closed(days, fasts), "school": school, "pesantren": pesantren}
    return ~np.stack([closed[kind.terms] for kind in OUTLET_KINDS.values()], axis=1)


def _closed(
    days: Dates,
    fasts: Sequence[Fast],
    yearly: Sequence[YearlyBreak] = (),
    before: int = 0,
    after: int = 0,
    ramadan_first_days: int = 0,
) -> Flags:
    """Closed for the breaks, the start of Ramadan, and Idul Fitri with the days around it."""
    openings = ((ramadan, ramadan + (ramadan_first_days - 1) * DAY) for ramadan, _ in fasts)
    feasts = ((feast - before * DAY, feast + FEAST + (after - 1) * DAY) for _, feast in fasts)
    return _any(days, openings) | _any(days, feasts) | _yearly(days, yearly)


def _yearly(days: Dates, breaks: Iterable[YearlyBreak]) -> Flags:
    months = days.astype("datetime64[M]")
    day_of_month = (days - months).astype(np.int64) + 1
    month_and_day = (months.astype(np.int64) % MONTHS + 1) * 100 + day_of_month
    closed = np.zeros(days.shape, dtype=np.bool_)
    for each in breaks:
        first, last = (int(text.replace("-", "")) for text in (each.first, each.last))
        begun, not_over = month_and_day >= first, month_and_day <= last
        closed |= begun & not_over if first <= last else begun | not_over
    return closed


def _any(days: Dates, spans: Iterable[Span]) -> Flags:
    """Days within at least one span."""
    inside = np.zeros(days.shape, dtype=np.bool_)
    for first, last in spans:
        inside |= (days >= np.datetime64(first, "D")) & (days <= np.datetime64(last, "D"))
    return inside


def _warnings(clock: str, last_day: date) -> tuple[str, ...]:
    if clock != "replication_2019" or last_day <= COVID_CLOSURES:
        return ()
    return (
        f"the run ends on {last_day}: the COVID-19 closures of schools and pesantren from mid "
        "March 2020 are not modelled",
    )
