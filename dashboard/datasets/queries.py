"""Datasets as pages and the API read them. Everybody with an account sees all that are saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select

from dashboard.db import Dataset, Job, User
from dashboard.db.lookup import find_by_id
from dashboard.errors import Conflict, NotFound
from dashboard.extensions import db
from dashboard.storage import get_storage
from tasks.engine.tables import read_rows

SORTS = {
    "name": func.lower(Dataset.name),
    "rows": Dataset.rows,
    "size": Dataset.size_bytes,
    "uploaded": Dataset.saved_at,
}


@dataclass(frozen=True)
class DatasetPage:
    """One page of the list; `jobs` and `best` are by dataset."""

    items: Sequence[Dataset]
    total: int
    jobs: Mapping[int, int]
    best: Mapping[int, Job]


def find_dataset(dataset_id: int) -> Dataset | None:
    """Return a saved dataset, or None."""
    dataset = find_by_id(Dataset, dataset_id)
    return dataset if dataset and dataset.saved_at else None


def get_dataset(*, user: User, dataset_id: int) -> Dataset:
    """Return a dataset.

    Raises
    ------
    NotFound
        When there is none, or it is an upload that was not saved.
    """
    dataset = find_dataset(dataset_id)
    if dataset is None:
        raise NotFound(f"There is no dataset {dataset_id}. It may have been deleted")
    return dataset


def get_upload(*, user: User, dataset_id: int) -> Dataset:
    """Return an upload that is being checked; only its owner and admins see it.

    Raises
    ------
    NotFound
        When there is none of this person.
    """
    upload = find_by_id(Dataset, dataset_id)
    is_own = upload is not None and (upload.owner_id == user.id or user.is_admin)
    if upload is None or not is_own or upload.saved_at is not None:
        raise NotFound("There is no such upload. It may have been saved or discarded")
    return upload


def find_same_file(*, sha256: str | None, other_than: int) -> Dataset | None:
    """Return a saved dataset of the same bytes, or None."""
    return db.session.scalars(
        select(Dataset)
        .where(Dataset.sha256 == sha256, Dataset.id != other_than, Dataset.saved_at.is_not(None))
        .order_by(Dataset.id.desc())
        .limit(1)
    ).first()


def _matching(q: str) -> Select[Dataset]:
    found = select(Dataset).where(Dataset.saved_at.is_not(None))
    if q:
        found = found.where(
            Dataset.name.icontains(q, autoescape=True)
            | Dataset.file_name.icontains(q, autoescape=True)
        )
    return found


def list_datasets(
    *, q: str = "", sort: str = "-uploaded", page: int = 1, per: int = 50
) -> DatasetPage:
    """List a page of the saved datasets.

    Parameters
    ----------
    q : str
        Part of the name or file name.
    sort : str
        One of `SORTS`, with a minus for the other direction.
    page, per : int
        Which page, from 1, of how many rows.
    """
    column = SORTS.get(sort.lstrip("-"), Dataset.saved_at)
    order = column.desc() if sort.startswith("-") else column.asc()
    found = _matching(q)
    total = db.session.scalar(select(func.count()).select_from(found.subquery())) or 0
    items = db.session.scalars(
        found.order_by(order, Dataset.id.desc()).limit(per).offset((page - 1) * per)
    ).all()
    ids = [dataset.id for dataset in items]
    return DatasetPage(items, total, count_jobs(ids), find_best_jobs(ids))


def list_datasets_before(*, before: int | None, limit: int, q: str = "") -> Sequence[Dataset]:
    """List datasets, the newest first, from one id downwards; for the API's cursor."""
    found = _matching(q)
    if before is not None:
        found = found.where(Dataset.id < before)
    return db.session.scalars(found.order_by(Dataset.id.desc()).limit(limit)).all()


def count_jobs(dataset_ids: Sequence[int]) -> dict[int, int]:
    """Count the jobs of some datasets."""
    counted = (
        select(Job.dataset_id, func.count())
        .where(Job.dataset_id.in_(dataset_ids))
        .group_by(Job.dataset_id)
    )
    return dict(db.session.execute(counted).all())


def find_best_jobs(dataset_ids: Sequence[int]) -> dict[int, Job]:
    """Return, for each dataset, its best job by the default metric of its most used target."""
    same_question = (Job.dataset_id, Job.target, Job.task)
    scored = (
        select(
            *same_question,
            Job.id,
            func.count().over(partition_by=same_question).label("jobs"),
            func.row_number()
            .over(partition_by=same_question, order_by=(Job.score.desc(), Job.id))
            .label("place"),
        )
        .where(
            Job.dataset_id.in_(dataset_ids),
            Job.state == "succeeded",
            Job.metric.in_(("roc_auc", "r2")),
        )
        .subquery()
    )
    jobs = db.session.scalars(
        select(Job)
        .join(scored, scored.c.id == Job.id)
        .where(scored.c.place == 1)
        .order_by(scored.c.jobs, Job.id.desc())
    )
    return {job.dataset_id: job for job in jobs}  # the last one of a dataset is the most used


def count_targets(dataset_id: int) -> dict[str, int]:
    """Count the jobs of a dataset by what they predict."""
    counted = (
        select(Job.target, func.count()).where(Job.dataset_id == dataset_id).group_by(Job.target)
    )
    return dict(db.session.execute(counted).all())


def get_rows(
    dataset: Dataset, offset: int, limit: int
) -> tuple[list[str], list[list[str | None]], list[int]]:
    """Return some rows of a dataset as read, and the lines that they come from.

    Raises
    ------
    Conflict
        When it was not read yet, or was refused.
    """
    if dataset.table_key is None:
        raise Conflict(f"{dataset.file_name} has no rows to show: it is {dataset.state}")
    with get_storage().local_copy(dataset.table_key) as path:
        return read_rows(path, offset, limit)
