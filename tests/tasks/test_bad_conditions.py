"""Limits, a full disk, files that are gone or damaged: real children, and a clear reason each."""

import io
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.chores.service import add_chore
from dashboard.datasets.check.checking import discard_upload
from dashboard.datasets.upload.uploads import create_upload
from dashboard.db import Chore, Dataset, Job, JobFold, LogLine, Model, Prediction, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.running.claiming import claim_next_job
from dashboard.jobs.service import submit_job
from dashboard.storage import get_storage
from tasks import attempt as attempt_module
from tasks import child, payload
from tasks.attempt import Attempt
from tasks.chore_kinds import ReadDataset
from tasks.chores import run_chore
from tests.claims import claim_chore


@pytest.fixture(autouse=True)
def real_children(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Children that work on the test's own storage."""
    for module in (attempt_module, payload):
        monkeypatch.setattr(module, "settings", app.config["SETTINGS"])
    monkeypatch.setattr("dashboard.queue.wake", lambda *_: True)
    child.warm_up()


@pytest.fixture
def dataset(app: Flask, member: User) -> Dataset:
    made = random.Random(1)
    rows = [f"{made.random():.3f},{made.random():.3f},{made.choice('ab')}" for _ in range(60)]
    text = "\n".join(["x,y,label", *rows])
    found = create_upload(
        user=member, file_name="t.csv", stream=io.BytesIO(text.encode()), save=True
    )
    do_chore()
    db.session.refresh(found)
    assert found.state == "ready", found.problems
    return found


def do_chore() -> None:
    run_chore(claim_chore())
    db.session.rollback()


def submit(dataset: Dataset, **changes: Any) -> Job:
    request = {"dataset_id": dataset.id, "target": "label", "estimator": "LogisticRegression"}
    return submit_job(user=dataset.owner, request=request | changes)


def change(record: Any, **values: Any) -> None:
    with writing() as session:
        row = session.get_one(type(record), record.id)
        for name, value in values.items():
            setattr(row, name, value)


def run(job: Job) -> Job:
    claim = claim_next_job(worker="worker-1")
    assert claim is not None
    assert claim.job_id == job.id
    Attempt(claim).run()
    db.session.rollback()
    return db.session.get_one(Job, job.id, populate_existing=True)


def path_of(key: str | None) -> Path:
    assert key is not None
    path: Path = get_storage().root / key  # type: ignore[attr-defined]
    assert path.exists()
    return path


def truncate(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


SPOIL: dict[str, Callable[[Path], None]] = {"FILE_MISSING": Path.unlink, "FILE_DAMAGED": truncate}


def test_a_child_that_takes_too_much_memory_is_killed(dataset: Dataset) -> None:
    job = submit(dataset, estimator="RandomForestClassifier")
    change(job, memory_limit_bytes=40_000_000)
    job = run(job)
    assert (job.state, job.failure["code"]) == ("failed", "MEM_LIMIT")
    assert job.failure["message"].startswith(
        'The job needed more than 40 MB of memory in stage "load'
    )
    assert job.failure["hint"].endswith("a sample of rows, or Gradient boosting")
    assert job.peak_memory_bytes > 40_000_000


def test_a_child_that_takes_too_long_is_killed(dataset: Dataset) -> None:
    slow = {"n_estimators": 10_000}
    job = submit(dataset, estimator="RandomForestClassifier", parameters=slow, time_limit_s=1)
    job = run(job)
    assert (job.state, job.failure["code"]) == ("failed", "TIME_LIMIT")
    assert (
        "Stopped at the 1.0 s limit during fold 1 of 5. 0 folds finished"
        in (job.failure["message"])
    )


def test_a_full_disk_ends_the_job_with_its_reason(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = payload.storage_address()
    monkeypatch.setattr(payload, "storage_address", lambda: real | {"keep_free_bytes": 10**16})
    job = run(submit(dataset))
    assert (job.state, job.failure["code"]) == ("failed", "DISK_FULL")
    assert "no room left" in job.failure["message"]
    assert "run it again" in job.failure["hint"]


@pytest.mark.parametrize("code", sorted(SPOIL))
def test_a_table_that_cannot_be_read_ends_the_job(dataset: Dataset, code: str) -> None:
    SPOIL[code](path_of(dataset.table_key))
    job = run(submit(dataset))
    assert (job.state, job.failure["code"]) == ("failed", code)
    assert job.failure["message"].startswith('The table of the dataset "t" is ')
    assert job.failure["hint"] == "Upload the file again"


def test_folds_whose_files_are_gone_or_damaged_are_trained_again(dataset: Dataset) -> None:
    job = run(submit(dataset))
    assert job.state == "succeeded"
    score = job.score
    folds = db.session.scalars(select(JobFold).order_by(JobFold.fold)).all()
    former = {fold.fold: fold.key for fold in folds}
    path_of(former[1]).unlink()
    truncate(path_of(former[2]))
    do_chore()
    with writing() as session:
        session.delete(session.scalars(select(Model)).one())
        session.get_one(Job, job.id).state = "queued"
    job = run(job)
    assert (job.state, job.score) == ("succeeded", score)
    folds = db.session.scalars(
        select(JobFold).order_by(JobFold.fold).execution_options(populate_existing=True)
    ).all()
    assert [fold.fold for fold in folds] == [1, 2, 3, 4, 5]
    assert [fold.fold for fold in folds if fold.key != former[fold.fold]] == [1, 2]
    lines = db.session.scalars(select(LogLine.text).where(LogLine.level == "warning")).all()
    assert [line.split(",")[0][:40] for line in lines] == [
        "What was predicted in fold 1 is missing ",
        "What was predicted in fold 2 is damaged:",
    ]


def test_an_upload_whose_file_is_gone_is_refused(app: Flask, member: User) -> None:
    upload = create_upload(user=member, file_name="t.csv", stream=io.BytesIO(b"a,b\n1,2\n"))
    db.session.refresh(upload)
    path_of(upload.original_key).unlink()
    do_chore()
    db.session.refresh(upload)
    assert upload.state == "refused"
    [problem] = upload.problems
    assert problem["code"] == "FILE_MISSING"
    assert problem["message"] == (
        "The file t.csv is missing from the storage. Upload the file again"
    )


@pytest.mark.parametrize("code", sorted(SPOIL))
def test_a_bundle_that_cannot_be_read_is_not_offered(dataset: Dataset, code: str) -> None:
    assert run(submit(dataset)).state == "succeeded"
    model = db.session.scalars(select(Model)).one()
    SPOIL[code](path_of(model.files["bundle"]["key"]))
    do_chore()
    db.session.refresh(model)
    assert (model.state, model.failure["code"]) == ("refused", code)
    assert model.failure["message"].startswith("The bundle is ")
    assert "Duplicate" in model.failure["hint"]


@pytest.mark.parametrize("code", sorted(SPOIL))
def test_a_prediction_with_a_model_that_cannot_be_read_fails(dataset: Dataset, code: str) -> None:
    assert run(submit(dataset)).state == "succeeded"
    do_chore()
    model = db.session.scalars(select(Model)).one()
    SPOIL[code](path_of(model.files["joblib"]["key"]))
    made = Prediction(
        model_id=model.id, owner_id=model.job.owner_id, kind="rows", token="ab" * 8,
        rows=[{"x": 1, "y": 2}],
    )  # fmt: skip
    with writing() as session:
        session.add(made)
        session.flush()
        add_chore(session, "predict", made.id)
    do_chore()
    db.session.refresh(made)
    assert (made.state, made.failure["code"]) == ("failed", code)
    assert made.failure["message"].startswith("The file of the model is ")


def test_the_child_that_reads_what_is_discarded_is_stopped_and_leaves_nothing(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "\n".join(f"{n},{n * 7},{n % 13}" for n in range(600_000))
    upload = create_upload(
        user=member, file_name="t.csv", stream=io.BytesIO(f"a,b,c\n{rows}\n".encode())
    )
    progress, told = ReadDataset.progress, []

    def discard_first(self: ReadDataset, fraction: float, message: str) -> bool:
        if not told:
            discard_upload(user=member, dataset_id=upload.id)
        told.append(progress(self, fraction, message))
        return told[-1]

    monkeypatch.setattr(ReadDataset, "progress", discard_first)
    do_chore()
    assert told == [False]
    assert list(get_storage().list_files()) == []
    assert db.session.query(Dataset).count() == db.session.query(Chore).count() == 0
