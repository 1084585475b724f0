"""From text cells to typed values, by a schema.

The same code runs when a job is trained, when Trainyard predicts, and in every downloaded bundle
(whose ``schema.py`` is this file behind a ``SCHEMA``). It therefore imports nothing of Trainyard.

A schema is a dict: ``dialect``, ``columns`` (name, kind, format, decimal, true, false, values),
``features`` (names), ``target`` and ``task``. Kinds: number, category, text, date, boolean,
identifier, constant.
"""

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

MISSING = frozenset(
    {"", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "null", "NULL", "Null", "None", "?", "-"}
)
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
EPOCH = pd.Timestamp("1970-01-01")


class SchemaError(ValueError):
    """Rows do not fit the schema; `columns` names the columns at fault."""

    def __init__(self, message: str, columns: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.columns = list(columns)


class TargetError(ValueError):
    """A target cell is not a number; `count` cells are not, `value` at `position` is the first."""

    def __init__(self, column: str, value: str, position: int, count: int) -> None:
        super().__init__(f'"{column}" has text in {count} rows. The first value is "{value}"')
        self.column, self.value, self.position, self.count = column, value, position, count


def _clean_cell(cell: Any) -> str | None:
    stripped = cell.strip() if isinstance(cell, str) else ""
    return None if stripped in MISSING else stripped


def clean(text: "pd.Series[Any] | np.ndarray") -> np.ndarray:
    """Return cells without surrounding space, and None where a cell is missing."""
    codes, values = pd.factorize(np.asarray(text, dtype=object))  # each value is looked at once
    cleaned = np.array([*map(_clean_cell, values), None], dtype=object)
    return cleaned[codes]


def number_of(cell: str, decimal: str = ".") -> float:
    """Return a cell's number, or NaN where the cell is none."""
    if decimal == ",":
        cell = cell.replace(".", "x").replace(",", ".")
    value = float(cell) if NUMBER.fullmatch(cell) else np.nan
    return value if abs(value) < np.inf else np.nan


def numbers(cells: np.ndarray, decimal: str = ".") -> np.ndarray:
    """Turn cleaned cells into float64; NaN where a cell is missing or no finite number."""
    codes, values = pd.factorize(cells)
    return np.append(_parse_numbers(values, decimal), np.nan)[codes]


def _parse_numbers(values: np.ndarray, decimal: str) -> np.ndarray:
    joined = "".join(values)
    if "_" not in joined and (decimal == "." or "." not in joined):
        plain = values if decimal == "." else [value.replace(",", ".") for value in values]
        try:  # numpy reads plain numbers ten times faster than the check of each cell
            parsed = np.asarray(plain, dtype=object).astype(np.float64)
            if np.isfinite(parsed).all():
                return parsed
        except ValueError:
            pass
    return np.array([number_of(value, decimal) for value in values], dtype=np.float64)


def dates(cells: np.ndarray, date_format: str) -> "pd.Series[Any]":
    """Turn cleaned cells into timestamps without a zone; NaT where a cell does not fit."""
    parsed = pd.to_datetime(
        pd.Series(cells, dtype=object),
        format=date_format,
        errors="coerce",
        utc=date_format == "ISO8601",
    )
    if isinstance(parsed.dtype, pd.DatetimeTZDtype):
        parsed = parsed.dt.tz_convert("UTC").dt.tz_localize(None)
    return parsed


def date_parts(name: str, moments: "pd.Series[Any]", date_format: str) -> dict[str, np.ndarray]:
    """Return the numbers that a date column is learned from."""
    parts = {
        "year": moments.dt.year,
        "month": moments.dt.month,
        "day": moments.dt.day,
        "weekday": moments.dt.day_of_week,
        "days": np.floor((moments - EPOCH) / pd.Timedelta(days=1)),
    }
    if date_format == "ISO8601" or "%H" in date_format or "%I" in date_format:
        parts["hour"] = moments.dt.hour
    return {f"{name}__{part}": values.to_numpy(np.float64) for part, values in parts.items()}


def _booleans(cells: np.ndarray, column: dict[str, Any]) -> np.ndarray:
    """Return 1, 0 or NaN; case does not matter, and JSON's true and false are understood."""
    known = {"true": 1.0, "false": 0.0, column["true"].lower(): 1.0, column["false"].lower(): 0.0}
    if column["true"] == "1":
        known |= {"1.0": 1.0, "0.0": 0.0}
    found = [np.nan if cell is None else known.get(cell.lower(), np.nan) for cell in cells]
    return np.array(found, dtype=np.float64)


def _warning(code: str, column: str, count: int, message: str) -> dict[str, Any]:
    return {"code": code, "column": column, "count": count, "message": message}


def _unreadable(
    column: dict[str, Any], cells: np.ndarray, bad: np.ndarray
) -> list[dict[str, Any]]:
    count = int(bad.sum())
    if not count:
        return []
    first, name = cells[bad.argmax()], column["name"]
    words = {"number": "a number", "date": "a date", "boolean": "one of its two values"}
    kind = words[column["kind"]]
    message = (
        f'{count} values of "{name}" are not {kind}, such as "{first}"; they count as missing'
    )
    if count == 1:
        message = f'1 value of "{name}" is not {kind}: "{first}"; it counts as missing'
    return [_warning("NOT_READABLE", name, count, message)]


def _unseen(column: dict[str, Any], cells: np.ndarray) -> list[dict[str, Any]]:
    if "values" not in column:
        return []
    seen = set(column["values"])
    unseen = [cell for cell in cells if cell is not None and cell not in seen]
    if not unseen:
        return []
    name = column["name"]
    message = f'{len(unseen)} values of "{name}" were not seen in training, such as "{unseen[0]}"'
    if len(unseen) == 1:
        message = f'1 value of "{name}" was not seen in training: "{unseen[0]}"'
    return [_warning("UNSEEN_CATEGORY", name, len(unseen), message)]


def typed_columns(
    column: dict[str, Any], text: "pd.Series[Any]"
) -> tuple[dict[str, np.ndarray], list[dict[str, Any]]]:
    """Turn one column of text into the columns that are learned from.

    Returns
    -------
    columns : dict of str to ndarray of shape (n_rows,)
        float64 for numbers, booleans and parts of dates; object of str, with NaN where missing,
        for everything else.
    warnings : list of dict
        ``code``, ``column``, ``count``, ``message``.
    """
    name, kind, cells = column["name"], column["kind"], clean(text)
    present = np.array([cell is not None for cell in cells], dtype=bool)
    if kind == "number":
        values = numbers(cells, column.get("decimal") or ".")
        return {name: values}, _unreadable(column, cells, present & np.isnan(values))
    if kind == "boolean":
        values = _booleans(cells, column)
        return {name: values}, _unreadable(column, cells, present & np.isnan(values))
    if kind == "date":
        moments = dates(cells, column["format"])
        bad = present & moments.isna().to_numpy()
        return date_parts(name, moments, column["format"]), _unreadable(column, cells, bad)
    if kind == "text":  # a text that is missing is an empty text
        return {name: np.where(present, cells, "")}, []
    return {name: np.where(present, cells, np.nan)}, _unseen(column, cells)


def features_from_text(
    text: pd.DataFrame, schema: dict[str, Any]
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """Turn text cells into the typed table that a model takes.

    Parameters
    ----------
    text : DataFrame of shape (n_rows, n_columns)
        Text cells; columns that are no features are ignored.
    schema : dict
        See the head of this file.

    Returns
    -------
    X : DataFrame of shape (n_rows, n_features)
    warnings : list of dict
        Cells that could not be read, and categories that training never saw.

    Raises
    ------
    SchemaError
        When columns are missing; names all of them.
    """
    by_name = {column["name"]: column for column in schema["columns"]}
    lacking = [name for name in schema["features"] if name not in text.columns]
    if lacking:
        names = ", ".join(f'"{name}"' for name in lacking)
        raise SchemaError(f"these columns are missing: {names}", lacking)
    columns: dict[str, np.ndarray] = {}
    warnings: list[dict[str, Any]] = []
    for name in schema["features"]:
        values, found = typed_columns(by_name[name], text[name])
        columns |= values
        warnings += found
    frame = pd.DataFrame(columns, index=text.index, copy=False)
    objects = {name: object for name, values in columns.items() if values.dtype == object}
    return frame.astype(objects) if objects else frame, warnings


def target_from_text(text: "pd.Series[Any]", schema: dict[str, Any]) -> np.ndarray:
    """Turn the target's cells into what is learned.

    Parameters
    ----------
    text : Series of shape (n_rows,)
        The target's cells.
    schema : dict
        See the head of this file; ``task`` decides.

    Returns
    -------
    ndarray of shape (n_rows,)
        Regression: float64, NaN where missing. Classification: object of str, None where missing.

    Raises
    ------
    TargetError
        When a cell is no number in a regression.
    """
    cells = clean(text)
    if schema["task"] == "classification":
        return cells
    column = next(c for c in schema["columns"] if c["name"] == schema["target"])
    values = numbers(cells, column.get("decimal") or ".")
    bad = np.isnan(values) & np.array([cell is not None for cell in cells], dtype=bool)
    if bad.any():
        first = int(bad.argmax())
        raise TargetError(schema["target"], cells[first], first, int(bad.sum()))
    return values


def training_data(
    text: pd.DataFrame, schema: dict[str, Any]
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray, list[dict[str, Any]]]:
    """Return what a model is trained on: the rows that have a target.

    Parameters
    ----------
    text : DataFrame of shape (n_rows, n_columns)
        Text cells, the target's among them.
    schema : dict
        See the head of this file.

    Returns
    -------
    X : DataFrame of shape (n_used, n_features)
    y : ndarray of shape (n_used,)
    rows : ndarray of shape (n_used,)
        Which rows of `text` were used, counted from 0.
    warnings : list of dict

    Raises
    ------
    SchemaError
        When columns are missing.
    TargetError
        When a target cell is no number in a regression.
    """
    if schema["target"] not in text.columns:
        raise SchemaError(f'the column to predict, "{schema["target"]}", is missing')
    y = target_from_text(text[schema["target"]], schema)
    rows = np.flatnonzero(~pd.isna(y))
    X, warnings = features_from_text(text.iloc[rows].reset_index(drop=True), schema)
    return X, y[rows], rows, warnings
