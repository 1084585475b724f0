"""What a plan decides by, and what it decides: plain data, so that deciding is easy to test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from textwrap import shorten
from typing import Any, NamedTuple

from sqlalchemy import func, select

from dashboard.db import Batch, Job, JobFold
from dashboard.db.states import ACTIVE, JobState
from dashboard.extensions import db

FAILURE_LENGTH = 350  # of what a batch says of its end


@dataclass(frozen=True)
class Member:
    """What is known of a job of the batch."""

    id: int
    state: str
    name: str
    estimator: str
    parameters: Mapping[str, Any]
    preprocessing: Mapping[str, Any]
    metric: str
    score: float | None
    score_only: bool
    partial: bool
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def took_s(self) -> float:
        """How long it took from its start to its end; 0 of one that has no both."""
        if self.started_at is None or self.finished_at is None:
            return 0.0
        return (self.finished_at - self.started_at).total_seconds()

    @property
    def is_active(self) -> bool:
        """Whether it runs or waits."""
        return self.state in ACTIVE

    @property
    def is_complete(self) -> bool:
        """Whether every fold of it was scored."""
        return self.state == JobState.SUCCEEDED and self.score is not None and not self.partial


class Times(NamedTuple):
    """How long a fit of a job on all rows takes, about, and what of its time was no fit."""

    fit_s: float
    around_s: float


@dataclass(frozen=True)
class Look:
    """A batch as it was at one moment; its jobs are read when they are asked for."""

    batch_id: int
    plan: Mapping[str, Any]
    plan_step: int
    final_job_id: int | None
    # How many there are of each state, of those that are scored only and of the others.
    states: Mapping[tuple[str, bool], int] = field(default_factory=dict)

    @property
    def n_active(self) -> int:
        """How many jobs run or wait."""
        return sum(n for (state, _), n in self.states.items() if state in ACTIVE)

    @property
    def n_open(self) -> int:
        """How many candidates run or wait."""
        return sum(n for (state, only), n in self.states.items() if only and state in ACTIVE)

    @property
    def n_waiting(self) -> int:
        """How many candidates wait."""
        return self.states.get((JobState.QUEUED, True), 0)

    @property
    def n_running(self) -> int:
        """How many candidates run and were not asked to end."""
        return self.states.get((JobState.RUNNING, True), 0)

    @property
    def n_failed(self) -> int:
        """How many jobs failed."""
        return sum(n for (state, _), n in self.states.items() if state == JobState.FAILED)

    @cached_property
    def members(self) -> list[Member]:
        """All jobs, in the order in which they were made."""
        return list_members(self.batch_id)

    @cached_property
    def began_at(self) -> datetime | None:
        """When its time began."""
        return find_beginning(self.batch_id, self.plan)

    @property
    def final(self) -> Member | None:
        """The job that was made last of the best one, if it is there."""
        return next((one for one in self.members if one.id == self.final_job_id), None)

    def close(self) -> None:
        """End the transaction that was read in: what is worked out next takes time."""
        db.session.rollback()

    def say_failure(self) -> str:
        """Return a sentence with the first failure of a job; empty without one."""
        found = db.session.scalar(
            select(Job.failure)
            .where(Job.batch_id == self.batch_id, Job.state == JobState.FAILED)
            .order_by(Job.id)
            .limit(1)
        )
        if not found:
            return ""
        words = ". ".join(found[name] for name in ("message", "hint") if found.get(name))
        return f". The first failure: {shorten(words, FAILURE_LENGTH, placeholder=' …')}"

    def count_folds(self) -> dict[int, int]:
        """Return how many folds of each job were scored."""
        found = (
            select(JobFold.job_id, func.count())
            .join(Job, Job.id == JobFold.job_id)
            .where(Job.batch_id == self.batch_id)
            .group_by(JobFold.job_id)
        )
        return dict(db.session.execute(found).all())


@dataclass(frozen=True)
class Final:
    """The job that a batch makes at its end: a copy of one of its jobs that is fitted on all rows.

    `changes` are columns in which it differs from it. With `same_folds` the folds of that job are
    not trained again.
    """

    of: int
    changes: Mapping[str, Any]
    same_folds: bool = True


@dataclass(frozen=True)
class Below:
    """A batch that is to be made below another one."""

    name: str
    plan: Mapping[str, Any]


@dataclass(frozen=True)
class Copies:
    """Jobs to be made like another one, and scored only: in this batch, or in one `below` it.

    `of` is that job; `same` are columns in which all of them differ from it; `rows` are their
    names, estimators and parameters.
    """

    of: int
    rows: Sequence[Mapping[str, Any]] = ()
    same: Mapping[str, Any] = field(default_factory=dict)
    below: Below | None = None


@dataclass(frozen=True)
class Step:
    """What is to be done with a batch next; of several parts each is done.

    `new`: further jobs, as names, estimators and parameters; `cancel`: why what waits is not to
    start; `stop`: why the candidates that run are to end; `over`: how the batch ended, in words;
    `copies`: jobs in a batch below, or jobs that are scored in another way.
    """

    new: Sequence[Mapping[str, Any]] = ()
    cancel: str | None = None
    stop: str | None = None
    final: Final | None = None
    over: str | None = None
    copies: Sequence[Copies] = ()


def list_members(batch_id: int) -> list[Member]:
    """List all jobs of a batch, in the order in which they were made."""
    columns = [getattr(Job, name) for name in Member.__dataclass_fields__]
    found = select(*columns).where(Job.batch_id == batch_id).order_by(Job.id)
    return [Member(*row) for row in db.session.execute(found)]


def list_times(batch_id: int) -> list[Times]:
    """Return how long the candidates of a batch took that have folds and are over, in order."""
    fitted, trained = func.sum(JobFold.fit_seconds), func.sum(JobFold.n_train)
    found = (
        select(fitted, trained, Job.n_rows, Job.started_at, Job.finished_at)
        .join(JobFold, JobFold.job_id == Job.id)
        .where(Job.batch_id == batch_id, Job.score_only, Job.state == JobState.SUCCEEDED)
        .group_by(Job.id)
        .order_by(Job.id)
    )
    return [
        Times(
            fitted / max(int(trained), 1) * (rows or 0),  # PostgreSQL sums to a Decimal
            max((ended - started).total_seconds() - fitted, 0.0),
        )
        for fitted, trained, rows, started, ended in db.session.execute(found)
        if started and ended
    ]


def find_beginning(batch_id: int, plan: Mapping[str, Any]) -> datetime | None:
    """Return when the time of a batch began.

    That is when it was extended or jobs of it were run again, else when its first job started.
    """
    if since := plan.get("since"):
        return datetime.fromisoformat(since)
    return db.session.scalar(select(func.min(Job.started_at)).where(Job.batch_id == batch_id))


def look_at(batch_id: int) -> Look | None:
    """Look at a batch that goes on; None for any other."""
    db.session.rollback()
    columns = (Batch.id, Batch.plan, Batch.plan_step, Batch.final_job_id)
    row = db.session.execute(
        select(*columns).where(Batch.id == batch_id, Batch.plan_state == "going")
    ).one_or_none()
    if row is None:
        return None
    kinds = (Job.state, Job.score_only)
    states = select(*kinds, func.count()).where(Job.batch_id == batch_id).group_by(*kinds)
    found = {(state, only): n for state, only, n in db.session.execute(states)}
    return Look(row.id, row.plan or {}, row.plan_step, row.final_job_id, found)
