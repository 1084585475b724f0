"""What preprocessing made of the columns: how many went into each step, and how many came out."""

from typing import Any

import pandas as pd
from sklearn.pipeline import Pipeline

from tasks.engine.preprocessing.target_scale import describe_target

ALL = "All"  # behind encoding
TITLES = {
    "codes": "Categories", "categories": "Categories", "numbers": "Numbers",
    "booleans": "Yes or no", "targets": "Categories, many", "drop_constant": ALL,
    "select": ALL, "components": ALL,
}  # fmt: skip


def describe_shapes(model: Pipeline, X: pd.DataFrame) -> list[dict[str, Any]]:
    """Describe the steps of a fitted model but for the estimator.

    Parameters
    ----------
    model : Pipeline
        As `pipelines.make_pipeline` made it, fitted.
    X : DataFrame of shape (n_samples, n_features)
        The typed table, or its first rows.

    Returns
    -------
    list of dict
        ``columns``: which, in words; ``by``: scikit-learn's classes; ``before`` and ``after``:
        how many there were and are. Texts, a step for each, stand together.
    """
    encoder = model[0]
    found: dict[str, dict[str, Any]] = {}
    for name, step, columns in encoder.transformers_:
        if name == "remainder":
            continue
        at = encoder.output_indices_[name]
        one = found.setdefault(
            "Texts" if name.startswith("text_") else name,
            {"columns": TITLES.get(name, "Texts"), "by": _classes(step), "before": 0, "after": 0},
        )
        one["before"] += 1 if isinstance(columns, str) else len(columns)
        one["after"] += at.stop - at.start
    steps = list(found.values())
    values = encoder.transform(X.iloc[:1])
    for name, step in model.steps[1:-1]:
        before = values.shape[1]
        values = step.transform(values)
        steps.append(
            {"columns": TITLES[name], "by": _classes(step), "before": before,
             "after": values.shape[1]}
        )  # fmt: skip
    return steps


def describe_encoding(model: Pipeline, schema: dict[str, Any], X: pd.DataFrame) -> dict[str, Any]:
    """Describe what preprocessing made of the columns; only a fitted model knows.

    Parameters
    ----------
    model, X
        As for `describe_shapes`.
    schema : dict
        What the table was typed by.
    """
    steps = describe_shapes(model, X)
    encoded = sum(step["after"] for step in steps if step["columns"] != ALL)
    return {
        "columns_after_encoding": encoded,
        "columns_learned_from": steps[-1]["after"] if steps[-1]["columns"] == ALL else encoded,
        "preprocessing": add_dates(steps, schema, X) + describe_target(model[-1]),
    }


def add_dates(
    steps: list[dict[str, Any]], schema: dict[str, Any], X: pd.DataFrame
) -> list[dict[str, Any]]:
    """Return steps with what dates became before them: their parts are among the numbers.

    Parameters
    ----------
    steps : list of dict
        As `describe_shapes` gives them.
    schema : dict
        What the table was typed by.
    X : DataFrame of shape (n_samples, n_features)
        The typed table: a column for each feature, but one for each part of a date.
    """
    kinds = {column["name"]: column["kind"] for column in schema["columns"]}
    n_features = len(schema["features"])
    n_dates = sum(kinds[name] == "date" for name in schema["features"])
    if not n_dates:
        return steps
    dates = {"columns": "Dates", "by": "split into parts", "before": n_dates,
             "after": X.shape[1] - (n_features - n_dates)}  # fmt: skip
    titles = {TITLES["numbers"]: "Numbers, parts of dates"}
    return [dates, *({**s, "columns": titles.get(s["columns"], s["columns"])} for s in steps)]


def _classes(step: Any) -> str:
    parts = step.steps if isinstance(step, Pipeline) else [("", step)]
    names = (type(part).__name__ for _, part in parts)
    return ", ".join("as they are" if name == "FunctionTransformer" else name for name in names)
