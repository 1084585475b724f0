"""Real workers on a real SQS protocol: from a submit to a checked model, and through a crash."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard import queue
from dashboard.datasets.service import create_sample, create_upload
from dashboard.db import Dataset, Job, Model, User, Worker
from dashboard.extensions import db
from dashboard.jobs.service import cancel_job, submit_job
from dashboard.predictions.service import predict_rows
from tests.engine.tables import mixed_csv

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.broker


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def environ(home: Path) -> dict[str, str]:
    (home / "sqs_port").write_text(str(free_port()))
    return {
        "TRAINYARD_HOME": str(home), "PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"],
        "HEARTBEAT_S": "0.5", "LOST_AFTER_S": "3", "OMP_NUM_THREADS": "1", "GRACE_S": "1",
    }  # fmt: skip


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Processes:
    """The parts of the product, each in a process of its own."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.environ = environ
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *arguments: str) -> None:
        log = Path(self.environ["TRAINYARD_HOME"]).parent / f"{name}.log"
        with log.open("ab") as out:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", *arguments], cwd=ROOT, stdout=out, stderr=out,
                env=self.environ | {"WORKER_NAME": name}, start_new_session=True,
            )  # fmt: skip

    def broker(self) -> None:
        port = (Path(self.environ["TRAINYARD_HOME"]) / "sqs_port").read_text()
        self.start("broker", "deploy.broker", port)
        wait_for(lambda: answers(int(port)))

    def worker(self, name: str, queue_name: str) -> None:
        self.start(
            name, "celery", "-A", "worker", "worker", "-P", "solo", "-Q", queue_name, "-n",
            f"{name}@%h", "--loglevel", "WARNING", "--without-gossip", "--without-mingle",
            "--without-heartbeat",
        )  # fmt: skip

    def kill(self, name: str) -> None:
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def stop(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def processes(app: Flask, environ: dict[str, str]) -> Iterator[Processes]:
    """Broker, two workers and the dispatcher."""
    made = Processes(environ)
    made.broker()
    made.worker("worker-1", queue.TRAIN)
    made.worker("light", queue.LIGHT)
    made.start("dispatcher", "flask", "--app", "wsgi", "dispatcher")
    yield made
    made.stop()


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass in time"
        time.sleep(0.05)


def state_of(record: type, record_id: int) -> str:
    db.session.rollback()
    return str(db.session.get_one(record, record_id, populate_existing=True).state)


def test_main_job_through_crash_cancel_and_a_broker_that_forgets(
    processes: Processes, member: User, tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_text(mixed_csv(400))
    with (tmp_path / "in.csv").open("rb") as stream:
        dataset = create_upload(user=member, file_name="in.csv", stream=stream, save=True)
    sample = create_sample(user=member, sample_id="wine")
    wait_for(lambda: state_of(Dataset, dataset.id) == state_of(Dataset, sample.id) == "ready")

    def submit(estimator: str, **parameters: object) -> Job:
        request = {"dataset_id": dataset.id, "target": "y_class", "estimator": estimator,
                   "parameters": parameters, "exclude": ["y_number"]}  # fmt: skip
        return submit_job(user=member, request=request)

    job = submit("LogisticRegression")
    wait_for(lambda: state_of(Job, job.id) == "succeeded")
    model = db.session.scalars(select(Model).where(Model.job_id == job.id)).one()
    wait_for(lambda: state_of(Model, model.id) == "ready")
    row = {"age": 30, "income": 2500.5, "city": "Oslo", "shop": "shop1", "member": "yes",
           "since": "2020-02-03", "comment": "fast and fine"}  # fmt: skip
    answer = predict_rows(user=member, model_id=model.id, rows=[row]).answer
    assert answer is not None
    assert answer["predictions"][0] in {"high", "low"}

    # The broker forgets everything, queues included: hints are sent again by the dispatcher.
    processes.kill("broker")
    waiting = submit("GaussianNB")
    processes.broker()
    wait_for(lambda: revive(processes) and state_of(Job, waiting.id) == "succeeded")

    slow = submit("GradientBoostingClassifier", n_estimators=2000, max_depth=6)
    wait_for(lambda: state_of(Job, slow.id) == "running")
    processes.kill("worker-1")
    processes.worker("worker-1", queue.TRAIN)
    wait_for(lambda: state_of(Job, slow.id) == "running" and attempts_of(slow) == 2)
    cancel_job(user=member, job_id=slow.id)
    wait_for(lambda: state_of(Job, slow.id) == "cancelled", 10)
    names = {worker.name for worker in db.session.scalars(select(Worker))}
    assert names == {"worker-1", "light"}


def attempts_of(job: Job) -> int:
    return db.session.get_one(Job, job.id, populate_existing=True).attempt


def revive(processes: Processes) -> bool:
    """Start again what ended with its broker, as the supervisor does."""
    for name, queue_name in (("worker-1", queue.TRAIN), ("light", queue.LIGHT)):
        if processes.running[name].poll() is not None:
            processes.worker(name, queue_name)
    return True


def test_submit_does_not_fail_or_hang_without_a_broker(app: Flask, member: User) -> None:
    started = time.monotonic()
    assert not queue.wake(queue.TRAIN)
    assert time.monotonic() - started < 10


def test_every_task_that_is_sent_is_registered(environ: dict[str, str], home: Path) -> None:
    program = "from worker import app; app.loader.import_default_modules(); print(*app.tasks)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environ, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert set(queue.TASK_NAMES.values()) <= set(done.stdout.split())
