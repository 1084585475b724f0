"""A search by real workers, one of which is killed on the way: nothing is lost or tried twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.batches import service
from dashboard.datasets.upload.uploads import create_sample
from dashboard.db import Batch, Dataset, Job, JobAttempt, JobFold, Model, User
from dashboard.extensions import db
from dashboard.queue import TRAIN
from dashboard.storage import get_storage
from tests.product import Parts, run_parts, wait_for
from tests.tasks.test_broker import environ, state_of
from tests.tasks.test_drain import dataset_target

__all__ = ["environ"]
pytestmark = [pytest.mark.broker, pytest.mark.timeout(400)]
CANDIDATES = 12


@pytest.fixture
def processes(app: Flask, environ: dict[str, str], tmp_path: Path) -> Iterator[Parts]:
    with run_parts(tmp_path, environ) as made:
        made.worker("worker-2", TRAIN)
        yield made


def jobs_of(batch_id: int) -> list[Job]:
    db.session.rollback()
    found = select(Job).where(Job.batch_id == batch_id).order_by(Job.id)
    return list(db.session.scalars(found.execution_options(populate_existing=True)))


def find_held(batch_id: int, worker: str) -> Job | None:
    """Return the candidate that a worker trains, if it has scored a fold but is not over."""
    held = [j for j in jobs_of(batch_id) if j.worker == worker and j.state == "running"]
    folds = select(JobFold.id).where(JobFold.job_id == held[0].id) if held else None
    return held[0] if folds is not None and db.session.scalar(folds.limit(1)) else None


def is_over(batch_id: int) -> bool:
    db.session.rollback()
    return db.session.get_one(Batch, batch_id, populate_existing=True).plan_state == "over"


def test_a_search_survives_the_death_of_a_worker(processes: Parts, member: User) -> None:
    dataset = create_sample(user=member, sample_id="breast_cancer")
    wait_for("the dataset is ready", lambda: state_of(Dataset, dataset.id) == "ready")
    space = {"learning_rate": {"low": 0.0005, "high": 0.3, "log": True},
             "max_iter": {"low": 20, "high": 80}}  # fmt: skip
    request = {"dataset_id": dataset.id, "target": dataset_target(dataset.id),
               "estimator": "HistGradientBoostingClassifier",
               "search": {"strategy": "tpe", "space": space, "jobs": CANDIDATES}}  # fmt: skip
    batch_id = service.submit_batch(user=member, request=request).id
    # In the midst of a candidate, with others over and others still to be thought of.
    wait_for("some are over", lambda: sum(j.state == "succeeded" for j in jobs_of(batch_id)) > 1)
    killed = wait_for("worker-1 trains one", lambda: find_held(batch_id, "worker-1"))
    processes.kill("worker-1", family=True)
    wait_for("the search is over", lambda: is_over(batch_id), 240)

    *candidates, winner = jobs_of(batch_id)
    assert {job.state for job in candidates} == {"succeeded"}
    tried = {(j.parameters["learning_rate"], j.parameters["max_iter"]) for j in candidates}
    assert len(candidates) == len(tried) == CANDIDATES
    ends = select(JobAttempt.ended_by).where(JobAttempt.job_id == killed.id)
    assert db.session.scalars(ends.order_by(JobAttempt.number)).all() == [
        "worker_died", "succeeded",
    ]  # fmt: skip

    complete = [job for job in candidates if not job.partial]
    best = max(complete, key=lambda job: (job.score, -job.id))
    assert (winner.state, winner.score_only) == ("succeeded", False)
    assert (winner.parameters, winner.score) == (best.parameters, best.score)
    assert winner.split_hash == best.split_hash
    assert {w["code"] for w in winner.warnings} >= {"CHOSEN"}
    # Its folds are those of the candidate: none was fitted again.
    folds = select(JobFold.attempt).where(JobFold.job_id == winner.id)
    assert set(db.session.scalars(folds)) == {0}
    assert db.session.scalars(select(Model.job_id)).all() == [winner.id]
    for job in candidates:
        assert job.stopped_because is None or job.partial
        assert get_storage().exists(job.out_of_fold_key)
    batch = db.session.get_one(Batch, batch_id)
    assert (batch.n_jobs, batch.final_job_id) == (CANDIDATES + 1, winner.id)
