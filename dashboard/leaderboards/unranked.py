"""Jobs that a leaderboard leaves out, as they were stopped after some of their folds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from dashboard.db import Dataset, Job
from dashboard.db.states import JobState
from dashboard.extensions import db

NAMED_AT_MOST = 3
# No index knows whether a job is partial: of more than these the rows would take too long.
LOOKED_AT = 5_000


@dataclass(frozen=True)
class Unranked:
    """How many jobs have some folds only, and the newest of them as id and name.

    `total` is None where there are too many jobs to look for them.
    """

    total: int | None = 0
    named: Sequence[Any] = ()

    @property
    def n_others(self) -> int:
        """How many are not named."""
        return (self.total or 0) - len(self.named)


def find_unranked(
    versions: Sequence[Dataset], target: str, *, owner_id: int | None, n_ranked: int
) -> Unranked:
    """Find the jobs of a table and target that have some folds only.

    Parameters
    ----------
    versions : sequence of Dataset
        All versions of the table.
    target : str
        The column that is predicted.
    owner_id : int or None
        Those of this person alone; None for all.
    n_ranked : int
        How many jobs the leaderboard has on all folds.
    """
    if n_ranked > LOOKED_AT:
        return Unranked(None)
    conditions = [
        Job.dataset_id.in_([dataset.id for dataset in versions]),
        Job.target == target,
        Job.state == JobState.SUCCEEDED,
        Job.partial,
    ]
    if owner_id is not None:
        conditions.append(Job.owner_id == owner_id)
    every = func.count().over()
    newest = select(Job.id, Job.name, every.label("total")).where(*conditions)
    found = db.session.execute(newest.order_by(Job.id.desc()).limit(NAMED_AT_MOST)).all()
    return Unranked(found[0].total, found) if found else Unranked()
