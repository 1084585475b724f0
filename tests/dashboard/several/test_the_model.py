"""The page of a batch leads to its model, and says which one it is and why."""

import pytest
from flask import Flask

from dashboard.db import Batch, Job, Model, User
from dashboard.db.transaction import writing
from dashboard.jobs.queries import find_model
from tests.dashboard.searches.acts import finish, go_on, jobs_of, search_to_end, take
from tests.dashboard.several.test_steps import score, submit
from tests.page import Page, PageClient, words_of

pytestmark = pytest.mark.usefixtures("no_broker")


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def end_as_blend(user: User, reached: float) -> tuple[Batch, Job]:
    """Let all be tried, the first one the best with 0.9, and a blend of two be the model."""
    batch = submit(user)
    first, second, *_ = jobs_of(batch)
    for n, _ in enumerate(jobs_of(batch)):
        score(0.9 - n / 100)
    go_on(batch)
    members = [{"job_id": one.id, "title": "x", "percent": 50} for one in (first, second)]
    finish(take(), reached, details={"members": members})
    go_on(batch)
    return batch, jobs_of(batch)[-1]


def verify(job: Job) -> Model:
    """Let the model of a job be ready."""
    model = find_model(job.id)
    assert model is not None
    with writing() as session:
        session.merge(model).state = "ready"
    return model


def top_of(page: Page) -> str:
    return words_of(page.find("#batch-live"))


def test_a_blend_is_the_headline_though_a_job_alone_scores_better(
    pages: PageClient, member: User
) -> None:
    batch, blend = end_as_blend(member, 0.88)
    model = verify(blend)
    page = pages.get(f"/batches/{batch.id}")
    words = words_of(page.find(".batch-best"))
    assert words.startswith(f"The model: blend #{blend.id} , ROC AUC 0.880")
    first = jobs_of(batch)[0]
    why = words_of(page.find(".batch-why"))
    assert blend.name.endswith(", blend of 2")
    assert blend.name == model.name
    assert why.startswith("The weighted mean of 2 jobs. Job")
    assert f"Job #{first.id} alone scores better, 0.900" in why
    assert (
        "not worse than the job that is best on the other folds by more than two standard errors"
        in why
    )
    assert page.find(f'.page-head a[href="/models/{model.id}"]')
    assert page.find(f'.page-head a[href^="/models/{model.id}/download"]')
    # A blend's score is honest, so there is nothing to say of it.
    assert not page.select("#honest")


def test_a_blend_that_scores_best_needs_no_excuse(pages: PageClient, member: User) -> None:
    batch, _ = end_as_blend(member, 0.95)
    assert "no job alone scores better" in top_of(pages.get(f"/batches/{batch.id}"))


def test_a_model_that_is_being_checked_or_was_deleted_is_no_link(
    pages: PageClient, member: User
) -> None:
    batch, blend = end_as_blend(member, 0.88)
    page = pages.get(f"/batches/{batch.id}")
    assert "can be used in a moment" in top_of(page)
    assert not page.select('.page-head a[href^="/models/"]')
    assert page.find("#batch-live")["hx-trigger"] == "every 3s"
    model = verify(blend)
    page = pages.get(f"/batches/{batch.id}")
    assert page.find(f'.page-head a[href="/models/{model.id}"]')
    assert "hx-trigger" not in page.find("#batch-live").attrs
    with writing() as session:
        session.delete(session.merge(model))
    page = pages.get(f"/batches/{batch.id}")
    assert "It was deleted" in top_of(page)
    assert not page.select('.page-head a[href^="/models/"]')


def test_a_search_names_its_best_one_and_keeps_what_its_score_is_worth(
    pages: PageClient, member: User
) -> None:
    batch = search_to_end(member, 0.7, 0.8)
    final = jobs_of(batch)[-1]
    model = verify(final)
    page = pages.get(f"/batches/{batch.id}")
    assert f"The model: logistic regression #{final.id}" in top_of(page)
    assert "The best of 2 candidates, fitted on all rows" in top_of(page)
    assert page.find(f'.page-head a[href="/models/{model.id}"]')
    assert "Score the best one anew" in page.find("#honest").text
