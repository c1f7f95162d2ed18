"""The network study from end to end: tables, numbers and sentences agree."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise, product
from pathlib import Path
from statistics import fmean

import pytest

from experiments import network, say, store
from experiments.messages import rupiah
from experiments.study import Study
from sim.scenario import Group
from tests.results import documented, incomes, quantile
from tests.worlds import GROUP, REGISTER, group, outlets, shipped

STUDY = Study(GROUP, 10, seed=1, replications=2)
VILLAGES = 3
PARTNERS = range(3)
TRUST = ("low", "middle", "high")
LIMITS = {0: "none", 1: "demand", 2: "cash", 3: "hands", 4: "trips"}
LEVELS = {"sessions_per_week": [1, 3], "payment_lag": [0, 2]}
TABLES = {"weekly", "women", "outlet_weekly", "product_weekly", "events", "runs"}
NOTHING = shipped("none").model_copy(update={"set": {"farm_wage_day": 65_000}})


@pytest.fixture(scope="module")
def networked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of 0 to 2 partners."""
    out = tmp_path_factory.mktemp("responses") / "network"
    network.run_network(STUDY, NOTHING, PARTNERS, VILLAGES, out, workers=1)
    return out


def test_every_table_is_there_as_documented(networked: Path) -> None:
    assert store.names(networked) == {*TABLES, "villages", "design"}
    assert all(list(store.read(networked, name).columns) == documented(name) for name in TABLES)


# --- Network -------------------------------------------------------------------------------------


def test_every_number_of_partners_at_every_trust(networked: Path) -> None:
    design = store.read(networked, "design")
    cells = list(product(PARTNERS, TRUST))
    assert list(zip(design["partners"], design["trust"], strict=True)) == cells
    assert design["scenario_id"].is_unique
    runs = store.read(networked, "runs").groupby("scenario_id").size()
    assert runs.to_dict() == dict.fromkeys(design["scenario_id"], VILLAGES * STUDY.replications)


def test_the_villages_are_the_same_at_every_trust(networked: Path) -> None:
    """What the study or the scenario sets is not told as if it had been drawn."""
    drawn = store.read(networked, "villages")
    settled = {*network.TRUST_PARAMETERS, "n_outlets_init", "farm_wage_day"}
    assert not settled & set(drawn.columns)
    assert drawn["village_id"].tolist() == [1, 2, 3]
    assert drawn["consign_margin"].nunique() == VILLAGES


def test_nobody_earns_without_partners(networked: Path) -> None:
    runs = store.read(networked, "runs")
    alone = runs["scenario_id"].str.startswith("partners_00")
    assert (runs.loc[alone, ["kube_income", "net_income", "volume"]] == 0).all(axis=None)
    assert (runs.loc[~alone, "kube_income"] > 0).any()
    assert network.summarise(networked)["net_income"]["middle"][0] == 0


def test_partners_are_those_of_the_file_in_its_order(networked: Path) -> None:
    weekly = store.read(networked, "weekly").merge(store.read(networked, "design"))
    assert (weekly["outlets_active"] <= weekly["partners"]).all()
    first = weekly[weekly["week"] == 0].groupby("partners")["outlets_active"].max()
    assert first.to_dict() == {0: 0, 1: 1, 2: 2}


def test_trust_is_at_the_ends_of_its_range(networked: Path) -> None:
    told = store.read_manifest(networked)["question"]["trust"]
    for name in network.TRUST_PARAMETERS:
        row = REGISTER[name]
        assert [told[level][name] for level in TRUST] == [row.low, row.default, row.high]
    weekly = store.read(networked, "weekly").merge(store.read(networked, "design"))
    seen = weekly.groupby("trust")["trust_outlets"].mean()
    assert seen["low"] < seen["middle"] < seen["high"]


