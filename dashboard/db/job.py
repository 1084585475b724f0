"""Jobs: one training request each, with its attempts, folds, events and log lines."""

from typing import Any

from sqlalchemy import Float, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from dashboard.clock import now
from dashboard.db.columns import LASTING_IDS, Id, Json, Moment
from dashboard.db.dataset import Dataset
from dashboard.db.user import User
from dashboard.extensions import Record

PRIORITIES = {"low": -1, "normal": 0, "high": 1}
# Of jobs that an admin put before all others; it cannot be chosen at submit.
NEXT = 2
PRIORITY_NAMES = {n: name for name, n in PRIORITIES.items()} | {NEXT: "next"}


_IS_ARCHIVED = text("archived_at IS NOT NULL")
_HAS_ENDED = text("finished_at IS NOT NULL")
_IS_STOPPED = text("stopped_by IS NOT NULL")
_IS_OF_BATCH = text("batch_id IS NOT NULL")
_LISTED = ("created_at", "id", "archived_at", "state", "score_only")
_OF_BATCH: Any = {"sqlite_where": _IS_OF_BATCH, "postgresql_where": _IS_OF_BATCH}


class Job(Record):
    """One training request. `dashboard.db.states` is the only place that changes `state`."""

    __tablename__ = "jobs"
    __table_args__ = (
        # The claim reads it and nothing else: see jobs.order.
        Index("ix_jobs_claim", "state", "priority", "owner_id", "rank", "id"),
        # The dispatcher counts and finds what was hinted at, however much waits.
        Index("ix_jobs_hinted", "state", "hinted_at", "id"),
        # Time estimates read the last finished jobs of an estimator.
        Index("ix_jobs_timed", "estimator", "state", "finished_at"),
        # The page of the queue counts what ended within the last day.
        Index("ix_jobs_finished", "finished_at", "state"),
        # The list, with candidates or not, is counted, filtered and sorted from these alone.
        Index("ix_jobs_created", *_LISTED),
        Index("ix_jobs_state_created", "state", "created_at", "id", "archived_at", "score_only"),
        Index("ix_jobs_owner_created", "owner_id", *_LISTED),
        Index("ix_jobs_dataset_created", "dataset_id", *_LISTED),
        Index("ix_jobs_estimator", "estimator", *_LISTED),
        # Of the few that are: SQLite would read those that are not from it, and sort them.
        Index(
            "ix_jobs_archived",
            *("archived_at", "id"),
            sqlite_where=_IS_ARCHIVED,
            postgresql_where=_IS_ARCHIVED,
        ),
        Index("ix_jobs_score", "score", "id", "archived_at", "state", "partial", "score_only"),
        # Of those that somebody or the plan of a batch stopped: the list counts the latter apart.
        Index(
            "ix_jobs_stopped_by",
            *("stopped_by", "state", "archived_at", "score_only", "created_at", "id"),
            sqlite_where=_IS_STOPPED,
            postgresql_where=_IS_STOPPED,
        ),
        # What ended last of a person, and of which batches. Of what waits PostgreSQL would take it
        # for the claim's index, and read a long queue.
        Index(
            "ix_jobs_owner_ended",
            *("owner_id", "state", "finished_at", "id", "score_only", "batch_id"),
            sqlite_where=_HAS_ENDED,
            postgresql_where=_HAS_ENDED,
        ),
        # Whether a batch is over, and how many of its jobs are in which state.
        Index("ix_jobs_batch", "batch_id", "state", "finished_at", **_OF_BATCH),
        # The list of datasets counts jobs by target, and finds the best, from it alone.
        Index(
            "ix_jobs_dataset_target",
            "dataset_id",
            "target",
            "task",
            "state",
            "metric",
            "score",
            "score_only",
        ),
        LASTING_IDS,
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(200))
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id"))
    batch_id: Mapped[int | None]

    # what is asked
    target: Mapped[str] = mapped_column(String(500))
    task: Mapped[str] = mapped_column(String(20))
    estimator: Mapped[str] = mapped_column(String(100))
    parameters: Mapped[Json] = mapped_column(default=dict)
    validation: Mapped[Json] = mapped_column(default=dict)
    preprocessing: Mapped[Json] = mapped_column(default=dict)
    # Thousands of names in some: read when they are asked for, as lists and live parts never do.
    features: Mapped[Json] = mapped_column(default=list, deferred=True)
    class_weight: Mapped[Json | None]
    metric: Mapped[str] = mapped_column(String(50))
    seed: Mapped[int] = mapped_column(default=0)
    time_limit_s: Mapped[int | None]
    memory_limit_bytes: Mapped[int | None]
    priority: Mapped[int] = mapped_column(default=0)
    # Within an owner's jobs of one priority the least goes first; "run next" gives one below it.
    rank: Mapped[int] = mapped_column(default=0, server_default="0")
    # The size of what is learned from: rows of the dataset and columns used.
    n_rows: Mapped[int | None]
    n_columns: Mapped[int | None]
    # `job_tags` repeats them, to find jobs by.
    tags: Mapped[Json] = mapped_column(default=list)
    # A candidate of a search: it is scored, and not fitted on all rows, so it has no model.
    score_only: Mapped[bool] = mapped_column(default=False, server_default=false())

    # where it is
    state: Mapped[str] = mapped_column(String(12), default="queued")
    stage: Mapped[str | None] = mapped_column(String(20))
    message: Mapped[str | None] = mapped_column(String(500))
    progress: Mapped[float] = mapped_column(default=0.0)
    # [{stage, started_at, ended_at, ...}], for the track; see `tasks.reporter`
    stages: Mapped[Json] = mapped_column(default=list)
    created_at: Mapped[Moment] = mapped_column(default=now)
    started_at: Mapped[Moment | None]
    finished_at: Mapped[Moment | None]
    # A raised flag asks the worker to stop: "cancel", "again" where that was taken back and the
    # job runs again then, or "keep" for stop and keep.
    stop_request: Mapped[str | None] = mapped_column(String(10))
    stopped_by: Mapped[str | None] = mapped_column(String(100))
    # Why a candidate was stopped before its last fold: it cannot become the best any more.
    stopped_because: Mapped[str | None] = mapped_column(String(300))

    # who has it
    attempt: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)  # attempts since a person asked to run it
    child_deaths: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None] = mapped_column(String(32))
    worker: Mapped[str | None] = mapped_column(String(100))
    heartbeat_at: Mapped[Moment | None]
    # When a hint for it was last sent; the dispatcher sends again when that is too long ago.
    hinted_at: Mapped[Moment | None]

    # what came of it
    score: Mapped[float | None] = mapped_column(Float)
    score_std: Mapped[float | None] = mapped_column(Float)
    baseline_score: Mapped[float | None] = mapped_column(Float)
    metrics: Mapped[Json] = mapped_column(default=dict)
    warnings: Mapped[Json] = mapped_column(default=list)
    failure: Mapped[Json | None]
    partial: Mapped[bool] = mapped_column(default=False)
    # Versions, shape after encoding, rows used; from the request on: decision, threshold_from,
    # positive.
    details: Mapped[Json] = mapped_column(default=dict)
    data_hash: Mapped[str | None] = mapped_column(String(64))
    split_hash: Mapped[str | None] = mapped_column(String(64))
    results_key: Mapped[str | None] = mapped_column(String(200))
    out_of_fold_key: Mapped[str | None] = mapped_column(String(200))
    peak_memory_bytes: Mapped[int | None]
    # Seconds from claim to end, where one attempt did all of it: what time estimates learn from.
    run_seconds: Mapped[float | None] = mapped_column(Float)

    # what people make of it
    note: Mapped[str | None] = mapped_column(Text)
    # Since when it is left out of lists, unless they are asked for.
    archived_at: Mapped[Moment | None]

    owner: Mapped[User] = relationship(lazy="joined")
    dataset: Mapped[Dataset] = relationship(lazy="joined")

    @property
    def decision(self) -> dict[str, Any] | None:
        """The threshold that is asked for and the costs that it was chosen by; None without one.

        It stands in `details` from the request on, as nothing is ever searched by it.
        """
        found: dict[str, Any] | None = (self.details or {}).get("decision")
        return found

    @property
    def positive(self) -> str | None:
        """The positive class that was chosen; None where it is worked out. It stands there too."""
        found: str | None = (self.details or {}).get("positive")
        return found


