"""How far a score may be off by chance: intervals from drawing the scored rows anew.

The rows that were scored are drawn with replacement, as many as there are; each draw is scored
fold by fold and averaged, as the score itself is. Between the 2.5th and the 97.5th percentile of
these lies the 95% interval (Efron's percentile interval). Of repeated folds a row is drawn with
all its predictions, and where whole groups were held out, groups are drawn: rows of one are no
news of each other. Nothing is fitted again, so what another training set would change is not in
it: that is in the spread over folds.

Of many rows a part is looked at, each drawn so often that a draw is as large as the whole (Kleiner
et al., "A scalable bootstrap for massive data", 2014), and the interval is put around the score.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from tasks.engine.prepared import Prepared
from tasks.engine.scores.metrics import as_codes
from tasks.engine.scores.weighted import Rows, Weigh, weigh_classes, weigh_numbers

MOST_ROWS = 10_000
MOST_DRAWS, FEWEST_DRAWS = 1000, 200
# Draws times rows times classes: about half a second.
MOST_CELLS = 5_000_000
# Of more classes the curve of each one would cost too much.
MOST_CLASSES = 50
AT_ONCE = 500_000
# How many units are drawn for each one, at most, where they are drawn one by one.
ONE_BY_ONE = 4
NO_ENDS: Mapping[str, float | None] = {"low": None, "high": None}
Summary = dict[str, dict[str, float | None]]
Scores = Mapping[str, np.ndarray]
# Draws whose scores are kept with the results of a job: some 60 KB.
MOST_KEPT = 500


@dataclass(frozen=True)
class Drawn:
    """How often was drawn, what (rows or groups), from how many of them, and of how many."""

    draws: int
    unit: str
    units: int
    of: int
    middle: Scores = field(default_factory=dict, repr=False)
    scores: Scores = field(default_factory=dict, repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON values, without the scores."""
        return {name: getattr(self, name) for name in ("draws", "unit", "units", "of")}

    def scores_as_dict(self, seed: int) -> dict[str, Any]:
        """Return the scores of the first draws as JSON values.

        Jobs that were scored on the same rows and folds with the same seed drew the same rows, so
        that of any two of them the difference of a score is known for each draw. ``middle`` is
        each metric of what was drawn from, every unit once.
        """
        return {
            **self.as_dict(),
            "seed": seed,
            "middle": {name: _short(values[0]) for name, values in self.middle.items()},
            "scores": {
                name: [_short(value) for value in values[:MOST_KEPT]]
                for name, values in self.scores.items()
            },
        }


def _short(value: float) -> float | None:
    return float(f"{value:.7g}") if np.isfinite(value) else None


def add_intervals(
    metrics: Mapping[str, Mapping[str, float | None]],
    frame: pd.DataFrame,
    data: Prepared,
    seed: int,
) -> tuple[Summary, Drawn | None]:
    """Add the ends of an interval to metrics, as ``low`` and ``high``.

    Parameters
    ----------
    metrics : Mapping
        Each metric's mean and spread, as `evaluation.summarise` gives them.
    frame : DataFrame
        The out-of-fold rows of all folds.
    data : Prepared
        What they are from.
    seed : int
        The same seed gives the same intervals.

    Returns
    -------
    metrics : dict
        With the ends, which are None where there are none.
    drawn : Drawn or None
        None where there are fewer than two units to draw from.
    """
    of_rows, unit = _units(frame, data)
    n = int(of_rows.max()) + 1
    if n < 2:
        return {name: {**known, **NO_ENDS} for name, known in metrics.items()}, None
    rng = np.random.default_rng(seed)
    draws, chosen = _plan(rng, of_rows, n, len(data.classes or []))
    place = np.full(n, -1)
    place[chosen] = np.arange(len(chosen))
    inside = place[of_rows] >= 0
    folds = _scorers(frame[inside], place[of_rows][inside], data)
    middle = _score(folds, np.ones((1, len(chosen))))
    drawn = _draw(rng, folds, draws, n, len(chosen))
    found = {}
    for name, known in metrics.items():
        ends = _ends(known["mean"], middle.get(name), drawn.get(name))
        found[name] = {**known, "low": ends[0], "high": ends[1]}
    return found, Drawn(draws, unit, len(chosen), n, middle, drawn)


def _units(frame: pd.DataFrame, data: Prepared) -> tuple[np.ndarray, str]:
    """Return which unit each row belongs to, numbered from 0, and what units are."""
    rows = frame["row"].to_numpy()
    if data.groups is None:
        return np.unique(rows, return_inverse=True)[1], "rows"
    groups = data.groups[np.searchsorted(data.rows, rows)]
    return pd.factorize(groups)[0], "groups"


