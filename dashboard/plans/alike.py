"""Candidates that cannot but fail as the first ones did: those that wait need not start."""

from collections.abc import Mapping
from textwrap import shorten
from typing import Any

from sqlalchemy import select

from dashboard.db import Job
from dashboard.db.states import JobState
from dashboard.extensions import db
from dashboard.plans.step import FAILURE_LENGTH, Look
from tasks.engine.errors import OF_TABLE

# So many of different estimators that fail in the same words fail by what they share.
ALIKE = 3


def find_common_failure(look: Look, *, are_different: bool) -> str | None:
    """Return why what waits is not to start; None where it may end otherwise.

    Of a batch of which a job ran again nothing is said: a person removed the cause, maybe.

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
    texts = {(one["code"], one["message"]) for one in failures}
    code, message = failures[0]["code"], failures[0]["message"]
    is_shared = are_different and len(failures) >= ALIKE and len(texts) == 1
    if code not in OF_TABLE and not is_shared:
        return None
    first = "The first job" if code in OF_TABLE else f"The first {len(failures)} jobs"
    words = f"{first} failed, and this one would fail alike: {message}"
    return shorten(words, FAILURE_LENGTH, placeholder=" …")


def _list_failures(batch_id: int) -> list[Mapping[str, Any]]:
    failed = select(Job.failure).where(Job.batch_id == batch_id, Job.state == JobState.FAILED)
    return [found or {"code": "", "message": ""} for found in db.session.scalars(
        failed.order_by(Job.finished_at, Job.id)
    )]  # fmt: skip
