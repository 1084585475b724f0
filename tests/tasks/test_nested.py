"""A whole search scored by real workers, one of which is killed: no search sees what scores it."""

import io
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.batches import service
from dashboard.datasets.upload.uploads import create_sample
from dashboard.db import Batch, Dataset, Job, User
from dashboard.extensions import db
from dashboard.honest.nested import find_nested
from dashboard.queue import TRAIN
from dashboard.storage import get_storage
from tests.product import Parts, run_parts, wait_for
from tests.tasks.test_broker import environ, state_of
from tests.tasks.test_drain import dataset_target
from tests.tasks.test_searches import find_held, is_over, jobs_of

__all__ = ["environ"]
pytestmark = [pytest.mark.broker, pytest.mark.long, pytest.mark.timeout(400)]
OUTER, CANDIDATES = 3, 3


@pytest.fixture
def processes(app: Flask, environ: dict[str, str], tmp_path: Path) -> Iterator[Parts]:
    with run_parts(tmp_path, environ) as made:
        made.worker("worker-2", TRAIN)
        yield made


def below(batch_id: int) -> list[Batch]:
    db.session.rollback()
    found = select(Batch).where(Batch.parent_id == batch_id).order_by(Batch.id)
    return list(db.session.scalars(found, execution_options={"populate_existing": True}))


def rows_of(job: Job) -> set[int]:
    """Return the rows that a job has predicted out of fold."""
    with get_storage().open(job.out_of_fold_key) as file:
        return set(pd.read_parquet(io.BytesIO(file.read()))["row"])


def test_a_nested_search_survives_the_death_of_its_worker(processes: Parts, member: User) -> None:
    dataset = create_sample(user=member, sample_id="breast_cancer")
    wait_for("the dataset is ready", lambda: state_of(Dataset, dataset.id) == "ready")
    search = {"strategy": "random", "space": {"max_iter": {"low": 20, "high": 60}},
              "jobs": CANDIDATES, "nested": True}  # fmt: skip
    request = {"dataset_id": dataset.id, "target": dataset_target(dataset.id),
               "estimator": "HistGradientBoostingClassifier", "search": search,
               "validation": {"folds": OUTER}}  # fmt: skip
    batch_id = service.submit_batch(user=member, request=request).id
    nested = wait_for("the search is over", lambda: below(batch_id), 200)[0]
    inner = wait_for("its searches are there", lambda: below(nested.id))
    assert len(inner) == OUTER
    wait_for("one is trained", lambda: any(find_held(one.id, "worker-1") for one in inner))
    processes.kill("worker-1", family=True)
    wait_for("all is over", lambda: is_over(nested.id), 240)

    winner = db.session.get_one(Job, db.session.get_one(Batch, batch_id).final_job_id)
    every = set(range(dataset.rows or 0))
    scored = jobs_of(nested.id)
    assert set().union(*map(rows_of, scored)) == every
    # Searches end in any order, and so are what they found scored.
    by_fold = {job.validation["outer_fold"]: job for job in scored}
    assert len(by_fold) == OUTER
    for one in inner:
        job = by_fold[one.plan["outer_fold"]]
        candidates = jobs_of(one.id)
        assert {c.state for c in candidates} == {"succeeded"}
        assert len(candidates) == CANDIDATES
        best = max((c for c in candidates if not c.partial), key=lambda c: (c.score, -c.id))
        assert (job.parameters, job.state) == (best.parameters, "succeeded")
        for candidate in candidates:
            seen = rows_of(candidate)
            assert not seen & rows_of(job)
            assert candidate.partial or seen == every - rows_of(job)
    found = find_nested(db.session.get_one(Batch, batch_id), winner)
    assert 0.9 < found.mean <= 1
    assert found.spread is not None
