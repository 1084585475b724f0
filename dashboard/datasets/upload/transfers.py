"""Transfers: files that come in parts, so that a cut connection loses little.

A transfer is known by the number of the upload that it becomes. How much of the file is there is
the storage's to say; the record only repeats it. Every step may be done twice: a part that came
already, a file that is finished already.

The hash of the file is computed by the child that reads it: parts may come through several
processes, or not through the server at all.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dashboard import queue
from dashboard.access import require_member
from dashboard.clock import now
from dashboard.datasets.upload.discarding import COMING, forget
from dashboard.datasets.upload.transfer_view import TransferView, view_of
from dashboard.datasets.upload.uploads import hand_over, new_upload
from dashboard.datasets.upload.watching import too_big
from dashboard.db import Dataset, Transfer, User
from dashboard.db.lookup import LARGEST_ID, find_by_id
from dashboard.db.transaction import writing
from dashboard.errors import Conflict, NotFound, TooLarge, ValidationFailed
from dashboard.extensions import db
from dashboard.room import check_room
from dashboard.storage import get_storage, keys
from dashboard.storage.base import GONE, MOST_PARTS, PART_BYTES


def begin_transfer(
    *,
    user: User,
    file_name: str,
    size_bytes: int,
    options: Mapping[str, Any] | None = None,
    name: str | None = None,
    family_id: int | None = None,
) -> TransferView:
    """Begin to take in a file in parts.

    Parameters
    ----------
    user : User
        Who uploads.
    file_name : str
        What the person calls the file.
    size_bytes : int
        How large it is; exactly so much must come.
    options : Mapping, optional
        What `parse_options` gave.
    name : str, optional
        The dataset's name; that of the file without its ending by default.
    family_id : int, optional
        As for `uploads.create_upload`.

    Raises
    ------
    Forbidden
        When the person may not upload.
    ValidationFailed
        When the file is empty or the name is too long.
    TooLarge
        When the file is larger than this server takes.
    StorageFull
        When there is no room for it.
    """
    require_member(user)
    upload = new_upload(
        user, file_name, kind="file", name=name, options=options, family_id=family_id
    )
    if size_bytes < 1:
        raise ValidationFailed({"file": f"{upload.file_name} is empty"}, code="FILE_EMPTY")
    limit = min(current_app.config["SETTINGS"].max_upload_bytes, MOST_PARTS * PART_BYTES)
    if size_bytes > limit:
        raise TooLarge(too_big(upload.file_name, limit), code="FILE_TOO_BIG")
    check_room(size_bytes)
    with writing() as session:
        session.add(upload)
        session.flush()
        transfer = Transfer(dataset_id=upload.id, size_bytes=size_bytes)
        session.add(transfer)
    upload_id, transfer_id, file_name = upload.id, transfer.id, upload.file_name
    key = keys.dataset_original(upload_id, upload.token)
    try:
        begun = get_storage().begin(key)
        _note_begun(transfer_id, key, begun)
    except BaseException:
        forget(upload_id)
        raise
    return TransferView(upload_id, file_name, size_bytes, 0)


def _note_begun(transfer_id: int, key: str, begun: str) -> None:
    mine = update(Transfer).where(Transfer.id == transfer_id).values(unfinished=begun)
    with writing() as session:
        is_there = session.scalar(mine.returning(Transfer.id)) is not None
    if not is_there:  # it was cancelled meanwhile
        get_storage().abort(key, begun)
        raise NotFound(GONE)


def find_transfer(user: User, upload_id: int) -> tuple[Dataset, Transfer | None]:
    """Return an upload and its transfer, which is None when the file is there."""
    # The transfer first: whoever finishes it meanwhile has the file named in the other record.
    asked = select(Transfer).where(Transfer.dataset_id == min(upload_id, LARGEST_ID))
    transfer = db.session.scalar(asked.execution_options(populate_existing=True))
    upload = find_by_id(Dataset, upload_id)
    if upload is None or not (upload.owner_id == user.id or user.is_admin):
        raise NotFound(GONE)
    if transfer is None and upload.original_key is None:
        raise NotFound(GONE)
    return upload, transfer


def look_at_record(*, user: User, upload_id: int) -> TransferView:
    """Tell how far a transfer is, as far as the record knows; the storage is not asked.

    Raises
    ------
    NotFound
        When there is none of this person; it may have been cancelled.
    """
    upload, transfer = find_transfer(user, upload_id)
    if transfer is None:
        size = upload.size_bytes
        return TransferView(upload_id, upload.file_name, size, size, is_over=True)
    return view_of(upload, transfer)


def look_at_transfer(*, user: User, upload_id: int) -> TransferView:
    """Tell how far a transfer is.

    Raises
    ------
    NotFound
        When there is none of this person; it may have been cancelled.
    """
    view = look_at_record(user=user, upload_id=upload_id)
    upload, transfer = find_transfer(user, upload_id)
    if transfer is None:
        return look_at_record(user=user, upload_id=upload_id)
    (key, unfinished), transfer_id = stored_at(upload, transfer), transfer.id
    db.session.rollback()  # no transaction waits for the storage
    try:
        there = whole_parts(get_storage().received(key, unfinished), view.size_bytes)
        if there != view.received_bytes:  # a browser sent parts without us, or some were lost
            note_progress(transfer_id, there)
    except NotFound:
        return over_or_gone(user=user, upload_id=upload_id)
    return replace(view, received_bytes=there)


def over_or_gone(*, user: User, upload_id: int) -> TransferView:
    """Tell that a transfer was finished a moment ago, by somebody else.

    Raises
    ------
    NotFound
        When it was cancelled.
    """
    db.session.rollback()
    view = look_at_record(user=user, upload_id=upload_id)
    if view.is_over:
        return view
    upload, _transfer = find_transfer(user, upload_id)
    if not get_storage().exists(keys.dataset_original(upload_id, upload.token)):
        raise NotFound(GONE)
    return replace(view, received_bytes=view.size_bytes)  # it is being finished at this moment


def stored_at(upload: Dataset, transfer: Transfer) -> tuple[str, str]:
    """Return the file's key, and what the storage knows it by until it is whole."""
    if transfer.unfinished is None:
        raise NotFound(GONE)  # it is being begun at this moment
    return keys.dataset_original(upload.id, upload.token), transfer.unfinished


