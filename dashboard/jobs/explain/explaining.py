"""Explaining a job's model: asking for it, stopping it, and keeping what comes of it.

The answers lie in the file of the job's results. See decision 0030.
"""

import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from dashboard import queue
from dashboard.access import require_owner
from dashboard.chores.service import EXPLAIN, LEARN, ChoreClaim, add_chore, end_chore, lock_chores
from dashboard.clock import now
from dashboard.db import Chore, Job, User
from dashboard.db.states import JobState
from dashboard.db.transaction import writing
from dashboard.errors import Conflict, DomainError
from dashboard.extensions import db
from dashboard.jobs.page.time_up import say_state
from dashboard.jobs.queries import find_model, get_job
from dashboard.jobs.running.adding import add_to_results
from dashboard.jobs.service import changing

# What is asked for, as pages and the API name it, and the kind of its chore.
KINDS = {"explanation": EXPLAIN, "learning_curve": LEARN}
NAMES = {kind: name for name, kind in KINDS.items()}
STOPPED: Mapping[str, str] = {"code": "STOPPED", "message": "It was stopped", "hint": ""}
log = logging.getLogger(__name__)


def find_asked(job_id: int) -> set[str]:
    """Return what is being worked out, or waits for it: explanation, learning_curve."""
    found = select(Chore.kind).where(
        Chore.state.in_(("queued", "running")),
        Chore.kind.in_(NAMES),
        Chore.subject_id == job_id,
    )
    return {NAMES[kind] for kind in db.session.scalars(found)}


def ask(*, user: User, job_id: int, what: str) -> Job:
    """Ask for an explanation or a learning curve, unless it is being worked out.

    Raises
    ------
    NotFound
        When there is no such job.
    Forbidden
        When it belongs to somebody else.
    Conflict
        When the job has no model.
    """
    with changing(user, job_id) as (session, job):
        if job.state != JobState.SUCCEEDED or job.results_key is None or not find_model(job_id):
            raise Conflict(f"The job has no model to explain: it is {say_state(job)}")
        if what in find_asked(job_id):
            return job
        add_chore(session, KINDS[what], job_id)
    queue.wake(queue.LIGHT)
    return job


def stop(*, user: User, job_id: int, what: str) -> bool:
    """Stop working it out; False when nobody was at it.

    Raises
    ------
    NotFound
        When there is no such job.
    Forbidden
        When it belongs to somebody else.
    """
    require_owner(user, get_job(user=user, job_id=job_id), "job")
    with writing() as session:
        chores = lock_chores(session, (KINDS[what],), job_id)
        for chore in chores:
            chore.state, chore.lease, chore.finished_at = "failed", None, now()
            chore.failure = dict(STOPPED)
        return bool(chores)


def finish(
    *, claim: ChoreClaim, kind: str, answer: Any = None, failure: Mapping[str, Any] | None = None
) -> None:
    """Keep the answer, or why there is none, unless the job is gone."""
    if failure is None:
        add_to_results(claim.subject_id, {NAMES[kind]: answer}, lambda s: end_chore(s, claim))
        return
    with writing() as session:
        if not end_chore(session, claim, failure=failure):
            return
    keep_failure(claim.subject_id, kind, failure)


def keep_failure(job_id: int, kind: str, failure: Mapping[str, Any]) -> None:
    """Keep why there is no answer; if that fails, too, go on."""
    kept = {name: failure.get(name, "") for name in ("code", "message", "hint")}
    try:
        add_to_results(job_id, {f"{NAMES[kind]}_failure": kept})
    except (DomainError, OSError) as problem:
        log.warning("job %s: why it is not explained could not be kept: %s", job_id, problem)
