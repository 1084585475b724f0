"""Folds drawn by lot, the same for ever: neither scikit-learn nor we may change them.

A split's hash tells that two jobs were scored on the same rows, also years apart. So folds are
not left to a library's splitters, which change now and then, but drawn here from numpy's
`RandomState`, whose stream numpy has frozen. They are those that scikit-learn 1.9 draws with the
same seed, so that anyone can make them without Trainyard. Each function returns test rows.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from tasks.engine.folds.dealt import cut_in_parts, deal_groups


def draw_folds(n: int, folds: int, repeats: int, seed: int) -> Iterator[np.ndarray]:
    """Draw folds of equal size from `n` rows, as ``RepeatedKFold`` does."""
    lots = np.random.RandomState(seed)
    for _ in range(repeats):
        rows = np.arange(n)
        lots.shuffle(rows)
        yield from cut_in_parts(rows, folds)


def draw_stratified(y: np.ndarray, folds: int, repeats: int, seed: int) -> Iterator[np.ndarray]:
    """Draw folds with equal shares of each class, as ``RepeatedStratifiedKFold`` does."""
    codes, classes = pd.factorize(y)
    ordered = np.sort(codes)
    shares = np.array(
        [np.bincount(ordered[n::folds], minlength=len(classes)) for n in range(folds)]
    )
    lots = np.random.RandomState(seed)
    for _ in range(repeats):
        fold_of = np.empty(len(y), dtype=int)
        for code in range(len(classes)):
            drawn = np.arange(folds).repeat(shares[:, code])
            lots.shuffle(drawn)
            fold_of[codes == code] = drawn
        yield from (np.flatnonzero(fold_of == n) for n in range(folds))


def draw_groups(groups: np.ndarray, folds: int, seed: int) -> Iterator[np.ndarray]:
    """Draw folds of whole groups, as ``GroupKFold(shuffle=True)`` does."""
    codes, names = pd.factorize(groups, sort=True)
    dealt = deal_groups(len(names), folds, seed)
    yield from (np.flatnonzero(np.isin(codes, part)) for part in dealt)


def draw_part(n: int, n_test: int, seed: int) -> np.ndarray:
    """Draw one part of `n` rows, as ``ShuffleSplit`` does."""
    return np.random.RandomState(seed).permutation(n)[:n_test]


def draw_stratified_part(y: np.ndarray, n_test: int, seed: int) -> np.ndarray:
    """Draw one part with each class's share, as ``StratifiedShuffleSplit`` does."""
    codes, _classes = pd.factorize(y, sort=True)
    counts = np.bincount(codes)
    lots = np.random.RandomState(seed)
    n_train = _share_out(counts, len(y) - n_test, lots)
    _share_out(counts - n_train, n_test, lots)  # all that is left; it draws lots all the same
    test = []
    for code, (count, first) in enumerate(zip(counts, n_train, strict=True)):
        drawn = lots.permutation(count)
        test.append(np.flatnonzero(codes == code)[drawn[first:]])
    return np.concatenate(test)


def _share_out(counts: np.ndarray, n: int, lots: np.random.RandomState) -> np.ndarray:
    """Share `n` rows out among classes by their size; lots decide between equal claims."""
    exact = counts / counts.sum() * n
    shares = np.floor(exact)
    claims = exact - shares
    left = int(n - shares.sum())
    for claim in np.unique(claims)[::-1]:
        if left <= 0:
            break
        equal = np.flatnonzero(claims == claim)
        chosen = lots.choice(equal, size=min(len(equal), left), replace=False)
        shares[chosen] += 1
        left -= len(chosen)
    return np.asarray(shares, dtype=int)
