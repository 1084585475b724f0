"""Groups dealt to folds by lot; without pandas, so that a web process can do it, too."""

from collections.abc import Iterator

import numpy as np


def deal_groups(n: int, folds: int, seed: int) -> Iterator[np.ndarray]:
    """Deal the numbers of `n` groups to folds; see `drawn_folds` for why it never changes."""
    yield from cut_in_parts(np.random.RandomState(seed).permutation(n), folds)


def cut_in_parts(values: np.ndarray, folds: int) -> Iterator[np.ndarray]:
    """Cut values into parts of equal size; the first ones have what is left over."""
    sizes = np.full(folds, len(values) // folds)
    sizes[: len(values) % folds] += 1
    yield from np.split(values, np.cumsum(sizes)[:-1])


def deal_the_same(n: int, folds: int, one: int, other: int) -> bool:
    """Tell whether two seeds put the same groups together, in whatever order.

    Examples
    --------
    >>> [deal_the_same(3, 2, 0, seed) for seed in (1, 2, 3)]
    [False, True, False]
    """
    first, second = (
        {frozenset(part.tolist()) for part in deal_groups(n, folds, seed)} for seed in (one, other)
    )
    return first == second
