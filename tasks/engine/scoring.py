"""A model applied to a whole CSV file: the same table with the answers as further columns."""

import csv
import dataclasses
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from tasks.engine.errors import DataError
from tasks.engine.prediction import predict_text
from tasks.engine.reader.dialects import ReadOptions
from tasks.engine.reader.reading import ReadResult
from tasks.engine.reader.refusals import Problem
from tasks.engine.tables import BATCH_ROWS
from tasks.engine.tabular import read_table

Progress = Callable[[float], None]
# How a file is split, and over how many lines its names go.
SPLIT = ("quote", "escape", "header_lines")


@dataclasses.dataclass(frozen=True)
class Scored:
    """What became of a file.

    `warnings`: what was found while reading it, then one for each kind and column, with how many
    cells it is about. `delimiter`: the separator of the answer; `n_columns`: how many columns
    stand before those that were added.
    """

    n_rows: int
    warnings: list[dict[str, Any]]
    delimiter: str
    n_columns: int


def score_file(
    model: Any,
    schema: dict[str, Any],
    source: Path,
    target: Path,
    *,
    file_name: str,
    on_progress: Progress | None = None,
) -> Scored:
    """Predict every row of a CSV file, in batches.

    Parameters
    ----------
    model : Pipeline
        A fitted model.
    schema : dict
        The schema that it was trained by.
    source : Path
        The uploaded file; read as any other upload, and as the training data was where it lacks
        columns else.
    target : Path
        Where the answer goes: the rows in their order and with their own separator, as UTF-8,
        with ``prediction`` and, where there are any, ``probability_<class>`` behind.
    file_name : str
        The name that the person knows the file by.
    on_progress : callable, optional
        Called with the fraction done.

    Returns
    -------
    Scored

    Raises
    ------
    DataError
        When the file cannot be read, or lacks columns.
    """
    with tempfile.TemporaryDirectory() as folder:
        read, table = _read(source, Path(folder), file_name, schema)
        if read.refused or read.dialect is None:
            errors = [p.message for p in read.problems if p.severity == "error"]
            raise DataError("FILE_REFUSED", "; ".join(errors))
        delimiter = read.dialect.delimiter or ","
        with target.open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out, delimiter=delimiter)
            report = on_progress or (lambda _fraction: None)
            told = [_as_warning(problem) for problem in read.problems]
            told += _score_batches(model, schema, table, writer, report)
        return Scored(read.n_rows, told, delimiter, len(read.column_names))


def _read(
    source: Path, folder: Path, file_name: str, schema: dict[str, Any]
) -> tuple[ReadResult, Path]:
    """Read a file by what it tells itself; a few rows may tell little, then as training data."""
    dialect, needed = schema["dialect"], set(schema["features"])
    # Names of a model without a header are positions, so its files have no header either.
    own = ReadOptions(
        header=dialect["header"],
        decimal=dialect["decimal"],
        one_column=len(needed) == 1,
    )
    known = {name: dialect[name] for name in SPLIT if dialect.get(name) is not None}
    trained = dataclasses.replace(own, **known, delimiter=dialect.get("delimiter") or None)
    tried: list[tuple[ReadResult, Path]] = []
    for n, options in enumerate((own, trained)):
        table = folder / f"{n}.parquet"
        read = read_table(source, table, file_name=file_name, options=options)
        if needed <= set(read.column_names) and not read.refused:
            return read, table
        tried.append((read, table))
    return tried[0]


def _as_warning(problem: Problem) -> dict[str, Any]:
    told = problem.as_dict()
    return {name: told[name] for name in ("code", "column", "count", "message", "line")}


def _score_batches(
    model: Any, schema: dict[str, Any], table: Path, writer: Any, report: Progress
) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    file = pq.ParquetFile(table)
    names, done = file.schema_arrow.names[1:], 0
    for batch in file.iter_batches(BATCH_ROWS):
        cells = [column.to_pylist() for column in batch.columns[1:]]
        text = pd.DataFrame(dict(zip(names, cells, strict=True)), dtype=object)
        result = predict_text(model, schema, text)
        _add_warnings(found, result.warnings)
        columns = result.as_columns()
        if not done:
            writer.writerow([*names, *columns])
        writer.writerows(zip(*cells, *columns.values(), strict=True))
        done += batch.num_rows
        report(done / max(file.metadata.num_rows, 1))
    return list(found.values())


def _add_warnings(
    found: dict[tuple[str, str], dict[str, Any]], warnings: list[dict[str, Any]]
) -> None:
    for warning in warnings:
        kept = found.setdefault((warning["code"], warning["column"]), {**warning, "count": 0})
        kept["count"] += warning["count"]
