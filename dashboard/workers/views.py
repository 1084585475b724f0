"""Workers as pages show them, and what stops jobs from starting, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app
from markupsafe import Markup

from dashboard.config import Settings
from dashboard.db import Job, JobUsage, Worker
from dashboard.filters import about, plural
from dashboard.jobs.page.views import JobView
from dashboard.jobs.queries import get_jobs
from dashboard.workers import queries
from dashboard.workers.queries import QueueSummary

NO_WORKER = Markup("No worker is running, so jobs wait. Start one with <code>make worker</code>")
ALL_DRAINED = "Every worker is drained, so jobs wait. An admin can resume them on the queue page"


@dataclass(frozen=True)
class WorkerView:
    """One worker for a page; `job` is what it trains, `usage` the newest sample of that job."""

    worker: Worker
    state: str
    job: Job | None = None
    usage: JobUsage | None = None
    memory_limit_bytes: int | None = None

    @property
    def memory_bytes(self) -> int | None:
        """The memory of the job, or of the worker when it has none; None for a dead one."""
        if self.state in {"silent", "stopped", "starting"}:
            return None
        return self.usage.memory_bytes if self.usage else self.worker.rss_bytes or None

    @property
    def can_be_drained(self) -> bool:
        """Whether it may be asked to take no other job."""
        return self.worker.queue == "train" and self.state in {"idle", "busy"}


def view_workers() -> list[WorkerView]:
    """Return every worker that was heard of within a day, those that train first."""
    settings: Settings = current_app.config["SETTINGS"]
    workers = queries.list_workers()
    ids = [worker.job_id for worker in workers if worker.job_id is not None]
    jobs = {job.id: job for job in get_jobs(ids)}
    usage = queries.find_usage(ids) if ids else {}
    views = []
    for worker in workers:
        job = jobs.get(worker.job_id) if worker.job_id is not None else None
        limit = (job.memory_limit_bytes or settings.job_memory_bytes) if job else None
        used = usage.get(job.id) if job else None
        views.append(WorkerView(worker, queries.state_of(worker), job, used, limit))
    return views


def say_work(waiting: Sequence[JobView], queued: int) -> str | None:
    """Say how much work waits: ``about 10 min of work``; None unless every job can be told."""
    totals = [view.estimate.total_s for view in waiting]
    known = [total for total in totals if total is not None]
    if not known or len(known) < max(queued, len(totals)):
        return None
    return f"{about(sum(known))} of work"


def say_ahead(summary: QueueSummary) -> str | None:
    """Say what a new job finds before it: ``2 jobs wait, 2 workers``; None while none starts."""
    takers = summary.workers_alive - summary.workers_drained
    if takers <= 0 or summary.paused_at is not None:
        return None
    workers = plural(takers, "worker")
    if summary.queued:
        return f"{plural(summary.queued, 'job waits', 'jobs wait')}, {workers}"
    is_free = summary.workers_busy < takers
    return f"empty, {'a worker is free' if is_free else f'{workers} busy'}"


def say_what_stops_jobs(summary: QueueSummary) -> list[str]:
    """Say why waiting jobs do not start; nothing when they do."""
    texts: list[str] = []
    if not summary.workers_alive:
        texts.append(NO_WORKER)
    elif summary.workers_drained == summary.workers_alive:
        texts.append(ALL_DRAINED)
    if summary.paused_at is not None:
        texts.append(f"The queue was paused by {summary.paused_by}, so no job starts")
    return texts
