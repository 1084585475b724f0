"""Permutation importance: how much worse a fold's model scores when a column's cells are mixed up.

It is measured on test rows of the fold, with the model that did not see them. A column is one of
the table, not one of those that encoding makes of it: the parts of a date are mixed up together.
The same rows, seed and repeats give what `sklearn.inspection.permutation_importance` gives; here
many mixed tables are asked about at once, which is several times faster, and the time is bounded.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tasks.engine.estimators.catalogue import Metric
from tasks.engine.scores.evaluation import Predicted, Scores

MOST_COLUMNS = 50
MOST_ROWS, FEWEST_ROWS = 2000, 40
MOST_REPEATS = 5
CELLS_AT_ONCE = 1_000_000
# Parts of the time for all columns: what is asked at once, and when no further piece is begun.
PIECE, LATEST = 0.25, 1.25


@dataclass(frozen=True)
class FoldModel:
    """A fold's fitted model and its test rows, which it did not see.

    `ask` predicts rows and `rate` scores predictions; `predicted` is what `ask` says about `X`.
    The seconds are what it took to fit, to predict `X` and to rate that.
    """

    ask: Callable[[pd.DataFrame], Predicted]
    rate: Callable[[np.ndarray, Predicted], Scores]
    X: pd.DataFrame
    y: np.ndarray
    predicted: Predicted
    fit_s: float
    predict_s: float
    rate_s: float


@dataclass(frozen=True)
class Plan:
    """How much is looked at; `columns` gives the columns of X that are mixed up together."""

    columns: Mapping[str, Sequence[str]]
    rows: int
    repeats: int
    at_once: int
    deadline: float


def plan(columns: Mapping[str, Sequence[str]], model: FoldModel, budget_s: float) -> Plan | None:
    """Decide how much is looked at within a time.

    Parameters
    ----------
    columns : Mapping of str to sequence of str
        All columns, the most promising first, with those of X that they became.
    model : FoldModel
        What is asked, and how long that takes.
    budget_s : float
        The time for all of it.

    Returns
    -------
    Plan or None
        None when the time is too short to look at any column.
    """
    started, n_rows = time.perf_counter(), len(model.X)
    model.ask(model.X.iloc[:1])
    in_any_case = time.perf_counter() - started
    row_s = max(model.predict_s - in_any_case, model.predict_s / 20) / n_rows
    fewest = min(n_rows, FEWEST_ROWS)
    cost = fewest * row_s + model.rate_s
    n_columns = min(len(columns), MOST_COLUMNS, int(budget_s / cost))
    if n_columns < 1 or in_any_case > budget_s:
        return None
    affordable = int((budget_s / n_columns - model.rate_s) / row_s)
    rows = min(n_rows, MOST_ROWS, max(fewest, affordable))
    cost = rows * row_s + model.rate_s
    repeats = min(MOST_REPEATS, max(1, int(budget_s / (n_columns * cost))))
    # Small pieces, so that the deadline holds where a guess was wrong.
    at_once = max(1, int(PIECE * budget_s / (repeats * cost)))
    kept = dict(list(columns.items())[:n_columns])
    return Plan(kept, rows, repeats, at_once, started + LATEST * budget_s)


def measure(model: FoldModel, plan: Plan, metric: Metric, seed: int) -> dict[str, Any] | None:
    """Measure the importance of columns in one fold.

    Parameters
    ----------
    model : FoldModel
        The fold's model and its test rows.
    plan : Plan
        How much is looked at; columns that the deadline leaves no time for are left out.
    metric : Metric
        What is to become worse: the main metric.
    seed : int
        For the sample of rows, and for how they are mixed up.

    Returns
    -------
    dict or None
        ``rows``, ``repeats`` and ``drops``: for each column how much worse the score was, one
        number for each repeat. None when the rows cannot be scored by the main metric.
    """
    X, y, predicted = _sample(model, plan.rows, seed)
    whole = model.rate(y, predicted).get(metric.name)
    if whole is None:
        return None
    worse = 1 if metric.greater_is_better else -1
    orders = _orders(len(X), plan.repeats, seed)
    drops: dict[str, list[float]] = {}
    for names in _pieces(plan, X):
        if drops and time.perf_counter() > plan.deadline:
            break
        answer = model.ask(_mixed(X, [plan.columns[name] for name in names], orders))
        for n, name in enumerate(names):
            rated = [
                model.rate(y, _part(answer, n * plan.repeats + k, len(X))).get(metric.name)
                for k in range(plan.repeats)
            ]
            if None not in rated:
                drops[name] = [worse * (whole - value) for value in rated if value is not None]
    return {"rows": len(X), "repeats": plan.repeats, "drops": drops}


def _sample(model: FoldModel, rows: int, seed: int) -> tuple[pd.DataFrame, np.ndarray, Predicted]:
    if rows >= len(model.X):
        return model.X, model.y, model.predicted
    some = np.random.RandomState(seed).choice(len(model.X), rows, replace=False)
    some.sort()
    said = model.predicted
    of_some = [None if part is None else part[some] for part in (said.probabilities, said.margins)]
    return model.X.iloc[some], model.y[some], Predicted(said.labels[some], *of_some)


def _orders(n: int, repeats: int, seed: int) -> list[np.ndarray]:
    """Return the orders in which rows are mixed up; scikit-learn mixes what is mixed already."""
    first = np.random.RandomState(seed).randint(np.iinfo(np.int32).max + 1)
    random, shuffled = np.random.RandomState(first), np.arange(n)
    orders, so_far = [], np.arange(n)
    for _ in range(repeats):
        random.shuffle(shuffled)
        so_far = so_far[shuffled]
        orders.append(so_far)
    return orders


def _pieces(plan: Plan, X: pd.DataFrame) -> list[list[str]]:
    """Cut the columns into pieces that are asked about at once."""
    names = list(plan.columns)
    fitting = CELLS_AT_ONCE // (len(X) * max(1, X.shape[1]) * plan.repeats)
    at_once = max(1, min(plan.at_once, fitting))
    return [names[n : n + at_once] for n in range(0, len(names), at_once)]


def _mixed(
    X: pd.DataFrame, groups: Sequence[Sequence[str]], orders: Sequence[np.ndarray]
) -> pd.DataFrame:
    """Return copies of rows below each other: in each the cells of one group are mixed up."""
    n, copies = len(X), len(groups) * len(orders)
    tall = X.iloc[np.tile(np.arange(n), copies)].reset_index(drop=True)
    for g, group in enumerate(groups):
        for name in group:
            cells, original = tall[name].to_numpy(copy=True), X[name].to_numpy()
            for k, order in enumerate(orders):
                start = (g * len(orders) + k) * n
                cells[start : start + n] = original[order]
            tall[name] = cells
    return tall


def _part(predicted: Predicted, n: int, rows: int) -> Predicted:
    here = slice(n * rows, (n + 1) * rows)
    probabilities, margins = predicted.probabilities, predicted.margins
    return Predicted(
        predicted.labels[here],
        None if probabilities is None else probabilities[here],
        None if margins is None else margins[here],
    )


def over_folds(
    found: Mapping[int, dict[str, Any] | None], n_columns: int, metric: str
) -> dict[str, Any] | None:
    """Bring the importance of all folds together.

    Parameters
    ----------
    found : Mapping of int to dict or None
        What `measure` gave, by fold; None where it was not measured.
    n_columns : int
        How many columns the model learned from.
    metric : str
        The main metric.

    Returns
    -------
    dict or None
        ``columns``: the most important first, each with ``name``, ``mean`` (how much worse the
        metric is), ``std`` (its spread over folds with ddof 1; over repeats where there is one
        fold, as ``spread_over`` says) and ``folds``, in how many it was measured. ``lacking``:
        the folds in which nothing was measured. None when it was measured in none.
    """
    known = {fold: one for fold, one in found.items() if one and one["drops"]}
    if not known:
        return None
    names = dict.fromkeys(name for one in known.values() for name in one["drops"])
    by_fold = len(known) > 1
    columns = []
    for name in names:
        drops = [one["drops"][name] for one in known.values() if name in one["drops"]]
        means = [float(np.mean(values)) for values in drops]
        spread = means if by_fold else drops[0]
        std = float(np.std(spread, ddof=1)) if len(spread) > 1 else None
        columns.append(
            {"name": name, "mean": float(np.mean(means)), "std": std, "folds": len(means)}
        )
    return {
        "metric": metric,
        "columns": sorted(columns, key=lambda column: -column["mean"]),
        "of": n_columns,
        "rows": sum(one["rows"] for one in known.values()),
        "repeats": max(one["repeats"] for one in known.values()),
        "spread_over": "folds" if by_fold else "repeats",
        "lacking": [fold for fold in found if fold not in known],
    }
