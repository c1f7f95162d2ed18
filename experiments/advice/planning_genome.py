"""Plans as a search sees them: one gene for each activity of the menu, and back to a scenario.

A gene says whether the activity is done, from which week, and in which form. The facilitator has
two hands: only so many activities begin in a week, and what finds no room waits for the next.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Final, NamedTuple

from experiments.advice.planning_menu import (
    KEPT_UP,
    KEPT_UP_EVERY,
    KEPT_UP_TIMES,
    TARGETS,
    Activity,
    Form,
)
from sim.scenario import Scenario

A_WEEK: Final = 2  # activities that begin in one week, at most; the package of 2019 has as many
FEW: Final = 8  # activities of a plan made at random, at most
STEP: Final = 4.0  # weeks by which a shift moves, as a standard deviation
STEPS: Final = (-8, -4, -2, -1, 1, 2, 4, 8)  # weeks by which a neighbour differs
ENTERED: Final = (0, 4)  # weeks for one activity more: before the others, or after the first
MORE: Final = 0.5  # chance of one change more

Told = dict[str, Any]  # an intervention as a scenario has it


class Gene(NamedTuple):
    """Whether an activity is done, from which week, and in which of its forms."""

    done: bool = False
    week: int = 0
    form: int = 0


Genome = tuple[Gene, ...]


class Language(NamedTuple):
    """What genomes are about: the menu, and how many weeks a run has."""

    menu: tuple[Activity, ...]
    weeks: int


# --- From a genome to what is done ---------------------------------------------------------------


def interventions(genome: Genome, language: Language) -> list[Told]:
    """What a genome plans, in the order of the weeks; A_WEEK at most begin in any of them."""
    wanted = [
        (gene.week, place, activity.forms[gene.form])
        for place, (gene, activity) in enumerate(zip(genome, language.menu, strict=True))
        if gene.done
    ]
    told: list[Told] = []
    begun: Counter[int] = Counter()
    for week, place, form in sorted(wanted, key=lambda each: each[:2]):
        told += _placed(language.menu[place], form, week, begun, language.weeks)
    return sorted(told, key=lambda each: each["week"])


def _placed(
    activity: Activity, form: Form, week: int, begun: Counter[int], weeks: int
) -> list[Told]:
    """An activity in the first week with room for it; nothing when no week is left."""
    if activity.forms == ({KEPT_UP: True},):
        return [_again(activity, week)]
    every = form.get("repeat", {}).get("every", 1)
    times = form.get("repeat", {}).get("times", 1)
    for first in range(week, weeks):
        planned = [first + n * every for n in range(times) if first + n * every < weeks]
        if all(begun[each] < A_WEEK for each in planned):
            begun.update(planned)
            return _told(activity, form, first, len(planned), weeks)
    return []


def _told(activity: Activity, form: Form, week: int, times: int, weeks: int) -> list[Told]:
    """An activity as a scenario tells it, cut to what fits into the run."""
    told: Told = {**activity.named, "week": week}
    if "weeks" in form:
        told["weeks"] = min(form["weeks"], weeks - week)
    if times > 1:
        told["repeat"] = {**form["repeat"], "times": times}
    told |= {key: form[key] for key in ("requests", "clients") if key in form}
    if form.get(KEPT_UP) and week + 1 < weeks:
        return [told, _again(activity, week + 1)]
    return [told]


def _again(activity: Activity, week: int) -> Told:
    """A visit whenever the outlet has stopped taking goods."""
    return {
        **activity.named,
        "week": week,
        "when": {"outlet_dropped": activity.target},
        "repeat": {"every": KEPT_UP_EVERY, "times": KEPT_UP_TIMES},
    }


def scenario(told: Sequence[Told], name: str) -> Scenario:
    """A scenario that does this and nothing else."""
    return Scenario.model_validate({"id": name, "title": name, "interventions": list(told)})


def key_of(told: Sequence[Told]) -> str:
    """The same for plans that do the same."""
    return json.dumps(list(told), sort_keys=True)


# --- From a scenario to a genome -----------------------------------------------------------------


def encoded(plan: Scenario, language: Language) -> Genome:
    """The genome nearest to a scenario; what the menu does not have is left out."""
    genes = [Gene()] * len(language.menu)
    for each in plan.interventions:
        told = each.model_dump(mode="json", exclude_none=True)
        for place, activity in enumerate(language.menu):
            if _is(told, activity) and told["week"] < language.weeks:
                genes[place] = _joined(genes[place], told, activity)
    return tuple(genes)


def _is(told: Told, activity: Activity) -> bool:
    """Whether this is a form of the activity, as far as it waits for nothing but an outlet."""
    waits = told.get("when", {})
    if told["kind"] != activity.kind or (waits and set(waits) != {"outlet_dropped"}):
        return False
    if waits and not any(KEPT_UP in form for form in activity.forms):
        return False
    if not waits and activity.forms == ({KEPT_UP: True},):
        return False
    whom = next((told[key] for key in TARGETS if key in told), "")
    return whom in ("", activity.target)


def _joined(gene: Gene, told: Told, activity: Activity) -> Gene:
    """The gene with one more intervention: the earliest week counts, and any visit again."""
    if "when" in told:
        form = next(n for n, each in enumerate(activity.forms) if KEPT_UP in each)
        return Gene(True, gene.week if gene.done else told["week"], form)
    if gene.done:
        return gene._replace(week=min(gene.week, told["week"]))
    nearest = min(range(len(activity.forms)), key=lambda n: _apart(told, activity.forms[n]))
    return Gene(True, told["week"], nearest)


def _apart(told: Told, form: Form) -> float:
    """How unlike an intervention a form is; 0 when it is the same."""
    if "weeks" in form:
        return abs(float(told["weeks"]) - form["weeks"])
    if "requests" in form:
        return len({*told["requests"]} ^ {*form["requests"]})
    times: Mapping[str, Any] = told.get("repeat", {})
    repeated = abs(times.get("times", 1) - form.get("repeat", {}).get("times", 1))
    return float(repeated) + (0.5 if KEPT_UP in form else 0)


def plain(genome: Genome, language: Language) -> Genome:
    """The genome that says what is done: the weeks and lengths that come out, not those wanted.

    From there a small step is a small step. The genome itself where its plan has no such form.
    """
    told = interventions(genome, language)
    said = encoded(scenario(told, "plan"), language)
    return said if interventions(said, language) == told else genome


# --- Variation -----------------------------------------------------------------------------------


def at_random(language: Language, luck: Random) -> Genome:
    """A few activities, early weeks more often than late ones."""
    count = luck.randint(1, min(FEW, len(language.menu)))
    chosen = set(luck.sample(range(len(language.menu)), count))
    return tuple(
        Gene(place in chosen, _early(language, luck), luck.randrange(len(activity.forms)))
        for place, activity in enumerate(language.menu)
    )


def _early(language: Language, luck: Random) -> int:
    return min(language.weeks - 1, int(luck.triangular(0, language.weeks, 0)))


def crossed(one: Genome, other: Genome, luck: Random) -> tuple[Genome, Genome]:
    """Two children: each activity is taken whole from one parent or the other."""
    swapped = [luck.random() < 0.5 for _ in one]
    pairs = list(zip(one, other, swapped, strict=True))
    return (
        tuple(b if swap else a for a, b, swap in pairs),
        tuple(a if swap else b for a, b, swap in pairs),
    )


def changed(genome: Genome, language: Language, luck: Random) -> Genome:
    """One change or more: an activity more or less, another week or form, another order."""
    genome = luck.choice(_CHANGES)(genome, language, luck)
    while luck.random() < MORE:
        genome = luck.choice(_CHANGES)(genome, language, luck)
    return genome


def neighbours(genome: Genome, language: Language, luck: Random) -> list[Genome]:
    """All plans one small step away: sooner or later, another form, one less or more; shuffled."""
    near = []
    for place, gene in enumerate(genome):
        if not gene.done:
            weeks = [week for week in ENTERED if week < language.weeks]
            near += [_set(genome, place, done=True, week=week) for week in weeks]
            continue
        near.append(_set(genome, place, done=False))
        others = set(range(len(language.menu[place].forms))) - {gene.form}
        near += [_set(genome, place, form=form) for form in sorted(others)]
        weeks = sorted({gene.week + step for step in STEPS} & set(range(language.weeks)))
        near += [_set(genome, place, week=week) for week in weeks]
    luck.shuffle(near)
    return near


def _set(genome: Genome, place: int, **fields: Any) -> Genome:
    return (*genome[:place], genome[place]._replace(**fields), *genome[place + 1 :])


def _done(genome: Genome) -> list[int]:
    return [place for place, gene in enumerate(genome) if gene.done]


def _added(genome: Genome, language: Language, luck: Random) -> Genome:
    left = [place for place, gene in enumerate(genome) if not gene.done]
    if not left:
        return genome
    return _set(genome, luck.choice(left), done=True, week=_early(language, luck))


def _dropped(genome: Genome, language: Language, luck: Random) -> Genome:
    there = _done(genome)
    return _set(genome, luck.choice(there), done=False) if there else genome


def _moved(genome: Genome, language: Language, luck: Random) -> Genome:
    there = _done(genome)
    if not there:
        return genome
    place = luck.choice(there)
    week = genome[place].week + round(luck.gauss(0, STEP))
    return _set(genome, place, week=min(language.weeks - 1, max(0, week)))


def _reformed(genome: Genome, language: Language, luck: Random) -> Genome:
    there = [place for place in _done(genome) if len(language.menu[place].forms) > 1]
    if not there:
        return genome
    place = luck.choice(there)
    return _set(genome, place, form=luck.randrange(len(language.menu[place].forms)))


def _exchanged(genome: Genome, language: Language, luck: Random) -> Genome:
    """Two activities change places: both done, their weeks; else one for the other."""
    there = _done(genome)
    if not there or len(genome) < 2:
        return genome
    one = luck.choice(there)
    other = luck.choice([place for place in range(len(genome)) if place != one])
    first, second = genome[one], genome[other]
    genome = _set(genome, one, done=second.done, week=second.week)
    return _set(genome, other, done=True, week=first.week)


_CHANGES: Final = (_added, _dropped, _moved, _reformed, _exchanged)
