"""Versions of one table: which belong together, what number each has, which is the newest.

Whoever changes what a family looks like (a version joins, goes or comes back) locks all its rows
first, in the order of their ids, so that two at once come one after the other.
"""

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from dashboard.clock import now
from dashboard.datasets.selections import LIVING, SAVED, of_family
from dashboard.datasets.version.comparing import compare_with_former
from dashboard.db import Dataset


def lock_family(session: Session, dataset_id: int) -> Sequence[Dataset]:
    """Lock all versions of a dataset's family for the rest of the caller's transaction.

    Returns
    -------
    sequence of Dataset
        All that are saved, deleted ones too, as they are now; none where there is no such dataset.
    """
    family_id = session.scalar(select(Dataset.family_id).where(Dataset.id == dataset_id))
    _lock(session, family_id)
    fresh = of_family(family_id).execution_options(populate_existing=True)
    return session.scalars(fresh).all()


def _lock(session: Session, family_id: int | None) -> None:
    rows = select(Dataset.id).where(Dataset.family_id == family_id, SAVED)
    session.scalars(rows.order_by(Dataset.id).with_for_update()).all()


def join_family(session: Session, dataset: Dataset) -> None:
    """Make an upload a dataset, within the caller's transaction.

    Where its `family_id` names a family, it becomes the next version and the newest one, with
    the family's name and owner; else, or if no version of that is left, the first of its own.

    Parameters
    ----------
    session : Session
        The transaction.
    dataset : Dataset
        The upload; its row has an id.
    """
    if dataset.saved_at is not None:
        return
    family_id, last = dataset.family_id, None
    if family_id is not None:
        _lock(session, family_id)
        last = session.scalars(of_family(family_id, LIVING)).all()[-1:]
    if not last:
        dataset.family_id, dataset.version, dataset.is_newest = dataset.id, 1, True
        dataset.saved_at = now()
        return
    # A version that was deleted may come back: its number is not given again.
    numbers = select(func.max(Dataset.version)).where(Dataset.family_id == family_id, SAVED)
    dataset.version = (session.scalar(numbers) or 0) + 1
    dataset.name = last[0].name
    if dataset.owner_id != last[0].owner_id:
        dataset.source = {**dataset.source, "by": dataset.owner.name}
        dataset.owner = last[0].owner
    dataset.saved_at = now()
    session.flush()
    mark_newest(session, family_id)
    compare_with_former(session, dataset)


def mark_newest(session: Session, family_id: int | None) -> None:
    """Write which version of a family is the newest, in a transaction that holds the family.

    An archived version stands behind those that are in use, a refused one behind those that can
    be used, or will be.
    """
    newest_id = session.scalar(
        select(Dataset.id)
        .where(Dataset.family_id == family_id, LIVING)
        .order_by(
            Dataset.archived_at.is_not(None), Dataset.state == "refused", Dataset.version.desc()
        )
        .limit(1)
    )
    if newest_id is None:
        return
    whole = update(Dataset).where(Dataset.family_id == family_id, SAVED)
    for is_newest in (False, True):
        same = Dataset.id == newest_id if is_newest else Dataset.id != newest_id
        changed = whole.where(same, Dataset.is_newest != is_newest)
        session.execute(changed.values(is_newest=is_newest))
