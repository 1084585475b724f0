"""What training saw of a model's columns, in words, and a usual cell of each."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.filters import of_column, plural
from tasks.engine.table.cell_text import date_cell

SEEN_SHOWN = 6


def say_seen(column: Mapping[str, Any]) -> str | None:
    """Say what training saw of a column: its range, its two values, or its most values."""
    if column.get("kind") == "boolean":
        return f"{column['false']}, {column['true']}"
    if "range" in column:
        return say_ends(column["range"])
    values = column.get("values")
    if not values:
        return None
    more = f" and {len(values) - SEEN_SHOWN} more" if len(values) > SEEN_SHOWN else ""
    return f"{plural(len(values), 'value')}: {', '.join(values[:SEEN_SHOWN])}{more}"


def say_ends(ends: Sequence[float | str]) -> str:
    """Say a range of numbers, or of days: ``18 to 80``."""
    return " to ".join(end if isinstance(end, str) else of_column(end, *ends) for end in ends)


def middle_of(column: Mapping[str, Any], known: Mapping[str, Any]) -> str | None:
    """Return the median of a column of numbers or dates as a file has it; None of others.

    Parameters
    ----------
    column : Mapping
        What the model's schema holds of it; models that are older have no range of dates.
    known : Mapping
        What the dataset's profile holds of it. Where that is nothing, the least that training saw
        is returned.
    """
    median = known.get("median")
    found = median if median is not None else (column.get("range") or [None])[0]
    if found is None or column.get("kind") not in {"number", "date"}:
        return None
    return cell_of(column, found)


def cell_of(column: Mapping[str, Any], value: float | str) -> str:
    """Return a number or a day of a column as a file has it, with its sign and its format."""
    if column["kind"] == "date":
        return date_cell(str(value), column["format"], column.get("offset") or 0)
    shown = repr(float(f"{value:.15g}"))  # without what halves of sums leave: 3028.4350000000004
    return shown.removesuffix(".0").replace(".", column.get("decimal") or ".")
