"""Versions of one table: which belong together, and which is the newest."""

from sqlalchemy.orm import Session

from dashboard.clock import now
from dashboard.db import Dataset


def join_family(session: Session, dataset: Dataset) -> None:
    """Make an upload a dataset, within the caller's transaction: the first of its family.

    Parameters
    ----------
    session : Session
        The transaction.
    dataset : Dataset
        The upload; its row has an id.
    """
    dataset.saved_at = dataset.saved_at or now()
    dataset.family_id = dataset.family_id or dataset.id
