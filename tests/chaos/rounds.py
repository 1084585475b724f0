"""The kill loop: each round submits a job, kills one thing while it trains, and waits for it."""

import contextlib
import random
import time
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from dashboard.db import Job, JobAttempt, JobFold
from tests.chaos.attack import CANCEL_WITHIN_S, SLOW, say
from tests.chaos.faults import CHILD_ONLY, Faults
from tests.chaos.load import Load
from tests.chaos.plan import PlannedFault
from tests.chaos.recovery_times import CHILD_LIMIT_S, LIMIT_S
from tests.product import OVER, wait_for

HURTS = CHILD_ONLY | {"kill worker"}  # after these another attempt must begin
STAGES = ("fit", "fit", "final")  # the last one so that some kills come close to the end
TRIES = 4
# A few seconds, so that a kill finds it at work and its end is soon seen.
QUICK = {"target": "y_number", "estimator": "GradientBoostingRegressor",
         "parameters": {"n_estimators": 200}, "seed": 1}  # fmt: skip


@dataclass(frozen=True)
class Round:
    """One round: what is killed, when, and whether the job is cancelled after it."""

    fault: PlannedFault
    stage: str
    after_s: float
    is_cancelled: bool


class Missed(Exception):
    """The job was over before the kill: the round proves nothing, and is run again."""


def draw_rounds(seed: int, kinds: list[str], count: int) -> list[Round]:
    """Draw all rounds of a run; half of the kills hit what trains, three of ten are cancelled."""
    chance = random.Random(f"{seed} rounds")
    drawn = []
    for _ in range(count):
        pool = sorted(HURTS) if chance.random() < 0.5 else sorted(kinds)
        fault = PlannedFault(0, chance.choice(pool), chance.random(), chance.random() * 0.5)
        stage = chance.choice(STAGES)
        after_s = chance.uniform(0, 2) if stage == "fit" else 0.0
        drawn.append(Round(fault, stage, after_s, chance.random() < 0.3))
    return drawn


class Rounds:
    """Runs the rounds, and keeps what went wrong."""

    def __init__(self, load: Load, faults: Faults) -> None:
        self.load, self.faults = load, faults
        self.broken: list[str] = []

    def run(self, seed: int, count: int) -> None:
        """Run all rounds."""
        kinds = [*self.faults.kills, "empty the broker", "database away"]
        for number, planned in enumerate(draw_rounds(seed, kinds, count), 1):
            try:
                self._try(number, planned)
            except (TimeoutError, AssertionError, SQLAlchemyError) as problem:
                self.broken.append(f"round {number}, {planned.fault.kind}: {problem}")
                say(f"BROKEN: {self.broken[-1]}")

    def _try(self, number: int, planned: Round) -> None:
        for _ in range(TRIES):
            with contextlib.suppress(Missed):
                self._run_one(number, planned)
                return
            planned = replace(planned, stage="fit", after_s=0.0, is_cancelled=False)
        raise TimeoutError(f"the job was over before the kill, {TRIES} times")

    def _run_one(self, number: int, planned: Round) -> None:
        kind, is_hurt = planned.fault.kind, planned.fault.kind in HURTS
        job_id = self.load.submit(SLOW if planned.is_cancelled else QUICK)
        self._wait_for_stage(job_id, "fit" if planned.is_cancelled else planned.stage)
        time.sleep(planned.after_s)
        attempt, kept = self._attempts(job_id), self._folds(job_id)
        at = time.time()
        if not self._make_on(job_id, planned.fault):
            raise Missed
        if is_hurt:
            self._wait_for_attempt(job_id, attempt, kind)
        took = time.time() - at
        self._wait_until_whole(at)
        if not is_hurt:
            took = time.time() - at
            since = time.time()
            wait_for("a heartbeat", lambda: self._lives_since(job_id, since), LIMIT_S)
        if planned.is_cancelled:
            self._cancel(job_id)
        else:
            self._wait_for_success(job_id, kept)
        say(f"round {number}: {kind}, {'next attempt' if is_hurt else 'back'} after {took:.1f} s, "
            f"{len(kept)} folds kept, then {self._state_of(job_id)}")  # fmt: skip

    def _wait_for_stage(self, job_id: int, stage: str) -> None:
        def is_there() -> bool:
            if self._state_of(job_id) in OVER:
                raise Missed
            return self._stage_of(job_id) == stage

        wait_for(f"its job is in stage {stage}", is_there, 90)

    def _wait_for_attempt(self, job_id: int, attempt: int, kind: str) -> None:
        def has_next() -> bool:
            if self._attempts(job_id) > attempt:
                return True
            if self._state_of(job_id) in OVER:  # it ended in the moment of the kill
                raise Missed
            return False

        limit = CHILD_LIMIT_S if kind in CHILD_ONLY else LIMIT_S
        wait_for("another attempt", has_next, limit)

    def _wait_until_whole(self, at: float) -> None:
        """Wait for the end of an outage, and then until what was killed is back."""
        if self.faults.victim is None:
            self.faults.wait()
            at = time.time()
        wait_for("the killed process is gone", self.faults.is_gone, 10)
        product = self.faults.product
        patience = max(0.0, at + product.back_within_s - time.time())
        wait_for("everything runs again", product.is_whole, patience)

    def _wait_for_success(self, job_id: int, kept: set[tuple[int, int]]) -> None:
        def is_over() -> bool:
            self.load.sample()
            return self._state_of(job_id) in OVER

        wait_for("its end", is_over, 240)
        state, again = self._state_of(job_id), kept - self._folds(job_id)
        assert state == "succeeded", f"its job ended as {state}"
        assert not again, f"folds that were scored were trained again: {sorted(again)}"

    def _make_on(self, job_id: int, fault: PlannedFault) -> bool:
        """Make the fault where this job is: with two workers half of the kills would miss."""
        only = job_id if fault.kind in HURTS else None
        for _ in range(40):
            if self.faults.make(fault, only):
                return True
            if self._state_of(job_id) in OVER:
                return False
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
        with Session(self.faults.engine) as session:
            numbers = select(JobAttempt.number).where(JobAttempt.job_id == job_id)
            return max(session.scalars(numbers).all(), default=0)

    def _folds(self, job_id: int) -> set[tuple[int, int]]:
        """Return the folds that are scored, each with the attempt that scored it."""
        with Session(self.faults.engine) as session:
            rows = session.execute(
                select(JobFold.fold, JobFold.attempt).where(JobFold.job_id == job_id)
            )
            return {(fold, attempt) for fold, attempt in rows}
