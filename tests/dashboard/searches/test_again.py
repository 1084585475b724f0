"""Jobs of a batch with a plan that run again: within a new time, and in one transaction."""

import pytest

from dashboard.batches import service as batches
from dashboard.db import Batch, User
from dashboard.jobs import service as jobs
from dashboard.jobs.bulk import again
from dashboard.plans import changing
from dashboard.several.members import find_blend
from tests.dashboard.searches.acts import (
    end_long_ago,
    fail,
    finish,
    go_on,
    jobs_of,
    read,
    run,
    start_long_ago,
    submit,
    take,
    tell_folds,
)
from tests.factories import make_dataset, make_user

pytestmark = pytest.mark.usefixtures("no_broker")


def search_that_is_over(user: User, strategy: str = "random") -> Batch:
    """Let the first of two candidates fail, and the time of the search be up long since."""
    batch = submit(user, 2 if strategy == "random" else 9, strategy=strategy, time_limit_s=60)
    run(None)
    run(0.6)
    start_long_ago(batch, 3600)
    go_on(batch)
    finish(take(), 0.6)
    go_on(batch)
    assert read(batch).plan_state == "over"
    return batch


def test_failed_candidates_run_again_after_the_time_of_a_search(user: User) -> None:
    batch = search_that_is_over(user)
    assert batches.retry_failed(user=user, batch_id=batch.id) == 1
    go_on(batch)
    assert jobs_of(batch)[0].state == "queued"
    run(0.9)
    go_on(batch)
    assert jobs_of(batch)[-1].parameters == jobs_of(batch)[0].parameters


def test_one_that_runs_again_is_not_cancelled_for_the_time(user: User) -> None:
    batch = search_that_is_over(user)
    jobs.retry_job(user=user, job_id=jobs_of(batch)[0].id)
    go_on(batch)
    assert jobs_of(batch)[0].state == "queued"


def test_a_search_that_is_over_tries_nothing_else_when_one_runs_again(user: User) -> None:
    batch = search_that_is_over(user, "tpe")
    before = len(jobs_of(batch))
    jobs.retry_job(user=user, job_id=jobs_of(batch)[0].id)
    go_on(batch)
    assert len(jobs_of(batch)) == before


def test_jobs_run_again_after_the_time_of_trying_several(user: User) -> None:
    request = {"dataset_id": make_dataset(user).id, "target": "churned", "several": True}
    batch = batches.submit_batch(user=user, request=request)
    fail(take())
    for _ in jobs_of(batch)[1:]:
        claim = take()
        tell_folds(claim, [0.7] * 5)
        finish(claim, 0.7, out_of_fold_key="x", split_hash="same")
    go_on(batch)
    finish(take(), 0.8)
    end_long_ago(batch, 3600)
    go_on(batch)
    assert read(batch).plan_state == "over"
    assert batches.retry_failed(user=user, batch_id=batch.id) == 1
    go_on(batch)
    assert jobs_of(batch)[0].state == "queued"
    found = find_blend(jobs_of(batch)[-1])
    assert found is not None
    assert found["seconds"] > 30  # of a minute that began anew


def break_off(*_args: object) -> None:
    raise RuntimeError("the process ended")


def test_a_job_does_not_run_again_without_its_batch(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = search_that_is_over(user)
    monkeypatch.setattr(changing, "go_on", break_off)
    failed = jobs_of(batch)[0].id
    with pytest.raises(RuntimeError):
        jobs.retry_job(user=user, job_id=failed)
    assert jobs_of(batch)[0].state == "failed"
    with pytest.raises(RuntimeError):
        again.retry_failed(user=make_user(role="admin"))
    assert jobs_of(batch)[0].state == "failed"


def test_what_failed_within_the_hour_runs_again_with_its_batch(user: User) -> None:
    batch = search_that_is_over(user)
    assert again.retry_failed(user=make_user(role="admin")) == 1
    found = read(batch)
    assert (found.plan_state, jobs_of(batch)[0].state) == ("going", "queued")
    go_on(batch)
    assert jobs_of(batch)[0].state == "queued"
