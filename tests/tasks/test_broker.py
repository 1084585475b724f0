"""Real workers on a real SQS protocol: from a submit to a checked model, and through a crash."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard import queue
from dashboard.datasets.upload.addresses import allow_address, create_from_address
from dashboard.datasets.upload.uploads import create_sample, create_upload
from dashboard.db import Chore, Dataset, Job, Model, User, Worker
from dashboard.extensions import db
from dashboard.jobs.service import cancel_job, submit_job
from dashboard.predictions.service import predict_rows
from tests.engine.tables import mixed_csv
from tests.product import ROOT, Parts, base_environ, free_port, run_parts, wait_for

pytestmark = pytest.mark.broker


@pytest.fixture
def environ(home: Path) -> dict[str, str]:
    (home / "sqs_port").write_text(str(free_port()))
    return base_environ(home, HEARTBEAT_S="0.5", LOST_AFTER_S="3", GRACE_S="1")


@pytest.fixture
def processes(app: Flask, environ: dict[str, str], tmp_path: Path) -> Iterator[Parts]:
    with run_parts(tmp_path, environ) as made:
        yield made


def state_of(record: type, record_id: int) -> str:
    db.session.rollback()
    return str(db.session.get_one(record, record_id, populate_existing=True).state)


def test_main_job_through_crash_cancel_and_a_broker_that_forgets(
    processes: Parts, member: User, tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_text(mixed_csv(400))
    with (tmp_path / "in.csv").open("rb") as stream:
        dataset = create_upload(user=member, file_name="in.csv", stream=stream, save=True)
    sample = create_sample(user=member, sample_id="wine")
    wait_for(
        "both datasets are read",
        lambda: state_of(Dataset, dataset.id) == state_of(Dataset, sample.id) == "ready",
    )

    def submit(estimator: str, **parameters: object) -> Job:
        request = {"dataset_id": dataset.id, "target": "y_class", "estimator": estimator,
                   "parameters": parameters, "exclude": ["y_number"]}  # fmt: skip
        return submit_job(user=member, request=request)

    job = submit("LogisticRegression")
    wait_for("the job is succeeded", lambda: state_of(Job, job.id) == "succeeded")
    model = db.session.scalars(select(Model).where(Model.job_id == job.id)).one()
    wait_for("the model is ready", lambda: state_of(Model, model.id) == "ready")
    row = {"age": 30, "income": 2500.5, "city": "Oslo", "shop": "shop1", "member": "yes",
           "since": "2020-02-03", "comment": "fast and fine"}  # fmt: skip
    answer = predict_rows(user=member, model_id=model.id, rows=[row]).answer
    assert answer is not None
    assert answer["predictions"][0] in {"high", "low"}

    # The broker forgets everything, queues included: hints are sent again by the dispatcher.
    processes.kill("broker")
    waiting = submit("GaussianNB")
    processes.broker()
    wait_for(
        "the waiting job is done",
        lambda: revived(processes) and state_of(Job, waiting.id) == "succeeded",
    )

    slow = submit("GradientBoostingClassifier", n_estimators=2000, max_depth=6)
    wait_for("the slow job is running", lambda: state_of(Job, slow.id) == "running")
    processes.kill("worker-1")
    processes.worker("worker-1", queue.TRAIN)
    wait_for(
        "the slow job is in attempt 2",
        lambda: state_of(Job, slow.id) == "running" and attempts_of(slow) >= 2,
    )
    cancel_job(user=member, job_id=slow.id)
    wait_for("the slow job is cancelled", lambda: state_of(Job, slow.id) == "cancelled")
    names = {worker.name for worker in db.session.scalars(select(Worker))}
    assert names == {"worker-1", "light"}


def attempts_of(job: Job) -> int:
    return db.session.get_one(Job, job.id, populate_existing=True).attempt


def revived(processes: Parts) -> bool:
    """Start again what ended with its broker, as the supervisor does."""
    processes.revive()
    return True


@pytest.fixture
def silent_bucket(environ: dict[str, str]) -> Iterator[None]:
    """An S3 that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        environ["S3_ENDPOINT_URL"] = f"http://127.0.0.1:{listening.getsockname()[1]}"
        environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        environ["LOST_AFTER_S"] = "30"  # a busy machine takes its time to start a child
        yield


@pytest.mark.long
def test_nobody_waits_for_a_fetch_and_a_worker_that_stops_puts_it_back(
    silent_bucket: None, processes: Parts, member: User, admin: User
) -> None:
    allow_address(user=admin, prefix="s3://far-files/")
    far = create_from_address(user=member, address="s3://far-files/a.csv")

    def fetching() -> Chore:
        db.session.rollback()
        asked = select(Chore).where(Chore.kind == "fetch_file", Chore.subject_id == far.id)
        return db.session.scalars(asked).one()

    wait_for("the fetch has begun", lambda: fetching().state == "running")
    sample = create_sample(user=member, sample_id="wine")
    wait_for("the sample is read", lambda: state_of(Dataset, sample.id) == "ready")
    assert fetching().state == "running"
    attempt = fetching().attempt
    light = processes.running.pop("light")
    light.terminate()
    light.wait(30)
    assert (fetching().state, fetching().attempt) == ("queued", attempt - 1)


def test_submit_does_not_fail_or_hang_without_a_broker(app: Flask, member: User) -> None:
    started = time.monotonic()
    assert not queue.wake(queue.TRAIN)
    assert time.monotonic() - started < 10


def test_celery_takes_no_broker_address_of_its_own_from_the_environment(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The celery command reads BROKER_URL too, and puts it here: "sqs://" without our endpoint.
    monkeypatch.setenv("CELERY_BROKER_URL", "sqs://")
    settings = app.config["SETTINGS"]
    with queue.make_celery(settings, producer=True).connection_for_read() as connection:
        assert connection.hostname == "127.0.0.1"
        assert f"http://127.0.0.1:{connection.port}" == settings.sqs_endpoint_url


def test_every_task_that_is_sent_is_registered(environ: dict[str, str], home: Path) -> None:
    program = "from worker import app; app.loader.import_default_modules(); print(*app.tasks)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environ, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert set(queue.TASK_NAMES.values()) <= set(done.stdout.split())
