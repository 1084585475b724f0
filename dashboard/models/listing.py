"""The list of models: the starred ones first, then the newest.

Which models a page shows is found in one index; of those alone the rows are read, without their
wide columns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select

from dashboard.db import Dataset, Job, Model, ModelStar, Prediction, User
from dashboard.db.lookup import LARGEST_ID
from dashboard.extensions import db
from dashboard.jobs.page.blends import find_blends
from dashboard.paging import read_number
from tasks.engine.estimators.catalogue import get_estimator
from tasks.engine.several.portfolio import VOTING

SORTS: Mapping[str, Any] = {
    "name": Model.words,
    "score": Model.goodness,
    "size": Model.size_bytes,
    "made": Model.id,
}
# The starred ones, then the newest: scores of several metrics have no order among each other.
DEFAULT_SORT = "starred"


@dataclass(frozen=True)
class ModelFilters:
    """Which models, as one person asks for them; `dataset_id` means all versions of it."""

    user_id: int
    q: str = ""
    dataset_id: int | None = None
    target: str | None = None
    estimator: str | None = None
    owner_id: int | None = None
    alias: str | None = None
    starred: bool = False
    archived: bool | None = False

    @property
    def any(self) -> bool:
        """Whether some models are left out, beside the archived ones."""
        narrow = (self.q, self.dataset_id, self.target, self.estimator, self.owner_id, self.alias)
        return any(narrow) or self.starred


@dataclass(frozen=True)
class ListedModel:
    """A model as the list shows it."""

    id: int
    name: str
    state: str
    alias: str | None
    target: str
    estimator: str
    size_bytes: int  # of the bundle
    file_bytes: int | None  # of the model file
    created_at: datetime
    archived_at: datetime | None
    owner_id: int
    job_id: int
    metric: str
    score: float | None
    score_std: float | None
    partial: bool
    stopped_because: str | None
    dataset_id: int
    dataset: str
    version: int
    owner: str
    predictions: int = 0
    starred: bool = False
    is_blend: bool = False

    @property
    def label(self) -> str:
        """The dataset with its version."""
        return f"{self.dataset} v{self.version}"

    @property
    def title(self) -> str:
        """The estimator in plain words."""
        return "Blend" if self.is_blend else get_estimator(self.estimator).title

    @property
    def caution(self) -> str | None:
        """Why its score is of some folds only."""
        early = "Stopped early, some folds only" if self.partial else None
        return self.stopped_because or early


@dataclass(frozen=True)
class ModelPage:
    """One page of the list."""

    items: Sequence[ListedModel]
    total: int
    ignored: Sequence[str] = field(default_factory=list)


def read_query(
    query: Mapping[str, str], *, user_id: int
) -> tuple[ModelFilters, str, Sequence[str]]:
    """Read filters and sort from a query; what is unknown is left out, and named."""
    ignored = []
    numbers: dict[str, int | None] = {}
    for name in ("dataset_id", "owner"):
        text = query.get(name) or ""
        numbers[name] = read_number(text, None, LARGEST_ID)
        if text and numbers[name] is None and text != "me":
            ignored.append(f"{name}={text}")
    sort = query.get("sort") or DEFAULT_SORT
    if sort != DEFAULT_SORT and sort.lstrip("-") not in SORTS:
        ignored.append(f"sort={sort}")
        sort = DEFAULT_SORT
    words = {
        name: (query.get(name) or "").strip() or None
        for name in ("q", "target", "estimator", "alias")
    }
    filters = ModelFilters(
        user_id=user_id,
        q=words["q"] or "",
        dataset_id=numbers["dataset_id"],
        target=words["target"],
        estimator=words["estimator"],
        alias=words["alias"],
        owner_id=user_id if query.get("owner") == "me" else numbers["owner"],
        starred=query.get("starred") == "true",
        archived=query.get("archived") == "true",
    )
    return filters, sort, ignored


def list_models(
    *, filters: ModelFilters, sort: str = DEFAULT_SORT, page: int = 1, per: int = 50
) -> ModelPage:
    """List a page of the models.

    Parameters
    ----------
    filters : ModelFilters
        Which ones.
    sort : str
        One of `SORTS`, with a minus for the other direction, or `DEFAULT_SORT`.
    page, per : int
        Which page, from 1, of how many rows.
    """
    wanted = _select(filters)
    total = db.session.scalar(wanted.with_only_columns(func.count(Model.id))) or 0
    ids = _find_ids(wanted, filters, sort, start=(page - 1) * per, limit=per)
    return ModelPage(read_rows(ids, filters.user_id), total)


def list_ids(*, filters: ModelFilters, sort: str) -> Sequence[int]:
    """List the numbers of all models that match, in their order."""
    return _find_ids(_select(filters), filters, sort, start=0, limit=None)


def _select(filters: ModelFilters) -> Select[Any]:
    return select(Model.id).where(*conditions(filters))


def conditions(filters: ModelFilters) -> list[ColumnElement[bool]]:
    """Return what a query asks of models."""
    found: list[ColumnElement[bool]] = []
    if filters.archived is not None:
        in_use = Model.archived_at.is_(None)
        found.append(~in_use if filters.archived else in_use)
    if filters.q:
        found.append(Model.words.contains(filters.q.lower(), autoescape=True))
    if filters.dataset_id is not None:
        family = select(func.coalesce(Dataset.family_id, Dataset.id))
        of_it = family.where(Dataset.id == filters.dataset_id).scalar_subquery()
        found.append(Model.family_id == of_it)
    same = {"target": Model.target, "estimator": Model.estimator, "alias": Model.alias}
    for name, column in same.items():
        if getattr(filters, name) is not None:
            found.append(column == getattr(filters, name))
    if filters.owner_id is not None:
        found.append(Model.owner_id == filters.owner_id)
    if filters.starred:
        found.append(_is_starred_by(filters.user_id))
    return found


def _is_starred_by(user_id: int) -> ColumnElement[bool]:
    return exists().where(ModelStar.model_id == Model.id, ModelStar.user_id == user_id)


def _find_ids(
    wanted: Select[Any], filters: ModelFilters, sort: str, *, start: int, limit: int | None
) -> Sequence[int]:
    """Return the numbers of the models of a part of the list."""
    if sort != DEFAULT_SORT:
        column = SORTS[sort.lstrip("-")]
        down = sort.startswith("-")
        order = (column.desc(), Model.id.desc()) if down else (column.asc(), Model.id.asc())
        return db.session.scalars(wanted.order_by(*order).limit(limit).offset(start)).all()
    newest = Model.id.desc()
    mine = select(ModelStar.model_id).where(ModelStar.user_id == filters.user_id)
    # A person's stars are few: they are read first, and left out of the others.
    starred = db.session.scalars(wanted.where(Model.id.in_(mine)).order_by(newest)).all()
    first = starred[start : None if limit is None else start + limit]
    if filters.starred or (limit is not None and len(first) == limit):
        return first
    others = wanted.where(Model.id.not_in(mine)).order_by(newest)
    rest = None if limit is None else limit - len(first)
    found = others.limit(rest).offset(max(0, start - len(starred)))
    return [*first, *db.session.scalars(found)]


ROW = (
    Model.id, Model.name, Model.state, Model.alias, Model.target, Model.estimator,
    Model.size_bytes, Model.files["joblib"]["size_bytes"].as_integer().label("file_bytes"),
    Model.created_at, Model.archived_at, Model.owner_id, Model.job_id,
    Job.metric, Job.score, Job.score_std, Job.partial, Job.stopped_because, Job.dataset_id,
    Dataset.name.label("dataset"), Dataset.version, User.name.label("owner"),
)  # fmt: skip


def read_rows(ids: Sequence[int], user_id: int) -> Sequence[ListedModel]:
    """Read what the list shows of some models to a person; those that are gone are left out."""
    rows = (
        select(*ROW)
        .select_from(Model)
        .join(Job, Job.id == Model.job_id)
        .join(Dataset, Dataset.id == Job.dataset_id)
        .join(User, User.id == Model.owner_id)
        .where(Model.id.in_(ids))
    )
    made = select(Prediction.model_id, func.count()).where(Prediction.model_id.in_(ids))
    counted = db.session.execute(made.group_by(Prediction.model_id))
    counts: dict[int, int] = {row[0]: row[1] for row in counted}
    stars = select(ModelStar.model_id).where(ModelStar.user_id == user_id)
    starred = set(db.session.scalars(stars.where(ModelStar.model_id.in_(ids))))
    found = db.session.execute(rows).all()
    # Nearly no page has one: then nothing is asked.
    voting = [row.job_id for row in found if row.estimator in VOTING.values()]
    blends = find_blends(voting) if voting else set()
    by_id = {
        row.id: ListedModel(
            **row._asdict(),
            predictions=counts.get(row.id, 0),
            starred=row.id in starred,
            is_blend=row.job_id in blends,
        )
        for row in found
    }
    return [by_id[model_id] for model_id in ids if model_id in by_id]