def whole_parts(there: int, size_bytes: int) -> int:
    """Return how much of what is there is in whole parts."""
    return there if there >= size_bytes else there - there % PART_BYTES


def note_progress(
    transfer_id: int, received: int, watched: Mapping[str, Any] | None = None
) -> None:
    """Write how far a transfer is, and what was seen of it.

    Raises
    ------
    NotFound
        When it is no more: it was cancelled while the part was stored.
    """
    values: dict[str, Any] = {"received_bytes": received, "touched_at": now()}
    if watched is not None:
        values["watched"] = dict(watched)
    with writing() as session:
        changed = session.execute(
            update(Transfer)
            .where(Transfer.id == transfer_id)
            .values(**values)
            .returning(Transfer.id)
        ).scalar()
    if changed is None:
        raise NotFound(GONE)


def finish_transfer(*, user: User, upload_id: int, save: bool = False) -> Dataset:
    """Make a file of the parts and have it read; doing it twice does no harm.

    Parameters
    ----------
    user, upload_id
        Whose transfer.
    save : bool, default False
        Make it a dataset at once; else it stays an upload until it is saved.

    Raises
    ------
    NotFound
        When the transfer is no more.
    Conflict
        When not all of it is there.
    """
    upload, transfer = find_transfer(user, upload_id)
    if transfer is None:
        return upload
    (key, unfinished), size_bytes = stored_at(upload, transfer), transfer.size_bytes
    db.session.rollback()
    get_storage().finish(key, unfinished, size_bytes)
    with writing() as session:
        row = _lock(session, upload_id)
        if row is None:
            raise NotFound(GONE)
        mine = session.scalar(select(Transfer).where(Transfer.dataset_id == upload_id))
        if mine is not None:  # nobody else finished it meanwhile
            session.delete(mine)
            row.size_bytes = size_bytes
            hand_over(session, row, key, save=save)
    queue.wake(queue.LIGHT)
    return row


def _lock(session: Session, upload_id: int) -> Dataset | None:
    return session.get(Dataset, upload_id, with_for_update={"of": Dataset})


def cancel_transfer(*, user: User, upload_id: int) -> None:
    """Forget a transfer and the parts that came.

    Raises
    ------
    NotFound
        When there is none of this person.
    Conflict
        When all of it is there: then it is an upload, or a dataset.
    """
    upload, transfer = find_transfer(user, upload_id)
    file_name = upload.file_name
    if transfer is not None and forget(upload_id, COMING):
        return
    db.session.rollback()
    find_transfer(user, upload_id)  # which says so when somebody else was faster
    raise Conflict(f"{file_name} has come as a whole, so there is nothing to cancel")
