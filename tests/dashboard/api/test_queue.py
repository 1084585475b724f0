"""The queue and the workers by the API."""

import pytest
from flask import Flask

from dashboard import queue as broker
from dashboard.api import queue_schemas
from dashboard.clock import now
from dashboard.db import User, Worker
from dashboard.db.transaction import writing
from tests.dashboard.api.test_api import Api
from tests.factories import make_dataset, make_job, make_user


@pytest.fixture(autouse=True)
def silent_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "wake", lambda name, count=1: True)


def test_queue_is_paused_and_resumed(app: Flask, admin: User, member: User) -> None:
    boss, other = Api(app, admin), Api(app, member)
    assert boss.call("GET", "/queue")["paused"] is False
    found = boss.call("POST", "/queue/pause")
    queue_schemas.QueueState.model_validate(found)
    seen = other.call("GET", "/queue")
    queue_schemas.Queue.model_validate(seen)
    assert (seen["paused"], seen["paused_by"]) == (True, admin.name)
    assert seen["paused_at"] == found["paused_at"]
    assert boss.call("POST", "/queue/resume")["paused_at"] is None


def test_job_is_put_first(app: Flask, admin: User, member: User) -> None:
    dataset = make_dataset(member)
    jobs = [make_job(member, dataset) for _ in range(3)]
    make_job(make_user(), dataset, priority=1)
    api = Api(app, member)
    found = api.call("POST", f"/jobs/{jobs[2].id}/next")
    assert (found["queue_position"], found["priority"]) == (2, "normal")
    found = Api(app, admin).call("POST", f"/jobs/{jobs[1].id}/next")
    assert (found["queue_position"], found["priority"]) == (1, "next")
    assert api.call("GET", "/queue")["items"][0]["id"] == jobs[1].id
    api.call("POST", f"/jobs/{make_job(make_user()).id}/next", 403)
    api.call("POST", "/jobs/999/next", 404)
    api.call("POST", f"/jobs/{make_job(member, state='running').id}/next", 409)
    body = {"dataset_id": dataset.id, "target": "income", "estimator": "Ridge"}
    api.call("POST", "/jobs", 422, json=body | {"priority": "next"})


def test_workers_are_drained_and_resumed(app: Flask, admin: User) -> None:
    with writing() as session:
        worker = Worker(name="worker-1", queue="train", host="h", pid=1, seen_at=now())
        light = Worker(name="light", queue="light", host="h", pid=2, seen_at=now())
        session.add_all([worker, light])
    api, where = Api(app, admin), f"/workers/{worker.id}"
    found = api.call("POST", f"{where}/drain")
    queue_schemas.Worker.model_validate(found)
    assert (found["state"], found["drain"]) == ("draining", True)
    assert api.call("POST", f"{where}/resume")["state"] == "idle"
    api.call("POST", f"/workers/{light.id}/drain", 409)
    api.call("POST", "/workers/999/drain", 404)


def test_only_admins_change_the_queue(app: Flask, member: User, admin: User) -> None:
    with writing() as session:
        session.add(Worker(id=1, name="worker-1", queue="train", host="h", pid=1))
    job = make_job(state="failed", finished_at=now())
    for path in ("/queue/pause", "/queue/resume", "/queue/retry-failed", "/workers/1/drain"):
        assert Api(app, member).call("POST", path, 403)["error"]["code"] == "forbidden"
    boss = Api(app, admin)
    assert boss.call("GET", "/queue")["last_day"]["failed"] == 1
    assert boss.call("POST", "/queue/retry-failed") == {"jobs": 1}
    assert boss.call("GET", f"/jobs/{job.id}")["state"] == "queued"
