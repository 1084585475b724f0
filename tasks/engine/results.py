"""What comes of training: the result, and what training saw."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from sklearn.pipeline import Pipeline

from tasks.engine.profile.date_formats import date_text
from tasks.engine.progress import FoldScore


@dataclass(frozen=True)
class TrainingResult:
    """What came of training.

    `score` is the main metric's mean over folds, `score_std` its spread (ddof 1), None for one
    fold. `model` is unfitted where only scores were asked for. `out_of_fold` has one row for each
    scored row: ``row`` (from 0, in the table), ``line`` (in the file), ``fold``, ``actual``,
    ``prediction``, ``probability_<n>``. `schema` is the request's with what training saw of each
    column added. `baselines`: see `Baselines.as_dict`. A notebook that shows a result shows what
    is short of it.
    """

    model: Pipeline = field(repr=False)
    schema: dict[str, Any] = field(repr=False)
    classes: list[str] | None
    score: float | None
    score_std: float | None
    baseline_score: float | None
    baselines: dict[str, Any] = field(repr=False)
    metrics: dict[str, Any] = field(repr=False)
    folds: list[FoldScore] = field(repr=False)
    warnings: list[dict[str, str]] = field(repr=False)
    out_of_fold: pd.DataFrame = field(repr=False)
    charts: dict[str, Any] = field(repr=False)
    details: dict[str, Any] = field(repr=False)
    data_hash: str
    split_hash: str
    partial: bool


def observe(schema: dict[str, Any], X: pd.DataFrame) -> dict[str, Any]:
    """Return a schema with what training saw: categories, and the ranges of numbers and dates.

    Of dates that are not learned from by their days there is none.

    Parameters
    ----------
    schema : dict
        What the table was typed by.
    X : DataFrame of shape (n_samples, n_features)
        The typed table.
    """
    # Of all columns at once: one after the other takes seconds where there are thousands.
    numbers = X.select_dtypes(exclude=object)
    ends = dict(zip(numbers.columns, zip(numbers.min(), numbers.max(), strict=True), strict=True))
    columns, features = [], set(schema["features"])
    for column in schema["columns"]:
        name, seen = column["name"], dict(column)
        if name in X and name in features:
            if name in ends:
                if column["kind"] == "number" and pd.notna(ends[name][0]):
                    seen["range"] = [float(end) for end in ends[name]]
            elif column["kind"] != "text" and X[name].nunique() <= 10_000:
                seen["values"] = sorted(X[name].dropna().unique().tolist())
        elif (days := ends.get(f"{name}__days")) and name in features and pd.notna(days[0]):
            seen["range"] = [date_text(end) for end in days]
        columns.append(seen)
    return {**schema, "columns": columns}
