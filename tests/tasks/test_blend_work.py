"""The last job where several were tried, trained as a child trains it."""

import pytest
from flask import Flask

from dashboard.batches import service
from dashboard.db import Dataset, Job, User
from dashboard.db.states import JobState
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.several import members
from tests.dashboard.searches.acts import go_on, jobs_of
from tests.tasks.test_thresholds import dataset, run_next, taken_hints

__all__ = ["dataset", "taken_hints"]


def test_the_best_of_several_says_that_its_score_is_too_good(
    app: Flask, member: User, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A blend of several does not fit into no time.
    monkeypatch.setattr(members, "_seconds_left", lambda batch: 0.0)
    request = {"dataset_id": dataset.id, "target": "y_class", "several": True,
               "exclude": ["y_number"], "validation": {"folds": 2}}  # fmt: skip
    batch = service.submit_batch(user=member, request=request)
    run_next(), run_next()
    with writing() as session:
        for job in jobs_of(batch)[2:]:
            session.merge(job).state = JobState.CANCELLED
    go_on(batch)
    final, _ = run_next()
    job = db.session.get_one(Job, final)
    assert len(job.details["members"]) == 1
    said = {one["code"]: one["message"] for one in job.warnings}
    assert "best of 2 candidates by this score" in said["CHOSEN"]
