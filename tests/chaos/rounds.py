"""The kill loop: each round submits a job, kills one thing while it trains, and waits for it."""

import random
import time
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from dashboard.db import Job, JobAttempt
from tests.chaos.attack import CANCEL_WITHIN_S, SLOW, say
from tests.chaos.faults import CHILD_ONLY, Faults
from tests.chaos.load import OVER, Load
from tests.chaos.plan import PlannedFault
from tests.chaos.product import wait_for

LIMIT_S, CHILD_LIMIT_S = 45.0, 10.0
HURTS = CHILD_ONLY | {"kill worker"}  # after these another attempt must begin


@dataclass(frozen=True)
class Round:
    """One round: what is killed, after how long, and whether the job is cancelled after it."""

    fault: PlannedFault
    after_s: float
    is_cancelled: bool


def draw_rounds(seed: int, kinds: list[str], count: int) -> list[Round]:
    """Draw all rounds of a run; half of the kills hit what trains."""
    chance = random.Random(f"{seed} rounds")
    drawn = []
    for _ in range(count):
        pool = sorted(HURTS) if chance.random() < 0.5 else sorted(kinds)
        fault = PlannedFault(0, chance.choice(pool), chance.random(), chance.random() * 0.5)
        drawn.append(Round(fault, chance.uniform(0, 3), chance.random() < 0.9))
    return drawn


class Rounds:
    """Runs the rounds, and keeps what went wrong and how long each recovery took."""

    def __init__(self, load: Load, faults: Faults) -> None:
        self.load, self.faults = load, faults
        self.broken: list[str] = []

    def run(self, seed: int, count: int) -> None:
        """Run all rounds."""
        kinds = [*self.faults.kills, "empty the broker", "database away"]
        for number, planned in enumerate(draw_rounds(seed, kinds, count), 1):
            try:
                self._run_one(number, planned)
            except TimeoutError as problem:
                self.broken.append(f"round {number}, {planned.fault.kind}: {problem}")
                say(f"BROKEN: {self.broken[-1]}")

    def _run_one(self, number: int, planned: Round) -> None:
        job_id = self.load.submit(SLOW)
        kind = planned.fault.kind
        wait_for("its job trains", lambda: self._stage_of(job_id) == "fit", 60)
        time.sleep(planned.after_s)
        at = time.time()
        attempt = self._attempts(job_id)
        if not self._make_on(job_id, planned.fault):
            raise TimeoutError("there was nothing to kill")
        if kind in HURTS:
            limit = CHILD_LIMIT_S if kind in CHILD_ONLY else LIMIT_S
            wait_for("another attempt", lambda: self._attempts(job_id) > attempt, limit)
        else:
            limit = LIMIT_S
            wait_for("a heartbeat", lambda: self._lives_since(job_id, at + 1), limit)
        took = time.time() - at
        if planned.is_cancelled:
            self._cancel(job_id)
        else:
            wait_for("its end", lambda: self._state_of(job_id) in OVER, 240)
        say(f"round {number}: {kind}, {'next attempt' if kind in HURTS else 'alive'} "
            f"after {took:.1f} s, then {self._state_of(job_id)}")  # fmt: skip

    def _make_on(self, job_id: int, fault: PlannedFault) -> bool:
        """Make the fault where this job is: with two workers half of the kills would miss."""
        only = job_id if fault.kind in HURTS else None
        for _ in range(40):
            if self.faults.make(fault, only):
                return True
            time.sleep(0.25)
        return False

    def _cancel(self, job_id: int) -> None:
        wait_for("it trains again", lambda: self._stage_of(job_id) == "fit", 60)

        def is_heard() -> bool:
            self.load.api.ask("POST", f"/jobs/{job_id}/cancel")
            return self._state_of(job_id) in {"cancelling", "cancelled"}

        wait_for("the cancel is heard", is_heard, 30)
        wait_for("the cancel", lambda: self._state_of(job_id) == "cancelled", CANCEL_WITHIN_S)

    def _row(self, job_id: int) -> Job | None:
        try:
            with Session(self.faults.engine) as session:
                return session.scalars(select(Job).where(Job.id == job_id)).unique().one()
        except SQLAlchemyError:
            return None

    def _state_of(self, job_id: int) -> str | None:
        job = self._row(job_id)
        return job.state if job else None

    def _stage_of(self, job_id: int) -> str | None:
        job = self._row(job_id)
        return job.stage if job and job.state == "running" else None

    def _lives_since(self, job_id: int, at: float) -> bool:
        job = self._row(job_id)
        beat = job.heartbeat_at if job else None
        return bool(job and (job.state in OVER or (beat and beat.timestamp() > at)))

    def _attempts(self, job_id: int) -> int:
        try:
            with Session(self.faults.engine) as session:
                numbers = select(JobAttempt.number).where(JobAttempt.job_id == job_id)
                return max(session.scalars(numbers).all(), default=0)
        except SQLAlchemyError:
            return 0
