"""Preflights: a request held against its data by the light worker, before it is submitted.

The same request of the same person is the same row, as long as nothing failed: whoever asks again
is given what is known.
"""

import hashlib
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard import queue
from dashboard.access import require_member
from dashboard.chores.service import (
    CHECK,
    ChoreClaim,
    add_chore,
    end_chore,
    held_chore,
    lock_chores,
)
from dashboard.clock import now
from dashboard.db import Dataset, Preflight, User
from dashboard.db.lookup import find_by_id
from dashboard.db.transaction import writing
from dashboard.errors import NotFound, ValidationFailed
from dashboard.extensions import db
from dashboard.jobs.asking.requests import BATCH_FIELDS
from dashboard.jobs.changing.changed import FAILURE
from dashboard.jobs.preflight.fitted import pick_jobs
from dashboard.jobs.submission import read_request

# Of a job's columns: what a result of the check depends on.
ASKED = (
    "features", "target", "task", "metric", "validation", "seed", "class_weight", "preprocessing",
    "decision", "memory_limit_bytes",
)  # fmt: skip
LOOK_EVERY_S = 0.05


def ask_preflight(*, user: User, request: Mapping[str, Any]) -> Preflight:
    """Have a request checked, unless it was, or is being, checked already.

    Parameters
    ----------
    user : User
        Who asks.
    request : Mapping
        The fields of ``POST /batches``; of several jobs some are checked, see `pick_jobs`.

    Raises
    ------
    Forbidden
        When the person may not submit.
    ValidationFailed
        With a message for each field that cannot be used, as when it is submitted.
    """
    require_member(user)
    dataset, asked, n_jobs = _read(request)
    key = _key(user, dataset, asked)
    with writing() as session:
        # Two who ask at once: the second waits for the first and finds what it wrote. And nobody
        # deletes the dataset meanwhile.
        held = select(Dataset.id).where(Dataset.id == dataset.id, Dataset.deleted_at.is_(None))
        if session.scalar(held.with_for_update(of=Dataset)) is None:
            raise ValidationFailed({"dataset_id": f"There is no dataset {dataset.id}"})
        found = session.scalar(select(Preflight).where(Preflight.key == key))
        if found is not None and found.state != "failed":
            return found
        if found is None:
            found = Preflight(dataset_id=dataset.id, owner_id=user.id, key=key, asked=asked)
            session.add(found)
        found.state, found.failure, found.answer = "queued", None, None
        found.n_jobs, found.created_at = n_jobs, now()
        session.flush()
        add_chore(session, CHECK, found.id, urgent=True)
    queue.wake(queue.LIGHT)
    return found


def find_same(*, user: User, request: Mapping[str, Any]) -> Preflight | None:
    """Return what is known of this very request; None where it was not checked.

    Raises
    ------
    ValidationFailed
        As `ask_preflight`.
    """
    own = select(Preflight.id).where(Preflight.owner_id == user.id)
    if db.session.scalar(own.limit(1)) is None:  # most people check nothing
        return None
    dataset, asked, _ = _read(request)
    same = select(Preflight).where(Preflight.key == _key(user, dataset, asked))
    return db.session.scalar(same)


def find_refused(*, user: User, request: Mapping[str, Any]) -> Preflight | None:
    """Return the last check of this very request where it found an error."""
    with suppress(ValidationFailed):  # whoever submits it is told
        found = find_same(user=user, request=request)
        if found is not None and (found.answer or {}).get("error"):
            return found
    return None


def _read(request: Mapping[str, Any]) -> tuple[Dataset, dict[str, Any], int]:
    """Return the dataset, what its jobs have in their columns, and how many there are."""
    limit = current_app.config["SETTINGS"].max_batch_jobs
    dataset, wanted = read_request(request, limit=limit, fields=BATCH_FIELDS)
    jobs = pick_jobs(wanted)
    asked = {name: wanted.values.get(name) for name in ASKED}
    asked |= {name: jobs[0][name] for name in ("estimator", "parameters")}
    asked["positive"] = (wanted.values.get("details") or {}).get("positive")
    if len(jobs) > 1:
        asked["jobs"] = jobs
    return dataset, asked, wanted.n_jobs


