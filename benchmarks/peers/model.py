"""The small model that every peer runs: its numbers, its rules, its sweep. No framework.

Twenty women make snacks that eight outlets sell on consignment, for 52 weeks. In each week
1. those who came last week share what was sold, and trust the group more or less for it;
   each woman comes with a probability that is the trust she had before;
2. each outlet orders by its trust, gets its part of what was made, sells each piece with a
   probability, and trusts the group more when much of it was sold.
The outcome is what a woman was paid in all.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterable

WOMEN, OUTLETS, WEEKS = 20, 8, 52
PIECES = 30  # made by a woman who comes
LARGEST_ORDER = 80  # pieces, of an outlet with full trust
PRICE = 1_000  # rupiah a piece
HOPED = 14_000  # rupiah a week with which a woman is content
WOMAN_TRUST = 0.7  # at the start
STEP = 0.05  # by which a woman's trust moves
PACE = 0.2  # by which an outlet's trust follows what it sold
USUAL = 0.6  # the part of a delivery that an outlet expects to sell
LEAST, MOST = 0.05, 0.95  # trust

TRUST = (0.2, 0.35, 0.5, 0.65, 0.8)  # of an outlet at the start: the first parameter of the sweep
DEMAND = (0.4, 0.5, 0.6, 0.7, 0.8)  # probability that a piece is sold: the second


def womans_trust(trust: float, pay: float) -> float:
    """Trust of a woman who came and was paid `pay` rupiah."""
    return min(MOST, trust + STEP) if pay >= HOPED else max(LEAST, trust - STEP)


def outlets_trust(trust: float, sold: int, delivered: int) -> float:
    """Trust of an outlet that sold so many of the pieces delivered."""
    return min(MOST, max(LEAST, trust + PACE * (sold / delivered - USUAL)))


def order(trust: float) -> int:
    """Pieces that an outlet asks for."""
    return int(LARGEST_ORDER * trust)


def part(made: int, ordered: int) -> float:
    """The part of every order that can be delivered."""
    return min(1.0, made / ordered)


def asked() -> argparse.Namespace:
    """What every peer's script is told by run.py."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--replications", type=int, required=True)
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--out", required=True, help="a folder for what the peer stores")
    return parser.parse_args()


def tell(incomes: Iterable[float], kept: int = 0) -> None:
    """One line of JSON for run.py: how many runs, their mean, a hash of all, and how many were
    there from an earlier start."""
    values = sorted(float(income) for income in incomes)
    exact = ",".join(f"{value:.6f}" for value in values)
    print(
        json.dumps(
            {
                "runs": len(values),
                "kept": kept,
                "mean": sum(values) / len(values),
                "hash": hashlib.sha256(exact.encode()).hexdigest()[:12],
            }
        )
    )
