"""How a dataset's columns relate to one of them: asked for once, kept for ever.

A version of a dataset is never changed, so an answer is right as long as the version lives; it is
deleted with it.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from dashboard import queue
from dashboard.chores.service import ChoreClaim, add_chore, end_chore
from dashboard.datasets.queries import get_dataset
from dashboard.db import Dataset, Relation, User
from dashboard.db.lookup import LARGEST_ID
from dashboard.db.transaction import writing
from dashboard.errors import Conflict, ValidationFailed
from dashboard.extensions import db
from dashboard.jobs.asking.requests import unsuitable_target


def find_relation(dataset_id: int, target: str) -> Relation | None:
    """Return what was asked for, in any state, or None."""
    return db.session.scalar(_relation(dataset_id, target))


def _relation(dataset_id: int, target: str) -> Select[Relation]:
    return select(Relation).where(Relation.dataset_id == dataset_id, Relation.target == target)


def ask_relation(*, user: User, dataset_id: int, target: str) -> Relation:
    """Ask how every column relates to a target, unless it was asked before.

    One that failed is tried again.

    Raises
    ------
    NotFound
        When there is no such dataset.
    Conflict
        When the dataset has no table.
    ValidationFailed
        When it has no such column, or the column cannot be predicted.
    """
    with writing() as session:
        # Two who ask at once: the second waits for the first and finds what it wrote. And nobody
        # deletes the dataset meanwhile.
        held = select(Dataset.id).where(Dataset.id == min(dataset_id, LARGEST_ID))
        session.scalar(held.with_for_update())
        _check_target(get_dataset(user=user, dataset_id=dataset_id), target)
        relation = session.scalar(_relation(dataset_id, target))
        if relation is not None and relation.state != "failed":
            return relation
        if relation is None:
            relation = Relation(dataset_id=dataset_id, target=target)
            session.add(relation)
        relation.state, relation.failure = "queued", None
        session.flush()
        add_chore(session, "relate_target", relation.id, urgent=True)
    queue.wake(queue.LIGHT)
    return relation


def _check_target(dataset: Dataset, target: str) -> None:
    if dataset.state != "ready" or dataset.table_key is None:
        raise Conflict(f"{dataset.name} has no table: it is {dataset.state}")
    column = next((c for c in dataset.columns if c["name"] == target), None)
    if column is None:
        raise ValidationFailed({"target": f'{dataset.name} has no column called "{target}"'})
    reason = unsuitable_target(column)
    if reason:
        raise ValidationFailed({"target": reason})


def finish_relation(
    *,
    claim: ChoreClaim,
    values: Mapping[str, Any] | None = None,
    failure: Mapping[str, Any] | None = None,
) -> None:
    """Write the answer, or why there is none."""
    with writing() as session:
        if end_chore(session, claim, failure=failure):
            _end(session, claim.subject_id, (values or {}).get("answer"), failure)


def fail_relation(session: Session, relation_id: int, failure: Mapping[str, Any]) -> None:
    """Write that an answer was given up, within the caller's transaction."""
    _end(session, relation_id, None, failure)


def _end(
    session: Session, relation_id: int, answer: Any, failure: Mapping[str, Any] | None
) -> None:
    relation = session.get(Relation, relation_id, with_for_update={"of": Relation})
    if relation is None:  # its dataset was deleted meanwhile
        return
    relation.state = "failed" if failure else "ready"
    relation.answer, relation.failure = answer, dict(failure) if failure else None
