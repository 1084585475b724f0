"""The best one of a batch scored anew: by the same settings, on folds of another seed."""

import numpy as np
import pytest
from flask import Flask

from dashboard.api import batch_schemas as schemas
from dashboard.batches import service as batches
from dashboard.batches.queries import summarise
from dashboard.db import Batch, User
from dashboard.db.transaction import writing
from dashboard.errors import Conflict, Forbidden
from dashboard.extensions import db
from dashboard.honest.anew import score_anew
from dashboard.honest.views import view_honest
from tasks.engine.folds.drawn import draw_groups
from tests.dashboard.api.test_api import Api
from tests.dashboard.honest.acts import search
from tests.dashboard.searches.acts import fail, finish, go_on, jobs_of, read, submit, take
from tests.dashboard.several.test_steps import submit as try_several
from tests.factories import make_user
from tests.page import PageClient

pytestmark = pytest.mark.usefixtures("no_broker")


@pytest.fixture
def user(any_app: Flask) -> User:
    return make_user(name="Ana")


def test_the_winner_is_asked_for_once_more_with_another_seed(user: User) -> None:
    batch = search(user)
    child = score_anew(user=user, batch_id=batch.id)
    (job,) = jobs_of(child)
    winner = jobs_of(batch)[-1]
    assert child.parent_id == batch.id
    assert (job.parameters, job.validation) == (winner.parameters, winner.validation)
    assert (job.score_only, job.state) == (True, "queued")
    assert job.seed != winner.seed
    assert job.name == f"{winner.name}, scored anew"
    assert score_anew(user=user, batch_id=batch.id).id == child.id  # who asks twice gets one
    assert view_honest(batch).goes_on


def test_its_score_stands_beside_the_one_it_was_chosen_by(user: User) -> None:
    batch = search(user)
    child = score_anew(user=user, batch_id=batch.id)
    finish(take(), 0.871, score_std=0.012)
    go_on(child)
    assert read(child).plan_state == "over"
    words = view_honest(batch).anew_words
    assert "ROC AUC 0.871 \N{PLUS-MINUS SIGN} 0.012" in words
    assert "the score it was chosen by, 0.900, is likely too good by about 0.029" in words
    # It changes nothing of the search.
    assert summarise(read(batch)).best.score == 0.9
    assert (read(batch).n_jobs, len(jobs_of(batch))) == (3, 3)


@pytest.mark.parametrize(("metric", "own", "honest", "is_better"), [
    ("roc_auc", 0.8, 0.9, True), ("log_loss", 0.3, 0.2, True), ("log_loss", 0.2, 0.3, False),
])  # fmt: skip
def test_a_score_that_holds_is_not_called_too_good(
    metric: str, own: float, honest: float, is_better: bool, user: User
) -> None:
    batch = search(user)
    with writing() as session:
        winner = session.merge(jobs_of(batch)[-1])
        winner.metric, winner.score = metric, own
    score_anew(user=user, batch_id=batch.id)
    finish(take(), honest)
    words = view_honest(read(batch)).anew_words
    assert ("is no better than that" in words) == is_better
    assert ("likely too good by about 0.100" in words) != is_better


def test_what_failed_is_scored_anew_once_more_and_on_other_folds(user: User) -> None:
    batch = search(user)
    first = score_anew(user=user, batch_id=batch.id)
    fail(take())
    go_on(first)
    assert view_honest(batch).may_score_anew
    assert "is failed" in view_honest(batch).anew_words
    second = score_anew(user=user, batch_id=batch.id)
    assert second.id != first.id
    assert jobs_of(second)[0].seed != jobs_of(first)[0].seed


def test_another_winner_is_scored_by_itself(user: User) -> None:
    batch = search(user)
    first = score_anew(user=user, batch_id=batch.id)
    finish(take(), 0.85)
    other = jobs_of(batch)[0]
    with writing() as session:
        session.get_one(Batch, batch.id).final_job_id = other.id
    assert view_honest(read(batch)).anew is None
    assert score_anew(user=user, batch_id=batch.id).id != first.id


def test_who_cancels_the_search_cancels_that_too(user: User) -> None:
    batch = search(user)
    child = score_anew(user=user, batch_id=batch.id)
    assert batches.cancel_batch(user=user, batch_id=batch.id) == (1, 0)
    go_on(child)
    assert [job.state for job in jobs_of(child)] == ["cancelled"]
    assert read(child).plan_state == "over"


