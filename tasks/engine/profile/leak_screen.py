"""Which of many columns may tell a target almost perfectly, found for all of them at once.

Nearly no column of a table does; those that may are then measured one by one (`strengths`).
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from tasks.engine.profile.leaks import LEAST
from tasks.engine.profile.sampled import Sampled
from tasks.engine.profile.strengths import BINS, FEW_NUMBERS, FOLDS, SHRINK, Target, folds

SLACK = 1e-6  # for sums that are added up in another order
CELLS_AT_ONCE = 50_000


def may_leak(
    features: Sequence[Sampled], target: Target, least: Mapping[str, float] = LEAST
) -> np.ndarray:
    """Tell which columns may be as good as a target; of those that are, none is left out.

    Parameters
    ----------
    features : sequence of Sampled
        The columns, with as many rows each.
    target : Target
        What is to be told.
    least : Mapping of str to float, optional
        The strength that is asked for, by its measure, R2 or AUC; that of a leak.
    """
    size = max(1, CELLS_AT_ONCE // max(len(target.rows), 1))
    found = np.zeros(len(features), bool)
    for measured in (True, False):
        at = [n for n, feature in enumerate(features) if feature.is_number == measured]
        for part in (at[n : n + size] for n in range(0, len(at), size)):
            some = [features[n] for n in part]
            found[part] = _screen(some, target, least, is_measured=measured)
    return found


@np.errstate(all="ignore")
def _screen(
    features: Sequence[Sampled], target: Target, least: Mapping[str, float], *, is_measured: bool
) -> np.ndarray:
    values = np.stack([feature.values[target.rows] for feature in features])
    places = _bins(values) if is_measured else values.astype(np.int64)
    width = int(places.max(initial=0)) + 2
    places = np.where(np.isfinite(values) if is_measured else values >= 0, places, width - 1)
    groups = places * FOLDS + folds(len(target.rows))
    groups += np.arange(len(groups))[:, None] * width * FOLDS
    if target.classes:
        n_classes = len(target.classes)
        return _tell_classes(groups, width, target.values, n_classes, least["AUC"])
    enough = least["R2"] - SLACK
    means = _means(groups, width, target.values)[groups]
    left = ((target.values - means) ** 2).sum(axis=1)
    score = 1 - left / ((target.values - target.values.mean()) ** 2).sum()
    # What is no number, near the ends of float64, is left to the one who measures.
    fits = ~(score < enough)
    if is_measured:
        fits |= ~(_rank_r2(values, target.values) < enough)
    return np.asarray(fits)


def _bins(values: np.ndarray) -> np.ndarray:
    """Return the bin of each number: its own where few differ, else that of its quantile."""
    order = np.argsort(values, axis=1)
    ordered = np.take_along_axis(values, order, 1)
    n_known = np.isfinite(values).sum(axis=1)
    steps = (ordered[:, 1:] != ordered[:, :-1]) & np.isfinite(ordered[:, 1:])
    ranks = np.zeros(values.shape, np.int64)
    np.cumsum(steps, axis=1, out=ranks[:, 1:])
    places = np.empty_like(ranks)
    np.put_along_axis(places, order, ranks, 1)
    many = ranks[:, -1] >= FEW_NUMBERS
    shares = np.linspace(0, 1, BINS + 1)[1:-1]
    for size in np.unique(n_known[many]):
        at = np.flatnonzero(many & (n_known == size))
        edges = np.quantile(ordered[at, :size], shares, axis=1)
        again = np.diff(edges, axis=0, prepend=np.nan) == 0
        places[at] = sum(
            (values[at] >= edge[:, None]) & ~tied[:, None]
            for edge, tied in zip(edges, again, strict=True)
        )
    return places


def _means(groups: np.ndarray, width: int, y: np.ndarray) -> np.ndarray:
    """Return each bin's and fold's mean over the other folds, drawn to the mean of all."""
    size = len(groups) * width * FOLDS
    weights = np.broadcast_to(y, groups.shape).ravel().astype(float)
    counts = np.bincount(groups.ravel(), minlength=size).reshape(-1, FOLDS)
    sums = np.bincount(groups.ravel(), weights, size).reshape(-1, FOLDS)
    others, n_others = (totals.sum(axis=1, keepdims=True) - totals for totals in (sums, counts))
    return np.ravel((others + SHRINK * y.mean()) / (n_others + SHRINK))


def _tell_classes(
    groups: np.ndarray, width: int, codes: np.ndarray, n_classes: int, strength: float
) -> np.ndarray:
    """Tell which columns may be so strong; class by class, as each may lose so much of the AUC."""
    known = list(_classes(codes, n_classes))
    lost, may = np.zeros(len(groups)), np.ones(len(groups), bool)
    most = len(known) * ((1 - strength) / 2 + SLACK)
    first = groups - np.arange(len(groups))[:, None] * width * FOLDS
    for is_class in known:
        at = np.flatnonzero(may)
        here = first[at] + np.arange(len(at))[:, None] * width * FOLDS
        guessed = _means(here, width, is_class)[here] if len(at) else np.zeros((0, len(codes)))
        n = is_class.sum()
        ranks = (mean_ranks(guessed) * is_class).sum(axis=1)
        lost[at] += 1 - (ranks - n * (n + 1) / 2) / (n * (len(codes) - n))
        may = lost <= most
    return may


def _classes(codes: np.ndarray, n_classes: int) -> Iterator[np.ndarray]:
    for code in range(n_classes):
        is_class = (codes == code).astype(float)
        if 0 < is_class.sum() < len(codes):
            yield is_class


def _rank_r2(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the squared correlation of ranks, times the share of rows that have a number."""
    known = np.isfinite(x)
    n = known.sum(axis=1, keepdims=True)
    own = mean_ranks(np.where(known, x, np.nan)) - (n + 1) / 2
    if known.all():
        others = np.broadcast_to(mean_ranks(y[None])[0] - (len(y) + 1) / 2, x.shape)
    else:
        others = mean_ranks(np.where(known, y, np.nan)) - (n + 1) / 2
    own, others = np.where(known, own, 0.0), np.where(known, others, 0.0)
    both = (own * others).sum(axis=1) ** 2
    spread = (own**2).sum(axis=1) * (others**2).sum(axis=1)
    share = known.mean(axis=1)
    return np.where((spread > 0) & (share >= 0.5), both / spread * share, 0.0)


def mean_ranks(values: np.ndarray) -> np.ndarray:
    """Return the rank of each value in its row, from 1; equal ones have their mean."""
    n_rows, size = values.shape
    order = np.argsort(values, axis=1)
    ordered = np.take_along_axis(values, order, 1)
    places = np.broadcast_to(np.arange(size), values.shape)
    begins = np.ones(values.shape, bool)
    begins[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    firsts = np.maximum.accumulate(np.where(begins, places, 0), axis=1)
    ends = np.ones(values.shape, bool)
    ends[:, :-1] = begins[:, 1:]
    lasts = np.minimum.accumulate(np.where(ends, places, size)[:, ::-1], axis=1)[:, ::-1]
    ranks = np.empty((n_rows, size))
    np.put_along_axis(ranks, order, (firsts + lasts) / 2 + 1, 1)
    return ranks
