"""From a stored comparison to a decision: which strategy, how sure, at what cost.

Everything is read from the tables of the comparison; nothing is run.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from experiments import store
from experiments.alternatives import AS_IT_IS, FORM
from experiments.analysis import choice, costs
from experiments.analysis.outcomes import OUTCOMES, by_village, margin_of, weeks_until_gain
from experiments.analysis.simultaneous import CONFIDENCE, simultaneous, verdict
from experiments.analysis.variance import shares, variance_parts

MAIN: Final = "net_income"  # the outcome by which options are ranked
DAY_RP: Final = 200_000.0  # assumed price of a facilitator's day; break-even prices need none
COSTS: Final = ("intervention_cost_rp", "facilitator_days", "intervention_hours")
BAND: Final = (0.1, 0.5, 0.9)  # of villages
RESAMPLES: Final = 200  # of villages, for the share of draws in which an option is on a frontier
FEWEST: Final = 20  # villages: with fewer, no interval holds as often as it says


def decide(out: Path, margin: float, day_rp: float = DAY_RP) -> dict[str, Any]:
    """What a comparison says of the choice; the first scenario is the baseline.

    Incomes in Rp a founding woman and week; costs and benefits in Rp for the group over the run.
    `against`: rows of every strategy against the baseline and against the best. `strategies`: by
    name rank (best and worst place), chance of being best, regret, weeks until the gain shows,
    costs. `forms`: by alternative the mean gain and its error, for the villages tried under all.
    Empty with fewer than FEWEST villages, or one strategy alone.
    """
    manifest = store.read_manifest(out)
    asked = manifest["question"]
    names = [scenario["id"] for scenario in asked["scenarios"]]
    if len(names) < 2 or int(asked["villages"]) < FEWEST:
        return {}
    runs, women = store.read(out, "runs"), store.read(out, "women")
    if "worst_fifth" not in runs:
        raise FileNotFoundError(f"{out} is of an older version; run semangat compare once more")
    weeks, seed = int(asked["weeks"]), int(asked["seed"])
    outcomes = by_village(runs, women, names, margin, weeks)
    pairs = all_pairs(outcomes, names, margin, seed)
    worth = choice.cube(runs, names, MAIN)
    best = names[int(worth.mean((0, 1)).argmax())]
    return {
        "baseline": names[0],
        "best": best,
        "margin": margin,
        "confidence": CONFIDENCE,
        "villages": len(worth),
        "replications": worth.shape[1],
        "weeks": weeks,
        "women": int(asked["defaults"]["n_members"]),
        "day_rp": day_rp,
        "titles": {scenario["id"]: scenario["title"] for scenario in asked["scenarios"]},
        "outcomes": {name: outcomes[name].mean().to_dict() for name in OUTCOMES},
        "against": _against(pairs, names, best),
        "strategies": _strategies(out, runs, pairs, worth, names, margin, day_rp, asked),
        "forms": (forms := _forms(out, runs, names, seed)),
        "turned": _turned(pairs, forms),
    }


def all_pairs(
    outcomes: pd.DataFrame, names: Sequence[str], margin: float, seed: int = 0
) -> pd.DataFrame:
    """outcome, one, other, mean, error, lo, hi, villages, verdict: `one` less `other`, all at once.

    outcomes: [village, (outcome, scenario)]. Each pair stands in both directions; the intervals
    hold for all pairs and outcomes together.
    """
    two = list(combinations(names, 2))
    keys = [(outcome, *pair) for outcome in outcomes.columns.unique(0) for pair in two]
    gaps = np.stack(
        [(outcomes[outcome][a] - outcomes[outcome][b]).to_numpy(float) for outcome, a, b in keys], 1
    )
    reach = _reach_of_one(keys, gaps)
    found = pd.DataFrame(keys, columns=["outcome", "one", "other"]).join(
        simultaneous(gaps, seed, reach_of_one=reach)
    )
    back = found.rename(columns={"one": "other", "other": "one"}).assign(
        mean=-found["mean"], lo=-found["hi"], hi=-found["lo"]
    )
    both = pd.concat([found, back], ignore_index=True)[found.columns]
    both["verdict"] = [
        verdict(row.lo, row.hi, margin_of(row.outcome, margin), OUTCOMES[row.outcome].better)
        for row in both.itertuples()
    ]
    return both


def _reach_of_one(keys: Sequence[tuple[str, str, str]], gaps: np.ndarray) -> np.ndarray:
    """How far one village can differ in each comparison: 1 for chances, unbounded ones 0.

    Two strategies that are equal in every outcome and village are one and the same: 0 as well.
    """
    differ = {keys[i][1:] for i in np.flatnonzero((np.nan_to_num(gaps) != 0).any(0))}
    chances = [OUTCOMES[outcome].unit == "chance" for outcome, *_ in keys]
    return np.array([float(c and key[1:] in differ) for c, key in zip(chances, keys, strict=True)])


def _against(pairs: pd.DataFrame, names: Sequence[str], best: str) -> list[dict[str, Any]]:
    """Rows of every strategy against the baseline and the best, in the strategies' order."""
    mine = pairs[pairs["other"].isin([names[0], best])]
    place = {name: i for i, name in enumerate(names)}
    order = mine.assign(place=mine["one"].map(place)).sort_values("place", kind="stable")
    return list(order.drop(columns="place").to_dict("records"))


