"""Records as the API gives them."""

from collections.abc import Sequence
from typing import Any

from dashboard.clock import isoformat
from dashboard.datasets.upload.sources import source_of
from dashboard.datasets.upload.transfer_view import TransferView
from dashboard.db import Dataset, Job, JobAttempt, JobFold, LogLine, Model, Prediction
from dashboard.db.job import PRIORITY_NAMES
from dashboard.db.states import JobState
from dashboard.jobs import queries as jobs
from dashboard.jobs.asking.features import load_features
from dashboard.jobs.page.baselines import find_linear_score
from dashboard.jobs.running.order import find_places
from dashboard.jobs.times.durations import add_up, seconds_of
from dashboard.jobs.times.estimates import Estimate, estimate_jobs
from dashboard.workers.views import WorkerView
from tasks.engine.estimators.catalogue import Estimator, LeftOut, Parameter, find_kernel
from tasks.engine.table.cell_text import MISSING

# 20,000 columns are 5 to 10 MB; a list of datasets has up to 200 of them.
COLUMNS_SHOWN, COLUMNS_IN_LISTS = 1000, 50


def dataset(record: Dataset, most_columns: int = COLUMNS_SHOWN) -> dict[str, Any]:
    """Return a dataset; where it has more than `most_columns`, with the first of them."""
    is_whole = len(record.columns) <= most_columns
    return {
        "id": record.id,
        "name": record.name,
        "version": record.version,
        "family_id": record.family_id or record.id,
        "is_newest": record.is_newest,
        "source": source_of(record),
        "state": record.state,
        "progress": record.progress,
        "message": record.message,
        "rows": record.rows,
        "n_columns": record.n_columns,
        "size_bytes": record.size_bytes,
        "sha256": record.sha256,
        "dialect": _dialect(record.dialect),
        "columns": record.columns[:most_columns],
        "all_columns": None if is_whole else f"/api/v1/datasets/{record.id}/columns",
        "problems": record.problems,
        "file_name": record.file_name,
        "owner": record.owner.email,
        "created_at": isoformat(record.created_at),
        "archived_at": isoformat(record.archived_at),
    }


