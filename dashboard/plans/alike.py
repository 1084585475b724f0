"""Candidates that cannot but fail as the first ones did: those that wait need not start."""

from collections.abc import Mapping, Sequence
from textwrap import shorten
from typing import Any

from sqlalchemy import select

from dashboard.db import Job
from dashboard.db.states import JobState
from dashboard.extensions import db
from dashboard.plans.step import FAILURE_LENGTH, Look
from tasks.engine.errors import OF_COLUMNS, OF_TABLE

# So many of different estimators that fail in the same words of `OF_COLUMNS` fail by what they
# share. Of time, memory, room and the storage another one, or another moment, may be without.
ALIKE = 3


def find_common_failure(look: Look, *, are_different: bool) -> str | None:
    """Return why what waits is not to start; None where it may end otherwise.

    Of a batch of which a job ran again nothing is said: a person removed the cause, maybe. Where
    a fold was scored there is something to learn, also by a job that still runs.

    Parameters
    ----------
    look : Look
        The batch.
    are_different : bool
        Whether its candidates are of different estimators. Those of one may differ in just what
        made the first ones fail.
    """
    if not look.n_waiting or not look.n_failed or look.plan.get("again"):
        return None
    if any(state == JobState.SUCCEEDED and only for state, only in look.states):
        return None
    failures = _list_failures(look.batch_id)
    if not failures:  # what failed was run again since the batch was looked at
        return None
    code, message = failures[0]["code"], failures[0]["message"]
    if code not in OF_TABLE and not (are_different and _are_shared(failures)):
        return None
    if look.count_folds():
        return None
    first = "The first job" if code in OF_TABLE else f"The first {len(failures)} jobs"
    words = f"{first} failed, and this one would fail alike: {message}"
    return shorten(words, FAILURE_LENGTH, placeholder=" …")


def _are_shared(failures: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether enough failed, in the same words, by what every estimator meets."""
    texts = {(one["code"], one["message"]) for one in failures}
    return len(failures) >= ALIKE and len(texts) == 1 and failures[0]["code"] in OF_COLUMNS


def _list_failures(batch_id: int) -> list[Mapping[str, Any]]:
    failed = select(Job.failure).where(Job.batch_id == batch_id, Job.state == JobState.FAILED)
    return [found or {"code": "", "message": ""} for found in db.session.scalars(
        failed.order_by(Job.finished_at, Job.id)
    )]  # fmt: skip
