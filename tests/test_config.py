"""What a user writes: every mistake is refused with file, line and a way out, and nothing else."""

from __future__ import annotations

import os
import pickle
import typing
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experiments import store
from sim.config import numerals, tree
from sim.config.plan_checks import check_scenario
from sim.parameters import CATALOGUE, INTERVENTION_KINDS, ParameterError, checked
from sim.scenario import (
    AnyIntervention,
    AnyShock,
    ConfigError,
    Group,
    Quantity,
    Scenario,
    check_file,
    find,
    json_schema,
    load,
    load_group,
    load_scenario,
    read_setting,
    register_of,
)
from tests.commands import SMALL, call

CONFIGS = Path(__file__).resolve().parent.parent / "configs"
GROUPS = sorted(path.stem for path in (CONFIGS / "groups").glob("*.yaml"))
SCENARIOS = sorted(path.stem for path in (CONFIGS / "scenarios").glob("*.yaml"))
SHIPPED = [path.read_text(encoding="utf-8") for path in sorted(CONFIGS.rglob("*.yaml"))]

Write = Callable[..., Path]
HEAD = "title: Coba\nquestion: Apa?\n"  # lines 1 and 2 of every scenario below


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a file into an empty current folder."""
    monkeypatch.chdir(tmp_path)

    def _write(content: str | bytes, name: str = "coba.yaml") -> Path:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return _write


def refusals(path: Path | str) -> list[str]:
    """What is wrong with a file, one line each."""
    with pytest.raises(ConfigError) as caught:
        check_file(path)
    return str(caught.value).splitlines()


def warnings(path: Path | str) -> list[str]:
    return [str(problem) for problem in check_file(path)[1]]


# --- What ships ----------------------------------------------------------------------------------


def test_what_ships_loads_without_a_warning() -> None:
    assert {"semangat72", "contoh"} <= set(GROUPS)
    assert set(SCENARIOS) == {
        *(f"only_{kind}" for kind in INTERVENTION_KINDS),
        "contoh_perluasan", "everything", "kemensos_grant", "none", "package_2019",
        "package_2019_market_online", "package_2019_mentoring", "package_2019_norms_mentoring",
        "package_2019_table3", "perfected_design", "reacting_plan", "with_shocks",
    }  # fmt: skip
    for name in GROUPS:
        group = load(name)
        assert isinstance(group, Group) and group.id == name and group.warnings == ()
    for name in SCENARIOS:
        scenario = load(name)
        assert isinstance(scenario, Scenario) and scenario.id == name and scenario.warnings == ()
        assert all(scenario.title.model_dump().values())
        assert scenario.question is not None


def test_the_group_of_the_paper() -> None:
    group = load_group()
    assert (group.members.count, len(group.members.officers)) == (20, 4)
    assert f"{group.start}" == "2019-08-23"
    assert [outlet.id for outlet in group.outlets] == [
        "warung_lama", "kantin_pesantren_lama",
        "warung_amat", "warung_gres", "pesantren_al_mubarakah", "pesantren_assanusi",
        "kantin_smp_pesantren", "pasar", "media_sosial",
    ]  # fmt: skip
    assert [outlet.initial for outlet in group.outlets] == [True, True] + 7 * [False]
    assert {outlet.id for outlet in group.outlets if outlet.place == "outside"} == {
        "pesantren_assanusi",
        "pasar",
    }
    assert [(donor.kind, donor.gives) for donor in group.donors] == [
        ("pesantren", "tools"),
        ("village_government", "tools"),
        ("ministry", "cash"),
    ]
    assert [product.id for product in group.products if product.potential] == ["keripik"]
    assert all(0.5 < sum(product.ingredients.values()) <= 1 for product in group.products)
    described = [*group.products, *group.outlets, *group.donors, group.members, group.sessions]
    assert all(each.source for each in described)


def test_the_package_follows_the_text() -> None:
    plan = [(each.week, each.kind) for each in load_scenario("package_2019").interventions]
    visits = [(week, "negotiation") for week in range(4, 9)]
    others = [(0, "fgd"), (2, "proposal_training"), (5, "audience"), (7, "capital_proposal")]
    assert sorted(plan) == sorted(visits + others)
    mentored = load_scenario("package_2019_mentoring").interventions
    assert mentored[:-1] == load_scenario("package_2019").interventions
    assert load_scenario("only_negotiation").interventions == tuple(
        each for each in mentored if each.kind == "negotiation"
    )


def test_only_the_place_of_the_audience_differs_between_the_two_orders() -> None:
    text, table = (
        sorted((each.kind, each.week) for each in load_scenario(name).interventions)
        for name in ("package_2019", "package_2019_table3")
    )
    assert [pair for pair in zip(text, table, strict=True) if pair[0] != pair[1]] == [
        (("audience", 5), ("audience", 3))
    ]


@pytest.mark.parametrize(
    "name", ["kemensos_grant", "package_2019_market_online", "package_2019_norms_mentoring",
             "with_shocks"],
)  # fmt: skip
def test_what_builds_on_the_package_begins_with_it(name: str) -> None:
    package = load_scenario("package_2019").interventions
    assert load_scenario(name).interventions[: len(package)] == package


def test_shipped_plans_hold_what_their_names_promise() -> None:
    for kind in INTERVENTION_KINDS:
        assert {each.kind for each in load_scenario(f"only_{kind}").interventions} == {kind}
    everything = load_scenario("everything").interventions
    assert {each.kind for each in everything} == {*INTERVENTION_KINDS}
    shocks = load_scenario("with_shocks").shocks
    assert sorted(each.kind for each in shocks) == sorted(kinds_of(AnyShock))
    reacting = load_scenario("reacting_plan").interventions
    assert {each.stage for each in reacting} == {"reflection", "planning", "action", "evaluation"}
    waited = {each.when.condition[0] for each in reacting if each.when}
    assert waited == {"outlet_refused", "outlet_dropped", "proposal_rejected", "attendance_below"}


def kinds_of(union: object) -> list[str]:
    """The kinds in a union of models, in its order."""
    models = typing.get_args(typing.get_args(union)[0])
    return [typing.get_args(model.model_fields["kind"].annotation)[0] for model in models]


def test_every_kind_of_intervention_has_a_model() -> None:
    assert tuple(kinds_of(AnyIntervention)) == INTERVENTION_KINDS
    assert {*kinds_of(AnyShock)} == {*SHOCKS}


def test_a_document_can_be_a_key_and_travels_between_processes() -> None:
    group = load_group()
    assert {group: 1}[load_group()] == 1
    assert pickle.loads(pickle.dumps(group)) == group
    with pytest.raises(ConfigError) as caught:
        load("no_such_name")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


# --- What a plan may say --------------------------------------------------------------------------

PLANS = {
    "norms": "invited: officers",
    "product_training": "product: keripik, invited: all",
    "campaign": "effective: false",
    "counselling": "clients: 5",
    "market_stall": "outlet: pasar, weeks: 26",
    "social_media": "outlet: media_sosial, weeks: 26",
    "facility": "weeks: 8, repeat: {every: 8, times: 2}",
    "education": "invited: officers",
    "persuasion": "stage: tindakan",
    "agency_training": "repeat: {every: 13, times: 4}",
    "partner_support": "weeks: 1",
    "village_regulation": "when: {cash_below: Rp 100.000}",
    "audience": "requests: [wages, legality, tools]",
    "capital_proposal": "donor: kemensos",
}
SHOCKS = {
    "late_payment": "",
    "ingredient_price": "ingredient: banana, size: -10%",
    "outlet_closure": "outlet: warung_lama",
    "officer_illness": "",
    "failed_harvest": "size: 50%",
    "husband_income": "households: 20, size: 1",
}


def written(kind: str, keys: str, week: int = 3) -> str:
    """One entry of a list in a plan, on one line."""
    return "{" + ", ".join(part for part in (f"kind: {kind}", f"week: {week}", keys) if part) + "}"


def planned(write: Write, keys: str, kind: str = "fgd") -> typing.Any:
    """The only intervention of a plan that is written to hold it, and loads without a warning."""
    scenario, found = check_file(write(HEAD + f"interventions: [{written(kind, keys)}]\n"))
    assert isinstance(scenario, Scenario) and found == ()
    return scenario.interventions[0]


@pytest.mark.parametrize("kind", PLANS)
def test_each_kind_of_intervention_can_be_planned(write: Write, kind: str) -> None:
    assert planned(write, PLANS[kind], kind).kind == kind


@pytest.mark.parametrize("kind", SHOCKS)
def test_each_kind_of_shock_can_be_told(write: Write, kind: str) -> None:
    keys = f"weeks: 2, {SHOCKS[kind]}".rstrip(", ")
    scenario = load_scenario(write(HEAD + f"shocks: [{written(kind, keys)}]\n"))
    assert [(each.kind, each.week, each.weeks) for each in scenario.shocks] == [(kind, 3, 2)]


def test_what_is_left_out_of_a_plan(write: Write) -> None:
    fgd = planned(write, "")
    assert (fgd.invited, fgd.stage, fgd.when, fgd.repeat) == ("all", None, None, None)
    assert planned(write, "", "product_training").product is None
    assert planned(write, "", "counselling").clients == 3
    late = load_scenario(write(HEAD + "shocks: [{kind: late_payment, week: 1, weeks: 1}]\n"))
    assert getattr(late.shocks[0], "outlet", None) == "any"


@pytest.mark.parametrize(
    ("word", "stage"),
    [("refleksi", "reflection"), ("perencanaan", "planning"), ("tindakan", "action"),
     ("evaluasi", "evaluation"), ("evaluation", "evaluation")],
)  # fmt: skip
def test_stages_have_an_indonesian_and_an_english_name(write: Write, word: str, stage: str) -> None:
    assert planned(write, f"stage: {word}").stage == stage


@pytest.mark.parametrize(
    ("written", "condition"),
    [("outlet_dropped: any", ("outlet_dropped", "any")),
     ("outlet_dropped: pasar", ("outlet_dropped", "pasar")),
     ("attendance_below: 50%", ("attendance_below", 0.5)),
     ("cash_below: 0", ("cash_below", 0.0))],
)  # fmt: skip
def test_a_plan_can_wait(write: Write, written: str, condition: tuple[str, object]) -> None:
    fgd = planned(write, f"when: {{{written}}}, repeat: {{every: 2, times: 3}}")
    assert fgd.when.condition == condition
    assert fgd.planned_weeks == ()


def test_what_happens_whatever_comes_has_its_weeks(write: Write) -> None:
    assert planned(write, "").planned_weeks == (3,)
    assert planned(write, "repeat: {every: 13, times: 4}").planned_weeks == (3, 16, 29, 42)


def test_a_plan_that_waits_in_vain_warns(write: Write) -> None:
    def told(when: str, *others: str) -> list[str]:
        plan = [f"{{kind: fgd, week: 0, when: {{{when}}}}}", *others]
        lines = "".join(f"  - {each}\n" for each in plan)
        return warnings(write(HEAD + f"interventions:\n{lines}"))

    visit = "{kind: negotiation, week: 1, outlet: pasar}"
    request = "{kind: audience, week: 1, requests: [%s]}"
    proposal = "{kind: capital_proposal, week: 1, donor: kemensos}"
    nothing = "coba.yaml:4: interventions[0].when"
    assert told("outlet_refused: any", visit) == told("outlet_refused: pasar", visit) == []
    assert told("proposal_rejected: any", proposal) == []
    assert told("proposal_rejected: pemerintah_desa", request % "wages") == []
    assert told("outlet_refused: any") == [
        f"{nothing}.outlet_refused: never happens: nothing else in this plan visits an outlet"
    ]
    assert told("outlet_refused: warung_gres", visit) == [
        f"{nothing}.outlet_refused: never happens: nothing else in this plan visits 'warung_gres'"
    ]
    assert told("proposal_rejected: pemerintah_desa", proposal, request % "legality") == [
        f"{nothing}.proposal_rejected: never happens: nothing else in this plan asks "
        "'pemerintah_desa'"
    ]
    assert "asks a donor" in told("proposal_rejected: any", visit)[0]


def test_a_visit_that_waits_may_go_to_an_old_outlet(write: Write) -> None:
    keys = "outlet: warung_lama, when: {outlet_dropped: warung_lama}"
    assert planned(write, keys, "negotiation").outlet == "warung_lama"


# --- A scenario's mistakes: line, place, and a way out -------------------------------------------

MISTAKES = {
    "kind": ("interventions:\n  - {kind: negosiasi, week: 0}",
             "4: interventions[0].kind: got 'negosiasi', expected one of fgd,", "'negotiation'?"),
    "no kind": ("interventions:\n  - {week: 0}", "4: interventions[0].kind: missing", ""),
    "key": ("intervention: []", "3: intervention: unknown key", "'interventions'?"),
    "inner key": ("interventions:\n  - kind: fgd\n    week: 0\n    efective: true",
                  "6: interventions[0].efective: unknown key", "'effective'?"),
    "missing": ("interventions:\n  - kind: mentoring\n    week: 0",
                "4: interventions[0].weeks: missing", ""),
    "week": ("interventions:\n  - kind: fgd\n    week: -1",
             "5: interventions[0].week: got '-1'", "0 or more"),
    "fraction": ("interventions: [{kind: fgd, week: 1.5}]", "3: interventions[0].week: got '1.5'",
                 "whole number"),
    "true is no week": ("interventions: [{kind: fgd, week: true}]",
                        "3: interventions[0].week: got 'true'", "whole number"),
    "no weeks": ("interventions: [{kind: mentoring, week: 0, weeks: 0}]",
                 "3: interventions[0].weeks: got '0'", "1 or more"),
    "outlet": ("interventions:\n\n  - {kind: negotiation, week: 1, outlet: warung_amt}",
               "5: interventions[0].outlet: got 'warung_amt', which group 'semangat72' does not",
               "'warung_amat'?"),
    "donor as outlet": ("interventions: [{kind: negotiation, week: 1, outlet: kebon_jambu}]",
                        "3: interventions[0].outlet: got 'kebon_jambu', which is a donor",
                        "expected one of warung_lama"),
    "outlet as donor": ("interventions: [{kind: capital_proposal, week: 1, donor: pasar}]",
                        "3: interventions[0].donor: got 'pasar', which is an outlet",
                        "expected one of kebon_jambu"),
    "donor": ("interventions: [{kind: capital_proposal, week: 1, donor: kebun_jambu}]",
              "3: interventions[0].donor: got 'kebun_jambu'", "'kebon_jambu'?"),
    "wrong donor": ("interventions: [{kind: capital_proposal, week: 1, donor: pemerintah_desa}]",
                    "3: interventions[0].donor: got 'pemerintah_desa'", "in an audience"),
    "request": ("interventions: [{kind: audience, week: 1, requests: [legalitas]}]",
                "3: interventions[0].requests[0]: got 'legalitas'", "'legality'?"),
    "no request": ("interventions: [{kind: audience, week: 1, requests: []}]",
                   "3: interventions[0].requests: got a list", "at least one"),
    "request twice": ("interventions: [{kind: audience, week: 1, requests: [tools, tools]}]",
                      "3: interventions[0].requests: got a list", "only once"),
    "visit twice": ("interventions:\n  - {kind: negotiation, week: 1, outlet: pasar}\n"
                    "  - {kind: negotiation, week: 1, outlet: pasar}",
                    "5: interventions[1]: a second negotiation with 'pasar' in week 1", ""),
    "stage": ("interventions:\n  - {kind: fgd, week: 1, stage: evalusi}",
              "4: interventions[0].stage: got 'evalusi', expected one of reflection",
              "'evaluasi'?"),
    "invited": ("interventions: [{kind: norms, week: 1, invited: officer}]",
                "3: interventions[0].invited: got 'officer'", "'officers'?"),
    "not a gathering": ("interventions: [{kind: campaign, week: 1, invited: all}]",
                        "3: interventions[0].invited: unknown key", "known here: week,"),
    "nobody counselled": ("interventions: [{kind: counselling, week: 1, clients: 0}]",
                          "3: interventions[0].clients: got '0'", "1 or more"),
    "no stall": ("interventions: [{kind: market_stall, week: 1, weeks: 4, outlet: warung_amat}]",
                 "3: interventions[0].outlet: got 'warung_amat', an outlet of kind warung",
                 "expected one of pasar"),
    "which stall": ("interventions: [{kind: market_stall, week: 1, weeks: 4, outlet: pasr}]",
                    "3: interventions[0].outlet: got 'pasr', which group", "'pasar'?"),
    "not online": ("interventions: [{kind: social_media, week: 1, weeks: 4, outlet: pasar}]",
                   "3: interventions[0].outlet: got 'pasar', an outlet of kind market",
                   "expected one of media_sosial"),
    "product": ("interventions: [{kind: product_training, week: 1, product: kripik}]",
                "3: interventions[0].product: got 'kripik', which group", "'keripik'?"),
    "product made already": ("interventions: [{kind: product_training, week: 1, product: opak}]",
                             "3: interventions[0].product: got 'opak', which is made",
                             "expected one of keripik"),
    "outlet as product": ("interventions: [{kind: product_training, week: 1, product: pasar}]",
                          "3: interventions[0].product: got 'pasar', which is an outlet", ""),
    "ministry": ("interventions: [{kind: capital_proposal, week: 1, donor: kemenso}]",
                 "3: interventions[0].donor: got 'kemenso'", "'kemensos'?"),
    "condition": ("interventions:\n  - kind: fgd\n    week: 1\n    when:\n"
                  "      atendance_below: 0.5",
                  "7: interventions[0].when.atendance_below: unknown key", "'attendance_below'?"),
    "no condition": ("interventions:\n  - kind: fgd\n    week: 1\n    when: {}",
                     "6: interventions[0].when: got a mapping", "exactly one of outlet_refused,"),
    "two conditions": ("interventions:\n  - kind: fgd\n    week: 1\n"
                       "    when: {outlet_dropped: any, cash_below: 0}",
                       "6: interventions[0].when: got a mapping", "exactly one of"),
    "share": ("interventions: [{kind: fgd, week: 1, when: {attendance_below: 50}}]",
              "3: interventions[0].when.attendance_below: got '50'", "1 or less"),
    "cash": ("interventions: [{kind: fgd, week: 1, when: {cash_below: -1}}]",
             "3: interventions[0].when.cash_below: got '-1'", "0 or more"),
    "who refused": ("interventions:\n  - kind: fgd\n    week: 1\n    when:\n"
                    "      outlet_dropped: warung_gre",
                    "7: interventions[0].when.outlet_dropped: got 'warung_gre'", "'warung_gres'?"),
    "donor refused": ("interventions: [{kind: fgd, week: 1, when: {outlet_dropped: kemensos}}]",
                      "3: interventions[0].when.outlet_dropped: got 'kemensos', which is a donor",
                      "any"),
    "who rejected": ("interventions: [{kind: fgd, week: 1, when: {proposal_rejected: pasar}}]",
                     "3: interventions[0].when.proposal_rejected: got 'pasar', which is an outlet",
                     "expected one of kebon_jambu"),
    "repeat": ("interventions: [{kind: fgd, week: 1, repeat: {every: 0, times: 3}}]",
               "3: interventions[0].repeat.every: got '0'", "1 or more"),
    "no repeat": ("interventions: [{kind: fgd, week: 1, repeat: {every: 4, times: 1}}]",
                  "3: interventions[0].repeat.times: got '1'", "2 or more"),
    "how often": ("interventions: [{kind: fgd, week: 1, repeat: {every: 4}}]",
                  "3: interventions[0].repeat.times: missing", ""),
    "too late": ("interventions: [{kind: fgd, week: 20, repeat: {every: 500, times: 3}}]",
                 "3: interventions[0].repeat.times: the last of 3 would be in week 1020", "520"),
    "overlap": ("interventions:\n  - kind: facility\n    week: 1\n    weeks: 26\n"
                "    repeat:\n      times: 2\n      every: 25",
                "9: interventions[0].repeat.every: got 25, and it lasts 26 weeks", "26 or more"),
    "overlap of what waits": ("interventions: [{kind: mentoring, week: 1, weeks: 3, when: "
                              "{cash_below: 5}, repeat: {every: 2, times: 2}}]",
                              "3: interventions[0].repeat.every: got 2", "3 or more"),
    "repeated visit": ("interventions:\n  - {kind: negotiation, week: 5, outlet: pasar}\n"
                       "  - {kind: negotiation, week: 1, outlet: pasar, "
                       "repeat: {every: 2, times: 5}}",
                       "5: interventions[1]: a second negotiation with 'pasar' in week 5", ""),
    "shock": ("interventions: []\nshocks:\n  - {kind: outlet_closed, week: 1, weeks: 2}",
              "5: shocks[0].kind: got 'outlet_closed', expected one of husband_income",
              "'outlet_closure'?"),
    "key of a shock": ("interventions: []\nshocks: [{kind: late_payment, week: 1, weks: 2}]",
                       "4: shocks[0].weks: unknown key", "'weeks'?"),
    "no weeks of a shock": ("interventions: []\nshocks: [{kind: late_payment, week: 1, weeks: 0}]",
                            "4: shocks[0].weeks: got '0'", "1 or more"),
    "closed": ("interventions: []\nshocks: [{kind: outlet_closure, week: 1, weeks: 2, "
               "outlet: warung_gre}]", "4: shocks[0].outlet: got 'warung_gre'", "'warung_gres'?"),
    "any closed": ("interventions: []\nshocks: [{kind: outlet_closure, week: 1, weeks: 2, "
                   "outlet: any}]", "4: shocks[0].outlet: got 'any'", "expected one of warung_"),
    "late": ("interventions: []\nshocks: [{kind: late_payment, week: 1, weeks: 2, outlet: al}]",
             "4: shocks[0].outlet: got 'al'", "any"),
    "ingredient": ("interventions: []\nshocks: [{kind: ingredient_price, week: 1, weeks: 2, "
                   "ingredient: flor, size: 0.3}]",
                   "4: shocks[0].ingredient: got 'flor', which no product names", "'flour'?"),
    "price": ("interventions: []\nshocks: [{kind: ingredient_price, week: 1, weeks: 2, "
              "ingredient: flour, size: -95%}]", "4: shocks[0].size: got '-95%'", "-0.9 or more"),
    "harvest": ("interventions: []\nshocks: [{kind: failed_harvest, week: 1, weeks: 2, size: 2}]",
                "4: shocks[0].size: got '2'", "1 or less"),
    "households": ("interventions: []\nshocks: [{kind: husband_income, week: 1, weeks: 2, "
                   "households: 21, size: 1}]", "4: shocks[0].households: got 21",
                   "the 20 members"),
    "not a list": ("interventions: {}", "3: interventions: got a mapping", "a list"),
    "not a mapping": ("interventions: [fgd]", "3: interventions[0]: got 'fgd'", "key: value"),
    "parameter": ("set:\n  sesions_per_week: 3",
                  "4: set.sesions_per_week: unknown parameter", "sessions_per_week"),
    "impossible": ("set: {sessions_per_week: 90}", "3: set.sessions_per_week:", "1 to 6"),
    "part of a session": ("set: {sessions_per_week: '2,5'}", "3: set.sessions_per_week",
                          "whole number"),
    "no number": ("set: {exit_hazard: sedikit}", "3: set.exit_hazard: got 'sedikit'", "1,5 juta"),
    "not a value": ("set: {price_opak: [1]}", "3: set.price_opak: got a list", "a number"),
    "true is no value": ("set: {price_opak: true}", "3: set.price_opak: got 'true'", "a number"),
    "choice": ("set: {division_rule: equl}", "3: set.division_rule: got 'equl'", "'equal'?"),
    "ambiguous": ("set: {cost_opak: '1,500'}", "3: set.cost_opak: got '1,500'", "1.5 or 1500"),
    "dot or comma": ("set: {trust_loss_ratio: 1.125}", "3: set.trust_loss_ratio", "'1,125'"),
    "another's product": ("set: {price_kue_lapis: 1}", "3: set.price_kue_lapis",
                          "unknown parameter"),
    "group": ("group: semangat27", "3: group: got 'semangat27'", "'semangat72'?"),
    "group's file": ("group: lain/tidak_ada.yaml", "lain/tidak_ada.yaml", "no such file"),
    "id": ("id: lain", "3: id: leave this out", "'coba'"),
    "twice": ("set: {}\nset: {}", "4: set: given twice, first in line 3", ""),
    "empty text": ("title: ''", "2: title: got ''", "this is empty"),
    "number as text": ("group: 72", "3: group: got '72'", "in quotes"),
    "terminal code": ('set: {"a\\e[31m": 1}', "3: set.a?[31m: unknown parameter 'a?[31m'", ""),
    "control character": ('group: "a\\x07b"', "3: group: got 'a?b'", "cannot be printed"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "start", "hint"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_refused_with_its_line(write: Write, body: str, start: str, hint: str) -> None:
    head = "question: Apa?\n" if body.startswith("title") else HEAD
    tail = "" if "interventions" in body else "\ninterventions: []\n"
    found = refusals(write(head + body + tail))
    expected = f"coba.yaml:{start}" if start[0].isdigit() else start
    assert any(line.startswith(expected) and hint in line for line in found), found
    assert len(found) <= 2  # a misspelt key is also a missing one


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(write: Write) -> None:
    found = refusals(
        write(
            HEAD
            + """interventions:
  - {kind: negosiasi, week: 0}
  - {kind: fgd, wek: 0}
  - {kind: negotiation, week: 1, outlet: warung_amt}
  - {kind: negotiation, week: 1, outlet: warung_gres, outlt: x}
  - {kind: negotiation, week: 1, outlet: warung_gres}
