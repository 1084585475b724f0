"""Which candidates end early, and what becomes of them."""

import pytest

from dashboard.batches.queries import summarise
from dashboard.db import User
from dashboard.extensions import db
from dashboard.jobs import service as jobs
from tests.dashboard.searches.acts import (
    fail,
    finish,
    go_on,
    jobs_of,
    read,
    submit,
    take,
    tell_folds,
)

pytestmark = pytest.mark.usefixtures("no_broker")


@pytest.mark.parametrize(
    ("scores", "why"),
    [
        (
            [0.6, 0.61],
            "Stopped after 2 of 5 folds: ROC AUC 0.605, the best has 0.845 on these 2 folds",
        ),
        ([0.6], None),
        ([0.6, 0.9], None),  # better on one of them
        ([0.81, 0.83], None),  # behind, and by little for what scores vary over folds
    ],
)
def test_a_candidate_that_is_far_behind_on_the_same_folds_ends(
    scores: list[float], why: str | None, user: User
) -> None:
    submit(user, 2)
    best = take()
    tell_folds(best, [0.84, 0.85, 0.79, 0.86, 0.90])
    finish(best, 0.848)
    claim = take()
    assert tell_folds(claim, scores) == ("enough" if why else None)
    finish(claim, 0.6, partial=True)
    job = db.session.get_one(jobs.Job, claim.job_id, populate_existing=True)
    assert (job.state, job.stopped_because) == ("succeeded", why)


@pytest.mark.parametrize(
    ("scores", "stop"),
    [
        ([0.81, 0.83], "enough"),  # behind by more than differences between candidates vary
        ([0.8395, 0.849], None),
        ([0.80, 0.85], None),  # behind in the mean, but its own differences vary as much
        ([0.82, 0.83, 0.77, 0.84], "enough"),
    ],
)
def test_other_candidates_show_how_far_differences_vary_over_folds(
    scores: list[float], stop: str | None, user: User
) -> None:
    submit(user, 4)
    for worse in (0, 0.001, 0.002):
        claim = take()
        tell_folds(claim, [0.84 - worse, 0.85, 0.79 - worse, 0.86 - worse, 0.90])
        finish(claim, 0.848 - worse)
    assert tell_folds(take(), scores) == stop


def test_who_is_asked_to_end_too_late_has_a_whole_score(user: User) -> None:
    submit(user, 2)
    best = take()
    tell_folds(best, [0.84, 0.85, 0.79, 0.86, 0.90])
    finish(best, 0.848)
    claim = take()
    assert tell_folds(claim, [0.6, 0.6]) == "enough"
    finish(claim, 0.6)
    assert (
        db.session.get_one(jobs.Job, claim.job_id, populate_existing=True).stopped_because is None
    )


def test_none_ends_early_where_that_is_not_wanted(user: User) -> None:
    submit(user, 2, stop_hopeless=False)
    best = take()
    tell_folds(best, [0.84, 0.85, 0.79, 0.86, 0.90])
    finish(best, 0.848)
    assert tell_folds(take(), [0.6, 0.61]) is None


def test_what_was_stopped_early_does_not_win(user: User) -> None:
    batch = submit(user, 3)
    best = take()
    tell_folds(best, [0.84, 0.85, 0.79, 0.86, 0.90])
    finish(best, 0.848)
    early = take()
    tell_folds(early, [0.6, 0.61])
    finish(early, 0.99, partial=True)
    fail(take())
    go_on(batch)
    assert jobs_of(batch)[-1].parameters == jobs_of(batch)[0].parameters
    assert summarise(read(batch)).best.id == best.job_id
