"""Bins of whole numbers: each holds as many of them, so that no bar is tall for nothing else."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

# Bins of more numbers may differ by one of them: that is not seen.
MOST_IN_A_BIN = 20
EXACT = 2.0**51  # above it halves between two whole numbers are lost


@lru_cache(maxsize=4096)
def bin_width(span: int, bins: int) -> int:
    """Return how many whole numbers each bin holds; the last one lacks as few as can be.

    Parameters
    ----------
    span : int
        How many whole numbers there are from the least to the greatest, at least 1.
    bins : int
        How many bins there may be; at least half as many are made, if there are so many numbers.
    """
    least, most = -(-span // bins), max(1, -(-2 * span // bins))
    return min(range(least, most + 1), key=lambda width: (-span % width / width, width))


def whole_charts(
    values: np.ndarray, counts: np.ndarray, low: np.ndarray, high: np.ndarray, bins: int
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Return the rows that hold whole numbers alone, and the chart of each.

    ``edges`` lie between two whole numbers; ``whole`` says so. Rows whose numbers are so far
    apart that bins of equal width serve as well are left out.

    Parameters
    ----------
    values, counts : ndarray of shape (n_rows, n_values)
        Finite numbers, and how often each stands.
    low, high : ndarray of shape (n_rows,)
        The least and the greatest of each row.
    bins : int
        How many bins there may be.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        spans = high - low + 1
        fits = (spans <= MOST_IN_A_BIN * bins) & (np.maximum(-low, high) < EXACT)
    fits &= (np.floor(low) == low) & (np.floor(high) == high)
    rows = np.flatnonzero(fits)
    rows = rows[(np.floor(values[rows]) == values[rows]).all(axis=1)]
    if not len(rows):
        return
    widths = np.array([bin_width(int(span), bins) for span in spans[rows]])
    places = ((values[rows] - low[rows][:, None]) // widths[:, None]).astype(np.intp)
    flat = (places + np.arange(len(rows))[:, None] * bins).ravel()
    heights = np.bincount(flat, counts[rows].ravel(), len(rows) * bins).reshape(-1, bins)
    sizes = -(-spans[rows].astype(int) // widths)
    for row, width, size, bars in zip(rows.tolist(), widths, sizes, heights, strict=True):
        edges = low[row] - 0.5 + np.arange(size + 1) * width
        yield row, {"edges": edges.tolist(), "counts": bars[:size].tolist(), "whole": True}
