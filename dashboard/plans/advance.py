"""Batches that go on: what comes next is decided, and written if nobody else was faster.

Whoever ends a job of such a batch calls `advance`; the dispatcher calls `advance_all` each second
for what was left undone because that one died. What is decided takes time and is done without a
lock, so it is written under the number of the step that it was decided by: of two who decide at
the same moment, or of one who decides while a person stops the batch, the slower one gives way.
"""

from collections.abc import Callable, Mapping

from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session

from dashboard.db import Batch, Job, JobFold
from dashboard.db.copies import copy_asked
from dashboard.db.one_by_one import one_by_one
from dashboard.db.states import JobState, lock_all, move_all, write_events
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.honest import ANEW, NESTED
from dashboard.honest.anew import decide as decide_anew
from dashboard.honest.nested import decide as decide_nested
from dashboard.jobs import submission
from dashboard.jobs.page.time_up import NOBODY
from dashboard.plans.adding import add_like, write_copies
from dashboard.plans.step import Final, Look, Step, look_at
from dashboard.searches import KIND as SEARCH
from dashboard.searches.steps import decide as decide_search
from dashboard.several import KIND as SEVERAL
from dashboard.several.steps import decide as decide_several

# Who moves jobs whose time is up, as their events say it.
DISPATCHER = "dispatcher"
# What comes next, by the kind of plan; None: wait.
DECIDE: Mapping[str, Callable[[Look], Step | None]] = {
    SEARCH: decide_search,
    SEVERAL: decide_several,
    ANEW: decide_anew,
    NESTED: decide_nested,
}


def advance(batch_id: int) -> bool:
    """Do what comes next in a batch, and tell whether anything did."""
    look = look_at(batch_id)
    step = DECIDE[look.plan["kind"]](look) if look else None
    db.session.rollback()
    if look is None or step is None or not _take(look, step):
        return False
    if step.new or step.final or step.copies:
        submission.hint_batch(batch_id)
    return True


def advance_for(job_id: int) -> bool:
    """Do what comes next in the batch of a job that ended."""
    db.session.rollback()
    batch_id = db.session.scalar(select(Job.batch_id).where(Job.id == job_id))
    return batch_id is not None and advance(batch_id)


def advance_all() -> int:
    """Do what comes next in every batch that goes on; return in how many anything did."""
    db.session.rollback()
    going = db.session.scalars(select(Batch.id).where(Batch.plan_state == "going")).all()
    return sum(one_by_one(going, advance, failed="batch %s could not go on"))


def _take(look: Look, step: Step) -> bool:
    """Write a step; False when the batch is not any more what it was decided by."""
    with writing() as session:
        batch = session.scalar(
            select(Batch)
            .where(Batch.id == look.batch_id, Batch.plan_step == look.plan_step)
            .with_for_update(key_share=True, of=Batch)
        )
        if batch is None:
            return False
        batch.plan_step += 1
        if step.cancel:
            _cancel_waiting(session, batch, step.cancel)
        if step.stop:
            _stop_running(session, batch, step.stop)
        if step.new:
            _add(session, batch, step)
        if step.final:
            _add_final(session, batch, step.final)
        for copies in step.copies:
            write_copies(session, batch, copies)
        if step.over:
            batch.plan_state, batch.plan_message = "over", step.over
        return True


def _cancel_waiting(session: Session, batch: Batch, why: str) -> None:
    which = (Job.batch_id == batch.id) & Job.score_only
    values = {"stopped_by": NOBODY, "message": why}
    move_all(session, which, JobState.QUEUED, JobState.CANCELLED, by=DISPATCHER, values=values)


def _stop_running(session: Session, batch: Batch, why: str) -> None:
    which = (Job.batch_id == batch.id) & Job.score_only
    values = {"stop_request": "cancel", "stopped_by": NOBODY, "message": why}
    lock_all(session, which, Job.state == JobState.RUNNING)
    move_all(session, which, JobState.RUNNING, JobState.CANCELLING, by=DISPATCHER, values=values)


def _add(session: Session, batch: Batch, step: Step) -> None:
    """Add jobs that differ from the others in their name, estimator and parameters alone."""
    pattern = session.scalars(
        select(Job).where(Job.batch_id == batch.id, Job.score_only).order_by(Job.id).limit(1)
    ).first()
    if pattern is None:  # every one was deleted meanwhile; the next look sees that
        return
    add_like(session, batch, pattern, step.new)
    plan = dict(batch.plan or {})
    batch.plan = plan | {"made": plan["made"] + len(step.new)}


def _add_final(session: Session, batch: Batch, final: Final) -> None:
    pattern = session.get(Job, final.of)
    if pattern is None:
        return
    job = copy_asked(pattern, **final.changes, score_only=False)
    session.add(job)
    session.flush()
    if final.same_folds:
        kept = ("fold", "scores", "fit_seconds", "n_train", "n_test", "key", "curve")
        columns = [JobFold.__table__.c[name] for name in kept]
        # Of no attempt of this job: it did not train them.
        folds = select(literal(job.id), literal(0), *columns).where(JobFold.job_id == final.of)
        session.execute(
            insert(JobFold).from_select(
                ["job_id", "attempt", *kept], folds, include_defaults=False
            )
        )
    batch.n_jobs += 1
    batch.final_job_id = job.id
    write_events(session, Job.id == job.id, None, JobState.QUEUED, by=None)
