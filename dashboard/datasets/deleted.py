"""What a person deleted a moment ago and can still take back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import select

from dashboard.clock import now
from dashboard.datasets.selections import KEEP_DELETED
from dashboard.datasets.words import name_versions
from dashboard.db import Dataset
from dashboard.extensions import db

MOST_SHOWN, MOST_VERSIONS = 5, 200


@dataclass(frozen=True)
class Deleted:
    """Versions of a dataset that went at once: the newest of them, how many, and when files go."""

    dataset: Dataset
    n_versions: int
    goes_at: datetime

    @property
    def name(self) -> str:
        """What went, in words."""
        return name_versions(self.dataset, self.n_versions)


def list_deleted(*, user_id: int) -> Sequence[Deleted]:
    """List what somebody deleted and can take back, what went last first.

    Parameters
    ----------
    user_id : int
        Whose datasets.
    """
    found = db.session.scalars(
        select(Dataset)
        .where(
            Dataset.deleted_at >= now() - KEEP_DELETED,
            Dataset.owner_id == user_id,
            Dataset.saved_at.is_not(None),
        )
        .order_by(Dataset.deleted_at.desc(), Dataset.family_id, Dataset.version.desc())
        .limit(MOST_VERSIONS)
    ).all()
    made = []
    for (moment, _), group in groupby(found, key=lambda one: (one.deleted_at, one.family_id)):
        versions = list(group)
        made.append(Deleted(versions[0], len(versions), moment + KEEP_DELETED))
    return made[:MOST_SHOWN]
