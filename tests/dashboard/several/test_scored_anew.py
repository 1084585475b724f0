"""The single best one of several is scored on other folds, where there is time left for it."""

import pytest

from dashboard.batches.keeping import keep_best
from dashboard.db import Batch, Job, User
from dashboard.db.transaction import writing
from dashboard.honest.families import find_latest
from dashboard.honest.views import view_honest
from tests.dashboard.searches.acts import finish, go_on, jobs_of, read, start_long_ago, take
from tests.dashboard.several.test_steps import score, submit

pytestmark = [pytest.mark.usefixtures("no_broker"), pytest.mark.both_databases]


def try_all(user: User, *, took: float = 3.0) -> Batch:
    """Score every job of a batch, so that the last one can be made."""
    batch = submit(user, True)
    for _ in jobs_of(batch):
        score(0.8)
    with writing() as session:
        for job in jobs_of(batch):
            session.merge(job).run_seconds = took
    go_on(batch)
    return batch


def end(batch: Batch, **made: object) -> None:
    """Let the last job be done, of the first one alone unless something else is said."""
    first = jobs_of(batch)[0]
    finish(take(), 0.8, **{"estimator": first.estimator, "parameters": first.parameters} | made)
    go_on(batch)


def test_one_that_won_alone_is_scored_anew(user: User) -> None:
    batch = try_all(user)
    end(batch)
    child = find_latest(batch.id, "anew")
    (job,) = jobs_of(child)
    assert (job.estimator, job.score_only, job.state) == ("LogisticRegression", True, "queued")
    assert job.seed != jobs_of(batch)[0].seed
    assert read(batch).plan_state == "over"
    finish(take(), 0.77)
    assert "likely too good by about 0.030" in view_honest(read(batch)).anew_words


def test_the_time_is_that_of_the_job_with_the_same_preprocessing(user: User) -> None:
    batch = try_all(user)
    own = {"scale": "quantile"}
    with writing() as session:
        slow, quick = (session.merge(job) for job in jobs_of(batch)[:2])
        slow.run_seconds, quick.run_seconds = 1000.0, 1.0
        quick.estimator, quick.parameters, quick.preprocessing = (
            slow.estimator,
            slow.parameters,
            own,
        )
    end(batch, preprocessing=own)
    assert find_latest(batch.id, "anew") is not None


def test_no_blend_and_none_without_time_is(user: User) -> None:
    batch = try_all(user)
    members = [{"job_id": job.id, "percent": 50} for job in jobs_of(batch)[:2]]
    end(batch, estimator="VotingClassifier", parameters={}, details={"members": members})
    assert find_latest(batch.id, "anew") is None
    slow = try_all(user, took=50.0)
    start_long_ago(slow, 20)
    end(slow)
    assert find_latest(slow.id, "anew") is None
    assert view_honest(read(slow)).may_score_anew


def test_nor_after_a_stop(user: User) -> None:
    batch = submit(user)
    score(0.8)
    with writing() as session:
        session.get_one(Job, jobs_of(batch)[0].id).run_seconds = 1.0
    keep_best(user=user, batch_id=batch.id)
    end(batch)
    assert find_latest(batch.id, "anew") is None
