"""A file between its upload and its saving: read in another way, saved, discarded."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard import queue
from dashboard.chores.service import add_chore
from dashboard.datasets.families import join_family
from dashboard.datasets.queries import get_upload
from dashboard.datasets.service import clean_name
from dashboard.datasets.uploads import forget
from dashboard.db import Dataset, User
from dashboard.db.transaction import writing
from dashboard.errors import Conflict


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
        dataset.name = name
        join_family(session, dataset)
    return dataset


def discard_upload(*, user: User, dataset_id: int) -> None:
    """Forget an upload and its file.

    Raises
    ------
    NotFound
        When there is no such upload of this person.
    """
    get_upload(user=user, dataset_id=dataset_id)
    forget(dataset_id)
