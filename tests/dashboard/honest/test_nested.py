"""A whole search scored: it is done once more in each outer fold, and scored on the others."""

from dataclasses import asdict
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.api import batch_schemas as schemas
from dashboard.batches import service as batches
from dashboard.batches.keeping import keep_best
from dashboard.clock import now
from dashboard.db import Batch, Job, User
from dashboard.db.notification import BATCH
from dashboard.db.transaction import writing
from dashboard.errors import Conflict, Forbidden, ValidationFailed
from dashboard.extensions import db
from dashboard.filters import validation as in_words
from dashboard.honest.nested import find_nested
from dashboard.honest.service import score_nested
from dashboard.honest.views import view_honest
from dashboard.jobs.asking.as_request import request_from
from dashboard.notifications.ended import End
from dashboard.notifications.words import describe_all
from dashboard.plans.advance import advance_all
from dashboard.searches import service as searches
from tasks.engine.spec import Validation
from tests.dashboard.api.test_api import Api
from tests.dashboard.honest.acts import search
from tests.dashboard.searches.acts import (
    fail,
    finish,
    go_on,
    jobs_of,
    read,
    run,
    submit,
    take,
    tell_folds,
)
from tests.dashboard.searches.test_pages import last_batch, open_form, send, update
from tests.factories import make_user
from tests.page import PageClient

pytestmark = [pytest.mark.usefixtures("no_broker"), pytest.mark.both_databases]
OUTER = 5


def below(batch: Batch) -> list[Batch]:
    db.session.rollback()
    found = select(Batch).where(Batch.parent_id == batch.id).order_by(Batch.id)
    return list(db.session.scalars(found, execution_options={"populate_existing": True}))


def settle() -> None:
    """Do all that comes next anywhere."""
    for _ in range(20):
        if not advance_all():
            return


def run_all(score: float) -> list[int]:
    """Let everything that waits be done, and return the jobs in order."""
    done = []
    while waiting := db.session.scalar(select(Job).where(Job.state == "queued").limit(1)):
        claim = take()
        assert waiting
        tell_folds(claim, [score] * 4)
        finish(claim, score)
        done.append(claim.job_id)
        db.session.rollback()
    return done


def test_each_outer_fold_has_a_search_of_its_own_that_lacks_its_rows(user: User) -> None:
    batch = search(user)
    nested = score_nested(user=user, batch_id=batch.id)
    settle()
    found = below(nested)
    assert [one.plan["outer_fold"] for one in found] == [1, 2, 3, 4, 5]
    for fold, one in enumerate(found, start=1):
        candidates = jobs_of(one)
        plan, own = one.plan, batch.plan
        assert [plan[n] for n in ("strategy", "space", "jobs")] == [
            own[n] for n in ("strategy", "space", "jobs")
        ]
        whole = Validation(**jobs_of(batch)[0].validation)
        assert {str(job.validation) for job in candidates} == {str(asdict(whole.for_search(fold)))}
        assert {(job.score_only, job.state) for job in candidates} == {(True, "queued")}
        assert [job.parameters for job in candidates] == [
            job.parameters for job in jobs_of(batch)[:2]
        ]


def test_what_each_search_finds_is_scored_on_its_test_rows(user: User) -> None:
    batch = search(user)
    nested = score_nested(user=user, batch_id=batch.id)
    settle()
    assert len(run_all(0.7)) == 2 * OUTER
    settle()
    assert [one.plan_state for one in below(nested)] == ["over"] * OUTER
    assert {one.final_job_id for one in below(nested)} == {None}
    jobs = jobs_of(nested)
    assert [job.validation["outer_fold"] for job in jobs] == [1, 2, 3, 4, 5]
    assert {(job.validation["scores_outer"], job.score_only) for job in jobs} == {(True, True)}
    assert jobs[0].parameters == jobs_of(below(nested)[0])[0].parameters  # the first of equals
    for score in (0.86, 0.87, 0.88, 0.87, 0.87):
        finish(take(), score, score_std=None)
        assert view_honest(read(batch)).goes_on
        settle()
    assert read(nested).plan_message == "5 outer folds scored, each by a search of its own"
    honest = view_honest(read(batch))
    assert not honest.goes_on
    assert "Nested: ROC AUC 0.870 \N{PLUS-MINUS SIGN} 0.007, over 5 outer folds" in (
        honest.nested_words
    )
    assert "0.900, is likely too good by about 0.030" in honest.nested_words
    assert score_nested(user=user, batch_id=batch.id).id == nested.id


