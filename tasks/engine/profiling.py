"""What is in each column of a table: its kind, its numbers, and what is worth checking.

One column at a time, and mostly on its distinct values, so that memory stays bounded by a column.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.engine.coercion import EPOCH, clean, dates
from tasks.engine.kinds import NUMBER_SYMBOLS, Column, find_kind, find_numbers
from tasks.engine.refusals import Problem

BINS = 10
TOP = 10
SCHEMA_FACTS = ("true", "false", "decimal", "format", "ambiguous")
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class ProfileResult:
    """The profile of every column, in file order, and what is worth checking."""

    columns: list[dict[str, Any]]
    problems: list[Problem]


def profile_table(
    parquet: Path, dialect: dict[str, Any], on_progress: Progress | None = None
) -> ProfileResult:
    """Profile every column of a table.

    Parameters
    ----------
    parquet : Path
        A table that `tabular.read_table` wrote.
    dialect : dict
        How the file was read; ``decimal`` is used.
    on_progress : callable, optional
        Called with the number of columns done and of all columns.

    Returns
    -------
    ProfileResult
    """
    file = pq.ParquetFile(parquet)
    line, *names = file.schema_arrow.names
    lines = file.read([line]).column(0)
    profiles, problems = [], []
    for n, name in enumerate(names, start=1):
        column = _load(file, n, name, dialect["decimal"])
        profile, found = profile_column(column, lines)
        profiles.append(profile)
        problems += found
        if on_progress:
            on_progress(n, len(names))
    return ProfileResult(profiles, problems)


def _load(file: pq.ParquetFile, position: int, name: str, decimal: str) -> Column:
    # A name with a dot means a nested column to Parquet, so columns are read by their position.
    cells = file.reader.read_all(column_indices=[position]).column(0)
    counted = cells.value_counts()
    texts = counted.field("values").to_numpy(zero_copy_only=False)
    codes, values = pd.factorize(clean(texts))  # the same idea of what is missing as in training
    counts = counted.field("counts").to_numpy(zero_copy_only=False)[codes >= 0]
    totals = np.bincount(codes[codes >= 0], counts, len(values)).astype(np.int64)
    order = np.argsort(-totals, kind="stable")
    return Column(name, cells, texts, values[order], totals[order], decimal)


def profile_column(column: Column, lines: pa.ChunkedArray) -> tuple[dict[str, Any], list[Problem]]:
    """Profile one column.

    Parameters
    ----------
    column : Column
        The column.
    lines : ChunkedArray of shape (n_rows,)
        The line that each row came from, for messages.

    Returns
    -------
    profile : dict
        The column's schema as it is stored and published.
    problems : list of Problem
        Warnings about this column.
    """
    kind, extra = find_kind(column)
    profile: dict[str, Any] = {
        "name": column.name,
        "kind": kind,
        "missing": column.n_rows - column.n_present,
        "count": column.n_present,
        "distinct": len(column.values),
        "format": None,
        "top": [
            {"value": v[:200], "count": int(c)}
            for v, c in zip(column.values[:TOP], column.counts[:TOP], strict=True)
        ],
    }
    profile |= {name: extra[name] for name in SCHEMA_FACTS if name in extra}
    if kind == "number":
        profile["distinct"] = len(np.unique(extra["numbers"]))  # 1 and 1.0 are the same
        profile |= _number_facts(extra["numbers"], column.counts)
    elif kind == "date":
        profile |= _date_facts(column, extra["format"])
    else:
        profile |= _category_facts(column)
    return profile, _warnings(column, kind, extra, lines)


def _number_facts(values: np.ndarray, counts: np.ndarray) -> dict[str, Any]:
    order = np.argsort(values)
    values, counts = values[order], counts[order]
    total = counts.sum()
    with np.errstate(over="ignore", invalid="ignore"):
        mean = np.average(values, weights=counts)
        variance = np.average((values - mean) ** 2, weights=counts) * total / max(total - 1, 1)
        middle = np.searchsorted(np.cumsum(counts), [(total - 1) // 2 + 1, total // 2 + 1])
        facts = {
            "min": values[0],
            "max": values[-1],
            "median": values[middle].mean(),
            "mean": mean,
            "std": np.sqrt(variance),
        }
    # Numbers near the end of float64 have no mean or spread that it can hold.
    finite = {name: float(v) if np.isfinite(v) else None for name, v in facts.items()}
    return finite | {"histogram": _histogram(values, counts)}


def _histogram(values: np.ndarray, counts: np.ndarray) -> dict[str, Any]:
    try:
        bins = min(BINS, max(len(values), 2))
        with np.errstate(over="ignore", invalid="ignore"):
            heights, edges = np.histogram(values, bins=bins, weights=counts)
    except ValueError:  # no room for bins between two floats that are neighbours, or at the ends
        heights, edges = counts.sum(keepdims=True), values[[0, -1]]
    return {"edges": edges.tolist(), "counts": [int(h) for h in heights]}


def _date_facts(column: Column, date_format: str) -> dict[str, Any]:
    moments = dates(column.values, date_format)
    days = ((moments - EPOCH).dt.total_seconds() / 86400).to_numpy(float)
    facts = _number_facts(days, column.counts)
    texts = {
        name: str((EPOCH + np.timedelta64(int(facts[name] * 86400), "s")).date())
        for name in ("min", "median", "max")
    }
    return texts | {"histogram": facts["histogram"]}


def _category_facts(column: Column) -> dict[str, Any]:
    shown = BINS - 1 if len(column.values) > BINS else BINS
    labels = [v[:60] for v in column.values[:shown]]
    counts = [int(c) for c in column.counts[:shown]]
    if len(column.values) > shown:
        labels.append(f"{len(column.values) - shown:,} others")
        counts.append(int(column.counts[shown:].sum()))
    return {"histogram": {"labels": labels, "counts": counts}}


def _warnings(
    column: Column, kind: str, extra: dict[str, Any], lines: pa.ChunkedArray
) -> list[Problem]:
    name, missing = column.name, column.n_rows - column.n_present

    def warn(
        code: str, message: str, count: int | None = None, line: int | None = None
    ) -> Problem:
        return Problem("warning", code, message, line=line, column=name, count=count)

    found = []
    if kind == "constant":
        found.append(warn("CONSTANT", f'"{name}" has the same value in every row'))
    elif missing > 0.5 * column.n_rows:
        share = f"{missing:,} of {column.n_rows:,} cells of"
        found.append(warn("MOSTLY_MISSING", f'{share} "{name}" are missing', missing))
    if kind == "identifier":
        words = f'"{name}" is different in every row. It identifies rows, so it is left out'
        found.append(warn("IDENTIFIER", words))
    if extra.get("ambiguous"):
        words = (
            f'"{name}" holds dates in which day and month could be either way round; it is text'
        )
        found.append(warn("DATE_AMBIGUOUS", words))
    if extra.get("codes"):
        words = f'"{name}" has numbers with leading zeros or over 15 digits; it is kept as text'
        found.append(warn("NUMBER_CODES", words))
    elif kind in {"category", "text", "identifier"}:
        found += _mixed(column, lines, warn)
    return found


def _mixed(column: Column, lines: pa.ChunkedArray, warn: Callable[..., Problem]) -> list[Problem]:
    is_text = ~np.isfinite(find_numbers(column)[1])
    count = int(column.counts[is_text].sum())
    if not count:
        return []
    name, present = column.name, column.n_present
    position = column.position_of(column.values[is_text])
    line, value = lines[position].as_py(), column.cells[position].as_py().strip()
    first = f'First: line {line}, "{value[:60]}"'
    if count <= 0.5 * present:
        message = f'"{name}" looks like a number column, but {count:,} of {present:,} cells are'
        return [warn("MIXED_TYPES", f"{message} text. {first}", count, line)]
    symbols = int(column.counts[column.is_match(NUMBER_SYMBOLS)].sum())
    if symbols > 0.8 * present:
        message = f'"{name}" has numbers with thousands separators or signs; it is kept as text'
        return [warn("NUMBER_SYMBOLS", f"{message}. {first}", symbols, line)]
    return []
