"""From text cells to typed values, by a schema.

The same code runs when a job is trained, when Trainyard predicts, and in every downloaded bundle
(whose ``schema.py`` is this file, with `cell_text` and `cell_warnings` in the place of their
imports, and a ``SCHEMA``). It therefore imports nothing else of Trainyard.

A schema is a dict: ``dialect`` (``missing``: the markers of missing cells), ``columns`` (name,
kind, format, offset, parts, cyclic, decimal, thousands, symbols, unit, true, false, mixed, values,
range), ``features`` (names), ``target``, ``task``. Kinds: number, category, text, date, boolean,
identifier, constant.
"""

import re
from collections.abc import Collection, Iterable
from typing import Any

import numpy as np
import pandas as pd

from tasks.engine.predicting.cell_warnings import most_frequent, outside, unreadable, unseen
from tasks.engine.table.cell_text import MISSING, TRUTH, ZONE, number_of, symbols_of

EPOCH = pd.Timestamp("1970-01-01")
# What is learned from a date unless its column names its parts, and where parts begin anew.
PARTS = ("year", "month", "day", "weekday", "days", "hour")
CYCLES = {"quarter": 4, "month": 12, "week": 53, "day": 31, "weekday": 7, "day_of_year": 366,
          "hour": 24, "minute": 60}  # fmt: skip


