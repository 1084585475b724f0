"""A job's columns: loaded as Arrow has them, and typed without a Python object for each cell.

The values are exactly those that `coercion` gives for the same text; a test holds both against
each other.
"""

import os
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.engine.predicting.cell_warnings import unreadable
from tasks.engine.profile.table_cells import TableCells
from tasks.engine.table import coercion
from tasks.engine.table.cells import as_text, objects, parse_numbers, plain_numbers, present, trim
from tasks.engine.table.tables import LINE

THREADS_AT_MOST = 4
JOINED_ROWS, MOST_BYTES = 100_000, 1_000_000_000
# Many columns are put together, unless the copy would need much memory.
MANY_COLUMNS, CELLS_TOGETHER = 100, 5_000_000


class Cells:
    """A column of text cells, None where one is missing, that stays packed until it is asked."""

    def __init__(self, array: pa.ChunkedArray) -> None:
        self.array = array

    def __len__(self) -> int:
        return len(self.array)

    def __getitem__(self, row: int) -> str | None:
        return self.array[row].as_py()  # type: ignore[no-any-return]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return objects(as_text(self.array))

    def take(self, rows: np.ndarray) -> "Cells":
        """Return the cells of some rows."""
        if len(rows) == len(self):
            return self
        found = self.array.take(pa.array(rows))
        return Cells(found if isinstance(found, pa.ChunkedArray) else pa.chunked_array([found]))

    def joined(self, separator: str, missing: str) -> Iterator[bytes]:
        """Yield all cells as one text in UTF-8, in pieces."""
        for start in range(0, len(self), JOINED_ROWS):
            piece = as_text(self.array[start : start + JOINED_ROWS]).fill_null(missing)
            if piece.nbytes < MOST_BYTES:
                rows = pa.ListArray.from_arrays([0, len(piece)], piece.cast(pa.string()))
                text = pc.binary_join(rows, separator)[0].as_buffer().to_pybytes()
            else:
                text = separator.join(piece.to_pylist()).encode()
            yield (separator.encode() if start else b"") + text


