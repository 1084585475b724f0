"""The look through the storage: what goes, what is reported, and that no named file goes."""

import io
import os
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from dashboard.clock import now
from dashboard.db import Dataset, FileLook, FileProblem, Job, JobAttempt, JobFold, Prediction
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.running import execution
from dashboard.jobs.running.claiming import claim_next_job
from dashboard.jobs.service import delete_job
from dashboard.retention import look as look_module
from dashboard.retention import service
from dashboard.retention.look import Look, Seen
from dashboard.storage import Storage, keys
from dashboard.storage.local import LocalStorage
from tests.factories import make_dataset, make_job, make_model, make_succeeded_job, make_user

pytestmark = pytest.mark.both_databases

OLD, NEW = "aaaaaaaa00000001", "bbbbbbbb00000002"


def put(storage: Storage, key: str) -> str:
    storage.write(key, io.BytesIO(b"x" * 10))
    return key


def look_later(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, *, hours: float = 48, remove: bool = True
) -> Look:
    """Look as if some hours had passed since the files were written."""
    later = now() + timedelta(hours=hours)
    monkeypatch.setattr(look_module, "now", lambda: later)
    look = Look(storage, remove=remove)
    for _ in look.slices():
        assert not db.session().in_transaction()
    return look


def stored(storage: Storage) -> set[str]:
    return {found.key for found in storage.list_files()}


def add_attempt(job: Job, lease: str, number: int = 1) -> None:
    with writing() as session:
        session.add(JobAttempt(job_id=job.id, number=number, worker="w", lease=lease))


