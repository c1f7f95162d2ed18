"""`semangat discover` from end to end: a comparison with a planted box, studies, bad input."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments import store
from experiments.advice import discover
from experiments.advice.discover import FAILURES, chances, plan_of, read
from experiments.advice.discover_told import Words
from experiments.analysis.boxes import Condition
from experiments.compare import run_compare
from experiments.messages import FORBIDDEN
from experiments.study import Study
from sim.scenario import load_group, load_scenario, register_of
from tests.commands import call
from tests.results import holds

PLANS = ("none", "package_2019", "package_2019_mentoring")
VILLAGES, REPLICATIONS = 240, 2
DEAR, FEW = 6_500.0, 2  # planted: the package fails where opak is cheaper, and partners fewer


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A comparison in which the package fails in a known box, and mentoring nowhere."""
    out = tmp_path_factory.mktemp("discover") / "compare"
    study = Study(load_group(), 2, replications=REPLICATIONS)
    run_compare(study, [load_scenario(name) for name in PLANS], VILLAGES, out, 1)
    path = out / "tables" / "runs.parquet"
    runs = pd.read_parquet(path)
    villages = store.read(out, "villages").set_index("village_id")
    fails = (villages["price_opak"] < DEAR) & (villages["n_outlets_init"] < FEW)
    luck = np.random.default_rng(1).normal(0, 200, len(runs))
    gain = np.where(runs["village_id"].map(fails) & (runs["scenario_id"] == PLANS[1]), 0, 3_000)
    runs["net_income"] = np.where(runs["scenario_id"] == "none", 0, gain + luck)
    runs["women_at_a_loss"] = np.where(gain > 0, 0.0, 0.3)
    runs["survived"] = (gain > 0).astype(float)
    runs.to_parquet(path)
    return out


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer shuffles: as few as can tell anything."""
    usual = discover.discover
    monkeypatch.setattr(
        discover, "discover", lambda *given: usual(*given[:4], progress=iter, shuffles=19)
    )


@pytest.mark.usefixtures("quick")
def test_the_planted_conditions_are_told(compared: Path, tmp_path: Path) -> None:
    out = tmp_path / "found"
    told = call("discover", compared, "--out", out)
    assert (told.code, told.err) == (0, "")
    assert "bila" in told.out and "harga Opak ketan di bawah Rp 6.500" in told.out
    assert "tempat titip yang sudah ada 1 tempat atau kurang" in told.out
    assert "Berapa harga jual satu Opak ketan?" in told.out
    assert "“Paket 2019 dengan pendampingan”. Dari 10, 0 gagal" in told.out
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    box = summary["boxes"][summary["chosen"] - 1]
    assert {each["name"] for each in box["conditions"]} == {"price_opak", "n_outlets_init"}
    assert box["density"] > 0.9 and box["coverage"] > 0.9
    drawn = store.read(compared, "villages")
    share = ((drawn["price_opak"] < DEAR) & (drawn["n_outlets_init"] < FEW)).mean()
    assert summary["base"] == pytest.approx(share, abs=0.02)
    assert summary["seen"] == round(share * VILLAGES)
    names = {"kapan_gagal", "when_it_fails"}
    assert {path.stem for path in out.glob("*.md")} == names
    drawings = {f"{name}{part}" for name in names for part in ("", "_2")}
    assert {path.stem for path in (out / "figures").iterdir()} == drawings
    rows = pd.read_csv(out / "boxes.csv")
    assert set(rows.loc[rows["told"], "name"]) == {"price_opak", "n_outlets_init"}
    cases = store.read(out, "cases")
    assert len(cases) == VILLAGES and cases["inside"].mean() == pytest.approx(share, abs=0.05)
    manifest = store.read_manifest(out)
    assert manifest["question"]["command"] == "discover" and manifest["runs"] == 0
    again = holds(out)
    assert call("discover", compared, "--out", out, "--lang", "en").code == 0
    same = ("boxes.csv", "summary.json", "kapan_gagal.md", "figures/kapan_gagal.csv")
    assert all(holds(out)[name] == again[name] for name in same)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("outcome", ["women_at_a_loss", "ended"])
def test_other_ways_of_failing(compared: Path, tmp_path: Path, outcome: str) -> None:
    out = tmp_path / "found"
    told = call("discover", compared, "--outcome", outcome, "--lang", "en", "--out", out)
    assert (told.code, told.err) == (0, "")
    assert "below Rp 6,500" in told.out
    assert {"women_at_a_loss": "make a loss", "ended": "the group has ended"}[outcome] in told.out


def test_where_nothing_fails_or_all_do(compared: Path, tmp_path: Path) -> None:
    none = ("discover", compared, "--out", tmp_path / "found", "--lang", "en")
    assert "too few villages fail" in call(*none, "--margin", -5_000).out
    told = call(*none, "--margin", 100_000)
    assert "nearly all villages fail" in told.out and told.code == 0
    assert not (tmp_path / "found" / "figures").exists()
    page = (tmp_path / "found" / "when_it_fails.md").read_text("utf-8")
    assert "nearly all villages fail" in page


def test_few_villages_are_told(tmp_path: Path) -> None:
    study = Study(load_group(), 2, replications=1)
    out = tmp_path / "few"
    run_compare(study, [load_scenario(name) for name in PLANS[:2]], 3, out, 1)
    told = call("discover", out, "--lang", "en")
    assert told.code == 0 and "too few plausible villages" in told.out
    assert "Each village was tried once" in told.out


def test_an_old_comparison_is_told(compared: Path, tmp_path: Path) -> None:
    stored = read(compared, "net_income")
    with pytest.raises(FileNotFoundError, match="does not hold what --outcome ended needs"):
        discover._outcome(pd.DataFrame(columns=["net_income"]), "ended", tmp_path, "none")
    assert plan_of(stored, None) == "package_2019"
    assert plan_of(stored, PLANS[2]) == PLANS[2]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--scenario", "pakcage"), "'pakcage' is not there; there are package_2019, package"),
        (("--scenario", "none"), "'none' is what others are compared with"),
        (("--at", "payment_lag=1"), "--at names a cell of a study's grid"),
        (("--outcome", "ended", "--margin", 3), "leave it out with --outcome ended"),
        (("--outcome", "love"), "love"),
        (("--most", 0), "--most"),
    ],
)
def test_mistakes_are_told(
    compared: Path, tmp_path: Path, words: tuple[object, ...], said: str
) -> None:
    told = call("discover", compared, "--out", tmp_path / "found", *words)
    assert (told.code, told.out) == (2, "")
    assert said in " ".join(told.err.replace("│", " ").split())
    assert not (tmp_path / "found").exists()


def test_folders_of_others_are_not_touched(compared: Path, tmp_path: Path) -> None:
    (tmp_path / "draft.docx").write_bytes(b"years of work")
    for out, said in ((tmp_path, "holds other things"), (compared, "another command: compare")):
        told = call("discover", compared, "--out", out)
        assert told.code == 2 and said in told.err
    assert "holds no comparison" in call("discover", tmp_path / "nowhere").err


def test_a_run_that_fails_by_luck_alone_counts_for_little(compared: Path) -> None:
    stored = read(compared, "net_income")
    fails, means, seen = chances(stored, PLANS[1], FAILURES["net_income"], 1_000.0)
    assert seen == (means < 1_000).sum()
    assert fails.sum() == pytest.approx(seen, abs=1)
    near, _, seen_near = chances(stored, PLANS[1], FAILURES["net_income"], 3_000.0)
    assert seen_near > seen and 0.2 < near[means > 2_900].mean() < 0.8


# --- Studies -------------------------------------------------------------------------------------

SMALL = ("--weeks", 2, "--replications", 2, "--lang", "en")


def test_points_of_a_latin_hypercube_are_villages(tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(
        "title: {id: a, en: a}\nquestion: {id: a, en: a}\nscenarios: [none, package_2019]\n"
        "design: lhs\npoints: 64\nparameters:\n  price_opak: {}\n  payment_lag: {}\n"
    )
    out = tmp_path / "study"
    assert call("sweep", tmp_path / "study.yaml", *SMALL, "--out", out).code == 0
    stored = read(out, "net_income")
    assert list(stored.values.columns) == ["price_opak", "payment_lag"]
    assert len(stored.values) == 64 and set(stored.runs["case"]) == set(stored.values.index)
    told = call("discover", out, "--lang", "en", "--margin", 1e6)
    assert told.code == 0 and "nearly all villages fail" in told.out
    told = call("discover", out, "--outcome", "ended")
    assert told.code == 2 and "a study tells of net_income alone" in told.err


def test_one_cell_of_a_grid_is_meant(tmp_path: Path) -> None:
    out = tmp_path / "study"
    grid = ("sweep", "none", "package_2019", "--param", "payment_lag=0,2", "--villages", 3)
    assert call(*grid, *SMALL, "--out", out).code == 0
    for words, said in (
        ((), "a grid of 2 cells; say which with --at NAME=LEVEL: payment_lag: 0, 2"),
        (("--at", "payment_lag=1"), "there are 0, 2"),
        (("--at", "price_opak=1"), "with a name that"),
        (("--at", "payment_lag"), "write NAME=LEVEL"),
    ):
        told = call("discover", out, *words)
        assert told.code == 2 and said in told.err
    told = call("discover", out, "--at", "payment_lag=2", "--lang", "en")
    assert told.code == 0 and "too few plausible villages" in told.out
    stored = read(out, "net_income", ["payment_lag=2"])
    assert len(stored.values) == 3 and "price_opak" in stored.values


# --- Words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "indonesian", "english"),
    [
        (Condition("price_opak", high=5_256.0), "harga Opak ketan di bawah Rp 5.300",
         "price of Glutinous-rice crackers is below Rp 5,300"),
        (Condition("consign_margin", low=0.148), "bagian pemilik tempat di atas Rp 1.500 dari "
         "Rp 10.000", "the owner's share is above Rp 1,500 of Rp 10,000"),
        (Condition("payment_lag", low=0.5), "lamanya sampai dibayar 1 minggu atau lebih",
         "wait until paid: 1 weeks at least"),
        (Condition("payment_lag", 0.5, 1.5), "lamanya sampai dibayar 1 minggu",
         "wait until paid: 1 weeks"),
        (Condition("min_crew", 3.5, 6.5), "banyaknya ibu supaya jadi memasak 4 ibu sampai 6 ibu",
         "women needed for a session: 4 women to 6 women"),
        (Condition("effort_quality", 0.1, 0.32), "“Sungguh-sungguh kerja: mutu naik” antara 0,1 "
         "dan 0,32", "“Quality gained by effort” is between 0.1 and 0.32"),
    ],
)  # fmt: skip
def test_conditions_in_words(condition: Condition, indonesian: str, english: str) -> None:
    group = load_group()
    for lang, said in (("id", indonesian), ("en", english)):
        assert Words(register_of(group), group, lang).condition(condition) == said


def test_who_can_know_and_who_can_set() -> None:
    group = load_group()
    words = Words(register_of(group), group, "id")
    assert words.knows("price_opak").startswith("Bisa ditanyakan lebih dulu kepada ibu-ibu")
    assert words.knows("effort_quality").startswith("Tidak ada yang bisa tahu")
    assert words.knows("sessions_per_week") == "Bisa diatur sendiri."
    assert words.condition(Condition("partners", among=("none",))).startswith("“")


def test_the_words_are_plain() -> None:
    group = load_group()
    for name, row in register_of(group).items():
        if row.drawn:
            said = Words(register_of(group), group, "id").condition(Condition(name, low=row.low))
            assert not FORBIDDEN.search(said), said
