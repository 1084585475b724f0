"""Files that attempts left without a record: deleted by whoever ends an attempt, and no others."""

import io
import threading
from datetime import timedelta

import pytest
from flask import Flask

from dashboard.clock import now
from dashboard.db import Job, JobAttempt
from dashboard.db.transaction import writing
from dashboard.jobs import service
from dashboard.jobs.running import execution, leftovers, recovery
from dashboard.jobs.running.claiming import Claim, claim_next_job
from dashboard.jobs.running.execution import Progress
from dashboard.storage import get_storage, keys
from dashboard.storage.local import LocalStorage
from tasks.tidying import Tidying
from tests.factories import make_job, make_user


def begin(worker: str = "worker-1") -> Claim:
    claim = claim_next_job(worker=worker)
    assert claim is not None
    return claim


def write(key: str) -> str:
    get_storage().write(key, io.BytesIO(b"x"))
    return key


def write_fold(claim: Claim, fold: int, *, recorded: bool) -> str:
    key = write(keys.job_fold(claim.job_id, claim.lease, fold))
    if recorded:
        found = {"fold": fold, "scores": {}, "fit_seconds": 1.0, "key": key}
        assert execution.record_progress(claim=claim, progress=Progress(folds=[found])).held
    return key


def age(claim: Claim) -> None:
    with writing() as session:
        session.get_one(Job, claim.job_id).heartbeat_at = now() - timedelta(seconds=60)


def test_only_what_no_record_names_is_deleted(any_app: Flask) -> None:
    job = make_job()
    claim = begin()
    kept, lost = write_fold(claim, 1, recorded=True), write_fold(claim, 2, recorded=False)
    other = write(keys.job_fold(job.id, "cd" * 8, 3))  # another attempt's
    half = get_storage()
    assert isinstance(half, LocalStorage)
    part = half.root / "jobs" / str(job.id) / claim.lease / ".part-x"
    part.write_text("half a file")
    assert leftovers.discard_leftovers(job_id=job.id, lease=claim.lease) == 2
    assert get_storage().exists(kept)
    assert not get_storage().exists(lost)
    assert get_storage().exists(other)
    assert not part.exists()


def test_files_of_a_finished_job_stay(any_app: Flask) -> None:
    job = make_job()
    claim = begin()
    named = [write(keys.job_artefact(job.id, claim.lease, name))
             for name in ("bundle", "results", "out_of_fold")]  # fmt: skip
    result = {"score": 0.5, "results_key": named[1], "out_of_fold_key": named[2]}
    files = {"bundle": {"key": named[0]}}
    assert execution.finish_job(claim=claim, result=result, files=files, schema={})
    assert leftovers.discard_leftovers(job_id=job.id, lease=claim.lease) == 0
    assert all(get_storage().exists(key) for key in named)


def test_who_takes_a_job_back_waits_for_no_storage(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_job()
    claim = begin()
    kept, lost = write_fold(claim, 1, recorded=True), write_fold(claim, 2, recorded=False)
    age(claim)
    with monkeypatch.context() as away:
        away.setattr(leftovers, "get_storage", lambda: pytest.fail("it asked the storage"))
        recovered = recovery.recover_stale_jobs(
            before=now() - timedelta(seconds=30), max_child_deaths=3
        )
    assert recovered == 1
    leftovers.discard_recent_leftovers(since=now() - timedelta(minutes=1))
    assert get_storage().exists(kept)
    assert not get_storage().exists(lost)


def test_a_dispatcher_finds_what_one_before_it_had_no_time_for(any_app: Flask) -> None:
    make_job()
    claim = begin()
    recovery.hand_back(claim=claim)
    lost = write_fold(claim, 1, recorded=False)
    running = begin()
    assert running.job_id == claim.job_id
    living = write_fold(running, 1, recorded=False)  # its worker is about to record it
    leftovers.discard_recent_leftovers(since=now() + timedelta(seconds=9))
    assert get_storage().exists(lost)
    leftovers.discard_recent_leftovers(since=now() - timedelta(minutes=1))
    assert not get_storage().exists(lost)
    assert get_storage().exists(living)


def test_no_attempt_is_looked_at_again_and_again(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, moment = make_job(), now()
    ends = [moment - timedelta(minutes=ago) for ago in (9, 7, 5)]
    with writing() as session:
        for n, end in enumerate(ends, start=1):
            session.add(JobAttempt(job_id=job.id, number=n, worker="w", lease=f"{n}",
                                   ended_at=end, ended_by="worker_died"))  # fmt: skip
    seen: list[str] = []

    def note(*, job_id: int, lease: str) -> int:
        seen.append(lease)
        return 0

    monkeypatch.setattr(leftovers, "discard_leftovers", note)
    monkeypatch.setattr(leftovers, "AT_ONCE", 2)
    tidy = Tidying(any_app.config["SETTINGS"], threading.Event())
    for _ in range(4):
        tidy.clean_up(moment)
    assert seen == ["1", "2", "2", "3", "3"]  # twice at the border between two rounds
    assert tidy.cleaned is not None
    assert tidy.cleaned > moment - timedelta(minutes=2)


def test_a_late_file_of_a_deleted_job_goes_too(any_app: Flask) -> None:
    owner = make_user()
    job = make_job(owner)
    claim = begin()
    execution.fail_job(claim=claim, failure={"code": "X", "message": "m"})
    service.delete_job(user=owner, job_id=job.id)
    lost = write_fold(claim, 1, recorded=False)
    leftovers.discard_leftovers(job_id=job.id, lease=claim.lease)
    assert not get_storage().exists(lost)
