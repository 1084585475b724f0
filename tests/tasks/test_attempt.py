"""The worker's side of one attempt: limits, hand-back, and no transaction left open."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.exc import DataError, OperationalError

from dashboard.clock import now
from dashboard.db import Job, JobAttempt, JobFold
from dashboard.extensions import db
from dashboard.jobs import service
from dashboard.jobs.page.detail import read_now
from dashboard.jobs.running import execution
from dashboard.jobs.running.claiming import claim_next_job
from dashboard.jobs.running.execution import Progress
from dashboard.jobs.running.recovery import record_child_death
from dashboard.jobs.running.usage import UsageSample
from tasks import attempt as module
from tasks.attempt import Attempt, LeaseGone
from tasks.child import CannotStart
from tests.factories import make_dataset, make_job, make_user


class FakeChild:
    """A child that tells what a test wants and never trains."""

    memory = 1_000

    def __init__(self, work: str, payload: dict[str, Any], silence_s: float = 0) -> None:
        self.is_alive = True
        self.look: Callable[[], None] = lambda: None

    def read_events(self, timeout: float) -> Iterator[dict[str, Any]]:
        assert not db.session.registry.has() or not db.session().in_transaction()
        CHILD_LOOKS.append(timeout)
        return iter(())

    def memory_bytes(self) -> int:
        return self.memory

    def cpu_seconds(self) -> float:
        return 0.0

    def keep_alive(self) -> None:
        pass

    def kill(self) -> list[dict[str, Any]]:
        self.is_alive = False
        return []


CHILD_LOOKS: list[float] = []


@pytest.fixture
def child(app: Flask, monkeypatch: pytest.MonkeyPatch) -> type[FakeChild]:
    CHILD_LOOKS.clear()
    monkeypatch.setattr(module, "Child", FakeChild)
    monkeypatch.setattr(FakeChild, "memory", 1_000)
    return FakeChild


def begin(**changes: Any) -> tuple[Job, Attempt]:
    owner = make_user(name="Ana")
    job = make_job(
        owner, make_dataset(owner, table_key="datasets/1/abcdef0123456789/table-1"), **changes
    )
    claim = claim_next_job(worker="worker-1")
    assert claim is not None
    return job, Attempt(claim)


def reread(job: Job) -> Job:
    db.session.rollback()
    return db.session.get_one(Job, job.id, populate_existing=True)


def test_time_limit_ends_the_job_and_names_itself(
    child: type[FakeChild], monkeypatch: pytest.MonkeyPatch
) -> None:
    job, attempt = begin(time_limit_s=60)
    attempt.started -= 61
    attempt.run()
    job = reread(job)
    assert (job.state, job.failure["code"]) == ("failed", "TIME_LIMIT")
    assert "1 min limit" in job.failure["message"]


def test_memory_limit_ends_the_job_and_names_stage_and_limit(
    child: type[FakeChild], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "memory", 3_000_000_000)
    job, attempt = begin(memory_limit_bytes=2_500_000_000)
    attempt.run()
    job = reread(job)
    assert (job.state, job.failure["code"]) == ("failed", "MEM_LIMIT")
    assert "2.5 GB" in job.failure["message"]
    assert "load" in job.failure["message"]


FAILING = {
    "code": "VALUES_INFINITE", "message": "Some numbers are too large", "hint": "", "details": {},
    "change": {"preprocessing": {"scale": "quantile"}},
}  # fmt: skip


@pytest.mark.parametrize("ending", ["takes too long", "takes too much memory", "dies"])
def test_a_failure_is_told_though_the_trial_of_its_change_never_ends(
    ending: str, child: type[FakeChild], monkeypatch: pytest.MonkeyPatch
) -> None:
    job, attempt = begin(memory_limit_bytes=2_500_000_000)
    made = child("train_job", {})

    def tell(timeout: float) -> Iterator[dict[str, Any]]:
        if attempt.reporter.failing is None:
            return iter([{"type": "failing", "failure": FAILING}])
        assert not db.session().in_transaction()
        if ending == "takes too long":
            attempt.reporter.failing_since -= module.TRIAL_AT_MOST_S
        elif ending == "dies":
            made.is_alive = False
        else:
            made.memory = 3_000_000_000
        return iter(())

    monkeypatch.setattr(made, "read_events", tell)
    monkeypatch.setattr(module, "Child", lambda *_, **__: made)
    attempt.run()
    job = reread(job)
    assert (job.state, job.failure) == ("failed", FAILING)
    assert not made.is_alive


def test_cancel_stops_the_child(child: type[FakeChild]) -> None:
    job, attempt = begin()
    service.cancel_job(user=job.owner, job_id=job.id)
    db.session.rollback()
    attempt.last_write -= 10
    attempt.run()
    assert reread(job).state == "cancelled"
    assert not attempt.child.is_alive


def test_a_worker_that_drains_hands_the_job_back(
    child: type[FakeChild], monkeypatch: pytest.MonkeyPatch
) -> None:
    job, attempt = begin()
    module.draining.set()
    try:
        attempt.drain_since = attempt.started - 1000
        attempt.run()
    finally:
        module.draining.clear()
    job = reread(job)
    assert (job.state, job.attempt) == ("queued", 1)
    ended = db.session.scalars(select(JobAttempt.ended_by)).all()
    assert ended == ["handed_back"]


@pytest.mark.parametrize(
    ("memory", "words"),
    [
        (0, "died. This may be about memory. Started again"),  # it died before it was looked at
        (213_000_000, "died. Its memory peaked at about 213 MB. Started again"),
        (600_000_000, "died. Its memory peaked at about 600 MB. This may be about memory. St"),
    ],
)
def test_a_child_that_dies_by_itself_gives_another_attempt(
    memory: int, words: str, child: type[FakeChild], monkeypatch: pytest.MonkeyPatch
) -> None:
    job, attempt = begin(memory_limit_bytes=2_000_000_000)
    made = child("train_job", {})
    monkeypatch.setattr(child, "memory", memory)

    def die(timeout: float) -> Iterator[dict[str, Any]]:
        made.is_alive = len(CHILD_LOOKS) < (2 if memory else 0)
        CHILD_LOOKS.append(timeout)
        return iter(())

    monkeypatch.setattr(made, "read_events", die)
    monkeypatch.setattr(module, "Child", lambda *_, **__: made)
    attempt.run()
    job = reread(job)
    assert (job.state, job.child_deaths) == ("queued", 1)
    assert words in job.message
    with current_app.test_request_context():  # it has addresses in it
        shown = read_now(user=job.owner, job_id=job.id, memory_limit_bytes=10**12)
    assert words.removesuffix(" St").removesuffix(" Started again") in shown["again"]
    assert shown["attempts"][0].why in shown["again"]


def test_a_job_given_up_says_whether_memory_may_be_why(app: Flask) -> None:
    hints = []
    for peak in (None, 90_000_000, 900_000_000):
        job = make_job()
        for _ in range(2):
            claim = claim_next_job(worker="worker-1")
            usage = [UsageSample(now(), 1.0, peak)] if peak else []
            execution.record_progress(claim=claim, progress=Progress(usage=usage))
            record_child_death(claim=claim, max_child_deaths=2, memory_bytes=10**9)
        failure = reread(job).failure
        hints.append(failure["hint"])
        assert failure["message"].startswith("The training process died by itself 2 times")
        assert ("peaked at about" in failure["message"]) is bool(peak)
    assert hints[0] == hints[2]
    assert hints[0].startswith("It may need more memory than there is")
    assert hints[1].startswith("That is far from the 1.0 GB that it may use")


def test_no_transaction_is_open_while_it_trains(child: type[FakeChild]) -> None:
    _job, attempt = begin(time_limit_s=60)
    attempt.last_write -= 10  # so that it writes once, and then looks at its child again
    seen = []
    real = attempt._find_limit

    def stop_later(made: Any) -> dict[str, Any] | None:
        seen.append(1)
        if len(seen) == 3:
            attempt.started -= 61
        return real(made)

    attempt._find_limit = stop_later  # type: ignore[method-assign]
    attempt.run()
    assert len(CHILD_LOOKS) == 2


@pytest.mark.parametrize("may_end", [True, False])
def test_a_fold_that_may_be_the_last_one_is_written_at_once(
    may_end: bool, child: type[FakeChild]
) -> None:
    job, attempt = begin()
    attempt._start_child()
    attempt.payload["may_end"] = may_end
    fold = {"fold": 1, "scores": {}, "fit_seconds": 1.0, "n_train": 8, "n_test": 2, "key": None}
    attempt.last_write = time.monotonic()
    attempt._take([{"type": "fold", "fold": fold}])
    assert not attempt._is_over()
    assert db.session.scalars(select(JobFold.fold)).all() == [1] * may_end


def test_cancel_is_heard_between_two_writes(child: type[FakeChild]) -> None:
    job, attempt = begin()
    service.cancel_job(user=job.owner, job_id=job.id)
    attempt.last_heard -= 10
    attempt._start_child()
    assert attempt._is_over()
    assert reread(job).state == "cancelled"
    assert db.session.scalars(select(JobAttempt.ended_by)).all() == ["cancelled"]


def test_what_a_stopped_child_had_still_to_say_is_kept(
    child: type[FakeChild], monkeypatch: pytest.MonkeyPatch
) -> None:
    fold = {"fold": 2, "scores": {}, "fit_seconds": 1.0, "n_train": 8, "n_test": 2, "key": None}
    job, attempt = begin()

    def kill(self: FakeChild) -> list[dict[str, Any]]:
        was_alive, self.is_alive = self.is_alive, False
        return [{"type": "fold", "fold": fold}] if was_alive else []

    monkeypatch.setattr(child, "kill", kill)
    service.cancel_job(user=job.owner, job_id=job.id)
    attempt.last_write -= 2
    attempt.run()
    assert reread(job).state == "cancelled"
    assert db.session.scalars(select(JobFold.fold)).all() == [2]


def test_an_error_of_ours_ends_the_job_with_a_reason_and_not_the_worker(
    child: type[FakeChild], monkeypatch: pytest.MonkeyPatch
) -> None:
    job, attempt = begin()

    def fail(**_: Any) -> None:
        raise DataError("INSERT", {}, Exception("Token NaN is invalid"))

    monkeypatch.setattr(execution, "record_progress", fail)
    attempt.last_write -= 2
    attempt.run()
    job = reread(job)
    assert (job.state, job.failure["code"]) == ("failed", "UNKNOWN")
    assert "Token NaN is invalid" in job.failure["message"]


def test_a_database_that_is_away_is_waited_for(
    child: type[FakeChild], monkeypatch: pytest.MonkeyPatch
) -> None:
    job, attempt = begin(time_limit_s=60)
    real, tries = execution.fail_job, []

    def fail_twice(**values: Any) -> bool:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))
        return real(**values)

    monkeypatch.setattr(execution, "fail_job", fail_twice)
    attempt._read_job()
    attempt.started -= 61
    attempt.run()
    assert reread(job).state == "failed"
    assert len(tries) == 3


def test_a_worker_that_cannot_write_until_its_lease_runs_out_stops_its_child(
    child: type[FakeChild], monkeypatch: pytest.MonkeyPatch
) -> None:
    job, attempt = begin()

    def fail(**_: Any) -> None:
        attempt.last_write -= 3  # of a lease of five seconds
        raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))

    monkeypatch.setattr(execution, "record_progress", fail)
    attempt.last_write -= 2
    attempt.run()
    assert attempt.child is not None
    assert not attempt.child.is_alive
    assert reread(job).state == "running"  # for the dispatcher to take back


def test_a_child_that_ended_because_its_worker_was_frozen_is_not_held_against_the_job(
    child: type[FakeChild],
) -> None:
    job, attempt = begin()
    attempt._start_child()
    assert attempt.child is not None
    attempt.child.kill()
    attempt.last_write -= 60
    with pytest.raises(LeaseGone):
        attempt._is_over()
    assert (reread(job).state, reread(job).child_deaths) == ("running", 0)


def test_a_worker_that_can_start_no_process_hands_its_job_back_and_is_started_anew(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[str] = []

    def refuse(*_: Any, **__: Any) -> FakeChild:
        raise CannotStart("no process could be started")

    monkeypatch.setattr(module, "Child", refuse)
    monkeypatch.setattr(module.Presence, "leave", lambda: left.append("left"))
    job, one = begin()
    one.run()
    db.session.refresh(job)
    assert (job.state, left) == ("queued", ["left"])
    assert [a.ended_by for a in db.session.scalars(select(JobAttempt))] == ["handed_back"]