def told_of(batch: Batch) -> dict[str, Any]:
    end = End(batch.owner_id, BATCH, batch.id, now())
    ((_, body),) = describe_all([end])
    return body


def test_a_notification_tells_the_nested_score(user: User) -> None:
    nested = score_nested(user=user, batch_id=search(user).id)
    settle()
    run_all(0.7)
    settle()
    for score in (0.86, 0.87, 0.88, 0.87):
        finish(take(), score, score_std=None)
    fail(take())
    settle()
    body = told_of(read(nested))
    assert body["title"] == "Batch is over, without a nested score, 1 of 5 jobs failed"
    assert body["nested"] is None
    batches.retry_failed(user=user, batch_id=nested.id)
    finish(take(), 0.87, score_std=None)
    settle()
    body = told_of(read(nested))
    assert body["title"] == "Batch is over, nested score 0.870"
    assert body["best"] is None
    assert body["nested"] == {
        "score": pytest.approx(0.87), "score_std": pytest.approx(0.00707, abs=1e-5),
        "metric": "roc_auc",
    }  # fmt: skip


def test_a_search_that_is_asked_so_is_scored_at_its_end(user: User) -> None:
    batch = search(user, nested=True)
    (nested,) = below(batch)
    assert (nested.plan["kind"], read(batch).plan_state) == ("nested", "over")
    settle()
    assert len(below(nested)) == OUTER
    assert below(search(user)) == []


def test_one_that_was_stopped_is_not_and_later_has_as_many_candidates(user: User) -> None:
    batch = submit(user, 3, nested=True)
    run(0.8)
    keep_best(user=user, batch_id=batch.id)
    finish(take(), 0.8)
    go_on(batch)
    assert below(batch) == []
    nested = score_nested(user=user, batch_id=batch.id)
    assert nested.plan["search"]["jobs"] == 1


def test_with_a_time_limit_one_search_follows_the_other(user: User) -> None:
    batch = search(user, time_limit_s=600)
    nested = score_nested(user=user, batch_id=batch.id)
    settle()
    assert len(below(nested)) == 1  # each has the whole time, and all workers
    run_all(0.7)
    settle()
    assert [one.plan["outer_fold"] for one in below(nested)] == [1, 2]
    assert len(jobs_of(nested)) == 1


def test_an_outer_fold_without_a_best_one_leaves_no_score(user: User) -> None:
    batch = search(user)
    nested = score_nested(user=user, batch_id=batch.id)
    settle()
    fail(take())
    fail(take())
    run_all(0.7)
    settle()
    run_all(0.7)
    settle()
    assert "4 of 5 outer folds could be scored" in read(nested).plan_message
    honest = view_honest(read(batch))
    assert "could not be scored" in honest.nested_words
    assert honest.may_nest
    assert score_nested(user=user, batch_id=batch.id).id != nested.id


def test_who_cancels_the_search_cancels_all_below_it(user: User) -> None:
    batch = search(user)
    nested = score_nested(user=user, batch_id=batch.id)
    settle()
    assert batches.cancel_batch(user=user, batch_id=batch.id) == (2 * OUTER, 0)
    settle()
    assert {job.state for one in below(nested) for job in jobs_of(one)} == {"cancelled"}
    assert read(nested).plan_message == "Stopped by Ana, 0 of 5 outer folds scored"
    assert jobs_of(nested) == []


def test_a_scoring_job_that_was_lost_can_run_again(user: User) -> None:
    batch = search(user)
    nested = score_nested(user=user, batch_id=batch.id)
    settle()
    run_all(0.7)
    settle()
    fail(take())
    run_all(0.7)
    settle()
    assert find_nested(read(batch), jobs_of(batch)[-1]).mean is None
    assert batches.retry_failed(user=user, batch_id=nested.id) == 1
    run_all(0.7)
    settle()
    assert find_nested(read(batch), jobs_of(batch)[-1]).mean == pytest.approx(0.7)


def test_a_search_that_was_extended_is_another_one(user: User) -> None:
    batch = search(user)
    first = score_nested(user=user, batch_id=batch.id)
    for _ in range(2):
        settle()
        run_all(0.7)
    settle()
    assert "Nested: " in view_honest(read(batch)).nested_words
    searches.extend_search(user=user, batch_id=batch.id, jobs=2, limit=10)
    go_on(batch)
    run_all(0.6)
    go_on(batch)
    honest = view_honest(read(batch))
    assert (read(batch).plan_state, honest.winner.id) == ("over", first.plan["of"])
    assert (honest.nested_words, honest.may_nest) == (None, True)
    second = score_nested(user=user, batch_id=batch.id)
    assert (first.plan["search"]["jobs"], second.plan["search"]["jobs"]) == (2, 4)
    assert score_nested(user=user, batch_id=batch.id).id == second.id


