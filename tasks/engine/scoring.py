"""A model applied to a whole CSV file: the same table with the answers as further columns."""

import csv
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from tasks.engine.errors import DataError
from tasks.engine.prediction import predict_text
from tasks.engine.reader.dialects import ReadOptions
from tasks.engine.tables import BATCH_ROWS
from tasks.engine.tabular import read_table

Progress = Callable[[float], None]


def score_file(
    model: Any,
    schema: dict[str, Any],
    source: Path,
    target: Path,
    *,
    file_name: str,
    on_progress: Progress | None = None,
) -> tuple[int, list[dict[str, Any]]]:
    """Predict every row of a CSV file, in batches.

    Parameters
    ----------
    model : Pipeline
        A fitted model.
    schema : dict
        The schema that it was trained by.
    source : Path
        The uploaded file; read as any other upload.
    target : Path
        Where the answer goes: the rows in their order and with their own separator, as UTF-8,
        with ``prediction`` and, where there are any, ``probability_<class>`` behind.
    file_name : str
        The name that the person knows the file by.
    on_progress : callable, optional
        Called with the fraction done.

    Returns
    -------
    n_rows : int
    warnings : list of dict
        One for each kind and column, with how many cells it is about.

    Raises
    ------
    DataError
        When the file cannot be read, or lacks columns.
    """
    dialect = schema["dialect"]
    # Names of a model without a header are positions, so its files have no header either.
    options = ReadOptions(
        header=dialect["header"],
        decimal=dialect["decimal"],
        one_column=len(schema["features"]) == 1,
    )
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "table.parquet"
        read = read_table(source, table, file_name=file_name, options=options)
        if read.refused or read.dialect is None:
            errors = [p.message for p in read.problems if p.severity == "error"]
            raise DataError("FILE_REFUSED", "; ".join(errors))
        with target.open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out, delimiter=read.dialect.delimiter or ",")
            report = on_progress or (lambda _fraction: None)
            return read.n_rows, _score_batches(model, schema, table, writer, report)


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
