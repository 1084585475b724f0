"""Whether new rows are like those that a model was trained on, column by column.

A column has *moved* when a tenth of its rows or more lies elsewhere, as between two versions of a
dataset (`profile.difference_limits`), and chance alone would hardly do that. How far it is:

- numbers and dates: the Kolmogorov-Smirnov distance, the largest difference between the parts of
  the rows that lie below a value; chance by the two-sample test of that name (Smirnov, 1939);
- categories: the total variation distance, the part of the rows that would have to change its
  value; chance by Pearson's chi-squared test of both tables of counts (1900), in which rare values
  are counted together, and by Fisher's exact test (1922) of the rarest ones, such as those that
  training never saw;
- missing cells: the difference of their shares; chance by the same tests.

Many columns are looked at, so each is judged by the hundredth part of its share (Bonferroni): of a
hundred files whose rows are like the training data, one is told at most that a column moved.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency, fisher_exact, kstwobign

from tasks.engine.profile.difference_limits import MOVED

FALSE_ALARMS = 0.01
# Pearson's test says nothing of cells that would hold fewer: values are counted together.
LEAST_EXPECTED = 5
# With so few rows even half of them lying elsewhere may be chance.
TELLABLE = 0.5
BY_SIZE, BY_VALUE = frozenset({"number", "date"}), frozenset({"category", "boolean"})


def compare_columns(
    kinds: Mapping[str, str], before: Mapping[str, np.ndarray], after: Mapping[str, np.ndarray]
) -> dict[str, Any]:
    """Hold new rows against those of the training data.

    Parameters
    ----------
    kinds : Mapping of str to str
        The kind of each column to compare.
    before, after : Mapping of str to ndarray of shape (n_rows,)
        Typed values of the training data and of the new rows; NaN where missing.

    Returns
    -------
    dict
        ``compared`` and ``moved``: numbers of columns; ``rows``: of both sides, as far as they
        were looked at; ``tells``: the least distance that is told from chance;
        ``columns``: each with ``name``, ``kind``, ``distance``, ``moved``, and ``missing`` and
        ``typical`` (a median, or the share of the value that changed most) of both sides.
    """
    chosen = [name for name, kind in kinds.items() if kind in BY_SIZE | BY_VALUE]
    sides = [len(next(iter(side.values()), ())) for side in (before, after)]
    limit = FALSE_ALARMS / max(1, len(chosen))
    found = [_compare(name, kinds[name], before[name], after[name], limit) for name in chosen]
    found.sort(key=lambda one: (not one["moved"], -one["distance"]))
    return {
        "compared": len(found),
        "moved": sum(one["moved"] for one in found),
        "rows": sides,
        "tells": _least_told(sides[0], sides[1], limit),
        "columns": found,
    }


def _compare(
    name: str, kind: str, before: np.ndarray, after: np.ndarray, limit: float
) -> dict[str, Any]:
    absent = [pd.isna(side) for side in (before, after)]
    known = [side[~gone] for side, gone in zip((before, after), absent, strict=True)]
    compare = _by_size if kind in BY_SIZE else _by_value
    distance, chance, typical = compare(*known) if all(map(len, known)) else (0.0, 1.0, None)
    shares = [float(gone.mean()) if len(gone) else 0.0 for gone in absent]
    counts = [[int(gone.sum()), int((~gone).sum())] for gone in absent]
    gap, gap_chance = abs(shares[1] - shares[0]), _chance(np.array(counts))
    # Two questions are asked of each column.
    moved = (distance >= MOVED and chance < limit / 2) or (gap >= MOVED and gap_chance < limit / 2)
    return {
        "name": name, "kind": kind, "distance": round(max(distance, gap), 4), "moved": moved,
        "missing": shares, "typical": typical,
    }  # fmt: skip


def _by_size(before: np.ndarray, after: np.ndarray) -> tuple[float, float, dict[str, Any]]:
    """Return the Kolmogorov-Smirnov distance, how likely chance does as much, and the medians."""
    old, new = (np.sort(np.asarray(side, dtype=np.float64)) for side in (before, after))
    at = np.concatenate([old, new])
    parts = [np.searchsorted(side, at, side="right") / len(side) for side in (old, new)]
    distance = float(np.abs(parts[0] - parts[1]).max())
    size = len(old) * len(new) / (len(old) + len(new))
    chance = float(kstwobign.sf(distance * math.sqrt(size)))
    return distance, chance, {"values": [float(np.median(old)), float(np.median(new))]}


def _by_value(before: np.ndarray, after: np.ndarray) -> tuple[float, float, dict[str, Any]]:
    """Return the total variation distance, its chance, and the value whose share changed most."""
    codes, values = pd.factorize(np.concatenate([before, after]))
    sides = codes[: len(before)], codes[len(before) :]
    counts = np.array([np.bincount(side, minlength=len(values)) for side in sides])
    # Equally frequent values stand in an order that does not tell on which side they are.
    counts = counts[:, order := np.argsort(values.astype(str), kind="stable")]
    shares = counts / counts.sum(axis=1, keepdims=True)
    distance = float(np.abs(shares[0] - shares[1]).sum() / 2)
    most = int(np.abs(shares[0] - shares[1]).argmax())
    typical = {"value": str(values[order[most]]), "values": [float(side[most]) for side in shares]}
    return distance, _chance(counts), typical


def _chance(counts: np.ndarray) -> float:
    """Return how likely both rows of counts come from the same shares.

    Values go together, the rarest ones last, until a group of them is expected often enough for
    Pearson's test; the rest joins the group before it, and is asked of by itself exactly.
    """
    totals, sides = counts.sum(axis=0), counts.sum(axis=1)
    if not sides.all():
        return 1.0
    order = np.argsort(-totals, kind="stable")
    groups, rest = _group(totals[order] * (sides.min() / sides.sum()))
    of_rest = _exact(counts, order[rest:])  # 1 where there is no rest
    joined = np.array([np.bincount(groups, weights=side[order]) for side in counts])
    if joined.shape[1] < 2:
        return of_rest
    found = float(chi2_contingency(joined, correction=False).pvalue)
    # Two tests are asked of the same rows where there is a rest.
    return found if rest == len(order) else min(1.0, 2 * min(found, of_rest))


def _group(expected: np.ndarray) -> tuple[np.ndarray, int]:
    """Return the group of each value, and where the rest begins that is too rare for its own."""
    groups, number, held, rest = np.zeros(len(expected), dtype=np.int64), 0, 0.0, 0
    for n, much in enumerate(expected):
        groups[n] = number
        held += much
        if held >= LEAST_EXPECTED:
            number, held, rest = number + 1, 0.0, n + 1
    groups[rest:] = max(0, number - 1)
    return groups, rest


def _exact(counts: np.ndarray, chosen: np.ndarray) -> float:
    """Return how likely chance parts some values' rows like that, by Fisher's test."""
    rows = counts[:, chosen].sum(axis=1)
    table = np.column_stack([rows, counts.sum(axis=1) - rows])
    return float(fisher_exact(table).pvalue)


def _least_told(n: int, m: int, limit: float) -> float:
    """Return the least Kolmogorov-Smirnov distance that is told from chance."""
    if not n or not m:
        return 1.0
    return min(1.0, max(MOVED, float(kstwobign.isf(limit / 2)) * math.sqrt((n + m) / (n * m))))


def kinds_of(schema: Mapping[str, Any], found: Sequence[str]) -> dict[str, str]:
    """Return the kinds of a schema's columns that were found."""
    return {c["name"]: c["kind"] for c in schema["columns"] if c["name"] in set(found)}
