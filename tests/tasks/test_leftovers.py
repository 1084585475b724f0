"""Files that attempts left without a record: deleted by whoever ends an attempt, and no others."""

import io
from datetime import timedelta

from flask import Flask

from dashboard.clock import now
from dashboard.db import Job
from dashboard.db.transaction import writing
from dashboard.jobs import execution, leftovers, recovery, service
from dashboard.jobs.claiming import claim_next_job
from dashboard.jobs.execution import Claim, Progress
from dashboard.storage import get_storage, keys
from dashboard.storage.local import LocalStorage
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


def test_who_takes_a_job_back_cleans_up_behind_its_worker(any_app: Flask) -> None:
    make_job()
    claim = begin()
    kept, lost = write_fold(claim, 1, recorded=True), write_fold(claim, 2, recorded=False)
    age(claim)
    recovery.recover_stale_jobs(before=now() - timedelta(seconds=30), max_child_deaths=3)
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
    assert leftovers.discard_recent_leftovers(since=now() + timedelta(seconds=9)) == 0
    assert leftovers.discard_recent_leftovers(since=now() - timedelta(minutes=1)) == 1
    assert not get_storage().exists(lost)
    assert get_storage().exists(living)


def test_a_late_file_of_a_deleted_job_goes_too(any_app: Flask) -> None:
    owner = make_user()
    job = make_job(owner)
    claim = begin()
    execution.fail_job(claim=claim, failure={"code": "X", "message": "m"})
    service.delete_job(user=owner, job_id=job.id)
    lost = write_fold(claim, 1, recorded=False)
    leftovers.discard_leftovers(job_id=job.id, lease=claim.lease)
    assert not get_storage().exists(lost)
