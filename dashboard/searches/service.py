"""What people do with a search that they have begun: extend it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from dashboard.access import require_owner
from dashboard.batches.queries import get_batch
from dashboard.clock import isoformat, now
from dashboard.db import Batch, Job, User
from dashboard.db.transaction import writing
from dashboard.errors import Conflict, ValidationFailed
from dashboard.extensions import db
from dashboard.jobs.asking.checked import is_whole
from dashboard.plans.changing import go_on, hold_batch
from dashboard.room import check_room_for_jobs
from dashboard.searches import KIND
from dashboard.searches.checking import LONGEST_S
from dashboard.searches.search import Search
from tasks.engine.search.space import LISTED_AT_MOST, Tried


def extend_search(
    *, user: User, batch_id: int, jobs: Any, limit: int, time_limit_s: Any = None
) -> Batch:
    """Let a search try further candidates, whether it is over, was stopped or goes on.

    They are made within a second. Where they have a better one, that one is fitted on all rows,
    too.

    Parameters
    ----------
    user, batch_id
        Who extends what.
    jobs : int
        How many candidates more.
    limit : int
        How many there may be more at most.
    time_limit_s : int, optional
        Seconds from now on, after which none starts; else what the search had, from now on.

    Raises
    ------
    NotFound, Forbidden
        When there is no such batch, or it belongs to somebody else.
    Conflict
        When it is no search, or everything has been tried.
    ValidationFailed
        When a number cannot be used.
    StorageFull
        When the disk has no room but what is kept for the database.
    """
    check_room_for_jobs()
    _get_search(user, batch_id)
    problems = {}
    if not is_whole(jobs) or not 1 <= jobs <= limit:
        problems["jobs"] = f"jobs must be a whole number from 1 to {limit:,}"
    if time_limit_s is not None and (
        not is_whole(time_limit_s) or not 1 <= time_limit_s <= LONGEST_S
    ):
        problems["time_limit_s"] = "time_limit_s must be a whole number of seconds, from 1"
    if problems:
        raise ValidationFailed(problems)
    with writing() as session:
        batch = hold_batch(session, batch_id)
        plan = dict(batch.plan or {})
        search = Search.from_plan(plan)
        tried = _list_tried(session, batch_id)
        if not tried:
            raise Conflict("Every candidate of this search was deleted. Begin another search")
        if not _has_more(search, tried):
            raise Conflict("Every combination was tried already, so there are no further ones")
        goes_on = batch.plan_state == "going" and not plan.get("stopped")
        search = replace(
            search,
            jobs=(search.jobs if goes_on else plan["made"]) + jobs,
            time_limit_s=time_limit_s or search.time_limit_s,
        )
        since = isoformat(now()) if search.time_limit_s else None
        batch.plan = plan | search.as_plan() | {"since": since, "stopped": None}
        go_on(batch)
    return get_batch(batch_id)


def is_exhausted(batch: Batch) -> bool:
    """Tell whether a search has a candidate of every combination, so that it has no further ones.

    Of one without an end, or with very many combinations, it is not looked at.
    """
    search = Search.from_plan(batch.plan or {})
    amount = search.combinations
    if amount is None or amount > LISTED_AT_MOST:
        return False
    tried = _list_tried(db.session, batch.id)
    return bool(tried) and not _has_more(search, tried)


def _list_tried(session: Session | scoped_session[Any], batch_id: int) -> list[Tried]:
    candidates = select(Job.parameters).where(Job.batch_id == batch_id, Job.score_only)
    return [Tried(parameters, "done") for parameters in session.scalars(candidates)]


def _has_more(search: Search, tried: Sequence[Tried]) -> bool:
    return bool(replace(search, strategy="random").propose(1, tried, greater_is_better=True))


def _get_search(user: User, batch_id: int) -> None:
    batch = get_batch(batch_id)
    require_owner(user, batch, "batch")
    if not batch.plan or batch.plan["kind"] != KIND:
        raise Conflict(f"Batch #{batch_id} is no search")
    if "outer_fold" in batch.plan:
        raise Conflict(
            f"Batch #{batch_id} is a part of batch #{batch.parent_id}, which says what is tried"
        )
