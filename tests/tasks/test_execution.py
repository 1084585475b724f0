"""Claims, leases, ends and recovery, on both databases."""

import io
import threading
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from dashboard.api import present
from dashboard.chores import service as chores
from dashboard.clock import now
from dashboard.db import (
    Chore,
    Job,
    JobAttempt,
    JobEntry,
    JobEvent,
    JobFold,
    LogLine,
    Model,
    Prediction,
)
from dashboard.db.states import TRANSITIONS, IllegalTransition, JobState, move
from dashboard.db.transaction import writing
from dashboard.errors import Conflict
from dashboard.extensions import db
from dashboard.jobs import service
from dashboard.jobs.listing.lists import view_jobs
from dashboard.jobs.running import execution, recovery
from dashboard.jobs.running.claiming import Claim, claim_next_job
from dashboard.jobs.running.execution import Progress
from dashboard.storage import get_storage, keys
from tests.factories import make_dataset, make_job, make_model, make_user


def fresh(job: Job) -> Job:
    db.session.rollback()
    return db.session.get_one(Job, job.id, populate_existing=True)


def claim() -> Claim:
    found = claim_next_job(worker="worker-1")
    assert found is not None
    return found


def age(job: Job, seconds: float) -> None:
    with writing() as session:
        session.get_one(Job, job.id).heartbeat_at = now() - timedelta(seconds=seconds)


def recover(seconds: float = 30) -> int:
    before = now() - timedelta(seconds=seconds)
    return recovery.recover_stale_jobs(before=before, max_child_deaths=3)


def test_claim_takes_priority_then_fairness_then_age(any_app: Flask) -> None:
    ana, ben = make_user(), make_user()
    dataset = make_dataset(ana)
    first = make_job(ana, dataset)
    second = make_job(ana, dataset)
    bens = make_job(ben, dataset)
    urgent = make_job(ana, dataset, priority=1)
    order = [claim().job_id for _ in range(4)]
    assert order == [urgent.id, bens.id, first.id, second.id]
    assert claim_next_job(worker="worker-1") is None


def test_claim_moves_the_job_and_begins_an_attempt(any_app: Flask) -> None:
    job = make_job()
    found = claim()
    job = fresh(job)
    assert (job.state, job.attempt, job.lease, job.worker) == (
        "running",
        1,
        found.lease,
        "worker-1",
    )
    attempt = db.session.scalars(select(JobAttempt)).one()
    assert (attempt.number, attempt.worker, attempt.ended_at) == (1, "worker-1", None)
    event = db.session.scalars(select(JobEvent)).one()
    assert (event.from_state, event.to_state) == ("queued", "running")


