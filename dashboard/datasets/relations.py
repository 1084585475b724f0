"""How the columns of a dataset relate to one of them: asked for by a person, found by a worker."""

from sqlalchemy import select

from dashboard.access import require_member
from dashboard.datasets.queries import get_dataset
from dashboard.db import Relation, User
from dashboard.db.transaction import writing
from dashboard.errors import ValidationFailed
from dashboard.extensions import db


def find_relation(dataset_id: int, target: str) -> Relation | None:
    """Return what was asked for, in any state, or None."""
    return db.session.scalars(
        select(Relation).where(Relation.dataset_id == dataset_id, Relation.target == target)
    ).first()


def ask_relation(*, user: User, dataset_id: int, target: str) -> Relation:
    """Ask for the relation of all columns to a target, if nobody has.

    Raises
    ------
    NotFound
        When there is no such dataset.
    Forbidden
        When the person may not change anything.
    ValidationFailed
        When it has no such column.
    """
    require_member(user)
    dataset = get_dataset(user=user, dataset_id=dataset_id)
    if target not in dataset.column_names:
        raise ValidationFailed({"target": f'{dataset.name} has no column called "{target}"'})
    with writing() as session:
        known = select(Relation).where(
            Relation.dataset_id == dataset_id, Relation.target == target
        )
        relation = session.scalars(known).first()
        if relation is None or relation.state == "failed":
            relation = relation or Relation(dataset_id=dataset_id, target=target)
            relation.state, relation.failure = "queued", None
            session.add(relation)
        return relation
