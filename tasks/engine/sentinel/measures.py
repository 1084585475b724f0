"""How well a column alone tells a target: by values, by one bound, by rows beside each other."""

import numpy as np
from scipy.stats import rankdata

from tasks.engine.profile.sampled import Sampled
from tasks.engine.profile.strengths import Strength, Target, measure_strength
from tasks.engine.sentinel.many import guess_beside

FEWEST_BESIDE, FEWEST_BOUND = 50, 25  # rows; of a bound in each class


def measure(feature: Sampled, target: Target) -> Strength:
    """Measure a column; a target of numbers by its ranks and by rows that are next to each other
    too, so that no long tail hides it.
    """
    found = measure_strength(feature, target)
    if target.classes:
        bound = _bound(feature, target)
        return max(found, bound, key=lambda one: one.strength)
    beside = _beside(feature, target)
    ranks = np.argsort(np.argsort(target.values, kind="stable")).astype(float)
    ranked = measure_strength(feature, Target(target.rows, ranks, None))
    return max(found, ranked, beside, key=lambda one: one.strength)


def _bound(feature: Sampled, target: Target) -> Strength:
    """Measure how well one bound of a number tells two classes: few rows fill no bins.

    Of fewer rows yet an honest number may tell each without a mistake.
    """
    known = feature.known[target.rows]
    codes = target.values[known] > 0
    if not feature.is_number or len(target.classes or ()) != 2 or not known.all():
        return Strength(0.0, "AUC", 0.5)
    n_one = int(codes.sum())
    if min(n_one, len(codes) - n_one) < FEWEST_BOUND:  # as a fever is told by a temperature
        return Strength(0.0, "AUC", 0.5)
    ranks = rankdata(feature.values[target.rows])
    below = ranks[codes].sum() - n_one * (n_one + 1) / 2
    score = float(below / (n_one * (len(codes) - n_one)))
    score = max(score, 1 - score)
    return Strength(2 * score - 1, "AUC", score)


def _beside(feature: Sampled, target: Target) -> Strength:
    """Guess each target from the two rows below and above in a column's order, as R2.

    Rows without a number are left out, up to half of all. It is the least of two: over all rows,
    and without those of the most extreme targets, so that a few of them, such as placeholders,
    do not carry it.
    """
    x, y = feature.values[target.rows], target.values.astype(float)
    known = np.flatnonzero(feature.known[target.rows])
    if not feature.is_number or len(known) < max(FEWEST_BESIDE, len(y) / 2):
        return Strength(0.0, "R2", 0.0)
    known = np.random.default_rng(0).permutation(known)  # rows with one value may be sorted
    y = y[known[np.argsort(x[known], kind="stable")]]
    guessed, told = guess_beside(y), y[2:-2]
    low, high = np.quantile(y, [0.01, 0.99])
    usual = (low <= told) & (told <= high)
    score = min(_r2(told, guessed), _r2(told[usual], guessed[usual]))
    return Strength(float(np.clip(score, 0, 1)), "R2", score)


def _r2(y: np.ndarray, guessed: np.ndarray) -> float:
    with np.errstate(all="ignore"):  # of vast numbers, or of numbers that are all the same
        score = 1 - ((y - guessed) ** 2).sum() / ((y - y.mean()) ** 2).sum()
    return float(score) if np.isfinite(score) else 0.0