def test_a_job_is_claimed_once_however_many_ask_at_once(any_app: Flask) -> None:
    owner = make_user()
    dataset = make_dataset(owner)
    jobs = {make_job(owner, dataset).id for _ in range(6)}
    taken: list[int] = []

    def ask(name: str) -> None:
        with any_app.app_context():
            while found := claim_next_job(worker=name):
                taken.append(found.job_id)

    threads = [threading.Thread(target=ask, args=(f"worker-{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(taken) == sorted(jobs)


def test_progress_is_written_and_never_falls(any_app: Flask) -> None:
    job = make_job()
    held = claim()
    lines = [(now(), "info", "one"), (now(), "warning", "two")]
    fold = {"fold": 1, "scores": {"roc_auc": 0.8}, "fit_seconds": 1.0, "n_train": 80, "n_test": 20,
            "key": None}  # fmt: skip
    first = Progress(stage="fit", fraction=0.5, message="Fitting", lines=lines, folds=[fold])
    assert execution.record_progress(claim=held, progress=first).held
    execution.record_progress(
        claim=held, progress=Progress(fraction=0.3, lines=[(now(), "info", "3")])
    )
    execution.record_progress(claim=held, progress=Progress(fraction=1.0))
    assert fresh(job).progress == 0.99
    assert [line.n for line in db.session.scalars(select(LogLine).order_by(LogLine.n))] == [
        1,
        2,
        3,
    ]
    assert db.session.scalars(select(JobFold)).one().scores == {"roc_auc": 0.8}


def test_who_lost_the_lease_writes_nothing(any_app: Flask) -> None:
    job = make_job()
    old = claim()
    age(job, 60)
    assert recover() == 1
    new = claim()
    assert new.job_id == old.job_id
    late = Progress(stage="save", fraction=0.9, lines=[(now(), "info", "late")])
    assert not execution.record_progress(claim=old, progress=late).held
    assert not execution.fail_job(claim=old, failure={"code": "X", "message": "late"})
    assert not execution.finish_job(claim=old, result={"score": 1.0}, files={}, schema={})
    assert not execution.finish_cancel(claim=old)
    assert not recovery.hand_back(claim=old)
    job = fresh(job)
    assert (job.state, job.lease, job.score, job.attempt) == ("running", new.lease, None, 2)
    assert "late" not in [line.text for line in db.session.scalars(select(LogLine))]


def test_finished_job_has_a_model_and_a_check(any_app: Flask) -> None:
    job = make_job()
    result = {"score": 0.8, "metrics": {}, "classes": ["a", "b"], "partial": False}
    files = {"bundle": {"key": "k", "size_bytes": 1, "sha256": "s"}}
    assert execution.finish_job(claim=claim(), result=result, files=files, schema={"features": []})
    job = fresh(job)
    assert (job.state, job.score, job.progress, job.lease) == ("succeeded", 0.8, 1.0, None)
    model = db.session.scalars(select(Model)).one()
    assert (model.state, model.classes) == ("verifying", ["a", "b"])
    chore = db.session.scalars(select(Chore)).one()
    assert (chore.kind, chore.subject_id) == ("verify_model", model.id)


def test_dead_worker_costs_an_attempt_and_keeps_folds(any_app: Flask) -> None:
    job = make_job()
    claim()
    assert recover() == 0
    age(job, 31)
    assert recover() == 1
    assert recover() == 0
    job = fresh(job)
    assert (job.state, job.attempt, job.child_deaths) == ("queued", 1, 0)
    assert "This is not about your data" in (job.message or "")
    assert db.session.scalars(select(JobAttempt)).one().ended_by == "worker_died"


def test_a_duration_is_the_time_worked_not_that_in_which_the_server_was_off(
    any_app: Flask,
) -> None:
    job = make_job()
    claim()
    hours = timedelta(hours=9)
    with writing() as session:  # the server went off 20 seconds after the start, for nine hours
        first = session.scalars(select(JobAttempt)).one()
        row = session.get_one(Job, job.id)
        first.started_at = row.started_at = now() - hours
        row.heartbeat_at = now() - hours + timedelta(seconds=20)
    assert recover() == 1
    held = claim()
    with writing() as session:
        second = session.query(JobAttempt).filter_by(number=2).one()
        second.started_at = now() - timedelta(seconds=40)
    (view,) = view_jobs([fresh(job)])
    assert view.took.seconds == pytest.approx(60, abs=5)
    assert execution.fail_job(claim=held, failure={"code": "X", "message": "-"})
    (view,) = view_jobs([fresh(job)])
    assert view.took.seconds == pytest.approx(60, abs=5)
    found = present.job(fresh(job))
    assert found["duration_s"] == view.took.seconds
    assert [round(a["duration_s"], -1) for a in found["attempts"]] == [20, 40]
    assert db.session.get_one(JobEntry, job.id).seconds == view.took.seconds  # what lists sort by


def test_child_that_dies_three_times_is_given_up(any_app: Flask) -> None:
    job = make_job()
    for _ in range(3):
        assert recovery.record_child_death(claim=claim(), max_child_deaths=3, memory_bytes=10**9)
    job = fresh(job)
    assert (job.state, job.attempt) == ("lost", 3)
    assert job.failure is not None
    assert "died by itself 3 times" in job.failure["message"]


def test_ten_attempts_of_any_kind_are_enough(any_app: Flask) -> None:
    job = make_job()
    for _ in range(10):
        claim()
        age(job, 60)
        recover()
    assert fresh(job).state == "lost"


def test_handed_back_job_waits_again(any_app: Flask) -> None:
    job = make_job()
    assert recovery.hand_back(claim=claim())
    assert fresh(job).state == "queued"
    assert claim().attempt == 2


def test_cancel_of_a_waiting_job_is_immediate(any_app: Flask) -> None:
    owner = make_user()
    job = make_job(owner)
    service.cancel_job(user=owner, job_id=job.id)
    assert fresh(job).state == "cancelled"
    assert claim_next_job(worker="w") is None
    with pytest.raises(Conflict, match="already finished: cancelled"):
        service.cancel_job(user=owner, job_id=job.id)


def test_cancel_of_a_running_job_is_heard_and_ends_it(any_app: Flask) -> None:
    owner = make_user()
    job = make_job(owner)
    held = claim()
    service.cancel_job(user=owner, job_id=job.id)
    assert fresh(job).state == "cancelling"
    assert execution.record_progress(claim=held, progress=Progress()).stop == "cancel"
    assert execution.finish_cancel(claim=held)
    assert fresh(job).state == "cancelled"


def test_cancelling_job_of_a_dead_worker_is_cancelled(any_app: Flask) -> None:
    owner = make_user()
    job = make_job(owner)
    claim()
    service.cancel_job(user=owner, job_id=job.id)
    age(job, 60)
    recover()
    assert fresh(job).state == "cancelled"


def test_keep_needs_a_fold_and_is_heard(any_app: Flask) -> None:
    owner = make_user()
    job = make_job(owner)
    held = claim()
    with pytest.raises(Conflict, match="nothing to keep"):
        service.cancel_job(user=owner, job_id=job.id, keep=True)
    fold = {"fold": 1, "scores": {}, "fit_seconds": 1.0, "key": None}
    execution.record_progress(claim=held, progress=Progress(folds=[fold]))
    service.cancel_job(user=owner, job_id=job.id, keep=True)
    assert execution.record_progress(claim=held, progress=Progress()).stop == "keep"


def test_failed_job_runs_again_from_the_start_of_its_life(any_app: Flask) -> None:
    owner = make_user()
    job = make_job(owner)
    execution.fail_job(claim=claim(), failure={"code": "UNKNOWN", "message": "boom"})
    assert fresh(job).failure is not None
    service.retry_job(user=owner, job_id=job.id)
    job = fresh(job)
    assert (job.state, job.failure, job.attempt) == ("queued", None, 1)
    with pytest.raises(Conflict):
        service.retry_job(user=owner, job_id=job.id)


def test_chores_urgent_first_and_given_up_after_ten_dead_workers(any_app: Flask) -> None:
    with writing() as session:
        chores.add_chore(session, "read_dataset", 1)
        chores.add_chore(session, "predict", 2, urgent=True)
    assert [chores.claim_next_chore(worker="light").kind for _ in range(2)] == [  # type: ignore[union-attr]
        "predict", "read_dataset"]  # fmt: skip
    given_up = []
    for _ in range(10):
        assert given_up == []
        with writing() as session:
            for chore in session.scalars(select(Chore)):
                chore.heartbeat_at = now() - timedelta(seconds=60)
        given_up += chores.recover_stale_chores(
            before=now() - timedelta(seconds=30), give_up=lambda *_: None
        )
        while chores.claim_next_chore(worker="light"):
            pass
    assert sorted(given_up) == [("predict", 2), ("read_dataset", 1)]


@given(steps=st.lists(st.sampled_from(list(JobState)), max_size=12))
def test_no_order_of_events_leaves_the_table(steps: list[JobState]) -> None:
    class Session:
        def add(self, record: object) -> None:
            pass

    job = Job(id=1, state=JobState.QUEUED)
    for step in steps:
        was = JobState(job.state)
        try:
            move(Session(), job, step)  # type: ignore[arg-type]
        except IllegalTransition:
            assert step not in TRANSITIONS[was]
            assert job.state == was
        else:
            assert step in TRANSITIONS[was]


def test_a_job_that_is_being_cancelled_says_by_whom(any_app: Flask) -> None:
    owner = make_user(name="Ana")
    job = make_job(owner)
    found = claim()
    service.cancel_job(user=owner, job_id=job.id)
    execution.record_progress(claim=found, progress=Progress(message="Fitting fold 2 of 5"))
    execution.finish_cancel(claim=found)
    assert fresh(job).message.startswith("Cancelled by Ana")


def test_deleting_a_job_deletes_the_files_of_its_predictions(app: Flask) -> None:
    model = make_model()
    owner = model.job.owner
    prediction = Prediction(model_id=model.id, owner_id=owner.id, kind="file", token="ab" * 8)
    with writing() as session:
        session.add(prediction)
    key = keys.prediction_file(prediction.id, prediction.token, "input")
    get_storage().write(key, io.BytesIO(b"a\n1\n"), limit_bytes=100)
    service.delete_job(user=owner, job_id=model.job_id)
    assert not get_storage().exists(key)


def test_a_second_word_to_stop_changes_nothing(any_app: Flask) -> None:
    owner = make_user(name="Ana")
    job = make_job(owner)
    held = claim()
    fold = {"fold": 1, "scores": {}, "fit_seconds": 1.0, "key": None}
    execution.record_progress(claim=held, progress=Progress(folds=[fold], message="Fitting"))
    service.cancel_job(user=owner, job_id=job.id)
    said = fresh(job).message
    service.cancel_job(user=owner, job_id=job.id)
    with pytest.raises(Conflict, match="Ana is cancelling the job already"):
        service.cancel_job(user=owner, job_id=job.id, keep=True)
    assert (fresh(job).message, fresh(job).stop_request) == (said, "cancel")
