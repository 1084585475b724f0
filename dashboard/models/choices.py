"""What the list of models can be filtered by: what there are models of, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, select

from dashboard.datasets.selections import LIVING
from dashboard.db import Dataset, Model, ModelStar, User
from dashboard.extensions import db
from dashboard.models.listing import ModelFilters, conditions
from tasks.engine.estimators.catalogue import find_estimator, get_estimator

TARGETS_AT_MOST = 200


@dataclass(frozen=True)
class Choices:
    """The choices of each filter; `stars` where the person has starred a model."""

    datasets: Sequence[tuple[int, str]]
    targets: Sequence[tuple[str, str]]
    estimators: Sequence[tuple[str, str]]
    owners: Sequence[tuple[int | str, str]]
    stars: bool


def list_choices(filters: ModelFilters) -> Choices:
    """List the choices of each filter, of the models in use or of the archived ones."""
    shown = conditions(ModelFilters(filters.user_id, archived=filters.archived))
    owners = _list_owners(shown)
    mine = [("me", "Mine")] if filters.user_id in dict(owners) else []
    stars = select(exists().where(ModelStar.user_id == filters.user_id))
    return Choices(
        _list_datasets(shown),
        [(name, name) for name in _list_targets(shown, filters)],
        _list_estimators(shown, filters.estimator),
        [*mine, *owners],
        filters.starred or bool(db.session.scalar(stars)),
    )


def _list_datasets(shown: Sequence[ColumnElement[bool]]) -> Sequence[tuple[int, str]]:
    """List the tables that have models, by name: of each the newest version."""
    has_model = exists().where(Model.family_id == Dataset.family_id, *shown)
    rows = select(Dataset.id, Dataset.name).where(Dataset.is_newest, LIVING, has_model)
    return [
        (row.id, row.name) for row in db.session.execute(rows.order_by(func.lower(Dataset.name)))
    ]


def _list_targets(shown: Sequence[ColumnElement[bool]], filters: ModelFilters) -> Sequence[str]:
    """List the targets of a table's models; none where no table is chosen."""
    if filters.dataset_id is None:
        return []
    of_it = conditions(ModelFilters(0, dataset_id=filters.dataset_id, archived=None))
    found = select(Model.target).where(*shown, *of_it)
    return db.session.scalars(found.distinct().order_by(Model.target).limit(TARGETS_AT_MOST)).all()


def _list_estimators(
    shown: Sequence[ColumnElement[bool]], chosen: str | None
) -> list[tuple[str, str]]:
    """List the estimators that there are models of, by title, and the chosen one."""
    found = set(db.session.scalars(select(Model.estimator).where(*shown).distinct()))
    if chosen and find_estimator(chosen):
        found.add(chosen)
    named = [(name, get_estimator(name).title) for name in found]
    return sorted(named, key=lambda choice: (choice[1].lower(), choice[0]))


def _list_owners(shown: Sequence[ColumnElement[bool]]) -> list[tuple[int, str]]:
    """List who has a model, by name."""
    owns = exists().where(Model.owner_id == User.id, *shown)
    rows = select(User.id, User.name).where(owns).order_by(func.lower(User.name))
    return [(row.id, row.name) for row in db.session.execute(rows)]
