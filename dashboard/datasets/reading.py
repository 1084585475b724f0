"""What the light worker writes about a dataset that it reads."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import update
from sqlalchemy.orm import Session

from dashboard import queue
from dashboard.chores.service import (
    FETCH,
    READ,
    READ_LARGE,
    READS,
    ChoreClaim,
    add_chore,
    end_chore,
    held_chore,
)
from dashboard.clock import now
from dashboard.datasets.version.comparing import compare_with_former
from dashboard.datasets.version.families import lock_family, mark_newest
from dashboard.db import Dataset
from dashboard.db.transaction import writing

# The chores about a dataset's file.
OF_A_FILE = (FETCH, *READS)
# A wide file of this size, 64 rows of 6,000 columns, takes two to three seconds of CPU: too long
# for others to wait. A tall one takes less, and waits for the large ones alone.
LARGE_BYTES = 2_500_000
# Text is packed to a tenth or less, and how large it is shows only while it is unpacked.
PACKED, PACKED_TIMES = (".gz", ".zip", ".zst", ".parquet"), 20
GIVEN_UP = "The file could not be read: the worker that reads it died again and again"


class Reading(NamedTuple):
    """Which reading it is, and of which row: nothing is written to another one of its number."""

    token: str
    number: int


def ask_reading(session: Session, dataset: Dataset) -> None:
    """Have a dataset's file read, and fetched before if it is not there yet.

    Parameters
    ----------
    session : Session
        The transaction; call `queue.wake` after it.
    dataset : Dataset
        The dataset or upload; its row has an id.
    """
    is_far = dataset.source.get("kind") == "address" and dataset.original_key is None
    add_chore(session, FETCH if is_far else _kind_of_reading(dataset), dataset.id, urgent=True)


def _kind_of_reading(dataset: Dataset) -> str:
    """Return the kind of the chore that reads a file: large ones wait for each other alone."""
    times = PACKED_TIMES if dataset.file_name.lower().endswith(PACKED) else 1
    return READ_LARGE if dataset.size_bytes * times >= LARGE_BYTES else READ


def record_reading(
    *, claim: ChoreClaim, reading: Reading | None, progress: float, message: str | None
) -> bool:
    """Write how far the reading is, and a heartbeat; False when it is no longer wanted."""
    with writing() as session:
        chore = held_chore(session, claim)
        if chore is None:
            return False
        chore.heartbeat_at = now()
        token, number = reading or (None, None)
        which = Dataset.token == token, Dataset.reading == number
        changed = session.execute(
            update(Dataset)
            .where(Dataset.id == claim.subject_id, *which)
            .values(progress=progress, message=message)
            .returning(Dataset.id)
        ).scalar()
        return changed is not None


def _end_chore_about(
    session: Session,
    claim: ChoreClaim,
    reading: Reading | None,
    failure: Mapping[str, Any] | None = None,
) -> Dataset | None:
    """End a chore; return its dataset, locked, unless that reading of it is no longer wanted."""
    if not end_chore(session, claim, failure=failure):
        return None
    dataset = _lock(session, claim.subject_id)
    if dataset is None or (dataset.token, dataset.reading) != reading:
        return None
    return dataset


def finish_fetch(*, claim: ChoreClaim, reading: Reading | None, values: Mapping[str, Any]) -> bool:
    """Write where the file lies that was fetched, and have it read.

    Parameters
    ----------
    claim, reading, values
        As for `finish_reading`.

    Returns
    -------
    bool
        False when it is no longer wanted.
    """
    with writing() as session:
        dataset = _end_chore_about(session, claim, reading)
        if dataset is None:
            return False
        for name, value in values.items():
            setattr(dataset, name, value)
        dataset.message, dataset.touched_at = "Waiting to be read", now()
        ask_reading(session, dataset)
    queue.wake(queue.LIGHT)
    return True


def finish_reading(
    *, claim: ChoreClaim, reading: Reading | None, values: Mapping[str, Any]
) -> bool:
    """Write what was read: a table with its profile, or the problems that refuse it.

    Parameters
    ----------
    claim : ChoreClaim
        The lease.
    reading : Reading
        Which one this is; a later one makes this one worthless.
    values : Mapping
        Columns of the dataset.

    Returns
    -------
    bool
        False when the answer is no longer wanted; then it was not written.
    """
    with writing() as session:
        dataset = _end_chore_about(session, claim, reading)
        if dataset is None:
            return False
        for name, value in values.items():
            setattr(dataset, name, value)
        dataset.progress, dataset.message = 1.0, None
        session.flush()
        mark_newest(session, dataset.family_id)
        compare_with_former(session, dataset)
        return True


def fail_reading(
    *, claim: ChoreClaim, reading: Reading | None, failure: Mapping[str, Any]
) -> bool:
    """Write that a file could not be read, for a reason that lies with us, or is not known.

    Returns
    -------
    bool
        False when that is no longer wanted, as for `finish_reading`; then nothing was refused.
    """
    with writing() as session:
        dataset = _end_chore_about(session, claim, reading, failure=failure)
        if dataset is None:
            return False
        message = ". ".join(filter(None, (failure["message"], failure.get("hint"))))
        return _refuse(session, dataset, message, failure["code"])


def refuse_unread(session: Session, dataset_id: int) -> None:
    """Refuse a dataset whose reading was given up, within the caller's transaction."""
    dataset = _lock(session, dataset_id)
    if dataset is not None:
        _refuse(session, dataset, GIVEN_UP, "UNKNOWN")


def _lock(session: Session, dataset_id: int) -> Dataset | None:
    """Return a dataset that nobody else changes or deletes meanwhile, nor its family."""
    lock_family(session, dataset_id)
    return session.get(Dataset, dataset_id, with_for_update={"of": Dataset})


def _refuse(session: Session, dataset: Dataset, message: str, code: str) -> bool:
    if dataset.state != "reading":
        return False
    problem = {"severity": "error", "code": code, "message": message,
               "line": None, "column": None, "count": None, "value": None}  # fmt: skip
    dataset.state, dataset.problems, dataset.message = "refused", [problem], None
    session.flush()
    mark_newest(session, dataset.family_id)
    return True
