"""The list of datasets: of each family the newest version, with what was done with all of them.

A page costs the same number of queries however many rows it has, and none of them reads a wide
column.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import case, exists, func, select, tuple_
from sqlalchemy.orm import aliased

from dashboard.datasets.selections import LIVING, SAVED, name_holds
from dashboard.db import Dataset, Job, User
from dashboard.db.states import JobState
from dashboard.extensions import db
from dashboard.paging import read_number

SORTS = {
    "name": func.lower(Dataset.name),
    "rows": Dataset.rows,
    "columns": Dataset.n_columns,
    "size": Dataset.size_bytes,
    "uploaded": Dataset.saved_at,
}
DEFAULT_SORT = "-uploaded"
TARGETS_SHOWN = 3
DEFAULT_METRICS = ("roc_auc", "r2")


@dataclass(frozen=True)
class DatasetFilters:
    """Which datasets; `has_jobs` is None for all."""

    q: str = ""
    owner_id: int | None = None
    has_jobs: bool | None = None
    archived: bool = False

    @property
    def any(self) -> bool:
        """Whether some datasets are left out."""
        return bool(self.q or self.owner_id or self.has_jobs is not None)


@dataclass(frozen=True)
class Best:
    """The best job of a family by the default metric of its most used target."""

    id: int
    target: str
    score: float


@dataclass(frozen=True)
class Use:
    """What was done with a family: `targets` with their jobs, the most used one first."""

    versions: int = 1
    targets: Sequence[tuple[str, int]] = ()
    best: Best | None = None

    @property
    def jobs(self) -> int:
        """How many jobs there are, of all versions."""
        return sum(count for _, count in self.targets)

    @property
    def chips(self) -> list[str]:
        """The targets that are shown, and how many are not."""
        shown = [target for target, _ in self.targets[:TARGETS_SHOWN]]
        more = len(self.targets) - len(shown)
        return [*shown, f"+{more}"] if more else shown


@dataclass(frozen=True)
class DatasetPage:
    """One page of the list; `uses` is by family."""

    items: Sequence[Dataset]
    total: int
    uses: Mapping[int, Use] = field(default_factory=dict)

    def use(self, dataset: Dataset) -> Use:
        """Return what was done with a dataset's family."""
        return self.uses.get(dataset.family_id or 0, Use())


def read_query(query: Mapping[str, str], *, user_id: int) -> tuple[DatasetFilters, str]:
    """Read filters and sort from a page's query; what is unknown is left out."""
    owner = query.get("owner") or ""
    owner_id = user_id if owner == "me" else read_number(owner, 0) or None
    sort = query.get("sort") or DEFAULT_SORT
    return (
        DatasetFilters(
            q=(query.get("q") or "").strip(),
            owner_id=owner_id,
            has_jobs={"yes": True, "no": False}.get(query.get("jobs") or ""),
            archived=query.get("archived") == "true",
        ),
        sort if sort.lstrip("-") in SORTS else DEFAULT_SORT,
    )


def list_datasets(
    *,
    filters: DatasetFilters | None = None,
    sort: str = DEFAULT_SORT,
    page: int = 1,
    per: int = 50,
) -> DatasetPage:
    """List a page of the datasets, of each family the newest version.

    Parameters
    ----------
    filters : DatasetFilters, optional
        Which ones; all that are not archived by default.
    sort : str
        One of `SORTS`, with a minus for the other direction; values that are missing come last.
    page, per : int
        Which page, from 1, of how many rows.
    """
    conditions = _conditions(filters or DatasetFilters())
    total = db.session.scalar(select(func.count(Dataset.id)).where(*conditions)) or 0
    column = SORTS.get(sort.lstrip("-"), Dataset.saved_at)
    order = column.desc() if sort.startswith("-") else column.asc()
    # Ids first: a row is wide, and only those of this page are read.
    ids = db.session.scalars(
        select(Dataset.id)
        .where(*conditions)
        .order_by(order.nulls_last(), Dataset.id.desc())
        .limit(per)
        .offset((page - 1) * per)
    ).all()
    by_id = {d.id: d for d in db.session.scalars(select(Dataset).where(Dataset.id.in_(ids)))}
    items = [by_id[dataset_id] for dataset_id in ids if dataset_id in by_id]
    return DatasetPage(items, total, _find_uses([d.family_id or d.id for d in items]))


