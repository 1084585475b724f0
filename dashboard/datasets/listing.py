"""The list of datasets: of each family the newest version, with what was done with all of them.

A page costs the same number of queries however many rows it has, and none of them reads a wide
column.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import case, exists, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from dashboard.datasets.selections import LIVING, name_holds
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
        return bool(self.is_search or self.owner_id)

    @property
    def is_search(self) -> bool:
        """Whether every dataset is looked at."""
        return bool(self.q) or self.has_jobs is not None


@dataclass(frozen=True)
class Best:
    """The best job of a family by the default metric of its most used target, and on which folds.

    It is the best on any folds; a leaderboard opens with those that most jobs were scored on.
    """

    id: int
    target: str
    score: float
    metric: str
    validation: Mapping[str, Any]


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
    filters = filters or DatasetFilters()
    # Ids first: a row is wide, and only those of this page are read.
    wanted = select(Dataset.id).where(*_conditions(filters))
    on_page = wanted.order_by(*_order(sort)).limit(per)
    if filters.is_search and page == 1:  # no index finds these: looked for and counted at once
        rows = db.session.execute(on_page.add_columns(func.count().over())).all()
        ids, total = [row[0] for row in rows], rows[0][1] if rows else 0
    else:
        total = db.session.scalar(wanted.with_only_columns(func.count(Dataset.id))) or 0
        ids = list(db.session.scalars(on_page.offset((page - 1) * per)))
    return read_rows(ids, total)


def list_ids(*, filters: DatasetFilters, sort: str) -> Sequence[int]:
    """List all datasets that match, as `list_datasets` does."""
    wanted = select(Dataset.id).where(*_conditions(filters))
    return db.session.scalars(wanted.order_by(*_order(sort))).all()


def read_rows(ids: Sequence[int], total: int = 0) -> DatasetPage:
    """Read some datasets in their order, and what was done with their families."""
    by_id = {d.id: d for d in db.session.scalars(select(Dataset).where(Dataset.id.in_(ids)))}
    items = [by_id[dataset_id] for dataset_id in ids if dataset_id in by_id]
    return DatasetPage(items, total, _find_uses([d.family_id or d.id for d in items]))


def _order(sort: str) -> tuple[Any, Any]:
    column = SORTS.get(sort.lstrip("-"), Dataset.saved_at)
    order = column.desc() if sort.startswith("-") else column.asc()
    return order.nulls_last(), Dataset.id.desc()


def _conditions(filters: DatasetFilters) -> list[Any]:
    in_use = Dataset.archived_at.is_(None)
    found = [Dataset.is_newest, LIVING, ~in_use if filters.archived else in_use]
    if filters.q:
        found.append(name_holds(filters.q))
    if filters.owner_id is not None:
        found.append(Dataset.owner_id == filters.owner_id)
    if filters.has_jobs is not None:
        version = aliased(Dataset)
        of_another = exists().where(
            version.family_id == Dataset.family_id,
            version.saved_at.is_not(None),
            Job.dataset_id == version.id,
        )
        # The newest version first, in an index: most have jobs of their own, and so an answer.
        of_any = or_(exists().where(Job.dataset_id == Dataset.id), of_another)
        found.append(of_any if filters.has_jobs else ~of_any)
    return found


def list_owners(user_id: int) -> list[tuple[int | str, str]]:
    """List who has a dataset, by name; first "mine" where one of them is the person who asks."""
    owns = exists().where(Dataset.owner_id == User.id, LIVING)
    found = select(User.id, User.name).where(owns).order_by(func.lower(User.name))
    owners = [(row.id, row.name) for row in db.session.execute(found)]
    mine = [("me", "Mine")] if user_id in dict(owners) else []
    return [*mine, *owners]


@dataclass(frozen=True)
class _Asked:
    """The jobs of a version with one question: how many, and the best score of them."""

    dataset_id: int
    target: str
    task: str
    jobs: int
    score: float | None


def _find_uses(family_ids: Sequence[int]) -> dict[int, Use]:
    rows = select(Dataset.id, Dataset.family_id).where(Dataset.family_id.in_(family_ids), LIVING)
    family_of: dict[int, int] = {
        row.id: row.family_id or row.id for row in db.session.execute(rows)
    }
    versions = Counter(family_of.values())
    asked: dict[int, list[_Asked]] = {}
    for question in _count_questions(list(family_of)):
        asked.setdefault(family_of[question.dataset_id], []).append(question)
    jobs = _find_jobs([best for found in asked.values() if (best := _best_of(found))])
    uses = {}
    for family_id in family_ids:
        found = asked.get(family_id, [])
        job = jobs.get(best) if (best := _best_of(found)) else None
        uses[family_id] = Use(versions[family_id] or 1, _count_targets(found), job)
    return uses


def _count_questions(dataset_ids: Sequence[int]) -> list[_Asked]:
    # Candidates are as good as chance made them, and some are scored on a part of the rows.
    scored = (Job.state == JobState.SUCCEEDED) & Job.metric.in_(DEFAULT_METRICS) & ~Job.score_only
    asked = (Job.dataset_id, Job.target, Job.task)
    counted = (
        select(*asked, func.count(), func.max(case((scored, Job.score))))
        .where(Job.dataset_id.in_(dataset_ids))
        .group_by(*asked)
        .order_by(*asked)
    )
    return [_Asked(*row) for row in db.session.execute(counted)]


def _count_targets(asked: Sequence[_Asked]) -> list[tuple[str, int]]:
    counts: Counter[str] = Counter()
    for question in asked:
        counts[question.target] += question.jobs
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _best_of(asked: Sequence[_Asked]) -> _Asked | None:
    """Return the version's question with the best score of the most used one that has a score."""
    jobs: Counter[tuple[str, str]] = Counter()
    for question in asked:
        jobs[question.target, question.task] += question.jobs if question.score is not None else 0
    scored = [question for question in asked if question.score is not None]
    if not scored:
        return None
    main = jobs.most_common(1)[0][0]
    return max(
        (question for question in scored if (question.target, question.task) == main),
        key=lambda question: question.score or 0.0,
    )


def _find_jobs(questions: Sequence[_Asked]) -> dict[_Asked, Best]:
    """Return the first job that has the best score of each question."""
    wanted = [(q.dataset_id, q.target, q.task, q.score) for q in questions]
    same = (Job.dataset_id, Job.target, Job.task, Job.score)
    # By these alone: without them the databases would rather go through all that succeeded.
    rows = select(Job.id, Job.state, Job.metric, Job.score_only, *same).where(
        tuple_(*same).in_(wanted)
    )
    found: dict[tuple[Any, ...], int] = {}
    for row in db.session.execute(rows.order_by(Job.id)):
        is_done = row.state == JobState.SUCCEEDED and not row.score_only
        if is_done and row.metric in DEFAULT_METRICS:
            found.setdefault((row.dataset_id, row.target, row.task, row.score), row.id)
    # Asked of these few alone: many may share a score, and the index does not hold it.
    asked = select(Job.id, Job.metric, Job.validation).where(Job.id.in_(found.values()))
    of: dict[int, Any] = {row.id: row for row in db.session.execute(asked)}
    return {
        q: Best(job.id, q.target, q.score or 0.0, job.metric, job.validation)
        for q, key in zip(questions, wanted, strict=True)
        if (job := of.get(found.get(key) or 0)) is not None
    }