class JobAttempt(Record):
    """One try of a job on one worker."""

    __tablename__ = "job_attempts"
    __table_args__ = (
        UniqueConstraint("job_id", "number"),
        # Tidying looks for those that ended lately, every minute.
        Index("ix_job_attempts_ended_at", "ended_at"),
    )

    id: Mapped[Id]
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    number: Mapped[int]
    worker: Mapped[str] = mapped_column(String(100))
    lease: Mapped[str] = mapped_column(String(32))
    started_at: Mapped[Moment] = mapped_column(default=now)
    ended_at: Mapped[Moment | None]
    # How long it worked: to its end, or to its worker's last sign of life. None until then.
    seconds: Mapped[float | None] = mapped_column(Float)
    # succeeded, failed, cancelled, worker_died, child_died, handed_back
    ended_by: Mapped[str | None] = mapped_column(String(20))


class JobFold(Record):
    """The scores of one fold of a job, kept over its attempts."""

    __tablename__ = "job_folds"
    __table_args__ = (UniqueConstraint("job_id", "fold"),)

    id: Mapped[Id]
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    fold: Mapped[int]
    scores: Mapped[Json]
    fit_seconds: Mapped[float]
    n_train: Mapped[int] = mapped_column(default=0)
    n_test: Mapped[int] = mapped_column(default=0)
    attempt: Mapped[int]
    # Where the fold's out-of-fold predictions lie, so that a later attempt need not fit it again.
    key: Mapped[str | None] = mapped_column(String(200))
    # Its scores by round, where the fit could be watched; see `fit_progress.curves.Curve`.
    curve: Mapped[Json | None] = mapped_column(deferred=True)