def test_what_cannot_be_scored_anew_is_refused_with_the_reason(user: User) -> None:
    batch = submit(user, 2)
    with pytest.raises(Conflict, match="no finished model"):
        score_anew(user=user, batch_id=batch.id)
    with pytest.raises(Forbidden):
        score_anew(user=make_user(), batch_id=batch.id)
    batches.cancel_batch(user=user, batch_id=batch.id)
    done = search(user)
    with writing() as session:
        session.merge(jobs_of(done)[-1]).validation = {"scheme": "time", "folds": 3}
    with pytest.raises(Conflict, match="one way alone"):
        score_anew(user=user, batch_id=done.id)
    assert not view_honest(read(done)).may_score_anew


@pytest.mark.parametrize(("folds", "missing", "refused"), [
    (3, 0, True), (2, 0, False), (3, 1, False), (4, 1, True),
])  # fmt: skip
def test_groups_that_are_a_fold_each_have_no_other_folds(
    folds: int, missing: int, refused: bool, user: User
) -> None:
    done = search(user)  # its "city" has three values
    with writing() as session:
        winner = session.merge(jobs_of(done)[-1])
        winner.validation = {"scheme": "group", "group_column": "city", "folds": folds}
        columns = [{**c, "missing": missing} for c in winner.dataset.columns]
        winner.dataset.columns = columns
    assert view_honest(read(done)).may_score_anew is not refused
    if refused:
        with pytest.raises(Conflict, match=f'"city" has {folds} groups, and each is a fold'):
            score_anew(user=user, batch_id=done.id)


@pytest.mark.parametrize("seed", range(4))
def test_of_a_few_groups_the_seed_puts_others_together(seed: int, user: User) -> None:
    done = search(user)
    with writing() as session:
        winner = session.merge(jobs_of(done)[-1])
        winner.validation = {"scheme": "group", "group_column": "city", "folds": 2}
        winner.seed = seed
    (job,) = jobs_of(score_anew(user=user, batch_id=done.id))
    groups = np.array(["Oslo", "Rome", "Bern"])
    own, anew = (
        {tuple(part) for part in draw_groups(groups, 2, drawn)} for drawn in (seed, job.seed)
    )
    assert own != anew


def test_the_best_of_several_is_scored_anew_but_no_blend(user: User) -> None:
    batch = try_several(user)
    first, second = jobs_of(batch)[:2]
    with writing() as session:
        winner = session.merge(first)
        winner.state, winner.score, winner.score_only = "succeeded", 0.9, False
        session.get_one(Batch, batch.id).final_job_id = first.id
    child = score_anew(user=user, batch_id=batch.id)
    assert jobs_of(child)[0].estimator == first.estimator
    with writing() as session:
        members = [{"job_id": first.id, "percent": 50}, {"job_id": second.id, "percent": 50}]
        session.merge(jobs_of(batch)[0]).details = {"members": members}
    with pytest.raises(Conflict, match="its score is honest"):
        score_anew(user=user, batch_id=batch.id)


def test_the_page_has_a_button_and_then_the_score(app: Flask, member: User) -> None:
    batch = search(member)
    pages = PageClient(app, member)
    page = pages.get(f"/batches/{batch.id}")
    assert "5 fits" in page.text
    pages.submit(page, {}, form=f'form[action="/batches/{batch.id}/anew"]', status=303)
    assert "is being scored anew" in pages.get(f"/batches/{batch.id}").text
    finish(take(), 0.871)
    assert "likely too good by about 0.029" in pages.get(f"/batches/{batch.id}").text
    db.session.rollback()
    child = db.session.query(Batch).where(Batch.parent_id == batch.id).one()
    page = pages.get(f"/batches/{child.id}")
    assert f"Batch #{batch.id}" in page.text


def test_the_api_scores_anew_and_tells_the_score(any_app: Flask) -> None:
    user = make_user()
    api, batch = Api(any_app, user), search(user)
    found = api.call("POST", f"/batches/{batch.id}/anew", 200)
    schemas.Batch.model_validate(found)
    assert found["scored_anew"]["state"] == "queued"
    finish(take(), 0.871)
    told = api.call("GET", f"/batches/{batch.id}")["scored_anew"]
    assert (told["score"], told["state"]) == (0.871, "succeeded")
    child = jobs_of(batch)[0].batch_id
    assert api.call("GET", f"/batches/{child}")["parent_batch_id"] is None
