"""What a succeeded job's files say: charts, and its out-of-fold predictions row by row."""

import json
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import select

from dashboard.db import Job
from dashboard.errors import Conflict, DomainError
from dashboard.extensions import db
from dashboard.jobs.queries import find_model
from dashboard.storage import get_storage


def read_results(job: Job) -> dict[str, Any]:
    """Return what the result charts draw.

    Raises
    ------
    Conflict
        When the job has no result.
    """
    if job.results_key is None:
        raise Conflict(f"The job has no results: it is {job.state}")
    try:
        return _read_json(job.results_key)
    except DomainError:
        newer = db.session.scalar(select(Job.results_key).where(Job.id == job.id))
        if newer in {None, job.results_key}:
            raise
        return _read_json(newer)  # something was added to them at this very moment


def _read_json(key: str) -> dict[str, Any]:
    with get_storage().open(key) as stream:
        found: dict[str, Any] = json.load(stream)
    return found


def read_out_of_fold(
    job: Job,
    *,
    offset: int,
    limit: int,
    predicted: str | None = None,
    actual: str | None = None,
    fold: int | None = None,
    by_error: bool = False,
) -> tuple[list[dict[str, Any]], int]:
    """Return out-of-fold rows, and how many match.

    Parameters
    ----------
    job : Job
        The job.
    offset, limit : int
        Which part of those that match.
    predicted, actual : str, optional
        Only rows with this prediction, or this true value.
    fold : int, optional
        Only rows of this fold, from 1.
    by_error : bool, default False
        The worst first: the largest error, or the least probability of what was true.

    Raises
    ------
    Conflict
        When the job has no result.
    """
    if job.out_of_fold_key is None:
        raise Conflict(f"The job has no out-of-fold rows: it is {job.state}")
    with get_storage().local_copy(job.out_of_fold_key) as path:
        table = pq.read_table(path)
    for name, value in (("prediction", predicted), ("actual", actual), ("fold", fold)):
        if value is not None:
            cells = table[name] if name == "fold" else table[name].cast(pa.string())
            table = table.filter(pc.equal(cells, value))
    classes = (getattr(find_model(job.id), "classes", None) or []) if len(table) else []
    if by_error:
        order = pc.sort_indices(_errors(table, classes), sort_keys=[("error", "descending")])
        table = table.take(order)
    piece = table.slice(offset, limit)
    return [_row(row, classes) for row in piece.to_pylist()], len(table)


def _errors(table: pa.Table, classes: list[str]) -> pa.Table:
    if "probability_0" in table.column_names:
        actual = table["actual"].to_pylist()
        columns = {name: table[f"probability_{n}"].to_pylist() for n, name in enumerate(classes)}
        return pa.table({"error": [1 - columns[a][i] for i, a in enumerate(actual)]})
    if pa.types.is_floating(table["actual"].type):
        return pa.table({"error": pc.abs(pc.subtract(table["actual"], table["prediction"]))})
    wrong = pc.not_equal(table["actual"], table["prediction"])
    return pa.table({"error": pc.cast(wrong, pa.int8())})


def _row(row: dict[str, Any], classes: list[str]) -> dict[str, Any]:
    probabilities = None
    if "probability_0" in row:
        probabilities = {name: row[f"probability_{n}"] for n, name in enumerate(classes)}
    kept = ("row", "line", "fold", "actual", "prediction")
    return {**{name: row[name] for name in kept}, "probabilities": probabilities}
