"""Deleted datasets whose time is over: their rows and files go."""

from datetime import datetime

from sqlalchemy import select

from dashboard.chores.service import lock_chores
from dashboard.datasets.reading import OF_A_FILE
from dashboard.datasets.version.families import lock_family
from dashboard.db import Dataset
from dashboard.db.one_by_one import one_by_one
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.retention.asking import ask_for_look
from dashboard.storage import get_storage, keys

AT_ONCE = 200


def purge_deleted(*, before: datetime) -> int:
    """Remove datasets that were deleted before a moment, with their files.

    Returns
    -------
    int
        How many; at most 200 at once.

    Raises
    ------
    Unavailable
        When the storage does not answer; the row is gone, the look finds its files.
    """
    old = select(Dataset.id).where(Dataset.deleted_at < before).order_by(Dataset.deleted_at)
    dataset_ids = db.session.scalars(old.limit(AT_ONCE)).all()
    db.session.rollback()
    return sum(one_by_one(dataset_ids, _purge, failed="dataset %s could not be removed"))


def _purge(dataset_id: int) -> bool:
    """Remove one dataset; False when somebody took its deletion back meanwhile."""
    folder = keys.dataset_prefix(dataset_id)
    with writing() as session:
        chores = lock_chores(session, OF_A_FILE, dataset_id)
        lock_family(session, dataset_id)
        dataset = session.get(Dataset, dataset_id)
        if dataset is None or dataset.deleted_at is None:
            return False
        # Another reading of a file names the file of the version that it was made from.
        own, original = keys.dataset_original(dataset_id, dataset.token), dataset.original_key
        for chore in chores:
            session.delete(chore)
        session.delete(dataset)
        session.flush()
        named = select(Dataset.original_key).where(Dataset.original_key.in_({own, original}))
        still_named = {key for key in session.scalars(named) if key}
    get_storage().keep_only(folder, still_named & {own})
    if original is not None and original not in still_named | {own}:
        get_storage().delete(original)
    ask_for_look()
    return True