def load_cells(
    parquet: Path, names: Sequence[str], dialect: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Load some columns of a table, and the lines of its rows.

    Parameters
    ----------
    parquet : Path
        A table that `tabular.read_table` wrote.
    names : sequence of str
        Columns; those that the table does not have are left out.
    dialect : dict, optional
        How the file was read.

    Returns
    -------
    dict
        Cells by column; ``__line__`` as int64 of shape (n_rows,).
    """
    metadata, local = pq.read_metadata(parquet), threading.local()

    def read(positions: list[int]) -> list[pa.ChunkedArray]:
        if not hasattr(local, "cells"):
            local.cells = TableCells(parquet, dialect or {}, (), metadata)
        return local.cells.raw_columns(positions)  # type: ignore[no-any-return]

    cells = TableCells(parquet, dialect or {}, (), metadata)
    places = {name: n for n, name in enumerate(cells.names)}
    wanted = [name for name in dict.fromkeys(names) if name in places and name != LINE]
    size = len(cells.batches()[0]) if cells.batches() else 1
    batches = [wanted[n : n + size] for n in range(0, len(wanted), size)]
    lines = cells.plain.reader.read_all(column_indices=[places[LINE]]).column(0)
    loaded: dict[str, Any] = {LINE: lines.to_numpy()}
    with ThreadPoolExecutor(min(THREADS_AT_MOST, os.cpu_count() or 1)) as pool:
        found = pool.map(lambda batch: read([places[name] for name in batch]), batches)
        for batch, columns in zip(batches, found, strict=True):
            loaded |= {n: Cells(c) for n, c in zip(batch, columns, strict=True)}
    return loaded


def training_data(
    columns: Mapping[str, Any], schema: dict[str, Any]
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray, list[dict[str, Any]]]:
    """Return what a model is trained on, as `coercion.training_data` does.

    Parameters
    ----------
    columns : Mapping of str to Cells or ndarray of shape (n_rows,)
        Text cells.
    schema : dict
        What they are typed by.

    Raises
    ------
    SchemaError
        When columns are missing.
    TargetError
        When a cell of the target is no number in a regression.
    """
    if any(isinstance(cells, np.ndarray) for cells in columns.values()):
        text = pd.DataFrame(dict(columns), copy=False)
        text.columns = text.columns.astype(object)
        X, y, rows, warnings = coercion.training_data(text, schema)
        return _together(X), y, rows, warnings
    target = schema["target"]
    if target not in columns:
        raise coercion.SchemaError(f'the column to predict, "{target}", is missing')
    y = _target(columns[target], schema)
    rows = np.flatnonzero(~pd.isna(y))
    X, warnings = _features(columns, rows, schema)
    return _together(X), y[rows], rows, warnings


def _together(X: pd.DataFrame) -> pd.DataFrame:
    """Put the columns of a wide table together in memory.

    Where each lies by itself, rows are taken of one column after the other, again and again.
    """
    is_wide = X.shape[1] > MANY_COLUMNS and X.size <= CELLS_TOGETHER
    return X.copy() if is_wide else X


def _features(
    columns: Mapping[str, Cells], rows: np.ndarray, schema: dict[str, Any]
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    coercion.check_columns(schema, columns)
    by_name = {column["name"]: column for column in schema["columns"]}
    missing, warnings = coercion.missing_markers(schema), []
    typed: dict[str, np.ndarray] = {}
    for name in schema["features"]:
        values, found = typed_cells(by_name[name], columns[name].take(rows), missing)
        typed |= values
        warnings += found
    return coercion.as_frame(typed, pd.RangeIndex(len(rows))), warnings


def _target(cells: Cells, schema: dict[str, Any]) -> np.ndarray:
    column = next(c for c in schema["columns"] if c["name"] == schema["target"])
    if schema["task"] == "regression" and column["kind"] == "number":
        values, warnings = _numbers(column, cells, coercion.target_markers(schema))
        if not warnings:  # else it is said which cell is no number
            return values
    return coercion.target_from_text(cells, schema)


def typed_cells(
    column: dict[str, Any], cells: Cells, missing: Collection[str]
) -> tuple[dict[str, np.ndarray], list[dict[str, Any]]]:
    """Turn one column of text into the columns that are learned from.

    Parameters
    ----------
    column : dict
        The column's schema.
    cells : Cells
        Its cells.
    missing : collection of str
        The markers of missing cells.

    Returns
    -------
    columns : dict of str to ndarray of shape (n_rows,)
    warnings : list of dict
        As `coercion.typed_columns` gives them.
    """
    is_coded = pa.types.is_dictionary(cells.array.type)
    if column["kind"] == "number" and not is_coded:
        values, warnings = _numbers(column, cells, missing)
        return {column["name"]: values}, warnings
    if column["kind"] == "text" and not is_coded:
        return {column["name"]: _texts(cells, missing)}, []
    coded = cells.array.unify_dictionaries() if is_coded else cells.array.dictionary_encode()
    texts = objects(coded.chunk(0).dictionary) if coded.num_chunks else np.zeros(0, object)
    codes = [c.indices.fill_null(-1).to_numpy(zero_copy_only=False) for c in coded.chunks]
    return coercion.typed_columns(
        column,
        np.concatenate(codes) if codes else np.zeros(0, int),
        coercion.clean_values(texts, missing),
    )


def _numbers(
    column: dict[str, Any], cells: Cells, missing: Collection[str]
) -> tuple[np.ndarray, list[dict[str, Any]]]:
    written = coercion.how_written(column)
    parts, n_bad, first = [], 0, ""
    for chunk in cells.array.chunks:
        text = as_text(chunk)
        values = plain_numbers(text, missing) if written == (".", "", False) else None
        if values is None:
            kept, where = present(text, missing)
            values = parse_numbers(kept, written)
            bad = np.flatnonzero(np.isnan(values))
            first = kept[int(bad[0])].as_py() if len(bad) and not n_bad else first
            n_bad += len(bad)
            if where is not None:
                found, values = values, np.full(len(text), np.nan)
                values[where] = found
        parts.append(values)
    values = np.concatenate(parts) if parts else np.zeros(0)
    return values, unreadable(column, n_bad, first)


def _texts(cells: Cells, missing: Collection[str]) -> np.ndarray:
    parts = []
    for chunk in cells.array.chunks:
        text = trim(as_text(chunk))
        absent = pc.is_in(text, pa.array([*missing, None], text.type))
        parts.append(objects(pc.if_else(absent, "", text)))
    return np.concatenate(parts) if parts else np.zeros(0, object)
