"""Datasets: upload, read again, save, discard, delete."""

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, BinaryIO

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard import queue
from dashboard.access import require_member, require_owner
from dashboard.chores.service import add_chore
from dashboard.clock import now
from dashboard.datasets.queries import get_dataset, get_upload
from dashboard.db import Dataset, Job, User
from dashboard.db.transaction import writing
from dashboard.errors import Conflict, NotFound, TooLarge, ValidationFailed
from dashboard.extensions import db
from dashboard.filters import size
from dashboard.room import check_room
from dashboard.storage import get_storage, keys
from tasks.engine.samples import list_samples

MAX_NAME = 200
ABANDONED_AT_ONCE = 200


def clean_file_name(text: str) -> str:
    """Return a file's name without folders and control characters; it is only ever shown."""
    name = re.sub(r"[\x00-\x1f\x7f]", "", text.replace("\\", "/").rpartition("/")[2]).strip()
    return name[-255:] or "upload.csv"


def create_upload(
    *,
    user: User,
    file_name: str,
    stream: BinaryIO,
    options: Mapping[str, Any] | None = None,
    save: bool = False,
    name: str | None = None,
    size_hint: int = 0,
) -> Dataset:
    """Store an uploaded file and have it read.

    Parameters
    ----------
    user : User
        Who uploads.
    file_name : str
        What the person calls the file.
    stream : BinaryIO
        Its bytes; never held in memory as a whole.
    options : Mapping, optional
        What `parse_options` gave.
    save : bool, default False
        Make it a dataset at once; else it stays an upload until it is saved.
    name : str, optional
        The dataset's name; the file's own by default.
    size_hint : int, default 0
        How large the file says it is, in bytes.

    Returns
    -------
    Dataset
        In state ``reading``.

    Raises
    ------
    Forbidden
        When the person may not upload.
    ValidationFailed
        When the name is too long.
    TooLarge
        When the file is larger than this server takes; nothing of it is kept.
    StorageFull
        When there is no room; nothing of it is kept.
    """
    require_member(user)
    check_room(size_hint)
    file_name = clean_file_name(file_name)
    dataset = Dataset(
        owner_id=user.id,
        name=clean_name(name) if name else file_name,
        file_name=file_name,
        token=secrets.token_hex(8),
        options=dict(options or {}),
        message="Receiving the file",
    )
    with writing() as session:
        session.add(dataset)
    try:
        _store(dataset, stream, save=save)
    except BaseException:
        _forget(dataset.id)
        raise
    queue.wake(queue.LIGHT)
    return dataset


def _store(dataset: Dataset, stream: BinaryIO, *, save: bool) -> None:
    limit = current_app.config["SETTINGS"].max_upload_bytes
    try:
        stored = get_storage().write(
            keys.dataset_original(dataset.id, dataset.token), stream, limit_bytes=limit
        )
    except TooLarge as problem:
        raise TooLarge(too_big(dataset.file_name, limit), code="FILE_TOO_BIG") from problem
    with writing() as session:
        row = session.get_one(Dataset, dataset.id)
        row.original_key, row.size_bytes, row.sha256 = stored.key, stored.size_bytes, stored.sha256
        row.message = "Waiting to be read"
        row.saved_at = now() if save else None
        add_chore(session, "read_dataset", row.id, urgent=True)


def too_big(file_name: str, limit: int) -> str:
    """Return the words for a file that is larger than the limit."""
    return (
        f"{file_name} is larger than {size(limit)}, the limit on this server. "
        "Leave out columns you do not need, or gzip it"
    )


def _forget(dataset_id: int) -> None:
    with writing() as session:
        row = session.get(Dataset, dataset_id)
        if row is not None:
            session.delete(row)
    get_storage().delete_prefix(keys.dataset_prefix(dataset_id))