def test_what_cannot_be_scored_so_is_refused(user: User) -> None:
    batch = submit(user, 2)
    with pytest.raises(Conflict, match="not over"):
        score_nested(user=user, batch_id=batch.id)
    with pytest.raises(Forbidden):
        score_nested(user=make_user(), batch_id=batch.id)
    batches.cancel_batch(user=user, batch_id=batch.id)
    done = search(user)
    nested = score_nested(user=user, batch_id=done.id)
    settle()
    for wrong in (nested, below(nested)[0]):
        with pytest.raises(Conflict, match="no search of its own"):
            score_nested(user=user, batch_id=wrong.id)
    with pytest.raises(Conflict, match="is a part of batch"):
        searches.extend_search(user=user, batch_id=below(nested)[0].id, jobs=3, limit=10)
    with pytest.raises(ValidationFailed, match="nested must be true or false"):
        submit(user, 2, nested="maybe")


def test_a_search_from_before_there_was_a_choice_goes_on(user: User) -> None:
    batch = submit(user, 2)
    with writing() as session:
        row = session.get_one(Batch, batch.id)
        row.plan = {name: value for name, value in row.plan.items() if name != "nested"}
    run(0.9)
    run(0.8)
    go_on(batch)
    assert len(jobs_of(batch)) == 3


def test_a_candidate_of_an_outer_fold_is_asked_for_again_with_all_rows(user: User) -> None:
    batch = search(user)
    nested = score_nested(user=user, batch_id=batch.id)
    settle()
    one = jobs_of(below(nested)[1])[0]
    words = in_words(one.validation)
    assert words == (
        "4 folds, stratified, of the training rows of outer fold 2 of 5 folds, stratified"
    )
    assert request_from(one)["validation"]["folds"] == OUTER
    assert set(request_from(one)["validation"]) <= set(jobs_of(batch)[0].validation)


def test_the_pages_offer_it_and_tell_how_far_it_is(app: Flask, member: User) -> None:
    pages = PageClient(app, member)
    batch = search(member)
    page = pages.get(f"/batches/{batch.id}")
    assert "about 45 fits" in page.text  # 5 times 2 candidates on 4 inner folds, and one more
    pages.submit(page, {}, form=f'form[action="/batches/{batch.id}/nested"]', status=303)
    settle()
    assert "0 of 5 outer folds done" in pages.get(f"/batches/{batch.id}").text
    (nested,) = below(batch)
    page = pages.get(f"/batches/{nested.id}")
    assert "outer fold 3" in page.text
    assert "No job yet: the batches below it come first" in page.text
    assert "deleted" not in page.text
    assert "Stop scoring the search" in page.text
    page = pages.get(f"/batches/{batch.id}")
    stop = str(page.find(f'a[href="/batches/{nested.id}/cancel"]')["href"])
    page = pages.follow(pages.sure(stop))
    assert "10 jobs are cancelled" in page.html
    inner = pages.get(f"/batches/{below(nested)[0].id}").text
    assert "Extend the search" not in inner
    assert "What the score is worth" not in inner


def test_the_form_says_how_many_fits_it_takes(app: Flask, member: User) -> None:
    pages = PageClient(app, member)
    page = update(pages, open_form(pages, member), {"parameters.C": "0.1..1", "search.jobs": "3"})
    assert "Nested: about 65 fits more" in page.text
    send(pages, page, {"parameters.C": "0.1..1", "search.nested": "yes"}, 303)
    assert last_batch().plan["nested"] is True


def test_the_api_asks_for_it_and_tells_it(any_app: Flask) -> None:
    user = make_user()
    api, batch = Api(any_app, user), search(user)
    found = api.call("POST", f"/batches/{batch.id}/nested", 200)
    schemas.Batch.model_validate(found)
    settle()
    run_all(0.7)
    settle()
    run_all(0.7)
    settle()
    told = api.call("GET", f"/batches/{batch.id}")["nested"]
    assert (told["state"], told["scored"], told["outer_folds"]) == ("over", 5, 5)
    assert told["score"] == pytest.approx(0.7)
    inner = api.call("GET", f"/batches/{told['search_batch_ids'][1]}")
    assert (inner["search"]["outer_fold"], inner["parent_batch_id"]) == (2, told["batch_id"])
