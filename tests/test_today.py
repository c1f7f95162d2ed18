"""Runs that begin with the cash book: week 0 is as observed, and what is guessed is said."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments import store
from experiments.advice.cashbook import CashBook
from experiments.advice.today import begun, calibrated, drawn, observed
from experiments.study import Point, Study, villages
from experiments.validation.laboratory import planned
from sim.draws import Luck
from sim.founding import found
from sim.runs import weekly_of
from sim.scenario import load_group, load_scenario
from sim.state import Status
from sim.village import Village
from tests.commands import call
from tests.worlds import WEEKLY

GROUP = load_group("contoh")  # 12 women; begins 2026-01-03; warung_mawar takes goods
PLAN = load_scenario("none")
LAST = "2026-03-28"
WORDS = """tanggal;hadir;kas;terjual_warung_mawar;uang_warung_mawar;terjual_kantin_sd
2026-03-07;8;Rp 700.000;30;60000;0
2026-03-14;7,5;Rp 750.000;0;0;
2026-03-21;9;Rp 810.000;0;0;55
2026-03-28;8,5;Rp 905.500;0;0;61
"""


def book(**series: list[float]) -> CashBook:
    """Twelve weeks of records that end with these values."""
    table = {name: [*[np.nan] * (12 - len(told)), *told] for name, told in series.items()}
    return CashBook(pd.DataFrame(table), GROUP.start)


def test_what_the_last_weeks_tell() -> None:
    records = book(
        came=[0, 8, 7, 9], cash=[1, 2, np.nan, 900_000], sold_warung_mawar=[9, 0, 0, 0, 0],
        sold_kantin_sd=[0, 0, 5], paid_pasar_kecamatan=[5],
    )  # fmt: skip
    stall = {"kind": "market_stall", "week": 0, "weeks": 9, "outlet": "pasar_kecamatan"}
    told = observed(records, GROUP, [planned(PLAN, stall)])
    assert told.group.start == date(2026, 3, 28)
    assert (told.cash, told.came, told.women) == (900_000, 8, 12)
    assert told.partners == ("kantin_sd",)
    assert told.stopped == ("warung_mawar",)
    assert told.own == ("pasar_kecamatan",)  # the group sells there by itself
    assert observed(records, GROUP).partners == ("kantin_sd", "pasar_kecamatan")
    assert [o.id for o in told.group.outlets if o.initial] == ["kantin_sd"]
    assert told.overrides() == {
        "burn_in_weeks": 0, "working_capital_0": 900_000, "belief_init": 0.6667,
        "n_outlets_init": 1,
    }  # fmt: skip


def test_what_a_book_leaves_open_is_not_set() -> None:
    told = observed(book(cash=[5.0]), GROUP)
    assert (told.came, told.partners, told.cash) == (None, None, 5)
    assert told.overrides() == {"burn_in_weeks": 0, "working_capital_0": 5}
    old = observed(book(cash=[5.0, np.nan, np.nan, np.nan, np.nan], came=[6.0]), GROUP)
    assert (old.cash, old.came) == (None, 6)  # a month ago is not today


def test_a_blank_is_no_zero_and_a_zero_is_told() -> None:
    sales = [8.0, 7.0, np.nan, np.nan, np.nan, np.nan]
    told = observed(book(cash=[5.0] * 4, sold_warung_mawar=sales), GROUP)
    assert (told.partners, told.stopped) == (("warung_mawar",), ())
    assert observed(book(came=[0.0] * 4), GROUP).came == 0
    assert observed(book(came=[0.0, 8.0]), GROUP).came == 8  # a week without a session


def test_women_are_as_many_as_came_or_are_written_down() -> None:
    assert observed(book(came=[14.5]), GROUP).women == 15
    assert observed(book(members=[9.0], came=[6.0]), GROUP).women == 9
    few = observed(book(members=[2.0]), GROUP)
    assert few.overrides()["n_officers"] == 2


def test_week_0_is_as_observed() -> None:
    """The cash box of the first recorded week opens with what is in it today."""
    told = observed(book(cash=[905_500.0], sold_kantin_sd=[5.0], came=[8.0]), GROUP)
    study = begun(Study(GROUP, 4), told)
    point = Point(PLAN.id, PLAN, 1, {}, told.partners)
    setting = study.setting(point)
    assert setting.calendar.start == date(2026, 3, 28) == setting.calendar.first_days[0]
    made = found(setting, PLAN, told.partners)
    assert made.kube.rows[0]["cash"] == 905_500
    status = dict(zip(setting.outlet_ids, made.outlets.rows["status"], strict=True))
    assert {name for name, each in status.items() if each == Status.PARTNER} == {"kantin_sd"}
    village = Village(setting, PLAN, Luck(0, 1, 0), told.partners)
    opened: list[int] = []
    village.live(1, lambda now: opened.append(now.kube.opening_cash))
    assert opened == [905_500]
    settled = Study(GROUP, 4, overrides={"working_capital_0": 905_500})
    lived = Village(settled.setting(point), PLAN, Luck(0, 1, 0), told.partners)
    lived.live(1, lambda now: opened.append(now.kube.opening_cash))
    assert opened[1] != 905_500  # a burn-in would have moved it


@pytest.mark.parametrize("came", [0.0, 5.0, 9.5])
def test_as_many_women_come_as_in_the_book(came: float) -> None:
    told = observed(book(came=[came] * 4, sold_warung_mawar=[20.0] * 4), GROUP)
    study = begun(Study(GROUP, 4), told)
    values = drawn(replace(study, seed=3), [PLAN], 30, None)
    levels = calibrated(study, told, values)
    back = told.group.model_copy(update={"start": date(2026, 2, 28)})
    there = []
    for village, mine in values.items():
        point = Point(PLAN.id, PLAN, village, {**mine, "attend_intercept": levels[village]})
        lucks = [Luck(9, village, i) for i in range(4)]  # other luck than the calibration's
        setting = replace(study, group=back).setting(point)
        lived = weekly_of(setting, PLAN, lucks, 4, partners=told.partners)
        there.append(np.nanmean(lived[:, :, WEEKLY.index("attendance")]))
    assert np.median(there) * 12 == pytest.approx(came, abs=0.5)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "buku.csv").write_text(WORDS, "utf-8")
    return tmp_path


RUN = ("run", "none", "--group", "contoh", "--from", "buku.csv", "--villages", 6,
       "--replications", 1, "--weeks", 5)  # fmt: skip


def test_a_run_from_the_book(home: Path) -> None:
    told = call(*RUN, "--out", "out")
    assert told.code == 0, told.err
    for words in ("Rp 905.500", "8,2 ibu datang", "Kantin SD", "Masih dugaan", "4 April 2026"):
        assert words in told.out, words
    assert told.out.splitlines()[:3] == (home / "out/ringkasan.txt").read_text().splitlines()[:3]
    weekly = store.read(home / "out", "weekly")
    assert weekly["date"].min() == "2026-04-04"
    outlets = store.read(home / "out", "outlet_weekly")
    selling = outlets[outlets["week"] == 0].groupby("outlet_id")["ordered"].sum()
    assert set(selling.index[selling > 0]) <= {"warung_mawar", "kantin_sd"}
    asked = json.loads((home / "out/manifest.json").read_text())["question"]
    assert asked["set"]["working_capital_0"] == 905_500 and asked["from"]["came"] == 8.25
    used = store.read(home / "out", "villages")
    assert "working_capital_0" not in used and used["attend_intercept"].nunique() == 6


def test_one_week_and_no_cash(home: Path) -> None:
    (home / "buku.csv").write_text("minggu;hadir\n3;7\n", "utf-8")
    told = call(*RUN, "--out", "out", "--lang", "en")
    assert told.code == 0, told.err
    assert "31 January 2026" in told.out
    assert "the cash box: not in the book" in told.out
    assert "which outlets take goods: as in the group's file" in told.out
    assert store.read(home / "out", "villages")["working_capital_0"].nunique() > 1


def test_a_run_with_what_a_fit_has_left(home: Path) -> None:
    """Joint draws, by their weights, not margins."""
    left = pd.DataFrame(villages(Study(GROUP, 1), 9).values())
    left.insert(0, "weight", np.repeat([0.0, 1 / 6], [3, 6]))
    (home / "fit/tables").mkdir(parents=True)
    left.to_parquet(home / "fit/tables/villages.parquet")
    question = {"command": "fit", "group": {"id": "contoh"}}
    store.write_json(home / "fit/manifest.json", {"question": question})
    told = call(*RUN, "--fit", "fit", "--out", "out")
    assert told.code == 0, told.err
    assert "semangat fit" in told.out.split("Masih dugaan")[1]
    used = store.read(home / "out", "villages")
    both = [n for n in used if n in left and n not in ("village_id", "attend_intercept")]
    assert len(both) > 100
    heavy = [tuple(row) for row in left[both].to_numpy()[3:]]
    assert [tuple(row) for row in used[both].to_numpy()] == heavy
    (home / "buku.csv").write_text("minggu;kas\n3;300000\n", "utf-8")
    other = call("run", "none", "--from", "buku.csv", "--fit", "fit")
    assert other.code == 2 and "a fit of contoh, not of semangat72" in other.err