class SchemaError(ValueError):
    """Rows do not fit the schema; `columns` names the columns at fault."""

    def __init__(self, message: str, columns: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.columns = list(columns)


class TargetError(ValueError):
    """Target cells that are no numbers; `value` at `position` is the first of `count`.

    `frequent` are the most frequent of them: text, position of the first, how many. `n_numbers`
    cells are numbers.
    """

    def __init__(self, column: str, cells: np.ndarray, bad: np.ndarray) -> None:
        self.column, self.position, self.count = column, int(bad.argmax()), int(bad.sum())
        self.value = str(cells[self.position])
        self.frequent = most_frequent(cells, np.flatnonzero(bad))
        self.n_numbers = int((~bad & ~pd.isna(cells)).sum())
        rows = "1 row" if self.count == 1 else f"{self.count:,} rows"
        super().__init__(f'"{column}" has text in {rows}. The first value is "{self.value}"')


def missing_markers(schema: dict[str, Any]) -> Collection[str]:
    """Return the markers of missing cells that a schema was read with; an empty cell is one."""
    chosen = (schema.get("dialect") or {}).get("missing")
    return frozenset(MISSING if chosen is None else ("", *chosen))


def target_markers(schema: dict[str, Any]) -> Collection[str]:
    """Return what says that a row has no target: such markers, and texts that are left out."""
    column = next(c for c in schema["columns"] if c["name"] == schema["target"])
    return frozenset(missing_markers(schema)).union(column.get("left_out") or ())


def clean_values(texts: Iterable[Any], missing: Collection[str] = MISSING) -> np.ndarray:
    """Return cells without surrounding space, None for missing ones, and a last None."""
    stripped = [text.strip() if isinstance(text, str) else "" for text in texts]
    return np.array([*(None if s in missing else s for s in stripped), None], dtype=object)


def clean(text: Any, missing: Collection[str] = MISSING) -> np.ndarray:
    """Return cells without surrounding space, and None where a cell is missing."""
    codes, texts = pd.factorize(np.asarray(text, dtype=object))  # each value is looked at once
    return clean_values(texts, missing)[codes]


def numbers(
    cells: np.ndarray, decimal: str = ".", thousands: str = "", symbols: bool | str = False
) -> np.ndarray:
    """Turn cleaned cells into float64; NaN where a cell is missing or no finite number."""
    codes, values = pd.factorize(cells)
    parsed = None if thousands or symbols else _plain_numbers(values, decimal)
    if parsed is None:
        found = [number_of(value, decimal, thousands, symbols) for value in values]
        parsed = np.array(found, dtype=np.float64)
    return np.append(parsed, np.nan)[codes]


def _plain_numbers(values: np.ndarray, decimal: str) -> np.ndarray | None:
    """Return numbers ten times faster than the check of each cell does, or None."""
    joined = "".join(values)
    if "_" in joined or (decimal == "," and "." in joined):
        return None
    plain = values if decimal == "." else [value.replace(",", ".") for value in values]
    try:
        parsed = np.asarray(plain, dtype=object).astype(np.float64)
    except ValueError:
        return None
    return parsed if np.isfinite(parsed).all() else None


def how_written(column: dict[str, Any]) -> tuple[str, str, bool | str]:
    """Return a column's decimal sign, thousands sign, and what is left out of its numbers."""
    decimal, thousands = column.get("decimal") or ".", column.get("thousands") or ""
    if thousands == decimal:  # the decimal sign is another file's, so the other one changes too
        thousands = "." if decimal == "," else ","
    return decimal, thousands, symbols_of(column)


def _may_be_date(cell: str, firsts: str) -> bool:
    """Tell whether a cell begins with one of some signs, or may with any, and is no other word."""
    if firsts:
        return cell[0] in firsts
    return cell[0] != "-" and cell not in {"now", "today"}


def dates(cells: np.ndarray, date_format: str, offset: int = 0) -> "pd.Series[Any]":
    """Turn cleaned cells into timestamps without a zone; NaT where a cell does not fit.

    Moments with a zone are what a clock shows that is `offset` minutes ahead of UTC.
    """
    # pandas reads "now" and "today", by its own clock, and years before our era.
    digits = "0123456789" if date_format == "ISO8601" else ""
    cells = np.array([c if c and _may_be_date(c, digits) else None for c in cells], dtype=object)
    has_zones = date_format == "ISO8601" or "%z" in date_format
    parsed = pd.to_datetime(
        pd.Series(cells, dtype=object), format=date_format, errors="coerce", utc=has_zones
    )
    if isinstance(parsed.dtype, pd.DatetimeTZDtype):
        parsed = parsed.dt.tz_convert("UTC").dt.tz_localize(None)
    if offset and has_zones:
        zoned = np.array([bool(c and re.search(ZONE, c)) for c in cells], dtype=bool)
        parsed = parsed.where(~zoned, parsed + pd.Timedelta(minutes=offset))
    return parsed


def date_parts(
    name: str, moments: "pd.Series[Any]", column: dict[str, Any]
) -> dict[str, np.ndarray]:
    """Return the numbers that a date column is learned from.

    Its ``parts``, or `PARTS`; where it is ``cyclic`` a sine and a cosine of those in `CYCLES`.
    """
    date_format, found = column["format"], dict[str, np.ndarray]()
    has_time = date_format == "ISO8601" or "%H" in date_format or "%I" in date_format
    for part in column.get("parts") or PARTS:
        if part in {"hour", "minute"} and not has_time:
            continue
        values = _date_part(moments, part)
        if column.get("cyclic") and part in CYCLES:
            angle = 2 * np.pi * values / CYCLES[part]
            found |= {f"{name}__{part}_sin": np.sin(angle), f"{name}__{part}_cos": np.cos(angle)}
        else:
            found[f"{name}__{part}"] = values
    return found


def _date_part(moments: "pd.Series[Any]", part: str) -> np.ndarray:
    if part == "days":
        return np.floor(((moments - EPOCH) / pd.Timedelta(days=1)).to_numpy(np.float64))
    if part == "week":
        weeks = moments.dt.isocalendar().week.astype("Float64")
        return np.asarray(weeks.to_numpy(np.float64, na_value=np.nan))
    named = {"weekday": "day_of_week"}.get(part, part)
    return np.asarray(getattr(moments.dt, named).to_numpy(np.float64))


def booleans(cells: np.ndarray, column: dict[str, Any]) -> np.ndarray:
    """Return 1, 0 or NaN; case does not matter, and JSON's true and false are understood.

    A ``mixed`` column says yes and no in several ways, such as TRUE, False, 1 and 0.
    """
    true, false = column["true"].lower(), column["false"].lower()
    known = TRUTH if column.get("mixed") else {"true": 1.0, "false": 0.0}
    known = {**known, true: 1.0, false: 0.0}
    if true == "1":
        known |= {"1.0": 1.0, "0.0": 0.0}
    found = [np.nan if cell is None else known.get(cell.lower(), np.nan) for cell in cells]
    return np.array(found, dtype=np.float64)


def typed_columns(
    column: dict[str, Any], codes: np.ndarray, values: np.ndarray
) -> tuple[dict[str, np.ndarray], list[dict[str, Any]]]:
    """Turn one column of text into the columns that are learned from.

    `codes` says which of `values` (see `clean_values`) each cell is, -1 for none. Numbers,
    booleans and parts of dates become float64; all else objects of str, NaN where missing.
    """
    name, kind, present = column["name"], column["kind"], ~pd.isna(values)
    if kind == "text":  # a text that is missing is an empty text
        return {name: np.where(present, values, "")[codes]}, []
    if kind not in {"number", "boolean", "date"}:
        return {name: np.where(present, values, np.nan)[codes]}, unseen(column, codes, values)
    if kind == "date":
        moments = dates(values, column["format"], column.get("offset") or 0)
        read, typed = _date_part(moments, "days"), date_parts(name, moments, column)
    else:
        is_number = kind == "number"
        read = numbers(values, *how_written(column)) if is_number else booleans(values, column)
        typed = {name: read}
    at = (present & np.isnan(read))[codes]
    first = values[codes[at.argmax()]] if at.any() else ""
    typed = {part: found[codes] for part, found in typed.items()}
    beyond = outside(column, codes, values, read)
    return typed, unreadable(column, int(at.sum()), first) + beyond


def features_from_text(
    text: pd.DataFrame, schema: dict[str, Any]
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """Turn text cells into the typed table that a model takes, with warnings about cells.

    Columns that are no features are ignored; `SchemaError` names all that are missing.
    """
    by_name = {column["name"]: column for column in schema["columns"]}
    check_columns(schema, text.columns)
    missing, warnings = missing_markers(schema), []
    columns: dict[str, np.ndarray] = {}
    for name in schema["features"]:
        codes, texts = pd.factorize(np.asarray(text[name], dtype=object))
        values, found = typed_columns(by_name[name], codes, clean_values(texts, missing))
        columns |= values
        warnings += found
    return as_frame(columns, text.index), warnings


def check_columns(schema: dict[str, Any], known: Collection[str]) -> None:
    """Raise `SchemaError` when features are missing."""
    lacking = [name for name in schema["features"] if name not in known]
    if lacking:
        names = ", ".join(f'"{name}"' for name in lacking)
        raise SchemaError(f"these columns are missing: {names}", lacking)


def as_frame(columns: dict[str, np.ndarray], index: pd.Index) -> pd.DataFrame:
    """Return typed columns as a table whose texts stay objects."""
    frame = pd.DataFrame(columns, index=index, copy=False)
    objects = {name: object for name, values in columns.items() if values.dtype == object}
    return frame.astype(objects) if objects else frame


def target_from_text(text: Any, schema: dict[str, Any]) -> np.ndarray:
    """Turn the target's cells into what is learned; `TargetError` where one is no number.

    Regression: float64, NaN where missing. Classification: objects of str, None where missing.
    """
    cells = clean(text, target_markers(schema))
    column = next(c for c in schema["columns"] if c["name"] == schema["target"])
    if schema["task"] == "classification":
        return _classes(cells, column)
    is_boolean = column["kind"] == "boolean"
    values = booleans(cells, column) if is_boolean else numbers(cells, *how_written(column))
    bad = np.isnan(values) & ~pd.isna(cells)
    if bad.any():
        raise TargetError(schema["target"], cells, bad)
    return values


def _classes(cells: np.ndarray, column: dict[str, Any]) -> np.ndarray:
    """Return classes; those that say yes, or no, in several ways are one class each."""
    if not column.get("mixed"):
        return cells
    truth = booleans(cells, column)
    return np.where(truth == 1, column["true"], np.where(truth == 0, column["false"], cells))


def training_data(
    text: pd.DataFrame, schema: dict[str, Any]
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray, list[dict[str, Any]]]:
    """Return what a model is trained on: the rows that have a target.

    Returns `X` and `y` of those rows, which rows of `text` they are, from 0, and warnings about
    cells. Raises `SchemaError` when columns are missing, and `TargetError`.
    """
    if schema["target"] not in text.columns:
        raise SchemaError(f'the column to predict, "{schema["target"]}", is missing')
    y = target_from_text(text[schema["target"]], schema)
    rows = np.flatnonzero(~pd.isna(y))
    X, warnings = features_from_text(text.iloc[rows].reset_index(drop=True), schema)
    return X, y[rows], rows, warnings


def free_names(names: Iterable[str], added: Iterable[str]) -> list[str]:
    """Return the names of columns added to others: those that are taken, with a number behind."""
    taken, found = set(names), []
    for name in added:
        free, n = name, 2
        while free in taken:
            free, n = f"{name}_{n}", n + 1
        taken.add(free)
        found.append(free)
    return found
