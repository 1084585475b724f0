"""Warnings about the cells of rows: what has no value, and what training never saw.

The same words when Trainyard predicts and in every bundle, whose ``schema.py`` holds this file's
text. It therefore imports nothing of Trainyard but `cell_text`.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from tasks.engine.table.cell_text import date_cell

# Its day cannot be a month, so it tells which of the two comes first.
TELLING_DAY = "2026-12-31"
MOST_TEXTS = 20  # of a target of numbers, that are told apart


def cell_warning(code: str, column: str | None, count: int, message: str) -> dict[str, Any]:
    """Return a warning about `count` cells of a column, or about rows."""
    return {"code": code, "column": column, "count": count, "message": message}


def empty_rows(text: Any, names: Sequence[str], missing: Collection[str]) -> list[int]:
    """Return the positions of the rows of a table of text that have no value in these columns."""
    at = list(range(len(text)))
    for name in names:
        cells = text[name].tolist() if at else []
        at = [n for n in at if not isinstance(cells[n], str) or cells[n].strip() in missing]
    return at


def no_values(count: int, first: str, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the warning that `count` rows, the first of them called `first`, have no value."""
    if not count:
        return []
    columns = f"any of the {len(names):,} columns that the model reads"
    if len(names) == 1:
        columns = f'"{names[0]}", the only column that the model reads'
    message = f"{first[:1].upper()}{first[1:]} has no value in {columns}"
    if count > 1:
        message = f"{count:,} rows have no value in {columns}. The first is {first}"
    return [cell_warning("ROW_EMPTY", None, count, message)]


def unreadable(column: dict[str, Any], count: int, first: str) -> list[dict[str, Any]]:
    """Return the warning that `count` cells of a column, `first` before others, have no value."""
    if not count:
        return []
    words = {"number": "a number", "date": "a date", "boolean": "one of its two values"}
    name, kind = column["name"], words[column["kind"]]
    if column["kind"] == "date":
        written = date_cell(TELLING_DAY, column["format"], column.get("offset") or 0)
        kind = f"a date written like {written}"
    message = (
        f'{count} values of "{name}" are not {kind}, such as "{first}"; they count as missing'
    )
    if count == 1:
        message = f'1 value of "{name}" is not {kind}: "{first}"; it counts as missing'
    return [cell_warning("NOT_READABLE", name, count, message)]


def unseen(column: dict[str, Any], codes: np.ndarray, values: np.ndarray) -> list[dict[str, Any]]:
    """Return the warning that cells hold categories that training never saw."""
    if "values" not in column:
        return []
    seen = {None, *column["values"]}
    at = np.array([value not in seen for value in values], dtype=bool)[codes]
    count = int(at.sum())
    if not count:
        return []
    name, first = column["name"], values[codes[at.argmax()]]
    message = f'{count} values of "{name}" were not seen in training, such as "{first}"'
    if count == 1:
        message = f'1 value of "{name}" was not seen in training: "{first}"'
    return [cell_warning("UNSEEN_CATEGORY", name, count, message)]


def outside(
    column: dict[str, Any], codes: np.ndarray, values: np.ndarray, read: np.ndarray
) -> list[dict[str, Any]]:
    """Return the warning that numbers, or days, lie outside of what training saw.

    `read` is what `values` say: numbers, or days since 1970. Older schemas have no range of days.
    """
    if "range" not in column:
        return []
    low, high = (_end(end) for end in column["range"])
    at = ((read < low) | (read > high))[codes]
    count = int(at.sum())
    if not count:
        return []
    name, first = column["name"], values[codes[at.argmax()]]
    seen = f"outside {say_range(column)}, which training saw"
    message = f'{count} values of "{name}" are {seen}, such as "{first}"'
    if count == 1:
        message = f'1 value of "{name}" is {seen}: "{first}"'
    return [cell_warning("OUT_OF_RANGE", name, count, message)]


def _end(end: float | str) -> float:
    """Return an end of a range as a number; of days, those since 1970."""
    if isinstance(end, str):
        return float((date.fromisoformat(end) - date(1970, 1, 1)).days)
    return end


def say_range(column: dict[str, Any]) -> str:
    """Return the range of what training saw of a column: ``18 to 80``."""
    decimal = column.get("decimal") or "."
    return " to ".join(_say_end(end, decimal) for end in column["range"])


def _say_end(end: float | str, decimal: str) -> str:
    if isinstance(end, str):
        return end
    text = f"{end:.0f}" if end % 1 == 0 and abs(end) < 1e9 else f"{end:.6g}"
    return text.replace(".", decimal)


def most_frequent(
    cells: np.ndarray, positions: np.ndarray, most: int = MOST_TEXTS
) -> list[tuple[str, int, int]]:
    """Return the most frequent of some cells, with the first position and the number of each."""
    codes, texts = pd.factorize(cells[positions])
    counts, firsts = np.bincount(codes), np.unique(codes, return_index=True)[1]
    order = np.argsort(-counts, kind="stable")[:most]
    return [(str(texts[n]), int(positions[firsts[n]]), int(counts[n])) for n in order]