def _key(user: User, dataset: Dataset, asked: Mapping[str, Any]) -> str:
    whole = [user.id, dataset.id, dataset.reading, asked]
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def get_preflight(*, user: User, preflight_id: int) -> Preflight:
    """Return a preflight of one's own.

    Raises
    ------
    NotFound
        When there is none, as a day later.
    """
    found = find_by_id(Preflight, preflight_id)
    if found is None or found.owner_id != user.id:
        raise NotFound(f"There is no check {preflight_id}. It is kept for a day")
    return found


def find_proposal(preflight: Preflight, of: str) -> Mapping[str, Any]:
    """Return the change that a warning of a check, or its error, proposes.

    Raises
    ------
    NotFound
        When there is none: it was checked once more meanwhile.
    """
    answer = preflight.answer or {}
    found = answer.get("error") if of == FAILURE else None
    warnings = answer.get("warnings") or ()
    if of.isascii() and of.isdecimal() and int(of) < len(warnings):
        found = warnings[int(of)]
    if not found or not found.get("change"):
        raise NotFound("That proposal is gone. Check the form once more")
    change: Mapping[str, Any] = found["change"]
    return change


def wait_for(*, user: User, preflight_id: int, seconds: float) -> Preflight:
    """Return a preflight once it is over, or after some seconds as it is then."""
    give_up = time.monotonic() + seconds
    while True:
        db.session.rollback()
        db.session.expire_all()
        found = get_preflight(user=user, preflight_id=preflight_id)
        if found.state in {"ready", "failed"} or time.monotonic() > give_up:
            return found
        time.sleep(LOOK_EVERY_S)


def stop_preflight(*, user: User, preflight_id: int) -> None:
    """Give a check up: its worker sees within a second or two that nobody waits any more.

    Raises
    ------
    NotFound
        When there is none.
    """
    get_preflight(user=user, preflight_id=preflight_id)
    with writing() as session:
        for chore in lock_chores(session, {CHECK}, preflight_id):
            chore.state, chore.lease, chore.finished_at = "failed", None, now()
        found = session.get(Preflight, preflight_id, with_for_update={"of": Preflight})
        if found is not None and found.state in {"queued", "running"}:
            session.delete(found)


def record_part(*, claim: ChoreClaim, answer: Mapping[str, Any]) -> bool:
    """Write what is known by now, and a heartbeat; False when nobody waits any more."""
    with writing() as session:
        chore = held_chore(session, claim)
        found = _lock(session, claim.subject_id)
        if chore is None or found is None:
            return False
        chore.heartbeat_at = now()
        found.state, found.answer = "running", dict(answer)
        return True


def finish_preflight(
    *,
    claim: ChoreClaim,
    values: Mapping[str, Any] | None = None,
    failure: Mapping[str, Any] | None = None,
) -> None:
    """Write the answer, or why there is none; what was known by then stays."""
    with writing() as session:
        if not end_chore(session, claim, failure=failure):
            return
        if failure:
            fail_preflight(session, claim.subject_id, failure)
            return
        found = _lock(session, claim.subject_id)
        if found is not None:
            found.state, found.answer = "ready", (values or {}).get("answer")


def fail_preflight(session: Session, preflight_id: int, failure: Mapping[str, Any]) -> None:
    """Write that a check was given up, within the caller's transaction."""
    found = _lock(session, preflight_id)
    if found is not None:
        found.state, found.failure = "failed", dict(failure)


def _lock(session: Session, preflight_id: int) -> Preflight | None:
    return session.get(
        Preflight, preflight_id, with_for_update={"of": Preflight}, populate_existing=True
    )
