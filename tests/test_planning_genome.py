"""Genomes and scenarios: whatever a search may make passes the checks, and means what it says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from experiments.advice.planning_choices import refuse_hopeless, shipped
from experiments.advice.planning_files import _flow
from experiments.advice.planning_genome import (
    A_WEEK,
    Gene,
    Genome,
    Language,
    at_random,
    changed,
    crossed,
    encoded,
    interventions,
    neighbours,
    plain,
    scenario,
)
from experiments.advice.planning_menu import Activity, Needs, least, menu
from experiments.advice.planning_told import starts
from experiments.study import Study
from sim.config.plan_checks import check_scenario
from sim.parameters import INTERVENTION_KINDS, ParameterError, resolve
from sim.scenario import Group, load_group, load_scenario, register_of

GROUPS = ("semangat72", "contoh")


def language(group: str = "semangat72", weeks: int = 52) -> Language:
    return Language(menu(load_group(group), weeks), weeks)


def gene_of(words: Language, kind: str, gene: Gene) -> Genome:
    """A genome in which the first activity of a kind has this gene."""
    place = next(n for n, each in enumerate(words.menu) if each.kind == kind)
    return tuple(gene if n == place else Gene() for n in range(len(words.menu)))


def test_the_menu_has_every_kind_that_the_group_has_somebody_for() -> None:
    assert {each.kind for each in language().menu} == set(INTERVENTION_KINDS)
    missing = {"capital_proposal", "social_media"}  # the example has no such donor or outlet
    assert {each.kind for each in language("contoh").menu} == set(INTERVENTION_KINDS) - missing


@pytest.mark.parametrize(
    ("kinds", "says"), [(["fdg"], "no activity is called 'fdg'"), ([""], "called ''"),
                        (["social_media"], "'contoh' has nobody for 'social_media'")]
)  # fmt: skip
def test_a_kind_that_cannot_be_is_refused(kinds: list[str], says: str) -> None:
    with pytest.raises(ParameterError, match=says):
        menu(load_group("contoh"), 52, kinds)


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("weeks", [1, 2, 13, 52, 60])
def test_whatever_a_search_may_make_passes_the_checks(group: str, weeks: int) -> None:
    words, luck, who = language(group, weeks), Random(1), load_group(group)
    genomes = [at_random(words, luck) for _ in range(30)]
    for one, other in zip(genomes[:15], genomes[15:], strict=True):
        for child in crossed(one, other, luck):
            genomes.append(changed(child, words, luck))
    all_done = tuple(Gene(True, 0, len(each.forms) - 1) for each in words.menu)
    for genome in [*genomes, all_done]:
        told = interventions(genome, words)
        found = check_scenario(scenario(told, "plan"), who)
        assert [finding.message for finding in found] == []
        begun = Counter(week for each in told for week in starts(each, weeks))
        assert all(count <= A_WEEK for count in begun.values())
        assert all(week < weeks for week in begun)


def test_the_package_comes_back_from_its_genome() -> None:
    """Its order within a week aside, which the model's agenda does not see."""
    package = load_scenario("package_2019", load_group())
    told = interventions(encoded(package, language()), language())
    meant = [
        {"kind": each.kind, **each.model_dump(mode="json", exclude_defaults=True)}
        for each in package.interventions
    ]
    assert sorted(map(str, map(sorted_items, told))) == sorted(map(str, map(sorted_items, meant)))


def sorted_items(told: dict[str, object]) -> list[tuple[str, str]]:
    return sorted((key, str(value)) for key, value in told.items())


def test_a_plan_that_reacts_keeps_its_visits_to_outlets_that_stop() -> None:
    reacting = load_scenario("reacting_plan", load_group())
    told = interventions(encoded(reacting, language()), language())
    again = {each["outlet"] for each in told if "when" in each}
    assert "warung_lama" in again  # which takes goods already, and is only visited when it stops
    assert "pesantren_al_mubarakah" in again


def test_what_finds_no_room_waits() -> None:
    words = language("contoh", 4)
    full = tuple(Gene(True, 0, 0) for _ in words.menu)
    begun = Counter(week for each in interventions(full, words) for week in starts(each, 4))
    assert begun == dict.fromkeys(range(4), A_WEEK)