def _dialect(found: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return how a file was read, with the markers of missing cells where nobody chose them."""
    if found is None or found.get("missing") is not None:
        return found
    return {**found, "missing": list(MISSING)}


def upload(view: TransferView) -> dict[str, Any]:
    """Return how far a file is that comes in parts."""
    return {
        "id": view.upload_id,
        "file_name": view.file_name,
        "state": "received" if view.is_over else "receiving",
        "size_bytes": view.size_bytes,
        "received_bytes": view.received_bytes,
        "part_bytes": view.part_bytes,
        "direct": view.is_direct,
    }


def parameter(entry: Parameter) -> dict[str, Any]:
    """Return a parameter of an estimator."""
    return {
        "name": entry.name,
        "kinds": list(entry.kinds),
        "default": entry.default,
        "minimum": entry.minimum,
        "maximum": entry.maximum,
        "choices": list(entry.choices),
        "help": entry.help,
        "inside": {
            name: [parameter(p) for p in kernel.parameters]
            for name in entry.choices
            if "kernel" in entry.kinds and (kernel := find_kernel(name))
        },
    }


def estimator(entry: Estimator) -> dict[str, Any]:
    """Return an estimator."""
    return {
        "id": entry.id,
        "title": entry.title,
        "task": entry.task,
        "summary": entry.summary,
        "featured": entry.featured,
        "left_out": None,
        "parameters": [parameter(p) for p in entry.parameters],
    }


def left_out(entry: LeftOut) -> dict[str, Any]:
    """Return an estimator that no job can use, and why."""
    return {
        "id": entry.id,
        "title": entry.id,
        "task": entry.task,
        "summary": "",
        "featured": False,
        "left_out": entry.reason,
        "parameters": [],
    }


# Each job of a list repeats what it learns from: 1,000 jobs on 20,000 columns were 250 MB.
FEATURES_IN_LISTS = 200


def job_list(records: Sequence[Job]) -> list[dict[str, Any]]:
    """Return jobs as lists have them, with a number of queries that does not grow with them.

    `features` is None where there are very many; the job by itself has them.
    """
    found = _jobs(records)
    for item in found:
        if len(item["features"]) > FEATURES_IN_LISTS:
            item["features"] = None
    return found


def _jobs(records: Sequence[Job]) -> list[dict[str, Any]]:
    ids = [record.id for record in records]
    load_features(ids)
    folds = jobs.list_folds_of(ids)
    models = jobs.find_model_ids(ids)
    attempts = jobs.list_attempts_of(ids)
    waiting = [r.id for r in records if r.state == JobState.QUEUED]
    places = find_places(waiting) if waiting else {}
    estimates = estimate_jobs(records, folds, places)
    return [
        _job(r, folds[r.id], attempts[r.id]) | {
            "model_id": models.get(r.id), "queue_position": places.get(r.id),
            **_estimate(estimates.get(r.id, Estimate())),
        }
        for r in records
    ]  # fmt: skip


def job(record: Job) -> dict[str, Any]:
    """Return a job."""
    return _jobs([record])[0]


def _job(record: Job, folds: Sequence[JobFold], attempts: Sequence[JobAttempt]) -> dict[str, Any]:
    same = (
        "id", "name", "state", "attempt", "progress", "partial", "stage", "message", "dataset_id",
        "target", "task", "estimator", "parameters", "features", "validation", "metric", "seed",
        "score", "score_std", "baseline_score", "metrics", "warnings", "worker",
        "peak_memory_bytes", "batch_id", "data_hash", "split_hash", "tags", "note", "time_limit_s",
        "memory_limit_bytes", "class_weight", "preprocessing", "score_only", "stopped_because",
    )  # fmt: skip
    failure = dict(record.failure) if record.failure else None
    if failure:
        failure.pop("traceback", None)
    moments = ("created_at", "started_at", "finished_at", "archived_at")
    return {
        **{name: getattr(record, name) for name in same},
        **{name: isoformat(getattr(record, name)) for name in moments},
        "duration_s": add_up(attempts),
        "attempts": [attempt(a) for a in attempts],
        "folds": [fold(f) for f in folds],
        "failure": failure,
        "baselines": record.details.get("baselines"),
        "linear_score": find_linear_score(record),
        "threshold": None,
        "costs": None,
        **(record.decision or {}),
        "positive_class": record.details.get("positive_class") or record.positive,
        "versions": record.details.get("versions"),
        "threads": record.details.get("threads"),
        "priority": PRIORITY_NAMES.get(record.priority, "normal"),
        "owner": record.owner.email,
    }


def _estimate(found: Estimate) -> dict[str, int | None]:
    seconds = {
        "estimate_s": found.total_s,
        "remaining_s": found.left.seconds if found.left else None,
        "starts_in_s": found.starts_in_s,
    }
    return {name: None if s is None else round(s) for name, s in seconds.items()}


def attempt(record: JobAttempt) -> dict[str, Any]:
    """Return one try of a job."""
    return {
        "number": record.number,
        "worker": record.worker,
        "started_at": isoformat(record.started_at),
        "ended_at": isoformat(record.ended_at),
        "duration_s": seconds_of(record),
        "ended_by": record.ended_by,
    }


def fold(record: JobFold) -> dict[str, Any]:
    """Return one fold's scores."""
    return {"fold": record.fold, "scores": record.scores, "fit_seconds": record.fit_seconds}


def log_line(record: LogLine) -> dict[str, Any]:
    """Return a line of a log."""
    return {
        "n": record.n,
        "at": isoformat(record.at),
        "level": record.level,
        "text": record.text,
    }


def model(record: Model, *, starred: bool) -> dict[str, Any]:
    """Return a model, as one person has starred it or not."""
    made_by = record.job
    files = {
        name: {"size_bytes": stored["size_bytes"], "sha256": stored["sha256"]}
        for name, stored in record.offered.items()
    }
    return {
        "id": record.id,
        "name": record.name,
        "state": record.state,
        "failure": {k: v for k, v in record.failure.items() if k != "traceback"}
        if record.failure
        else None,
        "job_id": record.job_id,
        "dataset_id": made_by.dataset_id,
        "target": made_by.target,
        "task": made_by.task,
        "estimator": made_by.estimator,
        "metric": made_by.metric,
        "score": made_by.score,
        "score_std": made_by.score_std,
        "classes": record.classes,
        "files": files,
        "no_onnx": record.files.get("onnx", {}).get("reason"),
        "schema": record.schema,
        "alias": record.alias,
        "note": record.note,
        "starred": starred,
        "archived_at": isoformat(record.archived_at),
        "created_at": isoformat(record.created_at),
    }


def prediction(record: Prediction) -> dict[str, Any]:
    """Return a file's prediction."""
    return {
        "id": record.id,
        "model_id": record.model_id,
        "state": record.state,
        "progress": record.progress,
        "file_name": record.file_name,
        "rows": record.n_rows,
        "warnings": record.warnings,
        "mapping": record.mapping,
        "matching": record.matching,
        "failure": {k: v for k, v in record.failure.items() if k != "traceback"}
        if record.failure
        else None,
        "created_at": isoformat(record.created_at),
        "finished_at": isoformat(record.finished_at),
    }


def worker(view: WorkerView) -> dict[str, Any]:
    """Return a worker; one that was not heard of for 30 s is ``silent``."""
    record = view.worker
    return {
        "id": record.id,
        "name": record.name,
        "queue": record.queue,
        "state": view.state,
        "drain": record.drain,
        "job_id": record.job_id,
        "host": record.host,
        "pid": record.pid,
        "rss_bytes": record.rss_bytes,
        "memory_limit_bytes": view.memory_limit_bytes,
        "cpu_cores": view.usage.cpu_cores if view.usage else None,
        "started_at": isoformat(record.started_at),
        "seen_at": isoformat(record.seen_at),
    }
