"""Uploads that nobody wants any more: their rows, what was asked about them, and their files."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from dashboard.chores.service import lock_chores
from dashboard.datasets.reading import OF_A_FILE
from dashboard.datasets.upload import spool
from dashboard.db import Dataset, Transfer
from dashboard.db.one_by_one import one_by_one
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.retention.asking import ask_for_look
from dashboard.storage import get_storage, keys

ABANDONED_AT_ONCE = 200
# An upload that nobody looked at for so long is forgotten.
KEEP_UNSAVED = timedelta(days=1)
UNSAVED = Dataset.saved_at.is_(None)
# Its file comes in parts, and is not whole yet.
COMING = exists().where(Transfer.dataset_id == Dataset.id)


def forget(dataset_id: int, *which: ColumnElement[bool]) -> bool:
    """Delete an upload: its row, the chores about it, and its files, those that come in parts too.

    Parameters
    ----------
    dataset_id : int
        The upload.
    *which : ColumnElement
        What must be true of it at the moment of deleting.

    Returns
    -------
    bool
        False when it is none any more, or not such a one: then nothing was deleted.
    """
    with writing() as session:
        # In the order in which whoever reads it locks: the chore, then the row.
        chores = lock_chores(session, OF_A_FILE, dataset_id)
        session.scalar(select(Dataset.id).where(Dataset.id == dataset_id).with_for_update())
        coming = select(Transfer).where(Transfer.dataset_id == dataset_id).with_for_update()
        transfer = session.scalar(coming.execution_options(populate_existing=True))
        # A statement of its own: only so does it see what others wrote before we held the rows.
        upload = session.scalar(select(Dataset).where(Dataset.id == dataset_id, UNSAVED, *which))
        if upload is None:
            return False
        for chore in chores:
            session.delete(chore)
        session.delete(upload)  # the database deletes the transfer with it
    _drop_files(upload, transfer)
    ask_for_look()
    return True


def _drop_files(upload: Dataset, transfer: Transfer | None) -> None:
    storage = get_storage()
    if transfer is not None and transfer.unfinished:
        storage.abort(keys.dataset_original(upload.id, upload.token), transfer.unfinished)
    storage.delete_prefix(keys.dataset_prefix(upload.id))
    spool.drop(upload.token)


def discard_abandoned_uploads(*, before: datetime) -> int:
    """Forget uploads that nobody saved, and their files.

    Parameters
    ----------
    before : datetime
        Those that were last used earlier are forgotten: nobody looked at them, changed how they
        are read, or sent a part of them since then.

    Returns
    -------
    int
        How many; at most 200 at once.
    """
    comes_on = exists().where(Transfer.dataset_id == Dataset.id, Transfer.touched_at >= before)
    abandoned = Dataset.touched_at < before, ~comes_on
    old = select(Dataset.id).where(UNSAVED, *abandoned).order_by(Dataset.id)
    dataset_ids = db.session.scalars(old.limit(ABANDONED_AT_ONCE)).all()
    db.session.rollback()
    return sum(
        one_by_one(
            dataset_ids,
            lambda dataset_id: forget(dataset_id, *abandoned),
            failed="upload %s could not be forgotten",
        )
    )


def drop_unwanted(*, dataset_id: int, token: str, reading: int) -> None:
    """Delete what a reading wrote that nobody wants any more: its dataset is gone, or read anew.

    Parameters
    ----------
    dataset_id, token
        Of what was read.
    reading : int
        Which reading of it; whoever wrote its files writes no more.
    """
    db.session.rollback()
    row = _find(db.session(), dataset_id, token)
    original = keys.dataset_original(dataset_id, token)
    shared = db.session.scalar(select(Dataset.id).where(Dataset.original_key == original).limit(1))
    db.session.rollback()
    storage = get_storage()
    if row is None:
        # Another reading of the file names it, where it was made of a version that is gone.
        storage.keep_only(keys.dataset_prefix(dataset_id), {original} if shared else ())
    elif row.reading != reading:
        written = {of(dataset_id, token, reading) for of in keys.OF_A_READING}
        for key in written - {row.table_key, row.profile_key, row.rejects_key}:
            storage.delete(key)


def _find(session: Session, dataset_id: int, token: str) -> Dataset | None:
    one = select(Dataset).where(Dataset.id == dataset_id, Dataset.token == token)
    return session.scalar(one.execution_options(populate_existing=True))