def create_sample(*, user: User, sample_id: str) -> Dataset:
    """Make a dataset of one of scikit-learn's own tables; the light worker writes its file.

    Raises
    ------
    Forbidden
        When the person may not upload.
    NotFound
        When there is no such sample.
    """
    require_member(user)
    sample = next((s for s in list_samples() if s.id == sample_id), None)
    if sample is None:
        raise NotFound("There is no such sample")
    dataset = Dataset(
        owner_id=user.id,
        name=sample.title,
        file_name=sample.file_name,
        token=secrets.token_hex(8),
        sample=sample.id,
        saved_at=now(),
    )
    with writing() as session:
        session.add(dataset)
        session.flush()
        add_chore(session, "read_dataset", dataset.id, urgent=True)
    queue.wake(queue.LIGHT)
    return dataset


def reread_upload(*, user: User, dataset_id: int, options: Mapping[str, Any]) -> Dataset:
    """Read an upload again, in another way; no second upload is needed.

    Raises
    ------
    NotFound
        When there is no such upload of this person.
    """
    get_upload(user=user, dataset_id=dataset_id)
    with writing() as session:
        # Two who ask at once get two readings, each with a table of its own.
        dataset = _lock_upload(session, user, dataset_id)
        dataset.options, dataset.reading = dict(options), dataset.reading + 1
        dataset.state, dataset.progress, dataset.problems = "reading", 0.0, []
        dataset.message = "Waiting to be read"
        add_chore(session, "read_dataset", dataset.id, urgent=True)
    queue.wake(queue.LIGHT)
    return dataset


def _lock_upload(session: Session, user: User, dataset_id: int) -> Dataset:
    """Return an upload, locked for the rest of the transaction; NotFound when it is saved."""
    session.scalar(select(Dataset).where(Dataset.id == dataset_id).with_for_update(of=Dataset))
    return get_upload(user=user, dataset_id=dataset_id)


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


def save_upload(*, user: User, dataset_id: int, name: str) -> Dataset:
    """Make an upload that was read a dataset.

    Raises
    ------
    NotFound
        When there is no such upload of this person.
    ValidationFailed
        When the name cannot be used.
    Conflict
        When it is still being read, or was refused.
    """
    get_upload(user=user, dataset_id=dataset_id)
    name = clean_name(name)
    with writing() as session:
        dataset = _lock_upload(session, user, dataset_id)
        if dataset.state != "ready":
            words = {"reading": "is still being read", "refused": "cannot be saved as it is"}
            raise Conflict(f"{dataset.file_name} {words[dataset.state]}")
        dataset.name, dataset.saved_at = name, dataset.saved_at or now()
    return dataset


def discard_upload(*, user: User, dataset_id: int) -> None:
    """Forget an upload and its file.

    Raises
    ------
    NotFound
        When there is no such upload of this person.
    """
    get_upload(user=user, dataset_id=dataset_id)
    _forget(dataset_id)


def delete_dataset(*, user: User, dataset_id: int) -> None:
    """Delete a dataset and its files.

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
        dataset = session.get(Dataset, dataset_id, with_for_update={"of": Dataset})
        if dataset is None:
            raise NotFound(f"There is no dataset {dataset_id}. It may have been deleted")
        used_by = select(Job.id).where(Job.dataset_id == dataset_id).order_by(Job.id)
        count = session.scalar(select(func.count()).select_from(used_by.subquery())) or 0
        if count:
            first = ", ".join(f"#{job_id}" for job_id in session.scalars(used_by.limit(5)))
            more = ", ..." if count > 5 else ""
            raise Conflict(
                f"{count} {'jobs use' if count > 1 else 'job uses'} this dataset ({first}{more}). "
                "Delete them first"
            )
        session.delete(dataset)
    get_storage().delete_prefix(keys.dataset_prefix(dataset_id))


def discard_abandoned_uploads(*, before: datetime) -> int:
    """Forget uploads that nobody saved, and their files.

    Parameters
    ----------
    before : datetime
        Those that were begun earlier are forgotten.

    Returns
    -------
    int
        How many; at most 200 at once.
    """
    old = select(Dataset.id).where(Dataset.saved_at.is_(None), Dataset.created_at < before)
    dataset_ids = db.session.scalars(old.order_by(Dataset.id).limit(ABANDONED_AT_ONCE)).all()
    for dataset_id in dataset_ids:
        _forget(dataset_id)
    return len(dataset_ids)