shocks:
  - {kind: failed_harvest, week: 1, weeks: 1, size: 2}
  - {kind: outlet_closure, week: 1, weeks: 1, outlet: warung_gre}
set:
  sesions_per_week: 3
  division_rule: equl
  division_rule: equal
questoin: Apa?
"""
        )
    )
    lines = [int(line.split(":")[1]) for line in found]
    assert lines == [4, 5, 5, 6, 7, 8, 10, 11, 13, 14, 15, 16]
    assert "interventions[4]: a second negotiation" in found[5]


def test_a_file_without_a_title_is_still_checked_to_the_end(write: Write) -> None:
    found = refusals(write("question: Apa?\nset: {exit_hazard: 7}\n"))
    assert [line.partition(": ")[0] for line in found] == ["coba.yaml:1", "coba.yaml:2"]


def test_odd_values_warn(write: Write) -> None:
    path = write(HEAD + "set:\n  farm_wage_day: 50\n  price_opak: 5000000\n")
    assert warnings(path) == [
        "coba.yaml:4: set.farm_wage_day: got 50 Rp/day, usual is 20000 to 50000; "
        "did you mean 50000?",
        "coba.yaml:5: set.price_opak: got 5e+06 Rp/piece, usual is 4000 to 10000; "
        "did you mean 5000?",
    ]
    visit = "interventions: [{kind: negotiation, week: 1, outlet: warung_lama}]\n"
    assert "takes goods from the beginning" in warnings(write(HEAD + visit))[0]
    assert warnings(write(HEAD + "set: {farm_wage_day: 15000, exit_hazard: 0}\n")) == []


# --- A group's mistakes --------------------------------------------------------------------------

GROUP = """\
name: KUBE Coba
title: KUBE Coba
place: {village: Coba}
start: 2026-01-03
members:
  count: 12
  officers: [ketua, bendahara]
