"""The cells of any column that a job read, typed as people think of them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from tasks.engine.table import coercion

SLICED = frozenset({"number", "boolean", "category", "date"})


def names_to_slice(schema: Mapping[str, Any], columns: Mapping[str, Any]) -> list[str]:
    """Return the columns that rows can be cut by, the target first; no texts, no identifiers."""
    kinds = {column["name"]: column["kind"] for column in schema["columns"]}
    target = schema["target"]
    names = dict.fromkeys([target, *columns])
    return [name for name in names if name in columns and kinds.get(name) in SLICED]


def typed_cells_of(
    name: str, schema: dict[str, Any], cells: Any, rows: np.ndarray
) -> "pd.Series[Any]":
    """Return a column's cells of some rows: numbers, moments, or texts; missing ones are missing.

    Parameters
    ----------
    name : str
        The column.
    schema : dict
        What the table is typed by.
    cells : Cells or ndarray of shape (n_rows,)
        Its cells as text.
    rows : ndarray
        Which of them.
    """
    column = next(c for c in schema["columns"] if c["name"] == name)
    cleaned = coercion.clean(np.asarray(cells)[rows], coercion.missing_markers(schema))
    if column["kind"] == "number":
        return pd.Series(coercion.numbers(cleaned, *coercion.how_written(column)))
    if column["kind"] == "date":
        return coercion.dates(cleaned, column["format"], column.get("offset") or 0)
    if column["kind"] == "boolean":
        truth = coercion.booleans(cleaned, column)
        words = np.where(truth == 1, column["true"], column["false"]).astype(object)
        return pd.Series(np.where(np.isnan(truth), None, words), dtype=object)
    return pd.Series(cleaned, dtype=object)