def test_what_lasts_ends_with_the_run() -> None:
    words = language()
    (told,) = interventions(gene_of(words, "mentoring", Gene(True, 40, 3)), words)
    assert (told["week"], told["weeks"]) == (40, 12)
    (told,) = interventions(gene_of(words, "fgd", Gene(True, 20, 2)), words)
    assert told["repeat"] == {"every": 13, "times": 3}  # of four, one would be after the end
    (told,) = interventions(gene_of(words, "fgd", Gene(True, 45, 2)), words)
    assert "repeat" not in told


def test_a_plain_genome_does_the_same_in_the_weeks_it_says() -> None:
    words, luck = language("contoh", 20), Random(5)
    genomes = [at_random(words, luck) for _ in range(100)]
    plains = [plain(genome, words) for genome in genomes]
    assert [interventions(each, words) for each in plains] == [
        interventions(each, words) for each in genomes
    ]
    assert sum(mine != other for mine, other in zip(plains, genomes, strict=True)) > 30
    crowded = gene_of(words, "norms", Gene(True, 19, 0))
    assert plain(crowded, words) == crowded


def test_neighbours_are_one_step_away() -> None:
    words, luck = language("contoh", 20), Random(5)
    genome = at_random(words, luck)
    near = neighbours(genome, words, luck)
    assert len(set(near)) == len(near)
    assert all(sum(a != b for a, b in zip(each, genome, strict=True)) == 1 for each in near)
    assert len(near) >= len(words.menu)


def test_the_same_luck_makes_the_same_genomes() -> None:
    words = language()
    made = [
        changed(at_random(words, luck), words, luck) for luck in (Random(3), Random(3), Random(4))
    ]
    assert made[0] == made[1] != made[2]


def test_every_activity_can_be_reached_by_changes() -> None:
    words, luck = language("contoh"), Random(2)
    genome: Genome = tuple(Gene() for _ in words.menu)
    seen = set()
    for _ in range(600):
        genome = changed(genome, words, luck)
        seen |= {(place, gene.form) for place, gene in enumerate(genome) if gene.done}
    assert len(seen) == sum(len(each.forms) for each in words.menu)


# --- Budgets that are too small ------------------------------------------------------------------


def needs(kind: str, **values: float) -> Needs:
    settings = resolve(register_of(load_group()), values)
    return least(next(each for each in language().menu if each.kind == kind), settings)


def test_the_price_list_is_that_of_the_register() -> None:
    assert needs("norms") == Needs(150_000, 1, 60)
    assert needs("norms", n_members=5) == Needs(150_000, 1, 15)
    assert needs("mentoring") == Needs(13 * 75_000, 6.5, 52)
    assert needs("norms", intervention_cost_factor=2).rp == 300_000


def refused(budget: Needs, *kinds: str, who: Group | None = None) -> str:
    who = who or load_group()
    try:
        refuse_hopeless(menu(who, 52, kinds or None), Study(who, 52), budget)
    except ParameterError as error:
        return str(error)
    return ""


def test_a_budget_too_small_for_anything_is_told_with_what_would_do() -> None:
    assert "nearest is norms, which takes Rp 150,000, 1 facilitator days" in refused(
        Needs(149_000, 10, 1e9), "norms", "agency_training"
    )
    assert "0.5 facilitator days" in refused(Needs(1e9, 0.4, 1e9), "negotiation")
    assert refused(Needs(1e9, 0, 0)) != ""
    assert refused(Needs(0, 0, 1e9)) == ""  # a stall takes hours only, and a levy of the box


def test_shipped_plans_are_those_of_the_group_without_shocks() -> None:
    names = {each.shipped for each in shipped(load_group(), 52, None)}
    assert {"package_2019", "perfected_design", "only_norms"} <= names
    assert not {"with_shocks", "contoh_perluasan", "none"} & names
    assert {each.shipped for each in shipped(load_group(), 52, ["norms"])} == {"only_norms"}
    assert "only_norms" not in {each.shipped for each in shipped(load_group(), 3, None)}


def test_words_that_yaml_would_misread_are_quoted() -> None:
    assert _flow({"outlet": "no", "kind": "fgd", "week": 3}) == '{outlet: "no", kind: fgd, week: 3}'
    assert _flow(["a: b", True, "12"]) == '["a: b", true, "12"]'


def test_an_activity_without_a_partner_names_none(tmp_path: Path) -> None:
    assert Activity("fgd").named == {"kind": "fgd"}
    assert Activity("negotiation", "pasar", whom="outlet").named["outlet"] == "pasar"
