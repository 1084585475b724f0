"""Answers about workers and the queue: schemas of the OpenAPI document."""

from typing import Literal

from dashboard.api.job_schemas import Job
from dashboard.api.schema_base import Moment, Schema, page_of


class Worker(Schema):
    """A worker process.

    `memory_limit_bytes` and `cpu_cores` are of the job that it trains; `drain` says that an admin
    asked it to take no other.
    """

    id: int
    name: str
    queue: str
    state: Literal["idle", "busy", "draining", "drained", "starting", "stopped", "silent"]
    drain: bool
    job_id: int | None
    host: str
    pid: int
    rss_bytes: int | None
    memory_limit_bytes: int | None
    cpu_cores: float | None
    started_at: Moment
    seen_at: Moment


class Hour(Schema):
    """What became of jobs within one hour."""

    succeeded: int
    failed: int


class LastDay(Schema):
    """The last 24 hours; `hours` begins with the oldest. Lost jobs count as failed."""

    succeeded: int
    failed: int
    median_wait_s: float | None
    median_run_s: float | None
    hours: list[Hour]


class QueueState(Schema):
    """How much runs and waits, and whether jobs may start."""

    running: int
    queued: int
    workers_alive: int
    workers_busy: int
    workers_drained: int
    paused: bool
    paused_at: Moment
    paused_by: str | None


class Queue(QueueState):
    """What runs and what waits; `items` are the waiting jobs that start first."""

    last_day: LastDay
    items: list[Job]


class Retried(Schema):
    """How many jobs were put into the queue again."""

    jobs: int


WorkerPage = page_of(Worker)
