"""Whether one score is better than another on the same folds, or within their noise.

The corrected resampled t-test: C. Nadeau and Y. Bengio, "Inference for the Generalization Error",
Machine Learning 52 (2003). Folds share most of their training rows, so that their differences vary
less than those of independent samples would; the correction adds the share of test rows to 1 / k.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum
from statistics import fmean
from typing import Any

CONFIDENCE = 0.95
FEWEST_FOLDS = 2
# Three folds hardly tell anything; so many tell what is large. Half the width of their interval,
# for a spread of 1 over folds: t of 4 degrees at 0.975, times the root of 1 / 5 + 1 / 4.
ENOUGH_FOLDS, REACH_OF_ENOUGH = 5, 1.8625


@dataclass(frozen=True)
class Paired:
    """A mean difference over folds, with its 95% interval and the p-value of no difference."""

    mean: float
    low: float
    high: float
    p_value: float
    folds: int

    @property
    def is_tied(self) -> bool:
        """Whether the interval holds 0, so that either may be the better one."""
        return self.low <= 0 <= self.high

    @property
    def reach(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2


def test_to_train(folds: Iterable[Any]) -> float:
    """Return the test rows of folds, which have `n_train` and `n_test`, by their training rows."""
    rows = [(fold.n_train, fold.n_test) for fold in folds]
    trained = sum(n for n, _ in rows)
    return sum(n for _, n in rows) / trained if trained else 0.0


def compare_paired(differences: Sequence[float], *, test_to_train: float) -> Paired:
    """Return the mean of differences by fold and how sure it is.

    Parameters
    ----------
    differences : sequence of float
        One for each fold, at least 2.
    test_to_train : float
        Test rows of a fold divided by its training rows; 0.25 for five folds.

    Raises
    ------
    ValueError
        When there are fewer than two folds.

    Examples
    --------
    >>> found = compare_paired([0.01, 0.03, 0.02, 0.02, 0.01], test_to_train=0.25)
    >>> round(found.mean, 3), round(found.low, 3), round(found.high, 3), found.is_tied
    (0.018, 0.002, 0.034, False)
    """
    from scipy import (
        special,  # a third of a second, which a page that compares nothing need not pay
    )

    k = len(differences)
    if k < FEWEST_FOLDS:
        raise ValueError(f"{k} folds cannot be compared; at least {FEWEST_FOLDS} are needed")
    mean = fmean(differences)
    # What `statistics` does in fractions takes half of the time of a page with many jobs.
    variance = fsum((difference - mean) ** 2 for difference in differences) / (k - 1)
    error = (variance * (1 / k + test_to_train)) ** 0.5
    reach = float(special.stdtrit(k - 1, (1 + CONFIDENCE) / 2)) * error
    if error:
        p_value = 2 * float(special.stdtr(k - 1, -abs(mean) / error))
    else:
        p_value = 0.0 if mean else 1.0
    return Paired(mean, mean - reach, mean + reach, p_value, k)
