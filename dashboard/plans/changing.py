"""What people do changes a plan: a batch that is stopped, or of which a job runs again."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.clock import isoformat, now
from dashboard.db import Batch, Job
from dashboard.db.states import ACTIVE
from dashboard.honest import NESTED


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
    plan = batch.plan or {}
    # A page from before its end may still offer to keep what is fitted already.
    is_kept = (plan.get("stopped") or {"keep": True})["keep"]
    is_wanted = keep and not (batch.final_job_id and is_kept)
    is_chosen = keep and not is_wanted and not _has_open_candidates(session, batch_id)
    if batch.plan and not is_chosen and (is_wanted or batch.plan_state == "going"):
        stopped = {"by": by, "keep": keep, "at": isoformat(now())}
        batch.plan = {**batch.plan, "stopped": stopped}
        go_on(batch)


def _has_open_candidates(session: Session, batch_id: int) -> bool:
    """Whether jobs of a batch are still scored; else the best one is chosen, and being fitted."""
    found = select(Job.id).where(Job.batch_id == batch_id, Job.score_only, Job.state.in_(ACTIVE))
    return session.scalar(found.limit(1)) is not None


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


def hold_batches(session: Session, batch_ids: Iterable[int | None]) -> dict[int, Batch]:
    """Return those batches that are there and all above them by id, locked in its order.

    So a batch is held before those below it, as by who cancels it. Before any of their jobs is
    locked: who holds a job may not wait for its batch.
    """
    ids: set[int] = set()
    level = {found for found in batch_ids if found is not None}
    while level:
        ids |= level
        above = select(Batch.parent_id).where(Batch.id.in_(level), Batch.parent_id.is_not(None))
        level = {found for found in session.scalars(above) if found is not None}
    held = select(Batch).where(Batch.id.in_(ids)).order_by(Batch.id)
    locked = session.scalars(held.with_for_update(key_share=True, of=Batch))
    return {batch.id: batch for batch in locked}


def run_again(held: Mapping[int, Batch], batch_id: int) -> None:
    """Let a batch go on as some of its jobs run again; it is held with all above it.

    They have the time that the batch was given, from now on: else none would start once it was
    up. A batch that was over makes no other candidates in it. A nested validation above it goes
    on, too: it scores what is found now.
    """
    batch = held[batch_id]
    above = held.get(batch.parent_id or 0)
    if above is not None and (above.plan or {}).get("kind") == NESTED:
        go_on(above)
    if not batch.plan:
        return
    plan = {**batch.plan, "again": True}
    if plan.get("time_limit_s"):
        plan["since"] = isoformat(now())
    if batch.plan_state == "over" and "jobs" in plan:
        plan["jobs"] = plan["made"]
    batch.plan = plan
    go_on(batch)
