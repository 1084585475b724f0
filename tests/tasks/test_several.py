"""Several are tried by real workers: jobs in order, a model in time, and that one checked."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.batches import service
from dashboard.datasets.upload.uploads import create_sample
from dashboard.db import Batch, Dataset, Job, Model, User
from dashboard.db.states import TERMINAL
from dashboard.extensions import db
from dashboard.several.compute import measure
from tasks.engine.several.ensembles import WORSE_BY
from tests.product import Parts, run_parts, wait_for
from tests.tasks.test_broker import environ, state_of
from tests.tasks.test_drain import dataset_target

__all__ = ["environ"]
pytestmark = [pytest.mark.broker, pytest.mark.long, pytest.mark.timeout(400)]
LIMIT_S = 30


@pytest.fixture
def processes(app: Flask, environ: dict[str, str], tmp_path: Path) -> Iterator[Parts]:
    with run_parts(tmp_path, environ) as made:
        yield made


def read_model(job_id: int) -> Model | None:
    db.session.rollback()
    found = select(Model).where(Model.job_id == job_id, Model.state == "ready")
    return db.session.scalar(found)


def test_real_workers_try_several_and_make_one_model(processes: Parts, member: User) -> None:
    dataset = create_sample(user=member, sample_id="wine")
    wait_for("the dataset is ready", lambda: state_of(Dataset, dataset.id) == "ready")
    request = {"dataset_id": dataset.id, "target": dataset_target(dataset.id),
               "several": {"time_limit_s": LIMIT_S}}  # fmt: skip
    batch_id = service.submit_batch(user=member, request=request).id

    def over() -> Batch | None:
        db.session.rollback()
        found = db.session.get_one(Batch, batch_id, populate_existing=True)
        return found if found.plan_state == "over" else None

    batch = wait_for("the batch is over", over, 240)
    jobs = db.session.scalars(select(Job).where(Job.batch_id == batch_id)).all()
    assert {job.state for job in jobs} <= set(TERMINAL)
    scored = {job.id: job for job in jobs if job.score_only and job.state == "succeeded"}
    assert scored
    final = next(job for job in jobs if job.id == batch.final_job_id)
    assert (final.state, final.score_only) == ("succeeded", False)
    members = {one["job_id"]: one["percent"] for one in final.details["members"]}
    assert members
    assert set(members) <= set(scored)
    assert final.split_hash == scored[next(iter(members))].split_hash
    best = max(job.score or 0 for job in scored.values())
    assert final.score is not None
    blend = final.details["blend"]
    if len(members) > 1:  # a blend is taken unless it is worse beyond noise
        assert blend["gain"] >= -WORSE_BY["classification"] * blend["noise"]
    else:
        assert final.score == pytest.approx(best)
    if len(members) == 1:
        assert final.estimator == scored[next(iter(members))].estimator
    else:
        assert final.estimator == "VotingClassifier"
    model = wait_for("the model is checked", lambda: read_model(final.id), 120)
    assert model.classes is not None
    assert len(model.classes) == 3
    found = measure(batch)
    assert 0 < found.used_s <= 2 * found.possible_s
