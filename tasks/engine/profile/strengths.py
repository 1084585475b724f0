"""How well one column alone tells another, out of fold: no row is guessed from itself.

The feature is cut into bins (its quantiles; its categories or few numbers; one for missing), and
each row's
target is guessed from the other folds' rows in its bin. The measure of classes is ROC AUC, one
class against the rest and the mean over classes; that of numbers is R2, or the squared rank
correlation where that is higher, so that a bend in a curve is no loss.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tasks.engine.profile.leaks import TARGETS, is_leak
from tasks.engine.profile.sampled import Sampled

BINS, FOLDS = 32, 5
FEW_NUMBERS = 100
CLASSES_AT_MOST = 20
SHRINK = 1.0  # rows of the overall mean that each bin's mean begins with


@dataclass(frozen=True)
class Target:
    """What is to be told: numbers, or codes of classes; only rows that have one."""

    rows: np.ndarray
    values: np.ndarray
    classes: list[str] | None


@dataclass(frozen=True)
class Strength:
    """How well a column tells the target: 0 not at all, 1 perfectly."""

    strength: float
    measure: str
    score: float


def make_target(column: Sampled) -> Target | None:
    """Return a target; None when fewer than two values are there to be told apart."""
    rows = np.flatnonzero(column.known)
    few = len(np.unique(column.values[rows])) <= CLASSES_AT_MOST
    if column.is_number and not (column.kind == "number" and few):
        values = column.values[rows]
        return Target(rows, values, None) if len(rows) > FOLDS and np.ptp(values) > 0 else None
    codes, names = column.as_classes(CLASSES_AT_MOST)
    return Target(rows, codes[rows], names) if len(names) > 1 else None


def inner_edges(feature: Sampled, rows: np.ndarray, bins: int, few: int = 0) -> np.ndarray:
    """Return what separates bins with about as many numbers each; fewer where numbers tie.

    Up to `few` different numbers have a bin each: they may be codes.
    """
    known = feature.values[rows][feature.known[rows]]
    values = np.unique(known) if few else known
    if few and len(values) <= few:
        return values[1:]
    shares = np.linspace(0, 1, bins + 1)[1:-1]
    return np.unique(np.quantile(known, shares)) if len(known) else known


def bin_of(feature: Sampled, rows: np.ndarray, bins: int, few: int = 0) -> tuple[np.ndarray, int]:
    """Return the bin of each row, and how many bins there are; the last is for missing ones."""
    values, known = feature.values[rows], feature.known[rows]
    if not feature.is_number:
        size = int(values.max(initial=-1)) + 1
        return np.where(known, values, size).astype(int), size + 1
    edges = inner_edges(feature, rows, bins, few)
    places = np.searchsorted(edges, np.where(known, values, 0), side="right")
    return np.where(known, places, len(edges) + 1), len(edges) + 2


def measure_strength(feature: Sampled, target: Target) -> Strength:
    """Measure how well a column alone tells the target."""
    places, n_bins = bin_of(feature, target.rows, BINS, FEW_NUMBERS)
    groups = places * FOLDS + folds(len(places))
    if target.classes:
        score = _auc(groups, n_bins, target.values, len(target.classes))
        return Strength(float(np.clip(2 * score - 1, 0, 1)), "AUC", float(score))
    score = _r2(groups, n_bins, target.values)
    if feature.is_number:
        score = max(score, _rank_r2(feature.values[target.rows], target.values))
    return Strength(float(np.clip(score, 0, 1)), "R2", float(score))


def tells(feature: Sampled, target: Target) -> Strength | None:
    """Measure how well a column alone tells the target; None where that is no leak."""
    found = measure_strength(feature, target)
    return found if is_leak(found.strength, found.measure, feature.kind) else None


def is_told_by(feature: Sampled, target: Sampled) -> bool:
    """Tell whether a column that tells the target is told by it as well, as a copy of it is."""
    turned = make_target(feature) if feature.kind in TARGETS else None
    return turned is not None and tells(target, turned) is not None


@lru_cache(maxsize=4)
def folds(n: int) -> np.ndarray:
    """Return a fold for each row, the same each time; by chance, since rows may have a rhythm."""
    return np.random.default_rng(0).integers(0, FOLDS, n)


def _others(totals: np.ndarray) -> np.ndarray:
    """Return, for each bin and fold, the sum over the bin's other folds."""
    return np.asarray(totals.sum(axis=1, keepdims=True) - totals)


def _means(groups: np.ndarray, n_bins: int, values: np.ndarray) -> np.ndarray:
    """Return each bin's and fold's mean of `values` over the other folds, drawn to the mean."""
    size = n_bins * FOLDS
    counts = np.bincount(groups, minlength=size).reshape(n_bins, FOLDS)
    sums = np.bincount(groups, values, size).reshape(n_bins, FOLDS)
    means = (_others(sums) + SHRINK * values.mean()) / (_others(counts) + SHRINK)
    return np.ravel(means)


def _r2(groups: np.ndarray, n_bins: int, y: np.ndarray) -> float:
    with np.errstate(over="ignore", invalid="ignore"):
        left = ((y - _means(groups, n_bins, y)[groups]) ** 2).sum()
        score = 1 - left / ((y - y.mean()) ** 2).sum()
    return float(score) if np.isfinite(score) else 0.0


def _rank_r2(x: np.ndarray, y: np.ndarray) -> float:
    known = np.isfinite(x)
    if known.mean() < 0.5 or np.ptp(x[known]) == 0 or np.ptp(y[known]) == 0:
        return 0.0
    correlation = np.corrcoef(_ranks(x[known]), _ranks(y[known]))[0, 1]
    return float(correlation**2) * float(known.mean())


def _ranks(values: np.ndarray) -> np.ndarray:
    _found, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts - 1) / 2)[places]


def _auc(groups: np.ndarray, n_bins: int, codes: np.ndarray, n_classes: int) -> float:
    """Return the mean over classes of the AUC of the guessed share of the class."""
    total = np.bincount(groups, minlength=n_bins * FOLDS)
    scores = []
    for code in range(n_classes):
        is_class = (codes == code).astype(float)
        if not 0 < is_class.sum() < len(codes):
            continue
        positive = np.bincount(groups, is_class, n_bins * FOLDS)
        _found, places = np.unique(_means(groups, n_bins, is_class), return_inverse=True)
        up = np.bincount(places, positive)
        down = np.bincount(places, total - positive)
        below = np.cumsum(down) - down
        scores.append((up * (below + down / 2)).sum() / (up.sum() * down.sum()))
    return float(np.mean(scores)) if scores else 0.5
