"""A file of new rows, read so that the columns that a model needs are found in it."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from tasks.engine.errors import DataError
from tasks.engine.reader.dialects import ReadOptions
from tasks.engine.reader.reading import ReadResult
from tasks.engine.reader.refusals import Problem
from tasks.engine.table.tabular import read_table

# How a file is split, and over how many lines its names go.
SPLIT = ("quote", "escape", "header_lines")


@dataclasses.dataclass(frozen=True)
class NewRows:
    """A file that was read.

    `table`: its rows, as `tabular.read_table` writes them. `warnings`: what was found on the way.
    `delimiter`, `decimal`: its separator and its decimal sign.
    """

    table: Path
    n_rows: int
    names: Sequence[str]
    delimiter: str
    decimal: str
    warnings: list[dict[str, Any]]


def read_new_rows(
    source: Path,
    folder: Path,
    schema: Mapping[str, Any],
    *,
    file_name: str,
    mapping: Mapping[str, str] | None = None,
) -> NewRows:
    """Read a file by what it tells itself; a few rows may tell little, then as training data.

    Parameters
    ----------
    source : Path
        The uploaded file.
    folder : Path
        Where its table may be written.
    schema : Mapping
        The schema that the model was trained by.
    file_name : str
        The name that the person knows the file by.
    mapping : Mapping of str to str, optional
        Of the columns that the model needs: what the file calls them, where that differs.

    Raises
    ------
    DataError
        When the file cannot be read.
    """
    dialect, known = schema["dialect"], mapping or {}
    needed = {known.get(name, name) for name in schema["features"]}
    # Names of a model without a header are positions, so its files have no header either.
    own = ReadOptions(
        header=dialect["header"], decimal=dialect["decimal"], one_column=len(needed) == 1
    )
    split = {name: dialect[name] for name in SPLIT if dialect.get(name) is not None}
    trained = dataclasses.replace(own, **split, delimiter=dialect.get("delimiter") or None)
    tried: list[tuple[ReadResult, Path]] = []
    for n, options in enumerate((own, trained)):
        table = folder / f"{n}.parquet"
        read = read_table(source, table, file_name=file_name, options=options)
        tried.append((read, table))
        if needed <= set(read.column_names) and not read.refused:
            break
    read, table = max(tried, key=lambda one: _found(one[0], needed))
    if read.refused or read.dialect is None:
        errors = [p.message for p in read.problems if p.severity == "error"]
        raise DataError("FILE_REFUSED", "; ".join(errors))
    warnings = [_as_warning(problem) for problem in read.problems]
    delimiter, decimal = read.dialect.delimiter or ",", read.dialect.decimal or "."
    return NewRows(table, read.n_rows, read.column_names, delimiter, decimal, warnings)


def _found(read: ReadResult, needed: set[str]) -> int:
    return -1 if read.refused else len(needed & set(read.column_names))


def _as_warning(problem: Problem) -> dict[str, Any]:
    told = problem.as_dict()
    return {name: told[name] for name in ("code", "column", "count", "message", "line")}


def needed_cells(
    cells: Mapping[str, Any], features: Sequence[str], mapping: Mapping[str, str] | None
) -> pd.DataFrame:
    """Return the columns that a model needs, under its own names; those that lack are left out.

    Parameters
    ----------
    cells : Mapping of str to sequence
        The file's cells by column.
    features : sequence of str
        What the model needs.
    mapping : Mapping of str to str or None
        As for `read_new_rows`.
    """
    known = mapping or {}
    found = {
        name: cells[known.get(name, name)] for name in features if known.get(name, name) in cells
    }
    return pd.DataFrame(found, columns=pd.Index(list(found), dtype=object), dtype=object)
