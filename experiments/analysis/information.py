"""What knowing a number would be worth: does it change which option is best, and by how much?

Strong, Oakley and Brennan (2014), "Estimating multiparameter partial expected value of perfect
information from a probabilistic sensitivity analysis sample: a nonparametric regression approach",
Medical Decision Making 34. What an option gives is first regressed on what would be known, which
takes luck and all other unknowns out, and only then is the best option taken:

    EVPPI = mean_i max_d g_d(x_i) - max_d mean_i g_d(x_i)

Arrays are [village, option] (`worth`, in Rp or any unit, which values and errors share) and
[parameter, village, column] (`basis`).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

KNOTS: Final = (0.05, 0.35, 0.65, 0.95)  # shares of the villages (Harrell 2001, table 2.3)
COLUMNS: Final = len(KNOTS)  # of a basis, the constant among them
DRAWS: Final = 100  # of the regression's coefficients, for errors and bias
SHUFFLES: Final = 200  # about as many as there are parameters: hardly one in all passes by chance
FEWEST: Final = 10  # villages: fewer tell nothing
TINY: Final = 1e-9  # of the spread of worth: what rounding leaves


class Known(NamedTuple):
    """What knowing is worth, its standard error, and in what share of villages the best differs."""

    value: Floats
    error: Floats
    flips: Floats


# --- One parameter -------------------------------------------------------------------------------


def basis(values: Floats) -> Floats:
    """[village, COLUMNS] orthonormal: a natural cubic spline, or one column for each level.

    The first column is the constant; columns that are not needed are zero. Levels where there are
    no more unlike values than columns.
    """
    levels = np.unique(values)
    if len(levels) <= COLUMNS:
        raw = (values[:, None] == levels[1:]).astype(float)
    else:
        raw = _natural_spline((values - values.mean()) / values.std())
    made = np.zeros((len(values), COLUMNS))
    kept, size = np.linalg.qr(np.column_stack([np.ones(len(values)), raw]))
    whole = np.abs(np.diag(size)) > TINY * np.sqrt(len(values))
    made[:, : whole.sum()] = kept[:, whole]
    return made


def _natural_spline(x: Floats) -> Floats:
    """[village, COLUMNS - 1]: cubic between the knots, straight beyond (Harrell 2001, 2.4.5)."""
    knots = np.unique(np.quantile(x, KNOTS))
    if len(knots) < 3:
        return x[:, None]
    last, before = knots[-1], knots[-2]

    def cube(knot: float) -> Floats:
        return np.asarray(np.clip(x - knot, 0, None) ** 3)

    bent = [
        cube(knot)
        - cube(before) * (last - knot) / (last - before)
        + cube(last) * (before - knot) / (last - before)
        for knot in knots[:-2]
    ]
    return np.column_stack([x, *bent])


def bases(drawn: pd.DataFrame) -> Floats:
    """[parameter, village, COLUMNS]: the basis of every parameter."""
    made = [basis(drawn[name].to_numpy(float)) for name in drawn]
    return np.array(made).reshape(-1, len(drawn), COLUMNS)


def shuffled(basis: Floats, seed: int) -> Floats:
    """SHUFFLES parameters that mean nothing: the given ones, in turn, with villages mixed up."""
    luck = np.random.default_rng([seed, 1])
    return np.array([luck.permutation(basis[i % len(basis)]) for i in range(SHUFFLES)])


def undominated(worth: Floats) -> Floats:
    """The options of which no other gives as much or more in every village, as columns."""
    kept = list(range(worth.shape[1]))
    for option in reversed(range(worth.shape[1])):
        others = [each for each in kept if each != option]
        if any((worth[:, each] >= worth[:, option]).all() for each in others):
            kept = others
    return worth[:, kept]


def worth_of_knowing(basis: Floats, worth: Floats, seed: int = 0) -> Known:
    """EVPPI of each parameter, [parameter].

    The bias of a maximum over fitted values, which is upwards, is taken off: coefficients are drawn
    DRAWS times from their distribution (each village's residual times a standard normal number: the
    wild bootstrap of Wu 1986, which holds for unequal spread), and the mean of what they give lies
    as far above the estimate as that lies above the truth. Their spread, with that of the villages
    themselves, is the standard error.
    """
    worth = worth - worth.mean()
    found = [_one(each, worth, seed) for each in basis]
    return Known(*np.array(found).reshape(-1, 3).T)


def _one(basis: Floats, worth: Floats, seed: int) -> tuple[float, float, float]:
    """Value, error and flips of one parameter."""
    count, options = worth.shape
    if options < 2 or count < FEWEST:
        return 0.0, 0.0, 0.0
    used = basis[:, np.abs(basis).sum(axis=0) > 0]
    fitted = used.T @ worth  # [column, option]
    gains = used @ fitted
    best = int(worth.mean(axis=0).argmax())
    more = gains.max(axis=1) - gains[:, best]
    drawn = _drawn(used, worth - gains, fitted, seed)
    bias = float(drawn.mean()) - float(more.mean())
    error = np.sqrt(drawn.var() + more.var() / count + bias**2)
    flips = float((gains.argmax(axis=1) != best).mean())
    return max(0.0, float(more.mean()) - bias), float(error), flips


def _drawn(basis: Floats, left: Floats, fitted: Floats, seed: int) -> Floats:
    """[draw] values under coefficients drawn about `fitted`; left: residuals [village, option].

    Residuals as large as they would be had their village not been fitted (MacKinnon and White 1985).
    """
    count, columns = basis.shape
    alone = left / np.clip(1 - (basis**2).sum(axis=1), TINY, None)[:, None]
    moved = (alone[:, :, None] * basis[:, None, :]).reshape(count, -1).astype(np.float32)
    luck = np.random.default_rng([seed, 2]).standard_normal((DRAWS, count), np.float32)
    coefficients = (luck @ moved).reshape(DRAWS, -1, columns).transpose(1, 0, 2)
    coefficients = coefficients + fitted.T[:, None, :].astype(np.float32)  # [option, draw, column]
    gains = coefficients @ basis.T.astype(np.float32)
    return np.asarray(np.maximum.reduce(gains).mean(axis=1) - gains.mean(axis=2).max(axis=0))
