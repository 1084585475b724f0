"""Files that come in: stored, and read by the light worker."""

import re
import secrets
from collections.abc import Mapping
from typing import Any, BinaryIO

from flask import current_app
from sqlalchemy.orm import Session

from dashboard import queue
from dashboard.access import require_member
from dashboard.clock import now
from dashboard.datasets.reading import ask_reading
from dashboard.datasets.service import MAX_NAME, clean_name
from dashboard.datasets.upload.discarding import drop_unwanted, forget
from dashboard.datasets.upload.watching import too_big
from dashboard.datasets.version.families import join_family
from dashboard.db import Dataset, User
from dashboard.db.transaction import writing
from dashboard.errors import NotFound, TooLarge
from dashboard.room import check_room
from dashboard.storage import get_storage, keys
from dashboard.storage.base import GONE
from tasks.engine.table.samples import list_samples

PACKED = (".gz", ".zip", ".zst")
TABLES = (".csv", ".tsv", ".txt", ".tab", ".parquet", ".jsonl", ".ndjson")


def clean_file_name(text: str) -> str:
    """Return a file's name without folders and control characters; it is only ever shown."""
    name = re.sub(r"[\x00-\x1f\x7f]", "", text.replace("\\", "/").rpartition("/")[2]).strip()
    return name[-255:] or "upload.csv"


def stem_of(file_name: str) -> str:
    """Return a file's name without its endings, as a dataset of it is called: ``churn``."""
    stem = file_name
    for endings in (PACKED, TABLES):
        bare, dot, ending = stem.rpartition(".")
        if bare and f"{dot}{ending.lower()}" in endings:
            stem = bare
    return stem


def create_upload(
    *,
    user: User,
    file_name: str,
    stream: BinaryIO,
    options: Mapping[str, Any] | None = None,
    save: bool = False,
    name: str | None = None,
    size_hint: int = 0,
    family_id: int | None = None,
    kind: str = "file",
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
        The dataset's name; that of the file without its ending by default.
    size_hint : int, default 0
        How large the file says it is, in bytes.
    family_id : int, optional
        What `versions.begin_version` gave, for a file that is a dataset's next version.
    kind : str, default "file"
        Where it comes from: ``file`` or ``paste``.

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
    NotFound
        When it was discarded before its file was there.
    """
    require_member(user)
    check_room(size_hint)
    dataset = new_upload(
        user, file_name, kind=kind, name=name, options=options, family_id=family_id
    )
    with writing() as session:
        session.add(dataset)
    upload_id, token = dataset.id, dataset.token
    try:
        _store(dataset, stream, save=save)
    except BaseException as problem:
        if forget(upload_id):
            raise
        drop_unwanted(dataset_id=upload_id, token=token, reading=1)
        raise NotFound(GONE) from problem  # it was discarded before its file was there
    queue.wake(queue.LIGHT)
    return dataset


def new_upload(
    user: User,
    file_name: str,
    *,
    kind: str,
    name: str | None,
    options: Mapping[str, Any] | None,
    family_id: int | None = None,
) -> Dataset:
    """Return the record of a file that is about to come; it is not saved here."""
    file_name = clean_file_name(file_name)
    return Dataset(
        owner_id=user.id,
        name=clean_name(name) if name else stem_of(file_name)[:MAX_NAME],
        file_name=file_name,
        token=secrets.token_hex(8),
        options=dict(options or {}),
        family_id=family_id,
        source={"kind": kind},
        message="Receiving the file",
    )


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
        row.size_bytes, row.sha256 = stored.size_bytes, stored.sha256
        hand_over(session, row, stored.key, save=save)


def hand_over(session: Session, dataset: Dataset, key: str, *, save: bool) -> None:
    """Ask for the reading of a file that is stored, within the caller's transaction.

    Parameters
    ----------
    session : Session
        The transaction; call `queue.wake` after it.
    dataset : Dataset
        The upload.
    key : str
        Where its bytes are.
    save : bool
        Make it a dataset at once.
    """
    dataset.original_key, dataset.message = key, "Waiting to be read"
    dataset.touched_at = now()
    if save:
        join_family(session, dataset)
    ask_reading(session, dataset)


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
        source={"kind": "sample"},
    )
    with writing() as session:
        session.add(dataset)
        session.flush()
        join_family(session, dataset)
        ask_reading(session, dataset)
    queue.wake(queue.LIGHT)
    return dataset
