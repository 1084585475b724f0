"""Models as pages and the API read them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import undefer

from dashboard.datasets.queries import get_dataset
from dashboard.db import Model, User
from dashboard.db.lookup import find_by_id
from dashboard.errors import NotFound
from dashboard.extensions import db
from dashboard.models.listing import ModelFilters, conditions


def get_model(*, user: User, model_id: int) -> Model:
    """Return a model.

    Raises
    ------
    NotFound
        When there is none.
    """
    model = find_by_id(Model, model_id)
    if model is None:
        raise missing(model_id)
    return model


def missing(model_id: int) -> NotFound:
    """Return the error that there is no such model."""
    return NotFound(
        f"There is no model {model_id}. It may have been deleted, alone or with its job"
    )


def find_by_alias(*, user: User, dataset_id: int, target: str, alias: str) -> Model:
    """Return the model that an alias stands for.

    Parameters
    ----------
    user : User
        Who asks.
    dataset_id : int
        Any version of the table.
    target : str
        What the model predicts.
    alias : str
        Such as ``champion``.

    Raises
    ------
    NotFound
        When there is no such table, or the alias stands for none of its models.
    """
    family_id = get_dataset(user=user, dataset_id=dataset_id).family_id or dataset_id
    model = db.session.scalar(
        select(Model).where(
            Model.family_id == family_id, Model.target == target, Model.alias == alias
        )
    )
    if model is None:
        raise NotFound(
            f'No model of dataset {dataset_id} that predicts "{target}" has the alias "{alias}"'
        )
    return model


def list_models_before(
    *, filters: ModelFilters, before: int | None, limit: int
) -> Sequence[Model]:
    """List models, the newest first, from one id downwards; for the API's cursor."""
    found = select(Model).options(undefer(Model.schema)).where(*conditions(filters))
    if before is not None:
        found = found.where(Model.id < before)
    return db.session.scalars(found.order_by(Model.id.desc()).limit(limit)).all()


def list_aliases(model: Model) -> Sequence[Model]:
    """List the models of the same table and target that have an alias, by the alias."""
    same = select(Model).where(
        Model.family_id == model.family_id, Model.target == model.target, Model.alias.is_not(None)
    )
    return db.session.scalars(same.order_by(Model.alias)).all()
