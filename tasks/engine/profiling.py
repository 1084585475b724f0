"""What is in each column of a table: its kind, its numbers, and what is worth checking.

One column at a time, and mostly on its distinct values, so that memory stays bounded by a column.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.engine.coercion import EPOCH, MISSING, dates, number_of
from tasks.engine.kinds import Column, find_kind
from tasks.engine.refusals import Problem
from tasks.engine.tables import LINE

BINS = 10
TOP = 10
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
    names = [name for name in file.schema_arrow.names if name != LINE]
    lines = file.read([LINE]).column(0)
    profiles, problems = [], []
    for n, name in enumerate(names, start=1):
        column = _load(file, name, dialect["decimal"])
        profile, found = profile_column(column, lines)
        profiles.append(profile)
        problems += found
        if on_progress:
            on_progress(n, len(names))
    return ProfileResult(profiles, problems)


def _load(file: pq.ParquetFile, name: str, decimal: str) -> Column:
    # A name with a dot means a nested column to Parquet, so columns are read by their position.
    position = file.schema_arrow.names.index(name)
    groups = [
        file.reader.read_row_group(g, column_indices=[position]).column(0)
        for g in range(file.num_row_groups)
    ]
    cells = pc.utf8_trim_whitespace(pa.chunked_array(groups, type=pa.string()))
    missing = pc.or_(pc.is_null(cells), pc.is_in(cells, pa.array(sorted(MISSING))))
    counted = cells.filter(pc.invert(missing)).value_counts()
    values = counted.field("values").to_pylist()
    counts = counted.field("counts").to_numpy(zero_copy_only=False)
    order = np.argsort(-counts, kind="stable")
    return Column(name, len(cells), cells, [values[i] for i in order], counts[order], decimal)


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
    profile |= extra
    if kind == "number":
        numbers = np.array([number_of(v, column.decimal) for v in column.values])
        profile |= _number_facts(numbers, column.counts) | {"decimal": column.decimal}
    elif kind == "date":
        profile |= _date_facts(column, extra["format"])
    else:
        profile |= _category_facts(column)
    return profile, _warnings(column, kind, extra, lines)


def _number_facts(values: np.ndarray, counts: np.ndarray) -> dict[str, Any]:
    order = np.argsort(values)
    values, counts = values[order], counts[order]
    total = counts.sum()
    mean = float(np.average(values, weights=counts))
    variance = float(np.average((values - mean) ** 2, weights=counts)) * total / max(total - 1, 1)
    heights, edges = np.histogram(values, bins=min(BINS, max(len(values), 2)), weights=counts)
    middle = np.searchsorted(np.cumsum(counts), [(total - 1) // 2 + 1, total // 2 + 1])
    return {
        "min": float(values[0]),
        "max": float(values[-1]),
        "median": float(values[middle].mean()),
        "mean": mean,
        "std": float(np.sqrt(variance)),
        "histogram": {"edges": edges.tolist(), "counts": [int(h) for h in heights]},
    }


def _date_facts(column: Column, date_format: str) -> dict[str, Any]:
    moments = dates(np.array(column.values, dtype=object), date_format)
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
    if kind in {"category", "text"}:
        found += _mixed(column, lines, warn)
    return found


def _mixed(column: Column, lines: pa.ChunkedArray, warn: Callable[..., Problem]) -> list[Problem]:
    is_text = np.array([not np.isfinite(number_of(v, column.decimal)) for v in column.values])
    count = int(column.counts[is_text].sum())
    if not count or count > 0.5 * column.n_present:
        return []
    text = [v for v, bad in zip(column.values, is_text, strict=True) if bad]
    position = column.position_of(text)
    line, value = lines[position].as_py(), column.cells[position].as_py()
    message = (
        f'"{column.name}" looks like a number column, but {count:,} of {column.n_present:,} cells '
        f'are text. First: line {line}, "{value[:60]}"'
    )
    return [warn("MIXED_TYPES", message, count, line)]
