"""A model applied to a whole CSV file: the same table with the answers as further columns."""

import csv
import dataclasses
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tasks.engine.predicting.cell_warnings import empty_rows, no_values
from tasks.engine.predicting.new_rows import NewRows, needed_cells, read_new_rows
from tasks.engine.predicting.prediction import predict_text
from tasks.engine.table.coercion import free_names, missing_markers
from tasks.engine.table.tables import BATCH_ROWS

Progress = Callable[[float], None]


@dataclasses.dataclass(frozen=True)
class Scored:
    """What became of a file.

    `warnings`: what was found while reading it, then one for each kind and column, with how many
    cells it is about. `delimiter` and `decimal`: the separator and the decimal sign of the answer;
    `n_columns`: how many columns stand before those that were added.
    """

    n_rows: int
    warnings: list[dict[str, Any]]
    delimiter: str
    decimal: str
    n_columns: int


def score_file(
    model: Any,
    schema: dict[str, Any],
    source: Path,
    target: Path,
    *,
    file_name: str,
    mapping: Mapping[str, str] | None = None,
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
        Where the answer goes: the rows in their order and with their own separator and decimal
        sign, as UTF-8, with ``prediction`` and, where there are any, ``probability_<class>``
        behind; a name that the file has already gets a number, as ``prediction_2``.
    file_name : str
        The name that the person knows the file by.
    mapping : Mapping of str to str, optional
        Of the columns that the model needs: what the file calls them, where that differs.
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
        read = read_new_rows(source, Path(folder), schema, file_name=file_name, mapping=mapping)
        with target.open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out, delimiter=read.delimiter)
            report = on_progress or (lambda _fraction: None)
            found = _score_batches(model, schema, read, writer, mapping=mapping, report=report)
        warnings = read.warnings + found
        return Scored(read.n_rows, warnings, read.delimiter, read.decimal, len(read.names))


def _score_batches(
    model: Any,
    schema: dict[str, Any],
    read: NewRows,
    writer: Any,
    *,
    mapping: Mapping[str, str] | None,
    report: Progress,
) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    file = pq.ParquetFile(read.table)
    names, done = file.schema_arrow.names[1:], 0
    missing, n_empty, first = missing_markers(schema), 0, ""
    for batch in file.iter_batches(BATCH_ROWS):
        cells = [column.to_pylist() for column in batch.columns[1:]]
        by_name = dict(zip(names, cells, strict=True))
        text = needed_cells(by_name, schema["features"], mapping)
        result = predict_text(model, schema, text)
        _add_warnings(found, result.warnings)
        empty = empty_rows(text, schema["features"], missing)
        if empty and not n_empty:
            first = f"line {batch.column(0)[empty[0]].as_py():,}"
        n_empty += len(empty)
        columns = result.as_columns(read.decimal)
        if not done:
            writer.writerow([*names, *free_names(names, columns)])
        writer.writerows(zip(*cells, *columns.values(), strict=True))
        done += batch.num_rows
        report(done / max(file.metadata.num_rows, 1))
    return no_values(n_empty, first, schema["features"]) + list(found.values())


def _add_warnings(
    found: dict[tuple[str, str], dict[str, Any]], warnings: list[dict[str, Any]]
) -> None:
    for warning in warnings:
        kept = found.setdefault((warning["code"], warning["column"]), {**warning, "count": 0})
        kept["count"] += warning["count"]
