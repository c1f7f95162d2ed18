"""A steadier picture of what fails: regress first, then search (Arzamasov and Böhm 2021)."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

PENALTIES: Final = np.logspace(0, 6, 49)[:, None]


class Ridge:
    """Ridge regression (Hoerl and Kennard 1970) on always the same numbers, for many outcomes.

    Its penalty is chosen for each outcome by generalised cross-validation (Golub, Heath and Wahba
    1979); the decomposition is made once.
    """

    def __init__(self, numbers: Numbers) -> None:
        """numbers: [case, parameter], on like scales."""
        self.left, self.sizes, _ = np.linalg.svd(numbers - numbers.mean(0), full_matrices=False)

    def fitted(self, outcome: Numbers) -> Numbers:
        """[case] what the numbers tell of an outcome."""
        mean = outcome.mean()
        along = self.left.T @ (outcome - mean)
        kept = self.sizes**2 / (self.sizes**2 + PENALTIES)
        left = ((outcome - mean) ** 2).sum() - ((2 * kept - kept**2) * along**2).sum(1)
        score = left / np.maximum(1 - (1 + kept.sum(1)) / len(outcome), 1e-9) ** 2
        return np.asarray(mean + self.left @ (kept[score.argmin()] * along))