def _plan(
    rng: np.random.Generator, of_rows: np.ndarray, n: int, n_classes: int
) -> tuple[int, np.ndarray]:
    """Return how often to draw, and from which units."""
    wide = n_classes if 2 < n_classes <= MOST_CLASSES else 1
    per_unit = len(of_rows) / n
    most = max(1, int(min(MOST_ROWS, MOST_CELLS / FEWEST_DRAWS / wide) / per_unit))
    chosen = np.arange(n) if n <= most else np.sort(rng.choice(n, max(2, most), replace=False))
    draws = int(MOST_CELLS / (len(chosen) * per_unit * wide))
    return min(MOST_DRAWS, max(FEWEST_DRAWS, draws)), chosen


def _scorers(
    frame: pd.DataFrame, units: np.ndarray, data: Prepared
) -> list[tuple[np.ndarray, Weigh]]:
    """Return, for each fold, the unit of each row and what scores the fold."""
    folds = frame["fold"].to_numpy()
    weigh = weigh_numbers if data.classes is None else weigh_classes
    return [
        (units[folds == fold], weigh(_rows(frame[folds == fold], data)))
        for fold in np.unique(folds)
    ]


def _rows(frame: pd.DataFrame, data: Prepared) -> Rows:
    if data.classes is None:
        return Rows(frame["actual"].to_numpy(float), frame["prediction"].to_numpy(float))
    classes = data.classes
    probabilities = _table(frame, "probability", len(classes))
    ranks = _table(frame, "margin", len(classes)) if probabilities is None else probabilities
    return Rows(
        y=as_codes(frame["actual"].to_numpy(), classes),
        labels=as_codes(frame["prediction"].to_numpy(), classes),
        ranks=ranks if len(classes) <= MOST_CLASSES else None,
        probabilities=probabilities,
        n_classes=len(classes),
        positive=None if data.positive is None else classes.index(data.positive),
    )


def _table(frame: pd.DataFrame, kind: str, n: int) -> np.ndarray | None:
    names = [f"{kind}_{c}" for c in range(n)]
    if names[0] not in frame:
        return None
    values = frame[names].to_numpy(float)
    return None if np.isnan(values).any() else values  # a fold of one class has labels alone


def _score(folds: list[tuple[np.ndarray, Weigh]], weights: np.ndarray) -> dict[str, np.ndarray]:
    """Return each metric's mean over folds for each draw, NaN where no fold has it."""
    found: dict[str, list[np.ndarray]] = {}
    with np.errstate(divide="ignore", invalid="ignore"):
        for units, weigh in folds:
            for name, values in weigh(weights[:, units]).items():
                found.setdefault(name, []).append(np.where(np.isfinite(values), values, np.nan))
        there = {name: (~np.isnan(values)).sum(axis=0) for name, values in found.items()}
        return {name: np.nansum(values, axis=0) / there[name] for name, values in found.items()}


def _draw(
    rng: np.random.Generator, folds: list[tuple[np.ndarray, Weigh]], draws: int, n: int, m: int
) -> dict[str, np.ndarray]:
    at_once = max(1, AT_ONCE // m)
    found: dict[str, list[np.ndarray]] = {}
    for start in range(0, draws, at_once):
        size = min(at_once, draws - start)
        weights = _weights(rng, size, n, m).astype(float)
        for name, values in _score(folds, weights).items():
            found.setdefault(name, []).append(values)
    return {name: np.concatenate(values) for name, values in found.items()}


def _weights(rng: np.random.Generator, draws: int, n: int, m: int) -> np.ndarray:
    """Return how often each of m units is among n drawn ones, for so many draws."""
    if n > ONE_BY_ONE * m:
        return rng.multinomial(n, np.full(m, 1 / m), draws)
    # To draw and count one by one takes a fifth of the time unless many are drawn of few.
    drawn = rng.integers(0, m, (draws, n)) + m * np.arange(draws)[:, None]
    return np.bincount(drawn.ravel(), minlength=draws * m).reshape(draws, m)


def _ends(
    mean: float | None, middle: np.ndarray | None, drawn: np.ndarray | None
) -> tuple[float | None, float | None]:
    if mean is None or middle is None or drawn is None or np.isnan(middle[0]):
        return None, None
    known = drawn[np.isfinite(drawn)]
    if len(known) < len(drawn) / 2:
        return None, None
    low, high = np.percentile(known, [2.5, 97.5]) + (mean - middle[0])
    return float(low), float(high)
