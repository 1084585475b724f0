"""What people ask about the best one of a search: what the search as a whole is worth."""

from dashboard.access import require_owner
from dashboard.batches.queries import get_batch
from dashboard.db import Batch, User
from dashboard.db.transaction import writing
from dashboard.errors import Conflict
from dashboard.honest.anew import find_winner
from dashboard.honest.enough import why_not_nested
from dashboard.honest.nested import find_nested
from dashboard.honest.opening import count_tried, open_nested
from dashboard.plans.adding import write_copies
from dashboard.plans.changing import hold_batch
from dashboard.room import check_room_for_jobs
from dashboard.searches import KIND
from dashboard.searches.search import Search


def score_nested(*, user: User, batch_id: int) -> Batch:
    """Score a whole search: in each outer fold it is done once more, on training rows alone.

    While the same winner of as many candidates is being scored so, or was, the same is given
    again.

    Parameters
    ----------
    user, batch_id
        Who asks, about which search.

    Returns
    -------
    Batch
        The batch that does it. Its searches begin within a second.

    Raises
    ------
    NotFound, Forbidden
        When there is no such batch, or it belongs to somebody else.
    Conflict
        When it is no search, goes on, has no winner, or too few rows to split them twice.
    StorageFull
        When the disk has no room but what is kept for the database.
    """
    check_room_for_jobs()
    require_owner(user, get_batch(batch_id), "batch")
    with writing() as session:
        batch = hold_batch(session, batch_id)
        plan = batch.plan or {}
        if plan.get("kind") != KIND or "outer_fold" in plan:
            raise Conflict(f"Batch #{batch_id} is no search of its own")
        winner = find_winner(batch)
        if winner is None or batch.plan_state == "going":
            raise Conflict("The search is not over, or has no model of its best one")
        found = find_nested(batch, winner)
        if found is not None and found.is_good:
            return get_batch(found.batch_id)
        if refusal := why_not_nested(winner.validation, winner.dataset, winner.target):
            raise Conflict(refusal)
        search = Search.from_plan(plan)
        tried = count_tried(batch_id, plan, search)
        return write_copies(session, batch, open_nested(plan["name"], search, tried, winner))
