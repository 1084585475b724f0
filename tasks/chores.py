"""The task of the light worker: do the next chore, until none waits."""

import logging
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from dashboard import queue
from dashboard.chores.failures import CHILD_DIED
from dashboard.chores.service import (
    ACT,
    MAX_ATTEMPTS,
    ChoreClaim,
    beat,
    claim_next_chore,
    put_back,
)
from dashboard.db.transaction import AWAY, is_away
from dashboard.errors import DomainError
from tasks.attempt import SILENCE_S
from tasks.bulk_chore import act_on_jobs
from tasks.celery_app import celery, draining, settings, worker_name
from tasks.child import CannotStart, Child
from tasks.chore_kind import ChoreKind
from tasks.chore_kinds import KINDS
from tasks.failures import explain
from tasks.presence import Presence
from tasks.slots import SLOTS, LaneWatch

LOOK_EVERY_S = 0.2
log = logging.getLogger(__name__)


@celery.task(name=queue.TASK_NAMES[queue.LIGHT])
def do_next_chore() -> None:
    """Do the next chore, and go on while there is one; those of the lanes are done meanwhile."""
    for slot in SLOTS:
        slot.begin(run_chore)
    lanes = LaneWatch(run_chore)
    while not draining.is_set():
        with Presence.taking():
            claim = claim_next_chore(worker=worker_name())
            if claim is None:
                return
            with Presence.working():
                run_chore(claim, lanes.look)


def run_chore(claim: ChoreClaim, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Do one chore in a child, and write how it ended.

    Parameters
    ----------
    claim : ChoreClaim
        The right to do it.
    meanwhile : callable, optional
        Is called several times a second while the child is at work.
    """
    if claim.kind == ACT:
        act_on_jobs(claim, meanwhile)
        return
    kind = KINDS[claim.kind](claim)
    payload = kind.payload()
    if payload is None:  # what it was about is gone
        kind.fail({"code": "GONE", "message": "It was deleted meanwhile", "hint": ""})
        return
    try:
        child = Child(kind.work, payload, silence_s=settings.lost_after_s + SILENCE_S)
    except CannotStart as problem:
        log.error("chore %s is put back: %s", claim.chore_id, problem)
        put_back(claim=claim)
        Presence.leave()  # the supervisor starts this worker anew
        return
    try:
        ChoreWatch(claim, kind, child, meanwhile).run()
    except Exception as error:
        if isinstance(error, SQLAlchemyError) and is_away(error):
            raise  # the dispatcher takes the chore back when the database is there again
        log.exception("chore %s met an error of ours", claim.chore_id)
        child.kill()
        kind.fail(explain(error))
    finally:
        child.kill()
        _clean_up(kind)


def _clean_up(kind: ChoreKind) -> None:
    try:
        kind.clean_up()
    except (SQLAlchemyError, DomainError, OSError) as problem:
        # The look through the storage finds it.
        log.warning("what chore %s wrote in vain stays for now: %s", kind.claim.chore_id, problem)


class ChoreWatch:
    """The worker's side of one chore: it reads the child's events until there is an end."""

    def __init__(
        self,
        claim: ChoreClaim,
        kind: ChoreKind,
        child: Child,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> None:
        self.claim, self.kind, self.child, self.meanwhile = claim, kind, child, meanwhile
        self.started = self.last_beat = time.monotonic()
        self.drain_since: float | None = None

    def run(self) -> None:
        """Watch until the chore ends, is no longer wanted, or is put back."""
        while True:
            alive = self.child.is_alive
            for event in self.child.read_events(LOOK_EVERY_S):
                if self._takes_last(event):
                    return
            if not alive:
                self._look_after_death()
                return
            if self._is_drained() or self._is_stopped() or not self._beats():
                return
            self.meanwhile()

    def _takes_last(self, event: dict[str, Any]) -> bool:
        if event["type"] == "done":
            self._insist(lambda: self.kind.finish(event.get("values", {})))
            return True
        if event["type"] == "failed":
            log.warning("chore %s failed: %s", self.claim.chore_id, event["failure"]["message"])
            self._insist(lambda: self.kind.fail(event["failure"]))
            return True
        try:
            is_wanted = self.kind.take(event)
        except AWAY as problem:
            log.warning("chore %s: cannot write: %s", self.claim.chore_id, problem)
            return False
        self._has_beaten()
        return not is_wanted

    def _has_beaten(self) -> None:
        self.last_beat = time.monotonic()
        self.child.keep_alive()

    def _insist(self, write: Callable[[], None]) -> None:
        """Write, again and again while the database is away, until the lease has run out."""
        while True:
            try:
                return write()
            except AWAY as problem:
                log.warning("chore %s: cannot write: %s", self.claim.chore_id, problem)
                if time.monotonic() - self.last_beat > settings.lost_after_s:
                    raise
                time.sleep(LOOK_EVERY_S)

    def _look_after_death(self) -> None:
        # What it started may live on, and another worker may begin as soon as this is written.
        self.child.kill()
        if time.monotonic() - self.last_beat > settings.lost_after_s:
            return  # we were frozen, and it ended itself
        if self.claim.attempt >= MAX_ATTEMPTS:
            self._insist(lambda: self.kind.fail(CHILD_DIED))
        else:
            self._insist(lambda: put_back(claim=self.claim, counted=True))

    def _is_stopped(self) -> bool:
        failure = self.kind.exceeded(self.child.memory_bytes, time.monotonic() - self.started)
        if failure is None:
            return False
        self.child.kill()
        self._insist(lambda: self.kind.fail(failure))
        return True

    def _is_drained(self) -> bool:
        if not draining.is_set():
            return False
        self.drain_since = self.drain_since or time.monotonic()
        if time.monotonic() - self.drain_since <= settings.grace_s:
            return False
        self.child.kill()  # another worker may begin as soon as the chore is put back
        put_back(claim=self.claim)
        return True

    def _beats(self) -> bool:
        """Write a heartbeat when one is due; False when the chore is no longer ours."""
        silent_s = time.monotonic() - self.last_beat
        if silent_s < min(settings.heartbeat_s, 2):
            return True
        try:
            held = beat(claim=self.claim)
        except SQLAlchemyError as problem:
            log.warning("chore %s: cannot write: %s", self.claim.chore_id, problem)
            return silent_s < settings.lost_after_s
        self._has_beaten()
        return held