sessions:
  first_day: saturday
products:
  - id: keripik
    name: Keripik
    price: 3000
    cost: 1400
    shelf_life_days: 30
    labour_rate: 12
    demand:
      warung: 6
outlets:
  - id: warung_a
    name: Warung A
    kind: warung
    place: in_village
    distance_km: 0.5
donors:
  - {id: desa, name: Desa, kind: village_government}
calendar:
  clock: typical_year
parameters:
  farm_wage_day: 40000
"""

GROUP_MISTAKES = {
    "kind": ("kind: warung", "kind: warungg", "22: outlets[0].kind: got 'warungg'", "'warung'?"),
    "key": ("members:", "membrs:", "5: membrs: unknown key", "'members'?"),
    "key of a product": ("cost: 1400", "csot: 1400", "14: products[0].csot", "'cost'?"),
    "key of a quantity": ("cost: 1400", "cost: {value: 1, lo: 1}", "14: products[0].cost.lo",
                          "'low'?"),
    "range": ("cost: 1400", "cost: {value: 5, low: 6}", "14: products[0].cost", "low <= value"),
    "endless": ("cost: 1400", "cost: .inf", "14: products[0].cost: got '.inf'", "a number"),
    "number": ("cost: 1400", "cost: murah", "14: products[0].cost: got 'murah'", "1,5 juta"),
    "negative": ("cost: 1400", "cost: -1400", "14: products[0].cost", "0 to 1e+07"),
    "missing number": ("    cost: 1400\n", "", "11: products[0]", "add 'cost: ...' (Rp/piece)"),
    "missing demand": ("      warung: 6", "      school: 6", "17: products[0].demand",
                       "add 'warung: ...'"),
    "demand of what": ("warung: 6", "pesantern: 6", "18: products[0].demand.pesantern",
                       "'pesantren'?"),
    "id": ("id: warung_a", "id: Warung A", "20: outlets[0].id: got 'Warung A'", "a-z, 0-9 and _"),
    "id taken": ("id: desa", "id: warung_a", "26: donors[0].id: got 'warung_a' a second time", ""),
    "id of the register": ("id: keripik", "id: fgd_rp", "11: products[0].id", "'cost_fgd_rp'"),
    "officers": ("count: 12", "count: 1", "7: members.officers: got 2 roles", "the 1 members"),
    "count": ("count: 12", "count: 12 orang", "6: members.count: got '12 orang'", "whole number"),
    "weekday": ("saturday", "satruday", "9: sessions.first_day: got 'satruday'", "'saturday'?"),
    "start": ("2026-01-03", "2026-01-06", "4: start: got 2026-01-06, a tuesday", "2026-01-03?"),
    "no date": ("2026-01-03", "3 Januari", "4: start: got '3 Januari'", "2019-08-23"),
    "seconds are no date": ("2026-01-03", "20260103", "4: start: got '20260103'", "2019-08-23"),
    "clock": ("typical_year", "typical", "28: calendar.clock: got 'typical'", "'typical_year'?"),
    "break": ("clock: typical_year", "school_closed: [{first: 12-24, last: 31-12}]",
              "28: calendar.school_closed[0].last: got '31-12'", "12-24"),
    "parameter": ("farm_wage_day", "farm_wages_day", "30: parameters.farm_wages_day",
                  "farm_wage_day"),
    "impossible": ("farm_wage_day: 40000", "norm_init: {value: 0.5, high: 3}",
                   "30: parameters.norm_init", "0 to 1"),
    "choice": ("farm_wage_day: 40000", "division_rule: equl", "30: parameters.division_rule",
               "'equal'?"),
    "told twice": ("farm_wage_day: 40000", "n_members: 10", "30: parameters.n_members",
                   "a second time"),
    "margin": ("distance_km: 0.5", "distance_km: 0.5\n    margin: 20",
               "25: outlets[0].margin: margin_warung_a = 20", "0 to 0.95"),
    "place": ("in_village", "desa", "23: outlets[0].place: got 'desa'", "in_village, outside"),
    "any is no id": ("id: warung_a", "id: any", "20: outlets[0].id: got 'any'",
                     "stands for all of them"),
    "only potential": ("cost: 1400", "cost: 1400\n    potential: true",
                       "10: products: got a list", "not 'potential'"),
    "a word for yes": ("cost: 1400", "cost: 1400\n    potential: mungkin",
                       "15: products[0].potential: got 'mungkin'", "true or false"),
    "share": ("cost: 1400", "cost: 1400\n    ingredients: {minyak: 30}",
              "15: products[0].ingredients.minyak: got '30'", "1 or less"),
    "ingredient": ("cost: 1400", "cost: 1400\n    ingredients: {Minyak Goreng: 0.3}",
                   "15: products[0].ingredients.Minyak Goreng", "a-z, 0-9 and _"),
    "more than all": ("cost: 1400", "cost: 1400\n    ingredients: {minyak: 60%, singkong: 50%}",
                      "15: products[0].ingredients: got a mapping", "1 or less together, not 1.1"),
    "kind of donor": ("kind: village_government", "kind: kementerian",
                      "26: donors[0].kind: got 'kementerian'", "village_government, ministry"),
    "true is no number": ("cost: 1400", "cost: true", "14: products[0].cost: got 'true'",
                          "a number"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "start", "hint"), GROUP_MISTAKES.values(), ids=GROUP_MISTAKES
)
def test_a_groups_mistake_is_refused_with_its_line(
    write: Write, old: str, new: str, start: str, hint: str
) -> None:
    assert old in GROUP
    found = refusals(write(GROUP.replace(old, new, 1)))
    assert any(line.startswith(f"coba.yaml:{start}") and hint in line for line in found), found


def test_the_group_of_these_tests_is_sound(write: Write) -> None:
    assert warnings(write(GROUP)) == []


def test_a_group_that_looks_odd_warns(write: Write) -> None:
    odd = GROUP.replace("count: 12", "count: 40").replace("40000", "50").replace("3000", "3")
    assert warnings(write(odd)) == [
        "coba.yaml:6: members.count: got 40; by the rules a KUBE has 5 to 20 members",
        "coba.yaml:13: products[0].price: got 3 Rp/piece, usual is 500 to 10000; "
        "did you mean 3000?",
        "coba.yaml:30: parameters.farm_wage_day: got 50 Rp/day, usual is 20000 to 50000; "
        "did you mean 50000?",
    ]


def test_a_group_without_outlets_warns_and_earns_nothing(write: Write) -> None:
    """Whether the key is left out or the list is empty; a comparison of it gives zeros."""
    head, _, rest = GROUP.partition("outlets:\n")
    donors = rest[rest.index("donors:") :]
    alone = head.replace("demand:\n      warung: 6", "demand: {warung: 6}")
    nothing = "there are no outlets: nothing can be sold"
    assert warnings(write(alone + donors)) == [f"coba.yaml:10: products: {nothing}"]
    assert warnings(write(alone + "outlets: []\n")) == [f"coba.yaml:18: outlets: {nothing}"]
    for group in (alone, alone + "outlets: []\n"):
        path = write(group)
        told = call("compare", "none", "only_fgd", "--group", path, "--out", "out", *SMALL)
        assert told.code == 0 and nothing in told.err
        assert not store.read(Path("out"), "weekly", ["kube_income", "receipts"]).to_numpy().any()


FAULTY = """\
interventions:
  - {kind: capital_proposal, donor: kebon_jambuu}
  - {kind: market_stall, week: 3, outlet: warung_gres}
  - {kind: negotiation, week: 521, outlet: warung_amatt, stage: lunch}
  - {kind: negotiation, week: 4, repeat: {every: 400, times: 9}}
  - {kind: negotiation, outlet: warung_amat}
  - {kind: negotiation, outlet: warung_amat, when: {outlet_refused: pasr}}
