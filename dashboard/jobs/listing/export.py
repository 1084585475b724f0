"""The jobs that match as a CSV file: every page of them, with the columns that were chosen."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response

from dashboard.db import Job, User
from dashboard.jobs.listing.cells import setting_text
from dashboard.jobs.listing.columns import Column, read_columns
from dashboard.jobs.listing.filtering import read_filters
from dashboard.jobs.listing.segments import page_of
from dashboard.jobs.listing.sorting import read_sort, segments_of
from dashboard.jobs.queries import get_jobs
from dashboard.jobs.times.durations import Duration, read_durations
from dashboard.list_csv import send_list

MOST_JOBS = 10_000_000
ALWAYS = ("id", "name", "dataset_id", "dataset", "version", "target")


def export_jobs(query: Mapping[str, str], user: User, *, raw: bool) -> Response:
    """Answer with all jobs that match a query, as UTF-8 RFC 4180 CSV, while they are read.

    Which jobs is settled at the beginning; each is written as it is when it is read.

    Parameters
    ----------
    query : Mapping
        Filters, sort and columns, as in the address of the page.
    user : User
        Who asks.
    raw : bool
        Whether cells that a spreadsheet would run stay as they are.
    """
    filters, _ = read_filters(query, user.id)
    sort, _ = read_sort(query.get("sort"))
    columns, _ = read_columns(query.get("cols") or user.job_columns)
    ids = page_of(segments_of(filters, sort), 0, MOST_JOBS)
    head = [*ALWAYS, *(name for column in columns for name in _heads(column))]

    def read(some: Sequence[int]) -> list[list[Any]]:
        return _rows(get_jobs(some), columns)

    return send_list(head, ids, read, raw=raw, file_name="jobs.csv")


def _rows(jobs: Sequence[Job], columns: Sequence[Column]) -> list[list[Any]]:
    durations = read_durations([job.id for job in jobs])
    return [
        [*_always(job), *(cell for c in columns for cell in _cells(c, job, durations))]
        for job in jobs
    ]


def _always(job: Job) -> list[Any]:
    dataset = job.dataset
    return [job.id, job.name, dataset.id, dataset.name, dataset.version, job.target]


# A column of the page may hold several facts.
_HEADS: Mapping[str, Sequence[str]] = {
    "status": ("state", "message"),
    "score": ("metric", "score", "score_std", "partial"),
    "duration": ("duration_s",),
    "submitted": ("created_at",),
    "finished": ("finished_at",),
    # Of every job they are written anyhow.
    "dataset": (),
    "target": (),
    "memory": ("peak_memory_bytes",),
}


def _heads(column: Column) -> Sequence[str]:
    return _HEADS.get(column.key, (column.key,))


def _cells(column: Column, job: Job, durations: Mapping[int, Duration]) -> Sequence[Any]:
    if column.kind == "duration":
        found = durations.get(job.id) if job.finished_at else None
        return (found.seconds if found else None,)
    cells: Sequence[Any] = _READERS[column.kind](column, job)
    return cells


def _setting(column: Column, job: Job) -> str | None:
    found = column.setting_of(job)
    return None if found is None else setting_text(found.value)


_READERS: Mapping[str, Any] = {
    "status": lambda _, job: (job.state, job.message),
    "estimator": lambda _, job: (job.estimator,),
    "score": lambda _, job: (job.metric, job.score, job.score_std, str(job.partial).lower()),
    "submitted": lambda _, job: (job.created_at,),
    "finished": lambda _, job: (job.finished_at,),
    "owner": lambda _, job: (job.owner.email,),
    "dataset": lambda _, job: (),
    "target": lambda _, job: (),
    "tags": lambda _, job: (", ".join(job.tags),),
    "note": lambda _, job: (job.note,),
    "memory": lambda _, job: (job.peak_memory_bytes,),
    "param": lambda column, job: (_setting(column, job),),
    "metric": lambda column, job: (column.mean_of(job),),
}
