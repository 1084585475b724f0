"""The numbers of many columns, added up at once; as `NumberTally` does it for one."""

from typing import Any

import numpy as np

from tasks.engine.profile.number_tally import BINS, QUANTILES, SMALL_BINS, NumberTally
from tasks.engine.profile.whole_bins import whole_charts


@np.errstate(over="ignore", invalid="ignore")
def tally_many(values: np.ndarray, counts: np.ndarray, n_rows: int) -> list[NumberTally]:
    """Add up the distinct numbers of columns that have as many of them.

    Parameters
    ----------
    values : ndarray of shape (n_columns, n_values)
        Finite numbers.
    counts : ndarray of shape (n_columns, n_values)
        How often each stands.
    n_rows : int
        How many rows the table has.
    """
    n = counts.sum(axis=1)
    mean = np.average(values, axis=1, weights=counts)
    squares = ((values - mean[:, None]) ** 2 * counts).sum(axis=1) + mean**2 * 0.0
    low, high = values.min(axis=1), values.max(axis=1)
    order = np.argsort(values, axis=1, kind="stable")
    ordered = np.take_along_axis(values, order, 1)
    weights = np.take_along_axis(counts, order, 1)
    distinct = (np.diff(ordered, axis=1) != 0).sum(axis=1) + 1
    quantiles = _quantiles(ordered, weights).tolist()
    # A third of 30 bins is drawn of those; whole numbers may have fewer than 30.
    of_small = _histograms if values.shape[1] < BINS else _whole
    charts = {BINS: _histograms(values, counts, low, high, BINS),
              SMALL_BINS: of_small(values, counts, low, high, SMALL_BINS)}  # fmt: skip
    made = []
    for at in range(len(values)):
        tally = NumberTally(n_rows)
        tally.n, tally.mean, tally.squares = int(n[at]), float(mean[at]), float(squares[at])
        tally.low, tally.high = low[at], high[at]
        tally.values, tally.weights = [values[at]], [counts[at]]
        tally.known = {
            "distinct": int(distinct[at]),
            "sorted": (ordered[at], weights[at]),
            QUANTILES: quantiles[at],
            **{bins: found[at] for bins, found in charts.items() if at in found},
        }
        made.append(tally)
    return made


def _quantiles(ordered: np.ndarray, weights: np.ndarray) -> np.ndarray:
    ends = np.cumsum(weights, axis=1)
    places = np.asarray(QUANTILES) * (ends[:, -1:] - 1)

    def at(wanted: np.ndarray) -> np.ndarray:
        found = np.stack([(ends < one[:, None]).sum(axis=1) for one in (wanted + 1).T], axis=1)
        return np.take_along_axis(ordered, found, 1)

    below, above = at(np.floor(places)), at(np.ceil(places))
    return np.asarray(below + (above - below) * (places % 1))


def _histograms(
    values: np.ndarray, counts: np.ndarray, low: np.ndarray, high: np.ndarray, bins: int
) -> dict[int, dict[str, Any]]:
    """Return charts as `NumberTally.histogram` gives them, of columns that have room for bins."""
    charts = _whole(values, counts, low, high, bins)
    bins = min(bins, max(values.shape[1], 2))
    edges = np.linspace(low, high, bins + 1, axis=1)
    has_room = np.isfinite(high - low) & (np.diff(edges, axis=1) > 0).all(axis=1)
    has_room[list(charts)] = False
    rows = np.flatnonzero(has_room)
    edges, values, counts = edges[rows], values[rows], counts[rows]
    first, span = low[rows][:, None], (high - low)[rows][:, None]
    places = ((values - first) / span * bins).astype(np.intp)
    places[places == bins] -= 1
    places[values < np.take_along_axis(edges, places, 1)] -= 1
    above = values >= np.take_along_axis(edges, places + 1, 1)
    places[above & (places != bins - 1)] += 1
    flat = (places + np.arange(len(rows))[:, None] * bins).ravel()
    heights = np.bincount(flat, counts.ravel(), len(rows) * bins).astype(int).reshape(-1, bins)
    found = zip(rows.tolist(), edges.tolist(), heights.tolist(), strict=True)
    return charts | {row: {"edges": ends, "counts": sizes} for row, ends, sizes in found}


def _whole(
    values: np.ndarray, counts: np.ndarray, low: np.ndarray, high: np.ndarray, bins: int
) -> dict[int, dict[str, Any]]:
    return {
        row: chart | {"counts": [int(height) for height in chart["counts"]]}
        for row, chart in whole_charts(values, counts, low, high, bins)
    }
