"""Models as pages and the API read them."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from dashboard.db import Job, Model, User
from dashboard.db.lookup import get_by_id
from dashboard.extensions import db


def get_model(*, user: User, model_id: int) -> Model:
    """Return a model.

    Raises
    ------
    NotFound
        When there is none.
    """
    return get_by_id(Model, model_id, f"There is no model {model_id}. It may have been deleted")


def list_models(*, q: str = "", page: int = 1, per: int = 50) -> tuple[Sequence[Model], int]:
    """List a page of the models, the newest first, and count all that match."""
    found = select(Model).join(Job)
    if q:
        found = found.where(
            Model.name.icontains(q, autoescape=True) | Job.target.icontains(q, autoescape=True)
        )
    total = db.session.scalar(select(func.count()).select_from(found.subquery())) or 0
    items = db.session.scalars(
        found.order_by(Model.id.desc()).limit(per).offset((page - 1) * per)
    ).all()
    return items, total


def list_models_before(*, before: int | None, limit: int) -> Sequence[Model]:
    """List models, the newest first, from one id downwards; for the API's cursor."""
    found = select(Model).options(undefer(Model.schema))
    if before is not None:
        found = found.where(Model.id < before)
    return db.session.scalars(found.order_by(Model.id.desc()).limit(limit)).all()
