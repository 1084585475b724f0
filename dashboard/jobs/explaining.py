"""Explaining a job's model: asking for it, stopping it, and keeping what comes of it.

The answers lie in the file of the job's results, which the job names already, so that no file is
nobody's for a moment. Who keeps one holds the job's row. See decision 0030.
"""

import io
import json
import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard import queue
from dashboard.access import require_owner
from dashboard.chores.service import EXPLAIN, LEARN, ChoreClaim, add_chore, end_chore, lock_chores
from dashboard.clock import now
from dashboard.db import Chore, Job, User
from dashboard.db.states import JobState
from dashboard.db.transaction import writing
from dashboard.errors import Conflict, DomainError
from dashboard.extensions import db
from dashboard.jobs.queries import find_model, get_job
from dashboard.jobs.service import changing
from dashboard.storage import get_storage

# What is asked for, as pages and the API name it, and the kind of its chore.
KINDS = {"explanation": EXPLAIN, "learning_curve": LEARN}
NAMES = {kind: name for name, kind in KINDS.items()}
STOPPED: Mapping[str, str] = {"code": "STOPPED", "message": "Somebody stopped it", "hint": ""}
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
            raise Conflict(f"The job has no model to explain: it is {job.state}")
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
    with writing() as session:
        if not end_chore(session, claim, failure=failure):
            return
        if failure is None:
            _keep(session, claim.subject_id, {NAMES[kind]: answer})
        else:
            keep_failure(claim.subject_id, kind, failure)


def keep_failure(job_id: int, kind: str, failure: Mapping[str, Any]) -> None:
    """Keep why there is no answer, within the caller's transaction; if that fails, too, go on."""
    kept = {name: failure.get(name, "") for name in ("code", "message", "hint")}
    try:
        _keep(db.session(), job_id, {f"{NAMES[kind]}_failure": kept})
    except (DomainError, OSError) as problem:
        log.warning("job %s: why it is not explained could not be kept: %s", job_id, problem)


def _keep(session: Session, job_id: int, found: Mapping[str, Any]) -> None:
    job = session.get(Job, job_id, with_for_update={"of": Job}, populate_existing=True)
    if job is None or job.results_key is None:  # it was deleted meanwhile
        return
    with get_storage().open(job.results_key) as stream:
        results: dict[str, Any] = json.load(stream)
    # An answer ends what was said about a former try.
    results = {n: r for n, r in results.items() if n.removesuffix("_failure") not in found}
    text = json.dumps(results | dict(found), allow_nan=False)
    get_storage().write(job.results_key, io.BytesIO(text.encode()))