def test_what_a_killed_attempt_left_goes_and_what_records_name_stays(
    any_app: Flask, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_succeeded_job()
    for number, lease in enumerate((OLD, NEW), start=1):
        add_attempt(job, lease, number)
    left = put(storage, keys.job_artefact(job.id, OLD, "bundle"))
    fold = put(storage, keys.job_fold(job.id, OLD, 1))
    files = {n: put(storage, keys.job_artefact(job.id, NEW, n)) for n in ("bundle", "results")}
    make_model(job, files={"bundle": {"key": files["bundle"]}})
    with writing() as session:
        session.get_one(Job, job.id).results_key = files["results"]
        session.scalar(
            select(JobFold).where(JobFold.job_id == job.id, JobFold.fold == 1)
        ).key = fold
    assert look_later(storage, monkeypatch, hours=0.1).findings.left_over == 0
    look = look_later(storage, monkeypatch)
    assert stored(storage) == {fold, *files.values()}
    assert left not in stored(storage)
    assert (look.findings.left_over, look.findings.problems) == (1, {})
    assert look.findings.size_bytes["jobs"] == 30


@pytest.mark.parametrize("state", ["running", "cancelling"])
def test_nothing_of_a_held_job_is_deleted_however_old(
    any_app: Flask, storage: Storage, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    job = make_job(state=state, lease=NEW, attempt=2)
    for number, lease in enumerate((OLD, NEW), start=1):
        add_attempt(job, lease, number)
    files = {put(storage, keys.job_artefact(job.id, lease, "bundle")) for lease in (OLD, NEW)}
    look_later(storage, monkeypatch)
    assert stored(storage) == files


def test_a_file_that_was_written_before_its_row_is_committed_stays(
    any_app: Flask, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job()
    claim = claim_next_job(worker="worker-1")
    assert claim is not None
    key = put(storage, keys.job_artefact(job.id, claim.lease, "results"))
    look_later(storage, monkeypatch)
    result = {"results_key": key, "score": 0.8}
    assert execution.finish_job(claim=claim, result=result, files={}, schema={})
    look = look_later(storage, monkeypatch)
    assert stored(storage) == {key}
    assert look.findings.problems == {}


def test_files_of_deleted_rows_go_after_a_day(
    any_app: Flask, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = make_user()
    job, dataset = make_succeeded_job(owner), make_dataset(owner)
    made = [put(storage, keys.job_artefact(job.id, OLD, "bundle")),
            put(storage, keys.dataset_original(dataset.id, OLD))]  # fmt: skip
    delete_job(user=owner, job_id=job.id)
    make_job(owner)  # so that the numbers are known to have been given
    with writing() as session:
        session.delete(dataset)
    make_dataset(owner)
    make_dataset(owner)
    later = now() + timedelta(hours=20)
    monkeypatch.setattr(look_module, "now", lambda: later)
    for _ in Look(storage).slices():
        pass
    assert stored(storage) == set(made)
    look_later(storage, monkeypatch)
    assert not stored(storage) & {made[1]}


def test_files_of_the_newest_row_go_too_when_it_is_gone(
    any_app: Flask, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its number is the highest that was ever given; no row has it any more."""
    newest = make_dataset()
    left = put(storage, keys.dataset_original(newest.id, newest.token))
    foreign = put(storage, keys.dataset_original(newest.id + 1, "ab" * 8))
    with writing() as session:
        session.delete(session.get_one(Dataset, newest.id))
    look = look_later(storage, monkeypatch)
    assert left not in stored(storage)
    assert (look.findings.left_over, set(look.findings.problems)) == (1, {foreign})


def test_where_no_number_was_given_no_file_is_taken_for_a_deleted_rows(
    any_app: Flask, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when an empty database is opened over the files of a lost one."""
    foreign = put(storage, keys.dataset_original(1, "ab" * 8))
    look = look_later(storage, monkeypatch)
    assert set(look.findings.problems) == stored(storage) == {foreign}


def test_a_file_that_cannot_be_removed_is_reported_and_keeps_no_other(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = LocalStorage(tmp_path / "files")
    gone = [make_dataset() for _ in range(3)]
    left = [put(storage, keys.dataset_original(row.id, row.token)) for row in gone]
    with writing() as session:
        for row in gone:
            session.delete(session.get_one(Dataset, row.id))
    delete = storage.delete

    def refuse(key: str) -> None:
        if key == left[1]:
            raise PermissionError(13, "Permission denied")
        delete(key)

    monkeypatch.setattr(storage, "delete", refuse)
    look = look_later(storage, monkeypatch)
    assert stored(storage) == set(look.findings.problems) == {left[1]}
    assert look.findings.left_over == 2


def test_what_is_not_known_is_reported_and_never_deleted(
    any_app: Flask, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_succeeded_job()
    strange = {
        put(storage, keys.job_artefact(job.id, "cc" * 8, "bundle")),  # a lease that it never had
        put(storage, keys.job_artefact(10**9, OLD, "bundle")),  # a number that was never given
        put(storage, keys.dataset_original(10**9, OLD)),
    }
    look = look_later(storage, monkeypatch)
    assert stored(storage) == strange
    assert set(look.findings.problems) == strange
    assert (look.findings.orphan, look.findings.size_bytes["other"]) == (3, 30)


def test_a_record_without_its_file_is_reported(
    any_app: Flask, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_succeeded_job(results_key=keys.job_artefact(1, OLD, "results"))
    dataset = make_dataset(token=OLD)
    table, original = (
        keys.dataset_table(dataset.id, OLD, 1),
        keys.dataset_original(dataset.id, OLD),
    )
    with writing() as session:
        row = session.get_one(type(dataset), dataset.id)
        row.table_key, row.original_key = put(storage, table), original
    look = look_later(storage, monkeypatch)
    assert look.findings.missing == 2
    assert set(look.findings.problems) == {original, job.results_key}
    service.begin_look(now())
    service.end_look(look.findings)
    assert sorted(db.session.scalars(select(FileProblem.kind))) == ["missing", "missing"]
    put(storage, original)
    service.end_look(look_later(storage, monkeypatch).findings)
    db.session.rollback()
    assert db.session.scalars(select(FileProblem.key)).all() == [job.results_key]
    assert db.session.get_one(FileLook, 1, populate_existing=True).found["missing"] == 1


def test_tables_of_earlier_readings_go(
    app: Flask, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = make_dataset(token=OLD, reading=3)
    tables = [put(storage, keys.dataset_table(dataset.id, OLD, n)) for n in (1, 2, 3)]
    original = put(storage, keys.dataset_original(dataset.id, OLD))
    with writing() as session:
        row = session.get_one(type(dataset), dataset.id)
        row.original_key, row.table_key = original, tables[2]
    look_later(storage, monkeypatch)
    assert stored(storage) == {original, tables[2]}


def test_unfinished_files_go_after_a_day(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = LocalStorage(tmp_path / "files")
    job = make_job(state="running", lease=NEW)
    key = put(storage, keys.job_artefact(job.id, NEW, "bundle"))
    half = (storage.root / key).with_name(".part-12345678")
    foreign = storage.root / "notes" / ".part-12345678"
    foreign.parent.mkdir()
    for path in (half, foreign):
        path.write_bytes(b"half")
    look_later(storage, monkeypatch, hours=23)
    assert half.exists()
    look = look_later(storage, monkeypatch, hours=25)
    assert not half.exists()
    assert foreign.exists()
    assert set(look.findings.problems) == {"notes/.part-12345678"}


def test_a_name_that_no_database_takes_is_reported_in_other_letters(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = LocalStorage(tmp_path / "files")
    Path(os.fsdecode(os.fsencode(storage.root) + b"/caf\xe9")).write_bytes(b"x")
    (storage.root / ("n" * 250)).write_bytes(b"x")
    findings = look_later(storage, monkeypatch).findings
    service.begin_look(now())
    service.end_look(findings)
    found = db.session.scalars(select(FileProblem.key)).all()
    assert set(found) == {"caf\\udce9", "n" * 200}


def test_predictions_keep_what_they_name(
    app: Flask, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = make_model()
    files = {}
    for state in ("queued", "failed"):
        prediction = Prediction(
            model_id=model.id, owner_id=model.job.owner_id, kind="file", state=state, token=OLD
        )
        with writing() as session:
            session.add(prediction)
            session.flush()
            prediction.input_key = keys.prediction_file(prediction.id, OLD, "input")
        put(storage, prediction.input_key)
        files[state] = put(storage, keys.prediction_file(prediction.id, OLD, "output"))
    look_later(storage, monkeypatch)
    assert files["queued"] in stored(storage)
    assert files["failed"] not in stored(storage)
    assert len(stored(storage)) == 3


FILE = st.tuples(
    st.sampled_from(["current", "former", "unknown"]),  # whose lease
    st.sampled_from(["bundle", "results", "out_of_fold", "fold-1"]),
    st.booleans(),  # whether a record names it
    st.sampled_from([0.0, 1.0, 400.0]),  # hours since it was written
)
JOB = st.tuples(
    st.sampled_from(["queued", "running", "cancelling", "succeeded", "failed", "lost"]),
    st.lists(FILE, max_size=6),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(JOB, min_size=1, max_size=4))
def test_no_named_file_and_none_of_a_held_job_is_ever_deleted(
    app: Flask, jobs: list[tuple[str, Any]]
) -> None:
    owner = make_user()
    dataset = make_dataset(owner)
    safe: set[str] = set()
    left: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        storage = LocalStorage(Path(folder))
        for state, files in jobs:
            held = state in {"running", "cancelling"}
            job = make_job(owner, dataset, state=state, lease=NEW if held else None)
            for number, lease in enumerate((OLD, NEW), start=1):
                add_attempt(job, lease, number)
            for whose, name, named, hours in dict.fromkeys(files):
                lease = {"current": NEW, "former": OLD, "unknown": "cc" * 8}[whose]
                key = put(storage, f"jobs/{job.id}/{lease}/{name}")
                age = now().timestamp() - hours * 3600
                os.utime(storage.root / key, (age, age))
                if named and name_it(job, name, key):
                    safe.add(key)
                if held or whose == "unknown":
                    safe.add(key)
                elif hours and not named:
                    left.add(key)
                else:  # written anew just now, perhaps
                    left.discard(key)
        for _ in Look(storage).slices():
            pass
        assert safe <= stored(storage)
        assert not (left - safe) & stored(storage)


def name_it(job: Job, name: str, key: str) -> bool:
    """Let a record name a file; False when that name is taken by another of its files."""
    with writing() as session:
        row = session.get_one(Job, job.id, populate_existing=True)
        if name == "fold-1":
            taken = session.scalar(select(JobFold).where(JobFold.job_id == job.id))
            if taken is None:
                session.add(JobFold(job_id=job.id, fold=1, attempt=1, scores={}, fit_seconds=0.1,
                                    key=key))  # fmt: skip
            return taken is None
        column = "out_of_fold_key" if name == "out_of_fold" else "results_key"
        if getattr(row, column) is not None:
            return False
        setattr(row, column, key)
        return True


def test_seen_numbers_are_remembered() -> None:
    seen = Seen()
    for number in (0, 7, 8, 1_000_000):
        assert number not in seen
        seen.add(number)
    assert [n for n in (0, 1, 7, 8, 9, 999_999, 1_000_000, 1_000_001) if n in seen] == [
        0, 7, 8, 1_000_000,
    ]  # fmt: skip
    assert len(seen.bits) < 130_000


def test_baselines_stay_as_long_as_their_dataset(
    any_app: Flask, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = make_dataset()
    kept = put(storage, keys.dataset_baselines(dataset.id, "ab" * 32))
    look = look_later(storage, monkeypatch)
    assert kept in stored(storage)
    assert look.findings.problems == {}
    with writing() as session:
        session.delete(session.get_one(Dataset, dataset.id))
    look_later(storage, monkeypatch)
    assert kept not in stored(storage)
