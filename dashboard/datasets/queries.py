"""Datasets as pages and the API read them. Everybody with an account sees all that are saved."""

from collections.abc import Sequence
from math import ceil

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from dashboard.clock import now
from dashboard.datasets.selections import KEEP_DELETED, LIVING, name_holds, of_family
from dashboard.datasets.words import name_versions
from dashboard.db import Dataset, Job, User
from dashboard.db.lookup import find_by_id
from dashboard.errors import Conflict, Deleted, NotFound
from dashboard.extensions import db
from dashboard.storage import get_storage
from tasks.engine.table.tables import read_rows


def find_dataset(dataset_id: int) -> Dataset | None:
    """Return a saved dataset that is not deleted, or None."""
    dataset = find_by_id(Dataset, dataset_id)
    return dataset if dataset and dataset.saved_at and not dataset.deleted_at else None


def missing(dataset_id: int) -> NotFound:
    """Return what to raise where there is no such dataset; one just deleted can be taken back."""
    dataset = find_by_id(Dataset, dataset_id)
    if dataset and dataset.saved_at and dataset.deleted_at:
        left = dataset.deleted_at + KEEP_DELETED - now()
        minutes = ceil(left.total_seconds() / 60)
        if minutes > 0:
            kept = f"For {minutes} more {'minutes' if minutes > 1 else 'minute'}"
            words = f"{name_versions(dataset, 1)} was deleted. {kept}"
            who = "its owner or an admin can take it back"
            return Deleted(f"{words} {who}", dataset_id=dataset.id)
    return NotFound(f"There is no dataset {dataset_id}. It may have been deleted")


def get_dataset(*, user: User, dataset_id: int) -> Dataset:
    """Return a dataset.

    Raises
    ------
    NotFound
        When there is none, it was deleted, or it is an upload that was not saved.
    """
    dataset = find_dataset(dataset_id)
    if dataset is None:
        raise missing(dataset_id)
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
    """Return the newest dataset of the same bytes; None too while those are not known."""
    if sha256 is None:  # those of a refused address are never known, and are not the same
        return None
    return db.session.scalars(
        select(Dataset)
        .where(Dataset.sha256 == sha256, Dataset.id != other_than, LIVING)
        .order_by(Dataset.id.desc())
        .limit(1)
    ).first()


def list_datasets_before(
    *,
    before: int | None,
    limit: int,
    q: str = "",
    archived: bool | None = False,
    family_id: int | None = None,
) -> Sequence[Dataset]:
    """List versions, the newest first, from one id downwards; for the API's cursor.

    Parameters
    ----------
    before : int or None
        Only those with a smaller id.
    limit : int
        At most so many.
    q : str
        Part of the name or file name.
    archived : bool or None, default False
        Whether those that are archived, or those that are not; None for both.
    family_id : int or None
        Only versions of one family.
    """
    found = select(Dataset).where(LIVING)
    if q:
        found = found.where(name_holds(q))
    if archived is not None:
        is_in_use = Dataset.archived_at.is_(None)
        found = found.where(~is_in_use if archived else is_in_use)
    if family_id is not None:
        found = found.where(Dataset.family_id == family_id)
    if before is not None:
        found = found.where(Dataset.id < before)
    wide = (undefer(Dataset.columns), undefer(Dataset.problems))
    return db.session.scalars(found.order_by(Dataset.id.desc()).limit(limit).options(*wide)).all()


def list_versions(family_id: int | None) -> Sequence[Dataset]:
    """List the versions of a family, the newest first."""
    return list(reversed(db.session.scalars(of_family(family_id, LIVING)).all()))


def find_former(upload: Dataset) -> Dataset | None:
    """Return the newest version of the dataset whose next one an upload is, None if it is none."""
    versions = list_versions(upload.family_id) if upload.family_id is not None else []
    return versions[0] if versions else None


def find_version(family_id: int | None, version: int) -> Dataset | None:
    """Return a version of a family by its number, or None."""
    one = of_family(family_id, LIVING).where(Dataset.version == version)
    return db.session.scalars(one).first()


def count_jobs(dataset_ids: Sequence[int]) -> dict[int, int]:
    """Count the jobs of some datasets."""
    counted = (
        select(Job.dataset_id, func.count())
        .where(Job.dataset_id.in_(dataset_ids))
        .group_by(Job.dataset_id)
    )
    return dict(db.session.execute(counted).all())


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
    with get_storage().seekable(dataset.table_key) as file:
        return read_rows(file, offset, limit)
