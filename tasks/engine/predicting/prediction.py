"""A fitted model applied to new rows, always by way of its schema."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tasks.engine.errors import DataError
from tasks.engine.predicting.cell_warnings import cell_warning, empty_rows, no_values
from tasks.engine.scores.evaluation import predict
from tasks.engine.table.cell_text import as_texts
from tasks.engine.table.coercion import SchemaError, features_from_text, missing_markers


@dataclass(frozen=True)
class PredictionResult:
    """What a model says about rows.

    `labels` of shape (n_rows,): str for classes, float for numbers. `probabilities` of shape
    (n_rows, n_classes) in the order of `classes`, or None.
    """

    labels: np.ndarray
    probabilities: np.ndarray | None
    classes: list[str] | None
    warnings: list[dict[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as the API gives it."""
        classes, probabilities = self.classes or [], self.probabilities
        return {
            "predictions": self.labels.tolist(),
            "probabilities": None
            if probabilities is None
            else [dict(zip(classes, row, strict=True)) for row in probabilities.tolist()],
            "warnings": self.warnings,
        }

    def as_columns(self, decimal: str = ".") -> dict[str, list[str]]:
        """Return the columns that a predicted table gets, as text with its decimal sign."""
        columns = {"prediction": as_texts(self.labels, decimal)}
        if self.probabilities is not None:
            for n, name in enumerate(self.classes or []):
                columns[f"probability_{name}"] = as_texts(self.probabilities[:, n], decimal)
        return columns


def predict_text(model: Any, schema: dict[str, Any], text: pd.DataFrame) -> PredictionResult:
    """Predict rows of text cells.

    Parameters
    ----------
    model : Pipeline
        A fitted model.
    schema : dict
        The schema that it was trained by.
    text : DataFrame of shape (n_rows, n_columns)
        Cells as text; columns that the model does not know are ignored.

    Returns
    -------
    PredictionResult

    Raises
    ------
    DataError
        When columns are missing; its details name them.

    Examples
    --------
    >>> from tasks.engine.notebook import open_table, request, run
    >>> table = open_table("flowers.csv")
    >>> result = run(table, request(table, "species", "GaussianNB"))
    >>> rows = text_table([{"petal": 4.4, "sepal": 3, "garden": "wood"}], result.schema)
    >>> predict_text(result.model, result.schema, rows).labels.tolist()
    ['rose']
    """
    try:
        X, warnings = features_from_text(text, schema)
    except SchemaError as lacking:
        raise DataError(
            "COLUMNS_MISSING",
            f"The model needs columns that are not there: {lacking}",
            "Add them, or use a model that does not need them",
            {"columns": lacking.columns},
        ) from lacking
    predicted = predict(model, X)
    classes = getattr(model, "classes_", None)
    return PredictionResult(
        predicted.labels,
        predicted.probabilities,
        None if classes is None else [str(name) for name in classes],
        warnings,
    )


def text_table(rows: list[dict[str, Any]], schema: dict[str, Any]) -> pd.DataFrame:
    """Turn rows of JSON values into text cells, as if they had been read from a file.

    Parameters
    ----------
    rows : list of dict
        Values by column; a column that a row lacks is missing in it, one that every row lacks is
        no column.
    schema : dict
        The model's schema; its decimal sign is used.

    Examples
    --------
    >>> schema = {"columns": [{"name": "price", "decimal": ","}]}
    >>> text_table([{"price": 2.5, "sold": True}, {"price": None}], schema)
      price  sold
    0   2,5  true
    1  None  None
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    decimal = {column["name"]: column.get("decimal") for column in schema["columns"]}
    data = {name: [_cell(row.get(name), decimal.get(name)) for row in rows] for name in names}
    return pd.DataFrame(data, dtype=object, columns=pd.Index(names, dtype=object))


def warn_of_empty(text: pd.DataFrame, schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the warning that rows have no value in any of the columns that a model reads.

    Parameters
    ----------
    text : DataFrame of shape (n_rows, n_columns)
        Cells as text, as `text_table` makes them.
    schema : dict
        The model's schema.

    Examples
    --------
    >>> schema = {"features": ["price", "shop"], "columns": []}
    >>> rows = text_table([{"price": None, "shop": " "}], schema)
    >>> warn_of_empty(rows, schema)[0]["message"]
    'All 2 fields are empty, so this is what the model says without knowing anything'
    """
    names = schema["features"]
    empty = empty_rows(text, names, missing_markers(schema))
    if not empty or len(text) > 1:
        return no_values(len(empty), f"row {empty[0] + 1:,}" if empty else "", names)
    fields = (
        f"All {len(names):,} fields are"
        if len(names) > 1
        else (f'The only field, "{names[0]}", is')
    )
    message = f"{fields} empty, so this is what the model says without knowing anything"
    return [cell_warning("ROW_EMPTY", None, 1, message)]


def _cell(value: Any, decimal: str | None) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value) if isinstance(value, float) else str(value)
    return text.replace(".", ",") if decimal == "," and isinstance(value, float) else text
