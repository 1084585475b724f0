"""The parts of a transfer: looked at as they come, and stored; or sent to a bucket without us."""

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import BinaryIO

from dashboard.datasets.upload import spool
from dashboard.datasets.upload.discarding import forget
from dashboard.datasets.upload.transfer_view import TransferView, is_plain, view_of
from dashboard.datasets.upload.transfers import (
    find_transfer,
    look_at_transfer,
    note_progress,
    over_or_gone,
    stored_at,
    whole_parts,
)
from dashboard.datasets.upload.watchers import Watched, new_watcher, watchers
from dashboard.datasets.upload.watching import Counts, Watcher
from dashboard.db import User
from dashboard.errors import BadRequest, Conflict, NotFound, TooLarge, ValidationFailed
from dashboard.extensions import db
from dashboard.storage import get_storage
from dashboard.storage.base import CHUNK_BYTES, PART_BYTES

PART_URLS_AT_ONCE = 100


def part_length(size_bytes: int, offset: int) -> int:
    """Return how many bytes the part at an offset of a file has.

    Raises
    ------
    BadRequest
        When no part begins there.
    """
    if offset % PART_BYTES or not 0 <= offset < size_bytes:
        raise BadRequest(
            f"offset is {offset}; it must be a multiple of {PART_BYTES}, "
            f"below the file's {size_bytes} bytes"
        )
    return min(PART_BYTES, size_bytes - offset)


def receive_part(*, user: User, upload_id: int, offset: int, content: BinaryIO) -> TransferView:
    """Take one part of a file.

    Parameters
    ----------
    user, upload_id
        Whose transfer.
    offset : int
        Where the part begins.
    content : BinaryIO
        As many bytes as `part_length` says. A part that is there already does no harm.

    Returns
    -------
    TransferView
        From where to go on.

    Raises
    ------
    NotFound
        When the transfer is no more.
    BadRequest
        When the part is none of the file's parts.
    Conflict
        When a part before it is lacking; ask how far it is, and go on from there.
    TooLarge, ValidationFailed
        When the file cannot be a table that this server reads; then the transfer is over.
    StorageFull
        When there is no room now; what came is kept.
    """
    upload, transfer = find_transfer(user, upload_id)
    if transfer is None:
        return look_at_transfer(user=user, upload_id=upload_id)
    view = view_of(upload, transfer)
    size = view.size_bytes
    wanted = part_length(size, offset)
    if (length := content.seek(0, os.SEEK_END)) != wanted:
        raise BadRequest(f"The part at {offset} has {length} bytes; it must have {wanted}")
    if offset > view.received_bytes:
        view = look_at_transfer(user=user, upload_id=upload_id)  # who knows better than our record
    if offset < view.received_bytes:
        return view
    if offset > view.received_bytes:
        raise _gap(view.received_bytes)
    where, transfer_id = stored_at(upload, transfer), transfer.id
    watched = Watched(upload.token, upload.file_name, upload.options, transfer.watched, where)
    db.session.rollback()  # no transaction waits for the storage
    try:
        watcher = _watch(upload_id, watched, offset, content)
        state = watcher.state() if watcher else None
        _store(where, transfer_id, size, offset, content)
        note_progress(transfer_id, offset + wanted, state)
    except NotFound:
        return over_or_gone(user=user, upload_id=upload_id)
    if watcher and offset + wanted < size:
        watchers.keep(watched, watcher, offset, content)
    else:
        spool.drop(watched.token)
    return replace(view, received_bytes=offset + wanted, watched=state or watched.seen)


def _store(
    where: tuple[str, str], transfer_id: int, size: int, offset: int, content: BinaryIO
) -> None:
    there = get_storage().append(*where, offset, content)
    if there < offset:  # the record knew too much: the machine lost its power, say
        note_progress(transfer_id, whole_parts(there, size))
        raise _gap(there)


def _gap(there: int) -> Conflict:
    return Conflict(f"The file is there up to byte {there:,}. Go on from there")


def _watch(upload_id: int, watched: Watched, offset: int, content: BinaryIO) -> Watcher | None:
    """Look at a part; None where what came before it cannot be known."""
    try:
        watcher = watchers.find(watched, offset)
        if watcher is None:
            return None
        content.seek(0)
        while chunk := content.read(CHUNK_BYTES):
            watcher.look(chunk)
    except (TooLarge, ValidationFailed):
        forget(upload_id)
        raise
    return watcher


def hear_counts(*, user: User, upload_id: int, offset: int, counts: Counts) -> int:
    """Judge a part that a browser sends to the bucket itself by what it counted in it.

    Who counts wrongly hears later, from the reader, what is wrong with the file.

    Parameters
    ----------
    user, upload_id
        Whose transfer.
    offset : int
        Where the part begins.
    counts : Counts
        What is in it.

    Returns
    -------
    int
        How much of the file was seen or heard of. A part that was, or one behind a gap, changes
        nothing.

    Raises
    ------
    NotFound
        When the transfer is no more.
    BadRequest
        When the part is none of the file's parts, or has not room for what is said of it.
    ValidationFailed
        When the file cannot be a table that this server reads; then the transfer is over.
    """
    upload, transfer = find_transfer(user, upload_id)
    if transfer is None:
        return upload.size_bytes
    length = part_length(transfer.size_bytes, offset)
    if not all(0 <= number <= length for number in counts):
        raise BadRequest(f"The part at {offset} has {length} bytes, too few for these counts")
    seen = int(transfer.watched.get("seen", 0))
    if seen != offset or not is_plain(transfer.watched):
        return seen
    transfer_id, received = transfer.id, transfer.received_bytes
    watcher = new_watcher(upload.file_name, upload.options, transfer.watched)
    try:
        watcher.hear(length, counts)
    except ValidationFailed:
        forget(upload_id)
        raise
    note_progress(transfer_id, received, watcher.state())
    return watcher.seen


def part_urls(*, user: User, upload_id: int, numbers: Sequence[int]) -> dict[int, str] | None:
    """Return addresses to which a browser may send parts itself; None where it may not.

    Not before the first part came through this server: it tells what the file is. Nor of a packed
    file, of which each part must be seen to know how much it unpacks to.

    Parameters
    ----------
    user, upload_id
        Whose transfer.
    numbers : sequence of int
        Which parts, from 1; at most 100.

    Raises
    ------
    NotFound
        When the transfer is no more.
    BadRequest
        When the file has no such part.
    """
    upload, transfer = find_transfer(user, upload_id)
    storage = get_storage()
    if transfer is None or storage.browser_origin is None or not is_plain(transfer.watched):
        return None
    most = -(-transfer.size_bytes // PART_BYTES)
    if len(numbers) > PART_URLS_AT_ONCE or not all(1 <= n <= most for n in numbers):
        raise BadRequest(f"parts must be at most {PART_URLS_AT_ONCE} numbers from 1 to {most}")
    key, unfinished = stored_at(upload, transfer)
    urls = {}
    for n in numbers:
        length = part_length(transfer.size_bytes, (n - 1) * PART_BYTES)
        urls[n] = storage.part_url(key, unfinished, n, length) or ""
    return urls
