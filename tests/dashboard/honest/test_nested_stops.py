"""A nested validation that is stopped, in part or as a whole, or goes on after its end."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from dashboard.batches import service as batches
from dashboard.db import Batch, User
from dashboard.extensions import db
from dashboard.honest.nested import find_nested
from dashboard.honest.service import score_nested
from dashboard.honest.views import view_honest
from dashboard.jobs.bulk import again
from dashboard.jobs.service import retry_job
from dashboard.plans import changing
from dashboard.plans.advance import advance
from tests.dashboard.batches.test_races import start
from tests.dashboard.honest.acts import search
from tests.dashboard.honest.test_nested import OUTER, below, run_all, settle
from tests.dashboard.searches.acts import fail, jobs_of, read, run, take
from tests.factories import make_user
from tests.tasks.test_races import PATIENCE_S

pytestmark = pytest.mark.usefixtures("no_broker")


@pytest.mark.locks
def test_searches_that_are_opened_during_a_cancel_are_cancelled(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user(name="Ana")
    batch = search(user)
    nested_id = score_nested(user=user, batch_id=batch.id).id
    others: list[threading.Thread] = []
    waits = db.engine.dialect.name == "postgresql"  # SQLite lets one write at a time
    hold_batch = changing.hold_batch

    def meddle(session: Session, batch_id: int) -> Batch:
        if batch_id == nested_id and not others:
            others.append(start(any_app, lambda: advance(nested_id), []))
            if waits:
                others[0].join(PATIENCE_S)
        return hold_batch(session, batch_id)

    monkeypatch.setattr(changing, "hold_batch", meddle)
    found = batches.cancel_batch(user=user, batch_id=batch.id)
    others[0].join(PATIENCE_S)
    settle()
    assert found == ((2 * OUTER, 0) if waits else (0, 0))
    inner = below(read_one(nested_id))
    assert len(inner) == (OUTER if waits else 0)
    assert {job.state for one in inner for job in jobs_of(one)} <= {"cancelled"}
    assert read_one(nested_id).plan_message == "Stopped by Ana, 0 of 5 outer folds scored"


def read_one(batch_id: int) -> Batch:
    db.session.rollback()
    return db.session.get_one(Batch, batch_id, populate_existing=True)


def cut_one_short(user: User) -> tuple[Batch, Batch]:
    """Score a whole search, and stop the search of its first fold after 1 of 2 candidates."""
    batch = search(user)
    nested = score_nested(user=user, batch_id=batch.id)
    settle()
    run(0.7)
    assert batches.cancel_batch(user=user, batch_id=below(nested)[0].id) == (1, 0)
    settle()
    run_all(0.7)
    settle()
    run_all(0.7)
    settle()
    return batch, read(nested)


def test_what_a_search_found_that_a_person_stopped_is_no_part_of_the_score(user: User) -> None:
    batch, nested = cut_one_short(user)
    assert [job.validation["outer_fold"] for job in jobs_of(nested)] == [2, 3, 4, 5]
    assert nested.plan_message == (
        "4 of 5 outer folds could be scored, 1 search was stopped, so there is no nested score"
    )
    honest = view_honest(read(batch))
    assert honest.nested_words == (
        "The whole search could not be scored: 4 of 5 outer folds done, 1 search was stopped"
    )
    assert honest.may_nest


def test_scoring_that_was_stopped_is_told_so(user: User) -> None:
    batch = search(user)
    nested = score_nested(user=user, batch_id=batch.id)
    settle()
    batches.cancel_batch(user=user, batch_id=nested.id)
    settle()
    assert view_honest(read(batch)).nested_words == (
        "Scoring the whole search was stopped by Ana: 0 of 5 outer folds done"
    )


def test_a_search_that_is_stopped_once_all_was_tried_counts(user: User) -> None:
    batch = search(user)
    nested = score_nested(user=user, batch_id=batch.id)
    settle()
    run(0.7)
    run(0.7)
    batches.cancel_batch(user=user, batch_id=below(nested)[0].id)
    settle()
    assert [job.validation["outer_fold"] for job in jobs_of(nested)] == [1]


def retry_batch(user: User, inner: Batch) -> None:
    assert batches.retry_failed(user=user, batch_id=inner.id) == 2


def retry_one(user: User, inner: Batch) -> None:
    retry_job(user=user, job_id=jobs_of(inner)[0].id)


def retry_all(_user: User, _inner: Batch) -> None:
    assert again.retry_failed(user=make_user(role="admin")) == 2


@pytest.mark.parametrize("retry", [retry_batch, retry_one, retry_all])
def test_a_search_that_runs_again_after_the_end_is_scored(
    user: User, retry: Callable[[User, Batch], None]
) -> None:
    batch = search(user)
    nested = score_nested(user=user, batch_id=batch.id)
    settle()
    fail(take())
    fail(take())
    for _ in ("candidates", "scores"):
        run_all(0.7)
        settle()
    assert "4 of 5" in (read(nested).plan_message or "")
    retry(user, below(nested)[0])
    assert view_honest(read(batch)).goes_on
    for _ in ("candidates", "scores"):
        run_all(0.7)
        settle()
    assert read(nested).plan_message == "5 outer folds scored, each by a search of its own"


@pytest.mark.parametrize(("later", "again"), [(0.9, True), (0.1, False)])
def test_an_outer_fold_is_scored_once_more_where_its_search_finds_another_one(
    user: User, later: float, again: bool
) -> None:
    batch = search(user)
    nested = score_nested(user=user, batch_id=batch.id)
    settle()
    fail(take())
    for _ in ("candidates", "scores"):
        run_all(0.7)
        settle()
    failed, other = jobs_of(below(nested)[0])
    retry_job(user=user, job_id=failed.id)
    run_all(later)
    settle()
    assert view_honest(read(batch)).goes_on is again
    run_all(0.2)
    settle()
    found = find_nested(read(batch), jobs_of(batch)[-1])
    assert len(jobs_of(nested)) == (6 if again else 5)
    assert found.jobs[1].parameters == (failed if again else other).parameters
    assert found.scores == [0.2 if again else 0.7, 0.7, 0.7, 0.7, 0.7]
    assert read(nested).plan_message == "5 outer folds scored, each by a search of its own"


def test_a_search_that_was_stopped_is_scored_once_the_rest_was_tried(user: User) -> None:
    _, nested = cut_one_short(user)
    retry_job(user=user, job_id=jobs_of(below(nested)[0])[1].id)
    for _ in ("candidates", "scores"):
        run_all(0.7)
        settle()
    assert read(nested).plan_message == "5 outer folds scored, each by a search of its own"
