"""Several machines as one: web, two dispatchers and five workers on PostgreSQL, SQS and S3."""

import hashlib
import itertools
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from dashboard.queue import LIGHT, TRAIN
from tests import postgres
from tests.engine.tables import mixed_csv
from tests.product import Api, Parts, answers, base_environ, free_port, wait_for

pytestmark = [
    pytest.mark.broker,
    pytest.mark.long,
    pytest.mark.postgres,
    pytest.mark.timeout(480),
]
WORKERS = [f"worker-{n}" for n in range(1, 5)]
ESTIMATORS = ["LogisticRegression", "GaussianNB", "DecisionTreeClassifier"]
JOBS = 16


@pytest.fixture
def environ(
    home: Path, postgres_template: postgres.Server, request: pytest.FixtureRequest
) -> dict[str, str]:
    """What all machines share."""
    sqs, s3 = free_port(), free_port()
    database = postgres_template.create_database(
        f"several_{os.getpid()}_{id(request)}", "template_ty"
    )
    return base_environ(
        home, DATABASE_URL=database, BROKER_URL="sqs://", STORAGE_URL="s3://trainyard/files",
        SQS_ENDPOINT_URL=f"http://127.0.0.1:{sqs}", S3_ENDPOINT_URL=f"http://127.0.0.1:{s3}",
        SECRET_KEY="k" * 32, AWS_ACCESS_KEY_ID="local", AWS_SECRET_ACCESS_KEY="local",
        HEARTBEAT_S="0.5", LOST_AFTER_S="8", GRACE_S="0",
    )  # fmt: skip


@pytest.fixture
def machines(environ: dict[str, str], tmp_path: Path) -> Iterator[Parts]:
    """Every process; each but SQS and S3 could be on another machine."""
    parts = Parts(tmp_path, environ)
    try:
        sqs, s3 = (
            environ[name].rpartition(":")[2] for name in ("SQS_ENDPOINT_URL", "S3_ENDPOINT_URL")
        )
        parts.start("sqs", "deploy.broker", sqs)
        parts.start("s3", "moto.server", "-p", s3)
        wait_for("SQS and S3", lambda: answers(int(sqs)) and answers(int(s3)))
        boto3.client(
            "s3", endpoint_url=environ["S3_ENDPOINT_URL"], region_name="us-east-1",
            aws_access_key_id="local", aws_secret_access_key="local",
        ).create_bucket(Bucket="trainyard")  # fmt: skip
        parts.web()
        parts.worker("light", LIGHT)
        for name in WORKERS:
            parts.worker(name, TRAIN)
        for name in ("dispatcher-1", "dispatcher-2"):
            parts.dispatcher(name)
        wait_for("the web server", parts.is_ready, 120)
        yield parts
    finally:
        parts.stop()


def test_many_machines_work_as_one_and_go_on_when_some_die(
    machines: Parts, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    people = [Api(environ, "ana@example.org"), Api(environ, "ben@example.org")]
    ana = people[0]
    dataset = ana.upload(mixed_csv(300))
    wait_for("all workers are there", lambda: len(ana.call("GET", "/workers")["items"]) == 5, 120)

    jobs = [
        (person, person.submit(dataset, estimator, "y_class", exclude=["y_number"], seed=n))
        for n, person, estimator in zip(
            range(JOBS), itertools.cycle(people), itertools.cycle(ESTIMATORS), strict=False
        )
    ]
    done = [person.wait_until_over(job_id, 120) for person, job_id in jobs]
    assert [job["state"] for job in done] == ["succeeded"] * JOBS
    assert [job["attempt"] for job in done] == [1] * JOBS
    assert all(len(job["attempts"]) == 1 for job in done)
    share = Counter(job["attempts"][0]["worker"].rpartition("/")[2] for job in done)
    assert set(share) == set(WORKERS), f"not all of them worked: {share}"
    for job in sorted(done, key=lambda job: job["finished_at"])[:4]:
        check_model(ana, job["model_id"])

    slow = ana.submit(
        dataset, "GradientBoostingClassifier", "y_class", exclude=["y_number"],
        parameters={"n_estimators": 600, "max_depth": 4},
    )  # fmt: skip
    wait_for("a fold is done", lambda: ana.job(slow)["folds"], 90)
    first = ana.job(slow)
    assert all(process.poll() is None for process in machines.running.values())
    machines.kill("dispatcher-1")
    machines.kill(first["worker"].rpartition("/")[2])
    more = [person.submit(dataset, "GaussianNB", "y_class", seed=90) for person in people]
    assert {ana.wait_until_over(job_id, 120)["state"] for job_id in more} == {"succeeded"}
    last = ana.wait_until_over(slow, 120)
    assert (last["state"], [a["ended_by"] for a in last["attempts"]]) == (
        "succeeded", ["worker_died", "succeeded"])  # fmt: skip
    # What was scored before the worker died was not trained again.
    assert last["folds"][: len(first["folds"])] == first["folds"]
    assert last["attempts"][1]["worker"] != first["worker"]
    assert last["model_id"]


def check_model(api: Api, model_id: int) -> None:
    """Check that a model is offered, and is what it was when it was made."""
    path = f"/models/{model_id}"
    wait_for("the model was checked", lambda: api.call("GET", path)["state"] == "ready", 90)
    headers, content = api.ask("GET", f"{path}/download?format=bundle")
    assert headers["X-Content-SHA256"] == hashlib.sha256(content).hexdigest()
    assert int(headers["Content-Length"]) == len(content)
