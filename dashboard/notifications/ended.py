"""What ended that somebody wants to know of. Nothing here writes.

Jobs themselves note nothing for this: whatever goes wrong here, they do not see it. Ends that
people chose to be told of are found by their time, and looked at for `OVERLAP` again, as what a
worker writes is seen a moment after it noted the time. What was told before is left out by whoever
writes it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select

from dashboard.db import Batch, Job, JobEntry, NotifyChoice, User, Wish
from dashboard.db.notification import BATCH, FAILURES, JOB, NOTHING
from dashboard.db.states import ACTIVE, TERMINAL, JobState
from dashboard.extensions import db
from dashboard.notifications.outcomes import FAILED, read_outcomes
from dashboard.searches import KIND as SEARCH

OVERLAP = timedelta(seconds=30)
TOLD = TERMINAL - {JobState.CANCELLED}


@dataclass(frozen=True)
class End:
    """That a job or batch is over and a person wants to know it."""

    user_id: int
    kind: str
    subject_id: int
    ended_at: datetime

    @property
    def key(self) -> tuple[int, str, int, datetime]:
        """What makes it the only one: of a notification these four columns do."""
        return self.user_id, self.kind, self.subject_id, self.ended_at


@dataclass(frozen=True)
class Wished:
    """Ends that single wishes were for, and the wishes that are done with."""

    ends: Sequence[End]
    wish_ids: Sequence[int]


def find_wished() -> Wished:
    """Find the wishes whose job or batch is over, or gone; who may not sign in has no end."""
    jobs = (
        select(Wish, Job.id, Job.finished_at, User.active)
        .join(User, User.id == Wish.user_id)
        .outerjoin(Job, Job.id == Wish.subject_id)
        .where(Wish.kind == JOB, Job.id.is_(None) | Job.state.in_(TERMINAL))
    )
    batches = (
        select(Wish, Batch.id, User.active)
        .join(User, User.id == Wish.user_id)
        .outerjoin(Batch, Batch.id == Wish.subject_id)
        .where(Wish.kind == BATCH, Batch.id.is_(None) | Batch.plan_state.is_distinct_from("going"))
    )
    found = [
        (wish, at if job_id and may_know else None)
        for wish, job_id, at, may_know in db.session.execute(jobs)
    ]
    of_batches = db.session.execute(batches).all()
    over = find_over(batch_id for _, batch_id, _ in of_batches if batch_id)
    for wish, batch_id, may_know in of_batches:
        if batch_id is None or batch_id in over:
            found.append((wish, over.get(batch_id) if may_know else None))
    ends = [End(w.user_id, w.kind, w.subject_id, at) for w, at in found if at is not None]
    return Wished(ends, [wish.id for wish, _ in found])


def find_chosen(since: datetime) -> list[End]:
    """Find what ended since a moment and is of a kind that its owner chose to be told of.

    A cancelled job is told of to nobody: somebody did that. Of a batch only its own end is told,
    whatever its last job came to, unless every one was cancelled.
    """
    chosen = select(NotifyChoice).join(User, User.id == NotifyChoice.user_id)
    choices = {
        choice.user_id: choice
        for choice in db.session.scalars(chosen.where(NotifyChoice.what != NOTHING, User.active))
    }
    if not choices:
        return []
    recent = (Job.owner_id.in_(choices), Job.finished_at > since)
    columns = (Job.id, Job.owner_id, Job.batch_id, Job.state, Job.finished_at, JobEntry.seconds)
    found = select(*columns).join(JobEntry, JobEntry.job_id == Job.id)
    rows = db.session.execute(found.where(*recent, Job.state.in_(TOLD))).all()
    ends = [
        End(row.owner_id, JOB, row.id, row.finished_at)
        for row in rows
        if row.batch_id is None
        and _is_chosen(
            choices[row.owner_id], row.state in FAILED, row.finished_at, row.seconds or 0.0
        )
    ]
    # They only show that a batch may be over: many jobs, of few batches.
    cancelled = (
        select(Job.batch_id)
        .where(*recent, Job.state == JobState.CANCELLED, Job.batch_id.is_not(None))
        .distinct()
    )
    batch_ids = {row.batch_id for row in rows} | set(db.session.scalars(cancelled))
    return ends + _chosen_batches({found for found in batch_ids if found is not None}, choices)


def _is_chosen(choice: NotifyChoice, has_failed: bool, ended: datetime, took_s: float) -> bool:
    if choice.what == FAILURES and not has_failed:
        return False
    took_s = max(took_s, 0.0)  # of two machines' clocks
    return ended > choice.changed_at and took_s >= 60 * choice.min_minutes


def _chosen_batches(batch_ids: Iterable[int], choices: dict[int, NotifyChoice]) -> list[End]:
    over = find_over(batch_ids)
    return [
        End(batch.owner_id, BATCH, batch_id, at)
        for batch_id, outcome in read_outcomes(over).items()
        if (batch := outcome.batch).owner_id in choices
        and (at := over[batch_id]) is not None
        and outcome.came_to_something
        and not _is_part(batch)
        and _is_chosen(
            choices[batch.owner_id],
            outcome.has_failed,
            at,
            (at - batch.created_at).total_seconds(),
        )
    ]


def _is_part(batch: Batch) -> bool:
    """Tell whether a batch is the search of one outer fold: the batch around it is told of."""
    return batch.parent_id is not None and (batch.plan or {}).get("kind") == SEARCH


def find_over(batch_ids: Iterable[int]) -> dict[int, datetime | None]:
    """Return those of some batches that are over, and when; None for those without a job."""
    ids = list(batch_ids)
    if not ids:
        return {}
    goes_on = exists().where(Job.batch_id == Batch.id, Job.state.in_(ACTIVE))
    over = db.session.scalars(
        select(Batch.id).where(
            Batch.id.in_(ids), Batch.plan_state.is_distinct_from("going"), ~goes_on
        )
    ).all()
    if not over:
        return {}
    ends = (
        select(Job.batch_id, func.max(Job.finished_at))
        .where(Job.batch_id.in_(over), Job.finished_at.is_not(None))
        .group_by(Job.batch_id)
    )
    found = {row[0]: row[1] for row in db.session.execute(ends)}
    return {batch_id: found.get(batch_id) for batch_id in over}
