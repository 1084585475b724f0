"""Jobs that a plan makes: like one that is there, in the same batch or in one below it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from dashboard.db import Batch, Job
from dashboard.db.copies import add_copies, copy_asked
from dashboard.db.states import JobState, write_events
from dashboard.plans.step import Copies


def write_copies(session: Session, batch: Batch, copies: Copies) -> Batch:
    """Write jobs, and the batch that is made for them; return the batch that they are in.

    Parameters
    ----------
    session : Session
        The writing transaction's session.
    batch : Batch
        Whose plan makes them.
    copies : Copies
        What is made.
    """
    found = batch
    if copies.below:
        found = Batch(
            owner_id=batch.owner_id,
            name=copies.below.name,
            n_jobs=0,
            parent_id=batch.id,
            plan=dict(copies.below.plan),
            plan_state="going",
        )
        session.add(found)
        session.flush()
    pattern = session.get(Job, copies.of)
    if copies.rows and pattern is not None:
        same = {**copies.same, "batch_id": found.id, "score_only": True}
        add_like(session, found, pattern, copies.rows, **same)
    return found


def add_like(
    session: Session, batch: Batch, pattern: Job, rows: Sequence[Mapping[str, Any]], **same: Any
) -> None:
    """Add jobs to a batch that differ from one in the columns `same`, and in those of `rows`."""
    first = copy_asked(pattern, **{**same, **rows[0]})
    session.add(first)
    session.flush()
    if len(rows) > 1:
        add_copies(session, first, rows[1:])
    batch.n_jobs += len(rows)
    which = (Job.batch_id == batch.id) & (Job.id >= first.id)
    write_events(session, which, None, JobState.QUEUED, by=None)
