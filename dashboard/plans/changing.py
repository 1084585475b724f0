"""What people do changes a plan: a batch that is stopped, or of which a job runs again."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.clock import isoformat, now
from dashboard.db import Batch


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


def stop_family(session: Session, batch_id: int, *, by: str) -> list[int]:
    """Stop the plans of a batch and of all below it, and return their numbers.

    Each level is held before the next one is listed: who opens a batch holds the one above it, so
    what was opened until then is seen, and nothing is opened any more.
    """
    found: list[int] = []
    level = [batch_id]
    while level:
        for one in level:
            stop_plan(session, one, by=by, keep=False)
        found += level
        children = select(Batch.id).where(Batch.parent_id.in_(level)).order_by(Batch.id)
        level = list(session.scalars(children))
    return found


def go_on(batch: Batch) -> None:
    """Let a batch that is held be decided about anew, if it has a plan."""
    if batch.plan:
        batch.plan_state, batch.plan_message = "going", None
        batch.plan_step += 1


def hold_batches(session: Session, batch_ids: Iterable[int | None]) -> Sequence[Batch]:
    """Return those batches that are there, locked in the order of their ids.

    Before any of their jobs is locked: who holds a job may not wait for its batch.
    """
    ids = {found for found in batch_ids if found is not None}
    held = select(Batch).where(Batch.id.in_(ids)).order_by(Batch.id)
    return session.scalars(held.with_for_update(key_share=True, of=Batch)).all()


def run_again(batch: Batch) -> None:
    """Let a batch that is held go on as some of its jobs run again.

    They have the time that the batch was given, from now on: else none would start once it was
    up. A batch that was over makes no other candidates in it.
    """
    if not batch.plan:
        return
    plan = dict(batch.plan)
    if plan.get("time_limit_s"):
        plan["since"] = isoformat(now())
    if batch.plan_state == "over" and "jobs" in plan:
        plan["jobs"] = plan["made"]
    batch.plan = plan
    go_on(batch)