shocks:
  - {kind: ingredient_price, week: 3, weeks: 2, ingredient: flor}
"""


def test_what_an_item_lacks_hides_nothing_else_in_it(write: Write) -> None:
    """And nothing is told that only rests on what stands in for it."""
    found = [line.split("; ")[0].split(", expected")[0] for line in refusals(write(HEAD + FAULTY))]
    assert [line.removeprefix("coba.yaml:") for line in found] == [
        "4: interventions[0].week: missing",
        "4: interventions[0].donor: got 'kebon_jambuu', which group 'semangat72' does not have",
        "5: interventions[1].weeks: missing",
        "5: interventions[1].outlet: got 'warung_gres', an outlet of kind warung",
        "6: interventions[2].week: got '521'",
        "6: interventions[2].stage: got 'lunch'",
        "6: interventions[2].outlet: got 'warung_amatt', which group 'semangat72' does not have",
        "7: interventions[3].outlet: missing",
        "8: interventions[4].week: missing",
        "9: interventions[5].week: missing",
        "9: interventions[5].when.outlet_refused: got 'pasr', which group 'semangat72' does not "
        "have",
        "11: shocks[0].size: missing",
        "11: shocks[0].ingredient: got 'flor', which no product names under 'ingredients'",
    ]


def test_a_product_without_a_name_is_checked_all_the_same(write: Write) -> None:
    odd = GROUP.replace("    name: Keripik\n", "").replace("    cost: 1400\n", "")
    found = refusals(write(odd.replace("kind: warung", "kind: warungg")))
    assert [line.split(": ", 1)[0] for line in found] == [
        "coba.yaml:11",
        "coba.yaml:11",
        "coba.yaml:20",
    ]
    assert any("add 'cost: ...'" in line for line in found)


def test_mistakes_in_several_parts_of_a_group_come_together(write: Write) -> None:
    bad = GROUP.replace("count: 12", "cuont: 12").replace("cost: 1400", "cost: murah")
    bad = bad.replace("farm_wage_day", "farm_wages_day")
    lines = [int(line.split(":")[1]) for line in refusals(write(bad))]
    assert lines == [5, 6, 14, 30]


def test_an_audience_needs_a_village_government(write: Write) -> None:
    write(GROUP.replace("village_government", "pesantren"), "configs/groups/lain.yaml")
    plan = "group: lain\ninterventions: [{kind: audience, week: 1, requests: [tools]}]\n"
    found = refusals(write(HEAD + plan))
    assert found == [
        "coba.yaml:4: interventions[0]: 'lain' has no donor of kind village_government, "
        "who would hold it"
    ]


# --- Files that are no configuration -------------------------------------------------------------

LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{here}: &{here} [{','.join([f'*{before}'] * 10)}]\n"
    for before, here in zip("abcdefgh", "bcdefghi", strict=True)
)
NO_CONFIG = {
    "empty": ("", "coba.yaml: the file is empty"),
    "only comments": ("# nanti\n\n", "coba.yaml: the file is empty"),
    "a list": ("- a\n", "coba.yaml: expected lines such as"),
    "a word": ("halo\n", "coba.yaml: expected lines such as"),
    "UTF-16": ("title: a\n".encode("utf-16"), "coba.yaml:1: this is not text in UTF-8"),
    "latin": (b"title: a\nquestion: \xe9\n", "coba.yaml:2: this is not text in UTF-8"),
    "binary": (b"title: a\n\x00\x01\n", "coba.yaml:2: a character that no text should hold"),
    "tab": ("a:\n\t- b\n", "coba.yaml:2: this is not YAML: a tab; indent with spaces"),
    "open bracket": ("title: x\nset: [a\n\n", "coba.yaml:2: this is not YAML"),
    "open quote": ("title: 'a\nset: {}\n", "coba.yaml:1: this is not YAML"),
    "colon": ("title: a: b\n", "coba.yaml:1: this is not YAML"),
    "two documents": ("title: a\n---\ntitle: b\n", "coba.yaml:3: a second document"),
    "code": ("title: !!python/object/apply:os.getcwd []\n", "coba.yaml:1: a tag"),
    "odd key": ("? [a]\n: b\n", "coba.yaml:1: a key must be a plain word"),
    "endless key": (f"? {'x' * 5000}\n: b\n", "coba.yaml:1: a key must be a plain word"),
    "alias to nothing": ("title: *a\n", "coba.yaml:1: nothing above is marked '&a'"),
    "alias to itself": ("title: &a [*a]\n", "coba.yaml:1: nothing above is marked '&a'"),
    "deep": ("a: " + "[" * 100 + "]" * 100, "coba.yaml:1: nested deeper than 20 levels"),
    "very deep": ("[" * 200_000, "coba.yaml:1: nested deeper than 20 levels"),
    "a billion laughs": (LAUGHS, "coba.yaml:5: more than 50,000 values"),
    "deep by aliases": (
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 30)),
        "coba.yaml:19: nested deeper than 20 levels",
    ),
    "large": ("#" * (1 << 20) + "\n", "coba.yaml: the file is larger than 1,048,576 bytes"),
    "neither": ("nama: apa\n", "coba.yaml: expected a group (members:"),
}


@pytest.mark.parametrize(("content", "start"), NO_CONFIG.values(), ids=NO_CONFIG)
def test_what_is_no_configuration_is_refused(
    write: Write, content: str | bytes, start: str
) -> None:
    (found,) = refusals(write(content))
    assert found.startswith(start)


def test_many_values_are_refused_before_they_cost_much(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "MAX_VALUES", 100)
    assert "more than 100 values" in refusals(write("a: [" + "1," * 200 + "]\n"))[0]


def test_a_small_alias_is_understood(write: Write) -> None:
    path = write(HEAD + "interventions: [{kind: fgd, week: &w 3}, {kind: fgd, week: *w}]\n")
    scenario = load_scenario(path)
    assert [each.week for each in scenario.interventions] == [3, 3]


def test_windows_notepad_is_understood(write: Write) -> None:
    text = "\ufeff" + (HEAD + "set: {farm_wage_day: 50.000}\n").replace("\n", "\r\n")
    assert load_scenario(write(text)).set == {"farm_wage_day": 50_000}


def test_no_is_a_word(write: Write) -> None:
    path = write("title: no\nquestion: on\ninterventions:\n  - {kind: fgd, week: 0, effective: no}")
    scenario = load_scenario(path)
    assert (scenario.title.id, scenario.title.en) == ("no", "no")
    assert scenario.interventions[0].effective is False


def test_files_that_cannot_be_read(write: Write, tmp_path: Path) -> None:
    assert refusals("tidak_ada.yaml") == ["tidak_ada.yaml: there is no such file"]
    assert refusals(tmp_path) == [".: this is not a file"]
    assert refusals("a\0b.yaml") == ["a?b.yaml: there is no such file"]
    assert "cannot be read" in refusals("x" * 5000 + ".yaml")[0]
    if hasattr(os, "mkfifo"):
        os.mkfifo("pipa.yaml")
        assert refusals("pipa.yaml") == ["pipa.yaml: this is not a file"]


def test_the_name_of_the_file_must_be_an_id(write: Write) -> None:
    assert "rename it to 'rencana_2.yaml'" in refusals(write(HEAD, "Rencana (2).yaml"))[0]
    assert "a-z, 0-9 and _" in refusals(write(HEAD, f"{'x' * 41}.yaml"))[0]


def test_one_sort_of_file_is_not_taken_for_the_other(write: Write) -> None:
    group, scenario = write(GROUP, "g.yaml"), write(HEAD + "set: {}\n", "s.yaml")
    with pytest.raises(ConfigError, match=r"g\.yaml: expected a scenario"):
        load_scenario(group)
    with pytest.raises(ConfigError, match=r"s\.yaml: expected a group"):
        load_group(scenario)


# --- Names ---------------------------------------------------------------------------------------


def test_names_and_paths_lead_to_the_same(write: Write) -> None:
    path = CONFIGS / "scenarios" / "package_2019.yaml"
    assert load(path) == load(str(path)) == load("package_2019") == load_scenario("package_2019")
    assert find("none", "scenarios") == CONFIGS / "scenarios" / "none.yaml"


def test_an_unknown_name_tells_what_there_is() -> None:
    with pytest.raises(ConfigError) as caught:
        load_scenario("pakage_2019")
    message = str(caught.value)
    assert "'pakage_2019': no scenario has this name; there are: contoh_perluasan, " in message
    assert message.endswith("did you mean 'package_2019'?")
    for name in ("none\n", "*", "[a-z]", "NONE", "x" * 5000, "~"):
        with pytest.raises(ConfigError, match="no group has this name; there are: contoh"):
            load_group(name)


def test_the_current_folder_comes_first(write: Write) -> None:
    write(HEAD, "configs/scenarios/none.yaml")
    assert load_scenario("none").title.id == "Coba"


def test_a_scenario_brings_its_group(write: Write) -> None:
    write(GROUP, "proyek/configs/groups/lain.yaml")
    plan = HEAD + "interventions: [{kind: negotiation, week: 1, outlet: warung_a}]\ngroup: "
    named = write(plan + "lain\n", "proyek/configs/scenarios/nama.yaml")
    placed = write(plan + "../groups/lain.yaml\n", "proyek/configs/scenarios/letak.yaml")
    for path in (named, placed):
        assert load_group(load_scenario(path).group or "").id == "lain"
    assert load_scenario("contoh_perluasan").group == "contoh"
    assert load_scenario("none").group is None


def test_another_group_can_play_a_scenario(write: Write) -> None:
    contoh = load_group("contoh")
    assert load_scenario("only_audience", contoh).interventions
    with pytest.raises(ConfigError, match="which group 'contoh' does not have"):
        load_scenario("package_2019", contoh)


# --- Numbers as people write them ----------------------------------------------------------------

NUMBERS = {
    "Rp 1.500.000,-": 1_500_000, "Rp. 20.000,-": 20_000, "rp50.000": 50_000, "-Rp 500": -500,
    "Rp -500": -500, "1.500.000": 1_500_000, "50.000": 50_000, "1.500.000,50": 1_500_000.5,
    "1,5 juta": 1_500_000, "1,1 juta": 1_100_000, "300rb": 300_000, "2 jt": 2_000_000,
    "1,500,000": 1_500_000, "1,500.5": 1_500.5, "0,7": 0.7, "0.125": 0.125, "0,125": 0.125,
    "12.5": 12.5, ".5": 0.5, "-0,6": -0.6, "−0,6": -0.6, "20%": 0.2, "7 persen": 0.07,
    "1e6": 1_000_000, " 12 ": 12, "+3": 3, "1.5e-3": 0.0015,
}  # fmt: skip
NO_NUMBERS = (
    "", "abc", "Rp", "1.2.3", "1,2,3", "1.000.00", "1,500", "1_000", "0x10", "--5", "2 jutaan",
    "1 2", "1e999", "9" * 99, "٣", True, None, [1], 10**400, float("nan"), float("inf"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "number"), NUMBERS.items())
def test_numbers_are_understood(text: str, number: float) -> None:
    assert numerals.parse_number(text) == number


@pytest.mark.parametrize("value", NO_NUMBERS, ids=lambda value: repr(value)[:20])
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="expected"):
        numerals.parse_number(value)


@given(st.integers(-(10**15), 10**15))
def test_grouped_thousands_read_back(number: int) -> None:
    assert (
        numerals.parse_number(f"Rp {number:,},-".replace(",", ".", f"{number:,}".count(",")))
        == number
    )


@given(st.one_of(st.text(), st.text("0123456789.,-+ Rpjutae%", max_size=20)))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        assert numerals.parse_number(text) == numerals.parse_number(text)
    except ValueError as error:
        assert "expected" in str(error)


def test_settings_come_out_as_the_parameters_types(write: Write) -> None:
    body = "set: {sessions_per_week: '3', farm_wage_day: Rp 40.000, division_rule: equal}\n"
    scenario = load_scenario(write(HEAD + body))
    assert scenario.set == {
        "sessions_per_week": 3,
        "farm_wage_day": 40_000.0,
        "division_rule": "equal",
    }
    assert isinstance(scenario.set["sessions_per_week"], int)


# --- The register of a group ---------------------------------------------------------------------


def test_the_register_of_the_paper_is_the_register() -> None:
    register = register_of(load_group())
    assert {f"price_{name}" for name in ("pisang", "bolu", "opak")} <= CATALOGUE & register.keys()
    assert register["n_members"].default == 20
    assert register["distance_km_pesantren_assanusi"].low == 4
    assert register["distance_km_pesantren_assanusi"].drawn
    assert all(checked(row, row.default) == row.default for row in register.values() if row.drawn)


def test_a_group_tells_its_own_numbers(write: Write) -> None:
    text = GROUP.replace("cost: 1400", "cost: {value: Rp 1.400, low: 1000, source: '[S8]'}")
    register = register_of(load_group(write(text)))
    assert not [name for name in register if "opak" in name or "demand_school" in name]
    cost, price, wage = (
        register[name] for name in ("cost_keripik", "price_keripik", "farm_wage_day")
    )
    assert (cost.default, cost.low, cost.high, cost.drawn) == (1400, 1000, 1400, True)
    assert (cost.provenance, price.provenance) == ("literature", "assumption")
    assert (price.default, price.drawn, wage.default, wage.drawn) == (3000, False, 40_000, False)
    assert register["demand_warung_keripik"].default == 6
    assert register["n_officers"].default == 2


def test_settings_from_the_command_line() -> None:
    register = register_of(load_group())
    assert read_setting(register, "farm_wage_day", "50.000") == 50_000
    assert read_setting(register, "consign_margin", "15%") == 0.15
    assert read_setting(register, "division_rule", "equal") == "equal"
    for name, value in (("farm_wage", 1), ("norm_init", 2), ("norm_init", "x"), ("calendar", "x")):
        with pytest.raises(ParameterError):
            read_setting(register, name, value)


def test_a_quantity_is_a_number_or_a_range() -> None:
    assert Quantity.model_validate("1,5 juta").value == 1_500_000
    assert Quantity.model_validate({"value": 2, "low": "1", "high": 3}).low == 1


# --- The schema for editors ----------------------------------------------------------------------


def test_the_schema_describes_what_is_written() -> None:
    group, scenario = json_schema("group"), json_schema("scenario")
    assert "id" not in group["properties"] and group["additionalProperties"] is False
    outlet = group["$defs"]["Outlet"]["properties"]
    assert outlet["kind"]["enum"] == ["warung", "pesantren", "school", "market", "online"]
    assert "Kilometres" in outlet["distance_km"]["description"]
    product = group["$defs"]["Product"]["properties"]
    assert "product training" in product["potential"]["description"]
    assert "cost of materials" in product["ingredients"]["description"]
    assert "ministry" in group["$defs"]["Donor"]["properties"]["kind"]["enum"]
    offered = scenario["properties"]["set"]["properties"]
    assert "sessions" in offered["sessions_per_week"]["description"]


def test_the_schema_offers_every_plan_and_shock() -> None:
    scenario = json_schema("scenario")
    defined, listed = scenario["$defs"], scenario["properties"]
    plans = listed["interventions"]["items"]["discriminator"]["mapping"]
    shocks = listed["shocks"]["items"]["discriminator"]["mapping"]
    assert {*plans} == {*INTERVENTION_KINDS} and {*shocks} == {*SHOCKS}
    fgd, when = defined["Fgd"]["properties"], defined["When"]
    assert {"week", "effective", "stage", "when", "repeat", "invited", "kind"} == {*fgd}
    assert {"refleksi", "reflection"} <= {*fgd["stage"]["anyOf"][0]["enum"]}
    assert (when["minProperties"], when["maxProperties"]) == (1, 1)
    assert "times" in defined["Repeat"]["required"]
    entries = [defined[name.rsplit("/", 1)[-1]] for name in [*plans.values(), *shocks.values()]]
    assert all(entry["description"] for entry in entries)


# --- Anything at all -----------------------------------------------------------------------------

SIGNS = st.sampled_from(" :-[]{}#&*!|>'\",.%@`\t\n0a9ébR~?<\x00\x07\u2028\ufeff")


@st.composite
def broken(draw: st.DrawFn) -> str:
    """A shipped file after a few careless edits."""
    text = draw(st.sampled_from(SHIPPED))
    for _ in range(draw(st.integers(1, 4))):
        lines = text.splitlines(keepends=True) or [""]
        n = draw(st.integers(0, len(lines) - 1))
        place = draw(st.integers(0, len(lines[n])))
        lines[n : n + 1] = {
            "delete": [],
            "repeat": [lines[n], lines[n]],
            "indent": ["  " + lines[n]],
            "outdent": [lines[n].lstrip(" ")],
            "insert": [lines[n][:place] + draw(SIGNS) + lines[n][place:]],
            "replace": [lines[n][:place] + draw(SIGNS) + lines[n][place + 1 :]],
            "cut": [lines[n][:place]],
        }[
            draw(
                st.sampled_from(
                    ["delete", "repeat", "indent", "outdent", "insert", "replace", "cut"]
                )
            )
        ]
        text = "".join(lines)
    return text


def check_anything(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        check_file(path)
    except ConfigError as error:
        assert error.problems
        lines = content.count(b"\n") + content.count(b"\r") + 2
        for problem in error.problems:
            assert problem.message and problem.file
            assert problem.line is None or 1 <= problem.line <= lines


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(broken())
def test_broken_files_are_loaded_or_refused(tmp_path: Path, text: str) -> None:
    check_anything(tmp_path / "rusak.yaml", text.encode("utf-8"))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_are_refused(tmp_path: Path, content: bytes) -> None:
    check_anything(tmp_path / "rusak.yaml", content)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = st.sampled_from([*Group.model_fields, *Scenario.model_fields])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(KEYS, PLAIN, min_size=1))
def test_any_values_under_known_keys_are_loaded_or_refused(
    tmp_path: Path, values: dict[str, object]
) -> None:
    text = "".join(f"{key}: {json_like(value)}\n" for key, value in values.items())
    check_anything(tmp_path / "rusak.yaml", text.encode("utf-8", "replace"))


def json_like(value: object) -> str:
    """A value in YAML's one-line form; texts without quotes where YAML allows."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json_like(k)}: {json_like(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(json_like, value)) + "]"
    if isinstance(value, str):
        return value if value.isalnum() else "'" + value.replace("'", "''") + "'"
    return {None: "null", True: "true", False: "false"}.get(value, str(value))  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize(
    ("plans", "expected"),
    [
        (
            [
                {"kind": "market_stall", "week": 1, "weeks": 5, "outlet": "pasar"},
                {"kind": "market_stall", "week": 3, "weeks": 5, "outlet": "pasar"},
            ],
            "a second market_stall at 'pasar' in week 3",
        ),
        ([{"kind": "counselling", "week": 1, "clients": 21}], "no more than the 20 members"),
    ],
)
def test_plans_that_cannot_be_are_refused(plans: list[dict[str, object]], expected: str) -> None:
    made = Scenario.model_validate({"id": "a_test", "title": "A test", "interventions": plans})
    (found,) = check_scenario(made, load_group())
    assert expected in found.message
    assert not found.warning