def test_the_network_in_numbers(networked: Path) -> None:
    cells, found = incomes(networked), network.summarise(networked)
    middle: dict[int, list[float]] = {}
    for number in PARTNERS:
        for trust in TRUST:
            name = f"partners_{number:02d}_{trust}"
            means = [fmean(cells[name, village]) for village in (1, 2, 3)]
            assert found["net_income"][trust][number] == pytest.approx(quantile(means, 0.5))
            if trust == "middle":
                middle[number] = means
    assert found["partners"] == list(PARTNERS)
    added = {n: fmean(middle[n]) - fmean(middle[before]) for before, n in pairwise(PARTNERS)}
    assert found["added"] == pytest.approx(added)


def test_what_binds(networked: Path) -> None:
    weekly = store.read(networked, "weekly")
    codes = weekly.loc[weekly["scenario_id"] == "partners_02_middle", "binding"]
    ((code, weeks),) = Counter(int(code) for code in codes).most_common(1)
    found = network.summarise(networked)
    assert found["most_binding"] == LIMITS[code]
    assert found["most_binding_share"] == pytest.approx(weeks / len(codes))
    shares = network.response(networked)[1].groupby(["partners", "trust"])["share"].sum()
    assert shares.tolist() == pytest.approx([1.0] * len(PARTNERS) * len(TRUST))


@pytest.mark.parametrize("lang", ["id", "en"])
def test_sentences_on_the_network_hold_its_numbers(networked: Path, lang: str) -> None:
    found = network.summarise(networked)
    words = "\n".join(say.network(found, lang))
    income = found["net_income"]
    amounts = [income["middle"][0], *(income[trust][2] for trust in TRUST), found["added"][2]]
    assert all(rupiah(amount, lang) in words for amount in amounts)
    assert (
        f"{round(10 * found['most_binding_share'])} {'dari' if lang == 'id' else 'of'} 10" in words
    )


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ({1: 900.0}, "Partner number 1 adds Rp 900 a week."),
        ({1: 200.0, 2: 900.0}, "Partner number 2, the last, adds most (Rp 900 a week)."),
        (
            {1: 900.0, 2: 200.0},
            "Partner number 1 adds most (Rp 900 a week); partner number 2 adds Rp 200.",
        ),
    ],
)
def test_no_partner_is_told_twice(networked: Path, added: dict[int, float], said: str) -> None:
    found = network.summarise(networked)
    last = max(added)
    income = {trust: {n: 5.0 * n for n in range(last + 1)} for trust in TRUST}
    few = {**found, "partners": [0, *added], "net_income": income, "added": added}
    lines = say.network(few, "en")
    assert said in lines
    assert lines[0].endswith(f"with {'1 partner' if last == 1 else '2 partners'} Rp {5 * last}.")
    assert len(say.network(few, "id")) == len(lines)


@pytest.mark.parametrize("partners", [0, 9, 10, 30])
def test_copies_follow_the_real_outlets(partners: int) -> None:
    wide = network.with_copies(GROUP, partners)
    real = len(GROUP.outlets)
    assert wide.outlets[:real] == GROUP.outlets
    assert len(wide.outlets) == max(real, partners)
    ids = [outlet.id for outlet in wide.outlets]
    assert len(set(ids)) == len(ids)
    models = {outlet.kind for outlet in GROUP.outlets if not outlet.initial}
    assert all(not copy.initial and copy.kind in models for copy in wide.outlets[real:])


def test_a_copy_is_like_its_model_but_for_its_name() -> None:
    model = GROUP.outlets[2]
    copy = network.with_copies(GROUP, len(GROUP.outlets) + 1).outlets[-1]
    assert copy == model.model_copy(update={"id": f"{model.id}_2", "name": f"{model.name} 2"})
    Group.model_validate(network.with_copies(GROUP, 40).model_dump())  # ids of any length will do


def test_copies_never_take_a_name_that_is_used() -> None:
    few = group(outlets=outlets(kantin={}, kantin_2={}, kantin_3={}))
    ids = [outlet.id for outlet in network.with_copies(few, 9).outlets]
    assert len(set(ids)) == 9
    assert ids[:3] == ["kantin", "kantin_2", "kantin_3"]
