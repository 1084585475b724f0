"""In what two versions of a dataset differ: asked of the light worker, and what it writes."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard import queue
from dashboard.access import require_member
from dashboard.chores.service import ChoreClaim, add_chore, end_chore
from dashboard.datasets.queries import get_dataset
from dashboard.datasets.selections import LIVING, of_family
from dashboard.db import Dataset, Difference, User
from dashboard.db.lookup import LARGEST_ID
from dashboard.db.transaction import writing
from dashboard.errors import Conflict
from dashboard.extensions import db


def find_difference(from_id: int, to_id: int) -> Difference | None:
    """Return what is known of the difference of two versions, or None."""
    both = select(Difference).where(Difference.from_id == from_id, Difference.to_id == to_id)
    return db.session.scalar(both)


def ask_difference(*, user: User, from_id: int, to_id: int) -> None:
    """Have two versions compared; one that failed is tried again.

    Raises
    ------
    NotFound
        When there is no such version.
    Forbidden
        When the person may only look.
    Conflict
        When one of them is no readable table, or they are not of one dataset.
    """
    require_member(user)
    with writing() as session:
        # In the order of their ids; whoever asks for the same meanwhile waits, or deletes one.
        ids = sorted(min(dataset_id, LARGEST_ID) for dataset_id in (from_id, to_id))
        rows = select(Dataset.id).where(Dataset.id.in_(ids)).order_by(Dataset.id)
        session.scalars(rows.with_for_update()).all()
        sides = [get_dataset(user=user, dataset_id=dataset_id) for dataset_id in ids]
        if len({side.family_id for side in sides}) != 1 or ids[0] == ids[1]:
            raise Conflict("Only two versions of one dataset can be compared")
        for side in sides:
            if side.state != "ready":
                words = {"reading": "is still being read", "refused": "could not be read"}
                raise Conflict(f"{side.label} {words[side.state]}")
        _ask(session, from_id, to_id)
    queue.wake(queue.LIGHT)


def compare_with_former(session: Session, dataset: Dataset) -> None:
    """Have a version compared with the one before it, within the caller's transaction.

    Nothing is done where there is none, where one of them is no readable table, or where it was
    asked for before. The transaction holds the family.
    """
    if dataset.state != "ready" or dataset.saved_at is None or dataset.version == 1:
        return
    before = of_family(dataset.family_id, LIVING).where(Dataset.version < dataset.version)
    former = session.scalars(before).all()[-1:]
    if former and former[0].state == "ready":
        _ask(session, former[0].id, dataset.id)


def _ask(session: Session, from_id: int, to_id: int) -> None:
    both = select(Difference).where(Difference.from_id == from_id, Difference.to_id == to_id)
    difference = session.scalar(both)
    if difference is None:
        difference = Difference(from_id=from_id, to_id=to_id)
        session.add(difference)
        session.flush()
    elif difference.state != "failed":
        return
    difference.state, difference.failure = "queued", None
    add_chore(session, "compare_versions", difference.id)


def finish_difference(
    *,
    claim: ChoreClaim,
    answer: Mapping[str, Any] | None = None,
    failure: Mapping[str, Any] | None = None,
) -> None:
    """Write in what two versions differ, or why that is not known."""
    with writing() as session:
        if not end_chore(session, claim, failure=failure):
            return
        difference = session.get(Difference, claim.subject_id, with_for_update=True)
        if difference is not None:
            _end(difference, answer, failure)


def fail_difference(session: Session, difference_id: int, failure: Mapping[str, Any]) -> None:
    """Write that a comparison was given up, within the caller's transaction."""
    difference = session.get(Difference, difference_id, with_for_update=True)
    if difference is not None:
        _end(difference, None, failure)


def _end(
    difference: Difference, answer: Mapping[str, Any] | None, failure: Mapping[str, Any] | None
) -> None:
    difference.state = "failed" if failure else "ready"
    difference.answer = None if answer is None else dict(answer)
    difference.failure = None if failure is None else dict(failure)
