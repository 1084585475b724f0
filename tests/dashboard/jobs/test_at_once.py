"""Several estimators at once in the form of a new job: a job of each, on the same folds."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.db import Batch, Dataset, Job, Preflight, User
from dashboard.extensions import db
from tests.factories import make_dataset, make_job
from tests.page import Page, PageClient, values_of, words_of

pytestmark = pytest.mark.usefixtures("no_broker")
FOREST, LOGISTIC = "RandomForestClassifier", "LogisticRegression"
BOXES: dict[str, Any] = {"at_once": "yes", "estimators_shown": "1"}


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


@pytest.fixture
def dataset(member: User) -> Dataset:
    return make_dataset(member)


def draw(pages: PageClient, page: Page, changes: dict[str, Any]) -> Page:
    return pages.submit(page, {"action": "update"} | changes, form="#job-form", status=200)


def ticked(page: Page) -> list[str]:
    return [str(box["value"]) for box in page.select(".choice-card input[checked]")]


def boxes(pages: PageClient, dataset: Dataset, **more: str) -> Page:
    """Return the form with boxes, of which two are ticked."""
    asked = {"dataset": str(dataset.id), "target": "churned", "at_once": "yes"} | more
    query = "&".join(f"{name}={text}" for name, text in asked.items())
    return pages.get(f"/jobs/new?{query}&estimators={FOREST}&estimators={LOGISTIC}")


def test_a_box_turns_the_choice_into_boxes_and_back(pages: PageClient, dataset: Dataset) -> None:
    page = pages.get(f"/jobs/new?dataset={dataset.id}&target=churned&estimator={FOREST}")
    assert words_of(page.find('label[for="field-at_once"]')) == "Choose more than one"
    page = draw(pages, page, {"at_once": "yes", "parameters.n_estimators": "77"})
    kinds = {box["type"] for box in page.select(".choice-card input")}
    assert kinds == {"checkbox"}
    assert ticked(page) == [FOREST]
    assert "Try several" not in page.find(".choice-cards").text
    # One alone keeps its settings, two have none.
    assert page.find('[id="field-parameters.n_estimators"]')["value"] == "77"
    page = draw(pages, page, {"estimators": [FOREST, LOGISTIC]})
    assert not page.select('[id^="field-parameters."]')
    assert "each with its defaults" in page.text
    assert words_of(page.find(".job-count strong")) == "2 jobs"
    assert words_of(page.find("[data-queue-button]")) == "Queue 2 jobs"
    page = draw(pages, page, {"at_once": None})
    assert ticked(page) == [FOREST]
    assert page.find('[id="field-parameters.n_estimators"]')["value"] == "77"


def test_a_job_is_made_of_each_on_the_same_folds(pages: PageClient, dataset: Dataset) -> None:
    page = boxes(pages, dataset)
    again = {"ask": None, "validation.folds": "4", "parameters.n_estimators": "77", "name": "mine"}
    pages.submit(page, again, form="#job-form", status=303)
    jobs = db.session.scalars(select(Job).order_by(Job.id)).all()
    assert sorted(job.estimator for job in jobs) == [LOGISTIC, FOREST]
    assert {job.validation["folds"] for job in jobs} == {4}
    assert all(job.parameters.get("n_estimators") in (None, 100) for job in jobs)
    assert {job.batch_id for job in jobs} == set(db.session.scalars(select(Batch.id)))
    assert [job.name for job in jobs] == [f"mine, {n}" for n in names_of(jobs)]


def names_of(jobs: Any) -> list[str]:
    titles = {FOREST: "random forest", LOGISTIC: "logistic regression"}
    return [titles[job.estimator] for job in jobs]


def test_one_that_is_ticked_alone_is_a_single_job(pages: PageClient, dataset: Dataset) -> None:
    page = draw(pages, boxes(pages, dataset), {"estimators": [FOREST]})
    pages.submit(page, {"parameters.n_estimators": "50"}, form="#job-form", status=303)
    (job,) = db.session.scalars(select(Job))
    assert (job.batch_id, job.parameters["n_estimators"]) == (None, 50)


def test_none_and_too_many_are_refused(app: Flask, pages: PageClient, dataset: Dataset) -> None:
    page = draw(pages, boxes(pages, dataset), {"estimators": []})
    assert "Tick the estimators" in page.text
    assert words_of(page.find(".job-count strong")) == "0 jobs"
    page = pages.submit(page, {}, form="#job-form", status=422)
    assert "Choose at least one estimator" in page.find(".error-summary").text
    assert page.find(".error-summary a")["href"] == "#field-estimators"
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], max_batch_jobs=1)
    page = pages.submit(boxes(pages, dataset), {}, form="#job-form", status=422)
    assert "The limit is 1 at once" in page.find("#field-estimators").text
    assert set(ticked(page)) == {FOREST, LOGISTIC}
    assert not db.session.scalars(select(Job)).all()


def test_what_was_not_seen_yet_is_not_queued(pages: PageClient, dataset: Dataset) -> None:
    # Without a script the box is ticked, and nothing is drawn until a button is pressed.
    page = pages.get(f"/jobs/new?dataset={dataset.id}&target=churned")
    page = pages.submit(page, {"at_once": "yes"}, form="#job-form", status=200)
    assert page.select('.choice-card input[type="checkbox"]')
    page = boxes(pages, dataset)
    page = pages.submit(page, {"at_once": None}, form="#job-form", status=200)
    assert page.select('.choice-card input[type="radio"]')
    assert not db.session.scalars(select(Job)).all()


def test_another_target_drops_those_that_do_not_suit_it(
    pages: PageClient, dataset: Dataset
) -> None:
    page = draw(pages, boxes(pages, dataset), {"target": "income"})
    assert "Random forest does not suit this target; removed" in page.text
    assert len(ticked(page)) == 1
    assert "Predict a number" in page.text


def test_class_weight_is_there_where_all_take_it(pages: PageClient, dataset: Dataset) -> None:
    page = draw(pages, boxes(pages, dataset), {"class_weight": "balanced"})
    assert page.find("#field-class_weight option[selected]")["value"] == "balanced"
    both = {"estimators": [FOREST, "KNeighborsClassifier"]}
    page = draw(pages, page, both)
    assert "takes no class weight; removed" in page.text
    assert not page.select("#field-class_weight")


def test_a_search_that_was_typed_comes_back(pages: PageClient, dataset: Dataset) -> None:
    page = pages.get(f"/jobs/new?dataset={dataset.id}&target=churned&estimator={FOREST}")
    page = draw(pages, page, {"search.strategy": "random"})
    page = draw(pages, page, {"parameters.n_estimators": "10..50", "search.jobs": "7"})
    page = draw(pages, page, {"at_once": "yes"})
    page = draw(pages, page, {"estimators": [FOREST, LOGISTIC]})
    assert words_of(page.find(".job-count strong")) == "2 jobs"
    page = draw(pages, page, {"at_once": None})
    assert page.find('[id="field-parameters.n_estimators"]')["value"] == "10..50"
    assert page.find('[id="field-search.jobs"]')["value"] == "7"


def test_a_copy_of_a_job_can_become_several(
    pages: PageClient, member: User, dataset: Dataset
) -> None:
    parameters = {"n_estimators": 33}
    job = make_job(member, dataset, state="failed", estimator=FOREST, parameters=parameters)
    page = draw(pages, pages.get(f"/jobs/new?from={job.id}"), {"at_once": "yes"})
    assert ticked(page) == [FOREST]
    page = draw(pages, page, {"estimators": [FOREST, LOGISTIC]})
    page = draw(pages, page, {"estimators": [FOREST]})
    assert page.find('[id="field-parameters.n_estimators"]')["value"] == "33"


def test_it_is_checked_and_saved_as_no_recipe(pages: PageClient, dataset: Dataset) -> None:
    page = boxes(pages, dataset)
    assert not page.select(".save-recipe")
    (button,) = [b for b in page.select("button") if words_of(b) == "Check first"]
    address = str(button["formaction"])
    fields = values_of(page.find("#job-form"))
    pages.http.post(address, data=fields, headers={"HX-Request": "true"})
    (asked,) = db.session.scalars(select(Preflight))
    assert (asked.n_jobs, {job["estimator"] for job in asked.asked["jobs"]}) == (
        2,
        {FOREST, LOGISTIC},
    )
