"""What is done with datasets that are there: archive, delete, and take either back.

A deleted dataset is in no list and at no address. Its row and files stay for some minutes, in
which it can be taken back; then `purging` removes them. What was archived or deleted together
has the same moment, and comes back together.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.access import require_owner
from dashboard.clock import now
from dashboard.datasets.queries import get_dataset, missing
from dashboard.datasets.selections import KEEP_DELETED
from dashboard.datasets.version.families import lock_family, mark_newest
from dashboard.db import Dataset, Job, User
from dashboard.db.lookup import find_by_id
from dashboard.db.transaction import writing
from dashboard.errors import Conflict, NotFound, ValidationFailed

MAX_NAME = 200
JOBS_NAMED = 5


def clean_name(name: str) -> str:
    """Return a name without outer space.

    Raises
    ------
    ValidationFailed
        When nothing is left, or it is longer than 200 characters.
    """
    name = re.sub(r"[\x00-\x1f\x7f]", " ", name).strip()
    if not name:
        raise ValidationFailed({"name": "Give the dataset a name"})
    if len(name) > MAX_NAME:
        raise ValidationFailed(
            {"name": f"The name has {len(name)} characters; {MAX_NAME} is the most"}
        )
    return name


def archive_dataset(*, user: User, dataset_id: int, all_versions: bool = False) -> int:
    """Take a version, or all of them, out of lists and choices; jobs keep using it.

    Returns
    -------
    int
        How many versions that were.

    Raises
    ------
    NotFound
        When there is none.
    Forbidden
        When it belongs to somebody else.
    """
    require_owner(user, get_dataset(user=user, dataset_id=dataset_id), "dataset")
    with writing() as session:
        meant = _hold(session, dataset_id, all_versions)
        moment = now()
        for version in meant:
            version.archived_at = version.archived_at or moment
        session.flush()
        mark_newest(session, meant[0].family_id)
        return len(meant)


def delete_dataset(*, user: User, dataset_id: int, all_versions: bool = False) -> int:
    """Delete a version, or all of them; for some minutes that can be undone.

    Returns
    -------
    int
        How many versions that were.

    Raises
    ------
    NotFound
        When there is none.
    Forbidden
        When it belongs to somebody else.
    Conflict
        When jobs use it; the message says how many.
    """
    require_owner(user, get_dataset(user=user, dataset_id=dataset_id), "dataset")
    with writing() as session:
        # Who submits holds it: either the jobs are there to be counted, or it is gone for them.
        meant = _hold(session, dataset_id, all_versions)
        _refuse_used(session, [version.id for version in meant])
        moment = now()
        for version in meant:
            version.deleted_at = moment
        session.flush()
        mark_newest(session, meant[0].family_id)
        return len(meant)


def _hold(session: Session, dataset_id: int, all_versions: bool) -> list[Dataset]:
    """Return the versions that are meant, locked with their family."""
    living = [row for row in lock_family(session, dataset_id) if row.deleted_at is None]
    if all(row.id != dataset_id for row in living):
        raise missing(dataset_id)
    return [row for row in living if all_versions or row.id == dataset_id]


def _refuse_used(session: Session, ids: Sequence[int]) -> None:
    used_by = select(Job.id).where(Job.dataset_id.in_(ids)).order_by(Job.id)
    count = session.scalar(select(func.count()).select_from(used_by.subquery())) or 0
    if count:
        first = ", ".join(f"#{job_id}" for job_id in session.scalars(used_by.limit(JOBS_NAMED)))
        more = ", ..." if count > JOBS_NAMED else ""
        raise Conflict(
            f"{count:,} {'jobs use' if count > 1 else 'job uses'} this dataset ({first}{more}). "
            "You can archive it"
        )


def restore_dataset(*, user: User, dataset_id: int) -> Dataset:
    """Take back that a dataset was deleted or, if it is not, that it was archived.

    What was done to several versions at once is taken back for all of them. A dataset that is
    neither stays as it is: somebody was faster.

    Raises
    ------
    NotFound
        When there is none, or it was deleted longer ago than it is kept.
    Forbidden
        When it belongs to somebody else.
    """
    dataset = find_by_id(Dataset, dataset_id)
    if dataset is None or dataset.saved_at is None:
        raise missing(dataset_id)
    require_owner(user, dataset, "dataset")
    with writing() as session:
        versions = lock_family(session, dataset_id)
        dataset = next((row for row in versions if row.id == dataset_id), None)
        if dataset is None or _is_gone(dataset.deleted_at):
            raise NotFound("It was deleted more than 10 minutes ago and is gone")
        column = "archived_at" if dataset.deleted_at is None else "deleted_at"
        moment = getattr(dataset, column)
        for version in versions:
            if moment is not None and getattr(version, column) == moment:
                setattr(version, column, None)
        session.flush()
        mark_newest(session, dataset.family_id)
        return dataset


def _is_gone(deleted_at: datetime | None) -> bool:
    return deleted_at is not None and deleted_at < now() - KEEP_DELETED