class JobEvent(Record):
    """One change of a job's state."""

    __tablename__ = "job_events"

    id: Mapped[Id]
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), index=True)
    at: Mapped[Moment] = mapped_column(default=now)
    from_state: Mapped[str | None] = mapped_column(String(12))
    to_state: Mapped[str] = mapped_column(String(12))
    by: Mapped[str | None] = mapped_column(String(100))


class LogLine(Record):
    """One line of a job's log, numbered from 1 within the job."""

    __tablename__ = "log_lines"
    __table_args__ = (UniqueConstraint("job_id", "n"),)

    id: Mapped[Id]
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    n: Mapped[int]
    at: Mapped[Moment] = mapped_column(default=now)
    level: Mapped[str] = mapped_column(String(10), default="info")
    text: Mapped[str] = mapped_column(Text)


class JobUsage(Record):
    """What the training process of a job used at one moment."""

    __tablename__ = "job_usage"
    __table_args__ = (Index("ix_job_usage_job", "job_id", "id"),)

    id: Mapped[Id]
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    attempt: Mapped[int]
    at: Mapped[Moment] = mapped_column(default=now)
    cpu_cores: Mapped[float] = mapped_column(Float)  # cores kept busy since the last sample
    memory_bytes: Mapped[int]


class Batch(Record):
    """Jobs that were submitted together; `Job.batch_id` names it.

    A batch with a `plan` goes on by itself: `dashboard.batches.plans` adds jobs to it, and one
    more at its end. What it is to do is the plan's; `plan_step` is counted up with each change,
    so that of two who decide at the same moment one gives way.
    """

    __tablename__ = "batches"
    __table_args__ = (Index("ix_batches_plan", "plan_state"), LASTING_IDS)

    id: Mapped[Id]
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(200))
    n_jobs: Mapped[int]
    created_at: Mapped[Moment] = mapped_column(default=now, index=True)
    plan: Mapped[Json | None]  # {kind, ...}
    plan_state: Mapped[str | None] = mapped_column(String(10))  # going, over
    plan_step: Mapped[int] = mapped_column(default=0, server_default="0")
    plan_message: Mapped[str | None] = mapped_column(String(500))  # how it ended, in words
    final_job_id: Mapped[int | None]  # the job that was made of the best one
    # The batch whose best one this batch scores honestly; see `dashboard.honest`.
    parent_id: Mapped[int | None] = mapped_column(index=True)

    owner: Mapped[User] = relationship(lazy="joined")
