"""Villages with a known box in which something fails, for tests of discovery."""

from __future__ import annotations

import numpy as np
import pandas as pd

NAMES = [f"p{i}" for i in range(12)]
INSIDE, OUTSIDE = 0.85, 0.10  # how often they fail in the planted box, and elsewhere


def villages(seed: int, count: int = 400) -> pd.DataFrame:
    """Twelve numbers between 0 and 1 for each village."""
    return pd.DataFrame(np.random.default_rng([seed, 1]).random((count, len(NAMES))), columns=NAMES)


def boxed(values: pd.DataFrame, inside: pd.Series | np.ndarray, seed: int) -> np.ndarray:
    """Which villages fail (1): often inside, seldom elsewhere."""
    chance = np.where(inside, INSIDE, OUTSIDE)
    return (np.random.default_rng([seed, 2]).random(len(values)) < chance).astype(float)


def planted(seed: int, count: int = 400) -> tuple[pd.DataFrame, np.ndarray]:
    """Villages that fail where p2 is below 0.4 and p7 above 0.5: one in five of them."""
    values = villages(seed, count)
    return values, boxed(values, (values["p2"] < 0.4) & (values["p7"] > 0.5), seed)


def noise(seed: int, count: int = 200) -> tuple[pd.DataFrame, np.ndarray]:
    """Villages in which three in ten fail, whatever their numbers."""
    values = villages(seed, count)
    return values, (np.random.default_rng([seed, 3]).random(count) < 0.3).astype(float)
