"""The calendar against dates that are known from elsewhere."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.calendar import (
    CLOCKS,
    KINDS,
    OFFICIAL_FASTS,
    Calendar,
    budget_decision_day,
    build,
    payment_window,
)

FRIDAY = date(2019, 8, 23)  # the FGD of the paper
ALWAYS_OPEN = ("warung", "market", "online")


@dataclass(frozen=True)
class Break:
    first: str
    last: str


@dataclass(frozen=True)
class GroupTerms:
    school_closed: tuple[Break, ...] = (Break("12-24", "01-05"), Break("07-01", "07-13"))
    school_closed_ramadan_first_days: int = 3
    school_closed_before_lebaran: int = 7
    school_closed_after_lebaran: int = 7
    pesantren_closed: tuple[Break, ...] = (Break("08-17", "08-17"),)
    pesantren_closed_before_lebaran: int = 10
    pesantren_closed_after_lebaran: int = 12


TERMS = GroupTerms()


def a_calendar(
    start: date = FRIDAY, clock: str = "typical_year", weeks: int = 52, burn_in: int = 8
) -> Calendar:
    return build(TERMS, clock, start, weeks, burn_in)


def dates_where(calendar: Calendar, flags: np.ndarray) -> list[date]:
    first = calendar.first_days[0]
    return [first + timedelta(days=int(n)) for n in np.flatnonzero(flags)]


def closed_dates(calendar: Calendar, kind: str) -> list[date]:
    return dates_where(calendar, ~calendar.open_days[:, KINDS.index(kind)])


def from_to(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def test_replication_has_the_official_dates_of_2019():
    calendar = a_calendar(date(2019, 4, 5), "replication_2019", weeks=20)
    assert dates_where(calendar, calendar.fasting) == from_to(date(2019, 5, 6), date(2019, 6, 4))
    no_meeting = dates_where(calendar, ~calendar.meeting_days)
    assert no_meeting == [date(2019, 6, 5), date(2019, 6, 6)]


def test_replication_has_the_official_dates_of_2020():
    calendar = a_calendar(clock="replication_2019")
    assert dates_where(calendar, calendar.fasting) == from_to(date(2020, 4, 24), date(2020, 5, 23))
    no_meeting = dates_where(calendar, ~calendar.meeting_days)
    assert no_meeting == [date(2020, 5, 24), date(2020, 5, 25)]


@pytest.mark.parametrize(
    ("ramadan", "idul_fitri"),  # as the Ministry of Religious Affairs decided (from memory)
    [
        (date(2021, 4, 13), date(2021, 5, 13)),
        (date(2022, 4, 3), date(2022, 5, 2)),
        (date(2023, 3, 23), date(2023, 4, 22)),
        (date(2024, 3, 12), date(2024, 4, 10)),
        (date(2025, 3, 1), date(2025, 3, 31)),
        (date(2026, 2, 19), date(2026, 3, 21)),
        *OFFICIAL_FASTS.values(),
    ],
)
def test_typical_year_is_within_a_day_of_the_official_dates(ramadan: date, idul_fitri: date):
    calendar = a_calendar(date(ramadan.year, 1, 1))
    one_day = timedelta(days=1)
    assert abs(dates_where(calendar, calendar.fasting)[0] - ramadan) <= one_day
    assert abs(dates_where(calendar, ~calendar.meeting_days)[0] - idul_fitri) <= one_day


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("year", range(2018, 2036))
def test_every_year_builds(year: int, clock: str):
    calendar = a_calendar(date(year, 1, 1), clock, weeks=53, burn_in=8)
    ticks = 61
    assert len(calendar.first_days) == ticks
    assert calendar.first_days[8] == date(year, 1, 1)
    assert calendar.month_days.shape == (ticks, 12)
    assert calendar.open_days.shape == (ticks, len(KINDS), 7)
    for flags in (calendar.fasting, calendar.before_lebaran, calendar.meeting_days):
        assert flags.shape == (ticks, 7)
        assert flags.dtype == np.bool_
    assert 29 <= calendar.fasting.sum() <= 60  # two Ramadans can touch 61 weeks
    assert not (calendar.fasting & ~calendar.meeting_days).any()


def test_the_last_fortnight_ends_on_the_eve_of_idul_fitri():
    calendar = a_calendar(clock="replication_2019")
    fortnight = dates_where(calendar, calendar.before_lebaran)
    assert fortnight == from_to(date(2020, 5, 10), date(2020, 5, 23))


def test_schools_close_for_the_breaks_the_start_of_ramadan_and_around_lebaran():
    calendar = a_calendar(date(2021, 1, 8), weeks=50, burn_in=0)
    idul_fitri = dates_where(calendar, ~calendar.meeting_days)[0]
    ramadan = dates_where(calendar, calendar.fasting)[0]
    week = timedelta(days=7)
    expected = [
        *from_to(ramadan, ramadan + timedelta(days=2)),
        *from_to(idul_fitri - week, idul_fitri + timedelta(days=1) + week),
        *from_to(date(2021, 7, 1), date(2021, 7, 13)),
    ]
    assert closed_dates(calendar, "school") == expected


def test_pesantren_close_around_lebaran_but_not_at_the_start_of_ramadan():
    calendar = a_calendar(date(2021, 1, 8), weeks=50, burn_in=0)
    idul_fitri = dates_where(calendar, ~calendar.meeting_days)[0]
    around = from_to(idul_fitri - timedelta(days=10), idul_fitri + timedelta(days=13))
    assert closed_dates(calendar, "pesantren") == [*around, date(2021, 8, 17)]


def test_a_break_wraps_the_new_year():
    calendar = a_calendar(date(2021, 11, 5), weeks=12, burn_in=0)
    assert closed_dates(calendar, "school") == from_to(date(2021, 12, 24), date(2022, 1, 5))


def test_other_outlets_close_on_the_two_days_of_idul_fitri_only():
    calendar = a_calendar()
    for kind in ALWAYS_OPEN:
        assert closed_dates(calendar, kind) == dates_where(calendar, ~calendar.meeting_days)


def test_idul_fitri_just_before_the_run_still_keeps_schools_closed():
    calendar = a_calendar(date(2020, 5, 29), "replication_2019", weeks=2, burn_in=0)
    assert closed_dates(calendar, "school") == from_to(date(2020, 5, 29), date(2020, 6, 1))


def test_a_lebaran_of_the_hijri_year_before_still_keeps_schools_closed():
    """With a break that outlasts the Hijri year, the Idul Fitri of the year before counts."""
    terms = GroupTerms(school_closed=(), school_closed_after_lebaran=100)
    calendar = build(terms, "typical_year", date(2020, 8, 25), 1, 0)  # 6 Muharram 1442
    assert closed_dates(calendar, "school") == from_to(date(2020, 8, 25), date(2020, 8, 31))


def test_a_week_that_sees_no_break_is_open():
    calendar = a_calendar(date(2019, 9, 6), weeks=4, burn_in=0)
    assert calendar.open_days.all()
    assert calendar.meeting_days.all()
    assert not calendar.fasting.any()


def test_replication_has_the_recorded_school_breaks_whatever_the_groups_file_says():
    terms = GroupTerms(school_closed=())
    calendar = build(terms, "replication_2019", FRIDAY, weeks=28, burn_in=8)
    summer = from_to(date(2019, 7, 1), date(2019, 7, 14))
    winter = from_to(date(2019, 12, 24), date(2020, 1, 5))
    assert closed_dates(calendar, "school") == summer + winter


def test_replication_warns_only_past_mid_march_2020():
    last_quiet = date(2020, 3, 15) - timedelta(days=6)
    assert a_calendar(last_quiet, "replication_2019", weeks=1).warnings == ()
    after = a_calendar(last_quiet + timedelta(days=1), "replication_2019", weeks=1)
    assert len(after.warnings) == 1
    assert "COVID-19" in after.warnings[0]
    assert a_calendar(date(2020, 6, 5)).warnings == ()


@settings(deadline=None)  # a busy machine is no error
@given(
    start=st.dates(date(2018, 1, 1), date(2040, 12, 31)),
    weeks=st.integers(1, 60),
    burn_in=st.integers(0, 10),
)
def test_each_tick_is_seven_days_from_the_weekday_of_the_start(
    start: date, weeks: int, burn_in: int
):
    calendar = a_calendar(start, weeks=weeks, burn_in=burn_in)
    assert (calendar.month_days.sum(axis=1) == 7).all()
    assert {day.weekday() for day in calendar.first_days} == {start.weekday()}
    weeks_seen = [calendar.week_of(day) for day in calendar.first_days]
    assert weeks_seen == list(range(-burn_in, weeks))


def test_month_days_split_a_week_between_two_months():
    calendar = a_calendar(date(2019, 8, 30), weeks=1, burn_in=0)  # 30 August to 5 September
    assert calendar.month_days[0].tolist() == [0, 0, 0, 0, 0, 0, 0, 2, 5, 0, 0, 0]


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (FRIDAY, 0),
        (date(2019, 8, 29), 0),
        (date(2019, 8, 30), 1),
        (date(2019, 8, 22), -1),
        (date(2019, 9, 27), 5),  # audience
        (date(2019, 10, 27), 9),  # election of the village head
        (date(2021, 8, 20), 104),  # after the run
    ],
)
def test_week_of(day: date, week: int):
    assert a_calendar().week_of(day) == week


def test_arrays_are_read_only():
    calendar = a_calendar()
    with pytest.raises(ValueError, match="read-only"):
        calendar.fasting[0, 0] = True
    assert not calendar.month_days.flags.writeable
    assert not calendar.open_days.flags.writeable
    assert not calendar.before_lebaran.flags.writeable
    assert not calendar.meeting_days.flags.writeable


@pytest.mark.parametrize("start", [date(1, 1, 1), date(1925, 6, 1), date(2077, 6, 1), date.max])
def test_dates_beyond_the_hijri_calendar_are_refused(start: date):
    with pytest.raises(ValueError, match="covers August 1925 to November 2077"):
        a_calendar(start)


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="expected one of typical_year, replication_2019"):
        a_calendar(clock="typical")
    with pytest.raises(ValueError, match="weeks >= 1"):
        a_calendar(weeks=0)
    with pytest.raises(ValueError, match="burn_in >= 0"):
        a_calendar(burn_in=-1)


@pytest.mark.parametrize(
    ("audience", "decision"),
    [
        (date(2019, 1, 1), date(2019, 12, 31)),
        (date(2019, 9, 27), date(2019, 12, 31)),
        (date(2019, 9, 30), date(2019, 12, 31)),
        (date(2019, 10, 1), date(2020, 12, 31)),
        (date(2019, 12, 31), date(2020, 12, 31)),
    ],
)
def test_a_request_after_september_waits_a_year(audience: date, decision: date):
    assert budget_decision_day(audience) == decision


def test_a_granted_request_is_paid_in_the_first_half_of_the_next_year():
    assert payment_window(date(2019, 12, 31)) == (date(2020, 1, 1), date(2020, 6, 30))
