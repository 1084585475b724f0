"""`/workers` and `/queue`."""

from dataclasses import asdict
from typing import Any

from dashboard.api import present
from dashboard.api import queue_schemas as answers
from dashboard.api.auth import current_user
from dashboard.api.operations import operation
from dashboard.clock import isoformat
from dashboard.jobs.bulk.again import retry_failed
from dashboard.workers import queries, service
from dashboard.workers.last_day import read_last_day
from dashboard.workers.views import view_workers

WORKER = "/workers/<int:worker_id>"


@operation("GET", "/workers", "List worker processes", answer=answers.WorkerPage)
def list_workers() -> dict[str, Any]:
    return {"items": [present.worker(view) for view in view_workers()], "next_cursor": None}


def _drain(worker_id: int, *, drain: bool) -> dict[str, Any]:
    service.drain_worker(user=current_user(), worker_id=worker_id, drain=drain)
    return next(present.worker(v) for v in view_workers() if v.worker.id == worker_id)


@operation("POST", f"{WORKER}/drain", "Let a worker finish its job and take no other (admins)",
           answer=answers.Worker, errors=(403, 404, 409))  # fmt: skip
def drain_worker(worker_id: int) -> dict[str, Any]:
    return _drain(worker_id, drain=True)


@operation("POST", f"{WORKER}/resume", "Let a worker take jobs again (admins)",
           answer=answers.Worker, errors=(403, 404, 409))  # fmt: skip
def resume_worker(worker_id: int) -> dict[str, Any]:
    return _drain(worker_id, drain=False)


def _state() -> dict[str, Any]:
    found = asdict(queries.summarise_queue())
    moment = found.pop("paused_at")
    return found | {"paused": moment is not None, "paused_at": isoformat(moment)}


@operation("GET", "/queue", "What runs and what waits", answer=answers.Queue)
def get_queue() -> dict[str, Any]:
    day = read_last_day()
    last_day = {
        "succeeded": day.succeeded,
        "failed": day.failed,
        "median_wait_s": day.median_wait_s,
        "median_run_s": day.median_run_s,
        "hours": [{"succeeded": succeeded, "failed": failed} for succeeded, failed in day.hours],
    }
    waiting = present.job_list(queries.list_queue())
    return _state() | {"last_day": last_day, "items": waiting}


@operation("POST", "/queue/pause", "Let no further job start (admins)",
           answer=answers.QueueState, errors=(403,))  # fmt: skip
def pause_queue() -> dict[str, Any]:
    service.pause_queue(user=current_user())
    return _state()


@operation("POST", "/queue/resume", "Let jobs start again (admins)",
           answer=answers.QueueState, errors=(403,))  # fmt: skip
def resume_queue() -> dict[str, Any]:
    service.resume_queue(user=current_user())
    return _state()


@operation("POST", "/queue/retry-failed", "Run again what failed within the last hour (admins)",
           answer=answers.Retried, errors=(403, 503))  # fmt: skip
def retry_all_failed() -> dict[str, Any]:
    return {"jobs": retry_failed(user=current_user())}