def _strategies(
    out: Path, runs: pd.DataFrame, pairs: pd.DataFrame, worth: choice.Worth, names: Sequence[str],
    margin: float, day_rp: float, asked: dict[str, Any],
) -> dict[str, dict[str, Any]]:  # fmt: skip
    weekly = store.read(
        out, "weekly", ["scenario_id", "village_id", "replication_id", "week", MAIN]
    )
    table = choice.best_share(worth).add_prefix("best_").rename(columns={"best_best": "best"})
    table = table.join(choice.regret(worth).add_prefix("regret_"))
    table["best_on_average"] = choice.best_on_average(worth, int(asked["seed"]))
    table[["rank_first", "rank_last"]] = _ranks(pairs, names)
    table = table.join(_costs(out, runs, names, day_rp, asked))
    rows = table.set_axis(list(names)).to_dict("index")
    for name in names[1:]:
        rows[name]["weeks"] = _waiting(weekly, name, names[0], margin)
        rows[name]["spread"] = _spread(runs, name, names[0])
    return rows


def _ranks(pairs: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    mine = pairs[pairs["outcome"] == MAIN].set_index(["one", "other"])
    ends = [
        mine[end].unstack().reindex(index=names, columns=names).fillna(0.0).to_numpy()
        for end in ("lo", "hi")
    ]
    return choice.ranks(*ends)


def _waiting(weekly: pd.DataFrame, name: str, baseline: str, margin: float) -> dict[str, float]:
    """When the gain shows: the middle village of those where it does, 8 in 10; where never."""
    weeks = weeks_until_gain(weekly, name, baseline, margin)
    shown = weeks.dropna()
    low, typical, high = shown.quantile(list(BAND)) if len(shown) else [np.nan] * 3
    never = float(weeks.isna().mean())
    error = float(np.sqrt(never * (1 - never) / len(weeks)))
    return {"typical": typical, "low": low, "high": high, "never": never, "never_error": error}


def _spread(runs: pd.DataFrame, name: str, baseline: str) -> dict[str, float]:
    """Shares of the variance of a gain: villages and luck."""
    gains = choice.cube(runs, [name, baseline], MAIN)
    gains = gains[:, :, 0] - gains[:, :, 1]
    return shares(variance_parts(gains[None])) if gains.shape[1] > 1 else {}


# --- What it costs -------------------------------------------------------------------------------


def _costs(
    out: Path, runs: pd.DataFrame, names: Sequence[str], day_rp: float, asked: dict[str, Any]
) -> pd.DataFrame:
    """By strategy what it gives and costs the group, and where it stands on each frontier."""
    means = runs.groupby(["village_id", "scenario_id"], observed=True)[[MAIN, *COSTS]].mean()
    wide = {name: means[name].unstack()[list(names)].to_numpy() for name in means}
    people = int(asked["defaults"]["n_members"]) * int(asked["weeks"])
    gain = (wide[MAIN] - wide[MAIN][:, :1]) * people
    spent = [wide[name] - wide[name][:, :1] for name in COSTS]
    hour = _hour_rp(out, asked, means.index.unique("village_id"))[:, None]
    benefit = costs.net_benefit(gain, *spent, day_rp, hour)
    effect, each = gain.mean(0), np.stack([cost.mean(0) for cost in spent], 1)
    table = pd.DataFrame({"gain": effect, **dict(zip(COSTS, each.T, strict=True))})
    table["net_benefit"] = benefit.mean(0)
    table["net_benefit_error"] = benefit.std(0, ddof=1) / np.sqrt(len(benefit))
    table["pays"] = (benefit > 0).mean(0)
    with np.errstate(divide="ignore", invalid="ignore"):
        left = (gain - spent[0] - spent[2] * hour).mean(0)
        table["day_worth"] = np.where(each[:, 1] > 0, left / each[:, 1], np.nan)
    for k, name in enumerate(COSTS):
        table[[f"on_{name}", f"price_{name}"]] = costs.frontier(effect, each[:, k])
        table[f"on_{name}_share"] = _on_share(gain, spent[k], int(asked["seed"]))
    table["beaten"] = costs.beaten(effect, each)
    return table


def _on_share(gain: np.ndarray, cost: np.ndarray, seed: int) -> np.ndarray:
    """How often each option is on the frontier when the villages are drawn anew."""
    luck, villages = np.random.default_rng(seed), len(gain)
    drawn = luck.multinomial(villages, np.full(villages, 1 / villages), RESAMPLES) / villages
    again = [costs.frontier(g, c)["on"] for g, c in zip(drawn @ gain, drawn @ cost, strict=True)]
    return np.mean(again, axis=0)


def _hour_rp(out: Path, asked: dict[str, Any], villages: pd.Index) -> np.ndarray:
    """By village what an hour of farm work pays (Rp): what a woman's hour is counted at."""
    drawn = store.read(out, "villages").set_index("village_id").reindex(villages)
    defaults = asked["defaults"]
    wage, hours = (
        drawn[name].to_numpy(float) if name in drawn else np.full(len(drawn), float(defaults[name]))
        for name in ("farm_wage_day", "farm_hours_day")
    )
    return np.asarray(wage / hours)


# --- Other forms of the model --------------------------------------------------------------------


def _forms(out: Path, runs: pd.DataFrame, names: Sequence[str], seed: int) -> dict[str, Any]:
    """Gains, the best strategy and the spread under other forms; empty when none were tried."""
    if "alternatives" not in store.names(out):
        return {}
    other = store.read(out, "alternatives")
    tried = sorted(other["village_id"].unique())
    both = [(AS_IT_IS, runs[runs["village_id"].isin(tried)]), *other.groupby(FORM, sort=False)]
    worth = {form: choice.cube(mine, names, MAIN) for form, mine in both}
    gains = {form: table - table[:, :, :1] for form, table in worth.items()}
    usual = gains[AS_IT_IS].mean(1)
    first = int(usual.mean(0).argmax())
    found = {form: _form(table, usual, first, names, seed) for form, table in gains.items()}
    spread = {}
    if len(tried) > 1 and worth[AS_IT_IS].shape[1] > 1:
        stacked = np.stack(list(gains.values()))
        spread = {
            name: shares(variance_parts(stacked[:, :, :, i])) for i, name in enumerate(names) if i
        }
    return {"villages": len(tried), "by_form": found, "spread": spread}


def _form(
    gains: choice.Worth, usual: np.ndarray, first: int, names: Sequence[str], seed: int
) -> dict[str, Any]:
    """Mean gain of each strategy under a form, what it changes (all at once), and the best.

    lead: by how much the best is above the one that is best as the model is, the `first`.
    """
    means = gains.mean(1)
    moved = simultaneous(means - usual, seed)
    rows = {
        name: {
            "gain": float(means[:, i].mean()),
            "change": float(moved["mean"][i]), "lo": float(moved["lo"][i]),
            "hi": float(moved["hi"][i]),
        }
        for i, name in enumerate(names) if i
    }  # fmt: skip
    each = means.mean(0)
    lead = float(each.max() - each[first])
    return {"best": names[int(each.argmax())], "lead": lead, "strategies": rows}


def _turned(pairs: pd.DataFrame, forms: dict[str, Any]) -> list[list[Any]]:
    """[form, one, other, gap]: orders that are sure, and that another form turns on average (Rp).

    Only what is over the margin: `one` surely adds more than `other`, and under the form less.
    """
    sure = pairs[(pairs["outcome"] == MAIN) & (pairs["verdict"] == "better")]
    found = []
    for form, told in forms.get("by_form", {}).items():
        gains = {name: row["gain"] for name, row in told["strategies"].items()}
        for one, other in zip(sure["one"], sure["other"], strict=True):
            gap = gains.get(other, 0.0) - gains.get(one, 0.0)  # the baseline gains nothing
            if form != AS_IT_IS and gap > 0:
                found.append([form, one, other, gap])
    return found


def table(decision: dict[str, Any]) -> pd.DataFrame:
    """Every comparison as one row, for people and other programs."""
    return pd.DataFrame(decision["against"])
