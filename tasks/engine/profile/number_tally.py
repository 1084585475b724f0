"""The numbers of a column, added up piece by piece: extremes, mean, spread, quantiles, charts."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from tasks.engine.profile.whole_bins import whole_charts
from tasks.engine.table.cells import mix

SAMPLE_ROWS = 100_000
PART = 31  # one of 32 values is counted to know how many differ, of very many values fewer
COUNTED = 200_000  # so many of them at most
BINS, SMALL_BINS = 30, 10
QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


class NumberTally:
    """Adds up numbers, in pieces of any size.

    Count, extremes, mean and spread are exact. Quantiles and charts are too where the numbers came
    as distinct values with counts, or are few; else they are those of a sample of rows, evenly
    spread.

    Parameters
    ----------
    n_rows : int
        How many rows the table has; the sample depends on it.
    """

    def __init__(self, n_rows: int) -> None:
        self.step = max(1, n_rows // SAMPLE_ROWS)
        self.n, self.mean, self.squares = 0, 0.0, 0.0
        self.low, self.high = np.inf, -np.inf
        self.values: list[np.ndarray] = []
        self.weights: list[np.ndarray] = []
        self.part, self.hashes = PART, [np.zeros(0, np.uint64)]
        self.is_about, self.is_whole = False, True
        self.known: dict[Any, Any] = {}  # what was found out for several columns at once

    def add(self, values: np.ndarray, counts: np.ndarray | None = None) -> None:
        """Add finite float64 values; `counts` says how often each stands."""
        if not len(values):
            return
        self.low, self.high = min(self.low, values.min()), max(self.high, values.max())
        self.is_whole = self.is_whole and bool((np.floor(values) == values).all())
        weights = np.ones(len(values)) if counts is None else counts
        n = int(weights.sum())
        with np.errstate(over="ignore", invalid="ignore"):
            mean = values.mean() if counts is None else np.average(values, weights=counts)
            squares = float(((values - mean) ** 2 * weights).sum())
            share, shift = n / (self.n + n), mean - self.mean
            self.squares += squares + shift**2 * self.n * share
            self.mean = self.mean + shift * share if self.n else float(mean)
        self.n += n
        if counts is None and self.step > 1:
            self.is_about = True
            self._note_different(mix((values + 0.0).view(np.uint64)))
            values = values[:: self.step].copy()  # a view would keep all of them
            weights = np.ones(len(values))
        self.values.append(values)
        self.weights.append(weights)

    def _note_different(self, bits: np.ndarray) -> None:
        """Keep the bits of some values; of half as many once they are too many to be kept."""
        self.hashes.append(bits[bits & np.uint64(self.part) == 0])
        if sum(map(len, self.hashes)) <= COUNTED:
            return
        found = np.unique(np.concatenate(self.hashes))
        while 2 * len(found) > COUNTED:
            self.part = 2 * self.part + 1
            found = found[found & np.uint64(self.part) == 0]
        self.hashes = [found]

    @property
    def distinct(self) -> int:
        """How many values differ; about so many where they are a sample."""
        if self.is_about:
            found = len(np.unique(np.concatenate(self.hashes)))
            return min(self.n, found * (self.part + 1))
        if "distinct" in self.known:
            return int(self.known["distinct"])
        return len(np.unique(np.concatenate(self.values))) if self.values else 0

    @cached_property
    def _sorted(self) -> tuple[np.ndarray, np.ndarray]:
        if "sorted" in self.known:
            values, weights = self.known["sorted"]
            return values, weights
        values, weights = np.concatenate(self.values), np.concatenate(self.weights)
        if (weights == 1).all():
            return np.sort(values), weights
        order = np.argsort(values, kind="stable")
        return values[order], weights[order]

    def weighted(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the distinct values, rising, and how often each stands; of a sample, if many."""
        values, weights = self._sorted
        found, places = np.unique(values, return_inverse=True)
        return found, np.bincount(places, weights)

    def facts(self) -> dict[str, Any]:
        """Return min, median, max, mean and standard deviation (ddof 1).

        None where float64 cannot hold one: numbers near its end have no mean or spread.
        """
        if not self.n:
            return dict.fromkeys(("min", "median", "max", "mean", "std"))
        found = {
            "min": self.low,
            "median": self.quantiles()[QUANTILES.index(0.5)],
            "max": self.high,
        }
        with np.errstate(over="ignore", invalid="ignore"):
            found |= {"mean": self.mean, "std": np.sqrt(self.squares / max(self.n - 1, 1))}
        return {name: float(v) if np.isfinite(v) else None for name, v in found.items()}

    def quantiles(self) -> list[float]:
        """Return the values below which `QUANTILES` of all lie, linear between two neighbours."""
        if QUANTILES not in self.known:
            self.known[QUANTILES] = self._quantiles(QUANTILES)
        return list(self.known[QUANTILES])

    def _quantiles(self, shares: Sequence[float]) -> list[float]:
        values, weights = self._sorted
        ends = np.cumsum(weights)
        places = np.asarray(shares) * (ends[-1] - 1)
        below = values[np.searchsorted(ends, np.floor(places) + 1)]
        above = values[np.searchsorted(ends, np.ceil(places) + 1)]
        with np.errstate(over="ignore", invalid="ignore"):
            return [float(value) for value in below + (above - below) * (places % 1)]

    def histogram(self, bins: int = BINS) -> dict[str, Any]:
        """Return the edges of bins of equal width, and how many values are in each.

        Where all values are whole and not far apart, ``whole`` is true and each bin holds as many
        whole numbers: edges lie half-way between two of them, the first one 0.5 below the least,
        and the last one may be beyond the greatest by more than 0.5. See `whole_charts`.
        """
        if not self.n:
            return {"edges": [], "counts": []}
        if bins in self.known:
            return dict(self.known[bins])
        values, weights = np.concatenate(self.values), np.concatenate(self.weights)
        chart = self._whole_chart(values, weights, bins) or self._chart(values, weights, bins)
        heights = np.asarray(chart["counts"]) * (self.n / weights.sum())
        return chart | {"counts": [int(height) for height in np.rint(heights)]}

    def _whole_chart(
        self, values: np.ndarray, weights: np.ndarray, bins: int
    ) -> dict[str, Any] | None:
        if not self.is_whole:  # also where a sample of the values is
            return None
        ends = np.array([self.low]), np.array([self.high])
        return dict(whole_charts(values[None], weights[None], *ends, bins)).get(0)

    def _chart(self, values: np.ndarray, weights: np.ndarray, bins: int) -> dict[str, Any]:
        bins = min(bins, max(len(values), 2))
        try:
            with np.errstate(over="ignore", invalid="ignore"):
                heights, edges = np.histogram(values, bins, (self.low, self.high), weights=weights)
        except ValueError:  # no room for bins between two neighbours, or at the ends of float64
            heights, edges = weights.sum(keepdims=True), np.array([self.low, self.high])
        return {"edges": edges.tolist(), "counts": heights}
