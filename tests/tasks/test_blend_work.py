"""The last job where several were tried, trained as a child trains it."""

import time

import pytest
from flask import Flask

from dashboard.batches import service
from dashboard.db import Dataset, Job, User
from dashboard.db.states import JobState
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.queries import list_folds_of
from dashboard.several import members
from tests.dashboard.searches.acts import go_on, jobs_of
from tests.tasks.test_thresholds import dataset, run_next, taken_hints

__all__ = ["dataset", "taken_hints"]


def in_no_time(*, is_strict: bool) -> dict[str, float]:
    return {"seconds": 0.0, "around_s": 0.0, "least_s": 0.0, "is_strict": is_strict,
            "told_at": time.time()}  # fmt: skip


def test_the_best_of_several_says_that_its_score_is_too_good(
    app: Flask, member: User, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A blend of several does not fit into no time.
    monkeypatch.setattr(members, "_tell_time", lambda _batch: in_no_time(is_strict=False))
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


def test_a_time_that_is_up_leaves_the_quickest_to_fit(
    app: Flask, member: User, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "_tell_time", lambda _batch: in_no_time(is_strict=True))
    request = {"dataset_id": dataset.id, "target": "y_class", "several": True,
               "validation": {"folds": 2}}  # fmt: skip
    batch = service.submit_batch(user=member, request=request)
    ids = [run_next()[0], run_next()[0]]
    took = {n: sum(f.fit_seconds for f in list_folds_of(ids)[n]) for n in ids}
    with writing() as session:
        for job in jobs_of(batch)[2:]:
            session.merge(job).state = JobState.CANCELLED
        # As the first candidate has found it.
        session.get_one(Job, ids[0]).warnings = [{"code": "TARGET_LEAK", "message": "It knows"}]
    go_on(batch)
    final, lines = run_next()
    job = db.session.get_one(Job, final)
    assert [one["job_id"] for one in job.details["members"]] == [min(took, key=took.__getitem__)]
    assert any("1 of 2 jobs are left out" in line for line in lines)
    assert [one["message"] for one in job.warnings if one["code"] == "TARGET_LEAK"] == ["It knows"]
