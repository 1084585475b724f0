"""What people do changes a plan: a batch that is stopped, or of which a job runs again."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.db import Batch
from dashboard.db.transaction import writing


def hold_batch(session: Session, batch_id: int) -> Batch:
    """Return a batch, locked: who cancels, retries and decides about it come one by one."""
    held = select(Batch).where(Batch.id == batch_id)
    return session.scalars(held.with_for_update(key_share=True, of=Batch)).one()


def stop_plan(session: Session, batch_id: int, *, by: str, keep: bool) -> None:
    """Let a batch make no further jobs, inside the caller's transaction, which then holds it.

    Parameters
    ----------
    session : Session
        The writing transaction's session.
    batch_id : int
        The batch; it may have no plan.
    by : str
        Who stops it.
    keep : bool
        Whether the best one so far is wanted all the same.
    """
    batch = hold_batch(session, batch_id)
    if batch.plan and (keep or batch.plan_state == "going"):
        batch.plan = {**batch.plan, "stopped": {"by": by, "keep": keep}}
        go_on(batch)


def go_on(batch: Batch) -> None:
    """Let a batch that is held be decided about anew, if it has a plan."""
    if batch.plan:
        batch.plan_state, batch.plan_message = "going", None
        batch.plan_step += 1


def reopen(batch_ids: Iterable[int | None]) -> None:
    """Let batches go on of which jobs run again.

    In a transaction of its own: who holds a job may not wait for its batch.
    """
    for batch_id in sorted({found for found in batch_ids if found is not None}):
        with writing() as session:
            batch = session.get(Batch, batch_id, with_for_update={"key_share": True, "of": Batch})
            if batch:
                go_on(batch)
