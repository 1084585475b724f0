"""Queues that exist already under names of their own, and brokers that answer badly."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from flask import Flask

from dashboard import create_app, queue
from dashboard.config import load_settings
from dashboard.datasets.upload.uploads import create_sample
from dashboard.db import Dataset, Job
from dashboard.extensions import db
from dashboard.jobs.service import submit_job
from tests.factories import make_user
from tests.product import Parts, base_environ, free_port, wait_for

LOCAL = {"region_name": "us-east-1", "aws_access_key_id": "x", "aws_secret_access_key": "x"}


@pytest.fixture
def parts(home: Path, tmp_path: Path) -> Iterator[Parts]:
    """A broker in which both queues were made before, with the settings that name them."""
    port = free_port()
    (home / "sqs_port").write_text(str(port))
    made = Parts(tmp_path, base_environ(home, HEARTBEAT_S="0.5", GRACE_S="1"))
    try:
        made.broker()
        client = boto3.client("sqs", endpoint_url=f"http://127.0.0.1:{port}", **LOCAL)
        for setting, name in (("SQS_TRAIN_QUEUE_URL", "of-ours"), ("SQS_LIGHT_QUEUE_URL", "Lamp")):
            made.environ[setting] = client.create_queue(QueueName=name)["QueueUrl"]
        yield made
    finally:
        made.stop()


def count_messages(parts: Parts, setting: str) -> int:
    endpoint = f"http://127.0.0.1:{Path(parts.environ['TRAINYARD_HOME'], 'sqs_port').read_text()}"
    client = boto3.client("sqs", endpoint_url=endpoint, **LOCAL)
    name = "ApproximateNumberOfMessages"
    found = client.get_queue_attributes(QueueUrl=parts.environ[setting], AttributeNames=[name])
    assert len(client.list_queues()["QueueUrls"]) == 2  # none was made beside them
    return int(found["Attributes"][name])


@pytest.mark.broker
def test_a_job_goes_through_queues_that_were_made_before(app: Flask, parts: Parts) -> None:
    given = create_app(load_settings(parts.environ))
    with given.app_context():
        assert queue.wake(queue.TRAIN, 2)
        assert queue.wake(queue.LIGHT)
        assert count_messages(parts, "SQS_TRAIN_QUEUE_URL") == 2
        assert count_messages(parts, "SQS_LIGHT_QUEUE_URL") == 1
        parts.worker("worker-1", queue.TRAIN)
        parts.worker("light", queue.LIGHT)
        wait_for("the hints are taken", lambda: count_messages(parts, "SQS_LIGHT_QUEUE_URL") == 0)
        member = make_user()
        sample = create_sample(user=member, sample_id="wine")
        wait_for("the sample is read", lambda: state_of(Dataset, sample.id) == "ready")
        request = {"dataset_id": sample.id, "target": "grower", "estimator": "GaussianNB"}
        job = submit_job(user=member, request=request)
        wait_for("the job is succeeded", lambda: state_of(Job, job.id) == "succeeded")
        db.session.remove()
        db.engine.dispose()


def state_of(record: type, record_id: int) -> str:
    db.session.rollback()
    return str(db.session.get_one(record, record_id, populate_existing=True).state)


def test_no_error_of_the_broker_reaches_who_sends(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("not one of the known kinds")

    monkeypatch.setattr("celery.Celery.send_task", fail)
    assert not queue.wake(queue.TRAIN)
    assert "not one of the known kinds" in caplog.text


def test_nobody_waits_for_a_broker_that_is_slow(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    clock = [0.0]

    def send(_celery: Any, name: str, **_: Any) -> None:
        clock[0] += 0.6
        sent.append(name)

    monkeypatch.setattr("celery.Celery.send_task", send)
    monkeypatch.setattr(queue, "time", type("Clock", (), {"monotonic": lambda: clock[0]}))
    with app.test_request_context():
        assert not queue.wake(queue.TRAIN, 8)
        assert len(sent) == 2
        assert queue.wake(queue.TRAIN)
    # The dispatcher sends all: what it did not send at all it would mark as never sent.
    assert queue.wake(queue.TRAIN, 8)
    assert len(sent) == 11