def _conditions(filters: DatasetFilters) -> list[Any]:
    in_use = Dataset.archived_at.is_(None)
    found = [Dataset.is_newest, LIVING, ~in_use if filters.archived else in_use]
    if filters.q:
        found.append(name_holds(filters.q))
    if filters.owner_id is not None:
        found.append(Dataset.owner_id == filters.owner_id)
    if filters.has_jobs is not None:
        version = aliased(Dataset)
        of_any = exists().where(
            version.family_id == Dataset.family_id,
            version.saved_at.is_not(None),
            Job.dataset_id == version.id,
        )
        found.append(of_any if filters.has_jobs else ~of_any)
    return found


def list_owners() -> Sequence[tuple[int, str]]:
    """List who has a dataset, by name."""
    owns = exists().where(Dataset.owner_id == User.id, LIVING)
    return [(row.id, row.name) for row in db.session.execute(
        select(User.id, User.name).where(owns).order_by(func.lower(User.name)))]  # fmt: skip


@dataclass(frozen=True)
class _Asked:
    """The jobs of a family with one question: how many, and the best score of them."""

    family_id: int
    target: str
    task: str
    jobs: int
    score: float | None


def _find_uses(family_ids: Sequence[int]) -> dict[int, Use]:
    versions = _count_versions(family_ids)
    asked: dict[int, list[_Asked]] = {}
    for question in _count_questions(family_ids):
        asked.setdefault(question.family_id, []).append(question)
    best = _find_best([question for found in asked.values() for question in _main(found)])
    return {
        family_id: Use(
            versions.get(family_id, 1), _targets(asked.get(family_id, ())), best.get(family_id)
        )
        for family_id in family_ids
    }


def _count_versions(family_ids: Sequence[int]) -> dict[int, int]:
    counted = select(Dataset.family_id, func.count()).where(Dataset.family_id.in_(family_ids))
    rows = db.session.execute(counted.where(LIVING).group_by(Dataset.family_id))
    return {family_id: count for family_id, count in rows if family_id is not None}


def _count_questions(family_ids: Sequence[int]) -> list[_Asked]:
    scored = (Job.state == JobState.SUCCEEDED) & Job.metric.in_(DEFAULT_METRICS)
    asked = (Dataset.family_id, Job.target, Job.task)
    counted = (
        select(*asked, func.count(), func.max(case((scored, Job.score))))
        .join_from(Dataset, Job, Job.dataset_id == Dataset.id)
        .where(Dataset.family_id.in_(family_ids), SAVED)
        .group_by(*asked)
        .order_by(func.count().desc(), Job.target, Job.task)
    )
    return [_Asked(*row) for row in db.session.execute(counted)]


def _targets(asked: Sequence[_Asked]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for question in asked:
        counts[question.target] = counts.get(question.target, 0) + question.jobs
    return sorted(counts.items(), key=lambda pair: -pair[1])


def _main(asked: Sequence[_Asked]) -> Sequence[_Asked]:
    """Return the most used question that has a score, or none."""
    return [question for question in asked if question.score is not None][:1]


def _find_best(questions: Sequence[_Asked]) -> dict[int, Best]:
    """Return the job that has the best score of each question, by family."""
    if not questions:
        return {}
    same = (Dataset.family_id, Job.target, Job.task, Job.score)
    wanted = [(q.family_id, q.target, q.task, q.score) for q in questions]
    found = (
        select(Dataset.family_id, func.min(Job.id), Job.target, Job.score)
        .join_from(Dataset, Job, Job.dataset_id == Dataset.id)
        .where(
            Dataset.family_id.in_([q.family_id for q in questions]),
            SAVED,
            tuple_(*same).in_(wanted),
            Job.state == JobState.SUCCEEDED,
            Job.metric.in_(DEFAULT_METRICS),
        )
        .group_by(Dataset.family_id, Job.target, Job.score)
    )
    rows: Any = db.session.execute(found)
    return {family_id: Best(*best) for family_id, *best in rows}
