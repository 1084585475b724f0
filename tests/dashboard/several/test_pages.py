"""Trying several in the API, in the form of a new job, and on the page of its batch."""

from typing import Any

import pytest
from flask import Flask

from dashboard.api import batch_schemas as schemas
from dashboard.batches.keeping import keep_best
from dashboard.db import Model, User
from dashboard.db.transaction import writing
from dashboard.filters import validation
from tests.dashboard.api.test_api import Api
from tests.dashboard.searches.acts import (
    finish,
    go_on,
    jobs_of,
    read,
    start_long_ago,
    take,
    tell_folds,
)
from tests.dashboard.several.test_steps import score, submit
from tests.factories import COLUMNS, make_dataset, make_job
from tests.page import PageClient, words_of

pytestmark = pytest.mark.usefixtures("no_broker")


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def form_of(pages: PageClient, dataset_id: int) -> dict[str, Any]:
    return {"dataset_id": dataset_id, "target": "churned", "estimator": "several",
            "metric": "roc_auc", "seed": "0", "validation.scheme": "stratified",
            "validation.folds": "5"}  # fmt: skip


def test_the_api_tells_what_was_asked_and_how_far_it_is(app: Flask, member: User) -> None:
    api = Api(app, member)
    request = {"dataset_id": make_dataset(member).id, "target": "churned",
               "several": {"time_limit_s": 90}}  # fmt: skip
    made = api.call("POST", "/batches", 201, json=request)
    schemas.SubmittedBatch.model_validate(made)
    found = api.call("GET", f"/batches/{made['batch_id']}")
    schemas.Batch.model_validate(found)
    assert found["several"] == {
        "time_limit_s": 90, "slots": 1, "state": "going", "message": None, "winner_job_id": None,
        "cpu_seconds": 0.0, "cpu_seconds_possible": 90.0, "seconds_taken": None,
    }  # fmt: skip
    assert found["search"] is None
    refused = api.call("POST", "/batches", 422, json=request | {"several": {"time_limit_s": 1}})
    assert list(refused["error"]["fields"]) == ["several.time_limit_s"]
    assert "several" in api.call("POST", "/jobs", 422, json=request)["error"]["fields"]


def test_the_first_card_of_the_form_tries_several(pages: PageClient, member: User) -> None:
    dataset = make_dataset(member)
    page = pages.get(f"/jobs/new?dataset_id={dataset.id}&target=churned")
    first = page.select(".choice-card")[0]
    assert "Try several" in first.text
    assert not page.select('[name="several.time_limit_s"]')
    page = pages.get(f"/jobs/new?dataset_id={dataset.id}&target=churned&estimator=several")
    limits = [label for label in map(words_of, page.select("label")) if "Time limit" in label]
    assert limits == ["Time limit, seconds"]  # one of its jobs has none of its own
    assert page.find('[name="several.time_limit_s"]')["value"] == "60"
    assert "checked" in page.select(".choice-card input")[0].attrs
    # What is tried has settings and folds of its own.
    assert not page.select('[name^="parameters."], [name="validation.folds"]')


def test_the_form_makes_a_batch(pages: PageClient, member: User) -> None:
    dataset = make_dataset(member)
    form = form_of(pages, dataset.id)
    page = pages.post("/jobs/new", form | {"several.time_limit_s": "5"}, status=422)
    assert "whole number of seconds from 10" in page.text
    assert page.find('[name="several.time_limit_s"]')["value"] == "5"
    sent = pages.post("/jobs/new", form | {"several.time_limit_s": "45"}, status=303)
    page = pages.follow(sent)
    assert "several tried for 45 s" in page.text
    assert "The first job that is scored shows here" in page.text


def test_the_leaderboard_shows_from_the_first_score_on(pages: PageClient, member: User) -> None:
    batch = submit(member)
    low = score(0.7)
    assert "too good" not in pages.get(f"/batches/{batch.id}").text
    high = score(0.8)
    page = pages.get(f"/batches/{batch.id}")
    assert "chosen out of 2 by this very score, so it is likely a little too good" in page.text
    places = [row["id"] for row in page.select("#leaderboard tbody tr")]
    assert places == [f"place-{high}", f"place-{low}"]
    assert "1 worker for 1 min can give 1 min" in page.find("#leaderboard").text
    assert "The model was there after" not in page.text
    with writing() as session:
        for job in jobs_of(batch)[2:]:
            session.merge(job).state = "cancelled"
    assert page.find("#batch-live")["hx-trigger"] == "every 3s"
    go_on(batch)
    claim = take()
    tell_folds(claim, [0.85] * 5)
    members = [
        {"job_id": low, "title": "Ridge", "percent": 25},
        {"job_id": high, "title": "Extra trees", "percent": 75},
    ]
    finish(claim, 0.85, details={"members": members, "cpu_seconds": 2.0})
    go_on(batch)
    assert f"#{low} Ridge, 25%" in pages.get(f"/jobs/{claim.job_id}").text
    page = pages.get(f"/batches/{batch.id}")
    rows = page.select("#leaderboard tbody tr")
    assert [row["id"] for row in rows] == [f"place-{n}" for n in (claim.job_id, high, low)]
    assert "Blend" in rows[0].text
    assert "Blend on" in words_of(pages.get(f"/jobs/{claim.job_id}").find("main"))
    assert "The model" in rows[0].text
    assert "75%" in rows[1].text
    assert "25%" in rows[2].text
    assert read(batch).plan_message in page.text
    assert "The model was there after" in page.find("#leaderboard").text
    assert "either the jobs were done sooner" in page.text
    # Once its model was checked, too, nothing changes any more.
    assert page.find("#batch-live")["hx-trigger"] == "every 3s"
    with writing() as session:
        for model in session.query(Model):
            model.state = "ready"
    page = pages.get(f"/batches/{batch.id}")
    assert "hx-trigger" not in page.find("#batch-live").attrs


def test_its_jobs_stand_in_order_of_score_and_what_was_not_tried_last(
    pages: PageClient, member: User
) -> None:
    batch = submit(member)
    low, high = score(0.7), score(0.8)
    with writing() as session:
        for job in jobs_of(batch)[2:]:
            session.merge(job).state = "cancelled"
    rows = [row["id"] for row in pages.get(f"/batches/{batch.id}").select("tr[data-job-id]")]
    assert rows[:2] == [f"job-{high}", f"job-{low}"]
    assert len(rows) > 2


def test_the_form_says_which_folds_are_scored_and_which_scores_are_of_others(
    pages: PageClient, member: User
) -> None:
    dataset = make_dataset(member)
    form = f"/jobs/new?dataset_id={dataset.id}&target=churned&estimator=several"
    said = words_of(pages.get(form).find("#folds-of-several"))
    batch = submit(member)
    assert said == f"Scored on {validation(jobs_of(batch)[0].validation)}."
    others = {"scheme": "kfold", "folds": 7, "repeats": 1}
    for n in (0.6, 0.9, 0.4):
        details = {"baselines": {"dummy": {"roc_auc": {"mean": 0.5, "std": None}}}}
        make_job(
            member,
            dataset,
            state="succeeded",
            name=f"of {n}",
            score=n,
            score_std=0.01,
            metric="roc_auc",
            target="churned",
            validation=others,
            details=details,
        )
    found = [words_of(one) for one in pages.get(form).select(".mini-job")]
    titles = ("of 0.9", "of 0.6", "Predicting class frequencies", "of 0.4")
    assert [one.startswith(title) for one, title in zip(found, titles, strict=True)] == [True] * 4
    assert all("on other folds: 7 folds" in one for one in found)
    one_job = pages.get(form.replace("several", "LogisticRegression")).select(".mini-job")
    assert words_of(one_job[0]).endswith("on 7 folds")


def test_the_form_says_why_there_are_fewer_folds(pages: PageClient, member: User) -> None:
    rare = [
        {**column, "rarest": {"value": "yes", "count": 4}}
        if column["name"] == "churned"
        else column
        for column in COLUMNS
    ]
    dataset = make_dataset(member, columns=rare)
    page = pages.get(f"/jobs/new?dataset_id={dataset.id}&target=churned&estimator=several")
    assert words_of(page.find("#folds-of-several")) == (
        'Scored on 4 folds, stratified. 4 folds are used, not 5: class "yes" has 4 rows.'
    )


def test_the_page_stops_it_and_keeps_the_best(pages: PageClient, member: User) -> None:
    batch = submit(member)
    keep = f"a[href='/batches/{batch.id}/keep']"
    assert not pages.get(f"/batches/{batch.id}").select(keep)
    score(0.8)
    page = pages.get(f"/batches/{batch.id}")
    assert "Stop and keep the best" in page.text
    page = pages.follow(pages.sure(str(page.find(keep)["href"])))
    assert "The model of the best so far is made" in page.html
    assert not page.select(keep)
    assert jobs_of(batch)[-1].estimator == "VotingClassifier"


def test_what_is_tied_shares_a_place_and_the_model_stands_once(
    pages: PageClient, member: User
) -> None:
    batch = submit(member)
    close, best, low = score(0.8), score(0.8), score(0.6)
    rows = pages.get(f"/batches/{batch.id}").select("#leaderboard tbody tr")
    assert [words_of(row.find("td")) for row in rows] == ["1= (tied)", "1= (tied)", "3"]
    board = words_of(pages.get(f"/batches/{batch.id}").find("#leaderboard"))
    assert board.startswith("Leaderboard so far")
    assert "Places are among the 3 scored jobs of this batch" in board
    assert "what is tied now may not be once more jobs are scored" in board
    keep_best(user=member, batch_id=batch.id)
    go_on(batch)
    claim = take()
    tell_folds(claim, [0.8] * 5)
    made_of = next(job for job in jobs_of(batch) if job.id == best)
    finish(claim, 0.8, estimator=made_of.estimator, parameters=made_of.parameters)
    go_on(batch)
    page = pages.get(f"/batches/{batch.id}")
    rows = page.select("#leaderboard tbody tr")
    assert {row["id"] for row in rows} == {f"place-{n}" for n in (close, claim.job_id, low)}
    assert "chosen out of 3 by this very score" in page.text
    over = words_of(page.find("#leaderboard"))
    assert "so far" not in over
    assert "tied now" not in over


def test_of_one_that_was_stopped_nothing_is_said_of_the_whole_time(
    pages: PageClient, member: User
) -> None:
    batch = submit(member)
    score(0.8)
    keep_best(user=member, batch_id=batch.id)
    go_on(batch)
    made_of, claim = jobs_of(batch)[0], take()
    tell_folds(claim, [0.8] * 5)
    finish(claim, 0.8, estimator=made_of.estimator, parameters=made_of.parameters,
           details={"cpu_seconds": 2.0})  # fmt: skip
    go_on(batch)
    page = pages.get(f"/batches/{batch.id}")
    assert "Training used 2.0 s of processor time." in page.text
    assert "can give" not in page.text
    assert "jobs were done sooner" not in page.text
    assert "The best one was chosen by its score" not in page.text
    assert "Only one was scored, so none was chosen by its score" in page.text


def test_who_had_too_little_time_is_led_to_trying_again_for_longer(
    pages: PageClient, member: User, viewer: User, app: Flask
) -> None:
    batch = submit(member, {"time_limit_s": 100}, exclude=["income"], metric="log_loss", seed=7)
    score(0.8)
    assert "Try again for" not in pages.get(f"/batches/{batch.id}").text
    start_long_ago(batch, 120)
    go_on(batch)
    finish(take(), 0.8, estimator="LogisticRegression", parameters={"C": 1.0})
    go_on(batch)
    n_late = sum(job.state == "cancelled" for job in jobs_of(batch))
    (link,) = pages.get(f"/batches/{batch.id}").select('#leaderboard a[href^="/jobs/new"]')
    assert words_of(link) == "Try again for 5 min"
    assert words_of(link.parent).startswith(f"{n_late} candidates were skipped. Try again")
    form = pages.get(str(link["href"]))
    assert form.find('[name="several.time_limit_s"]')["value"] == "300"
    for name, value in (("target", "churned"), ("metric", "log_loss"), ("estimator", "several")):
        chosen = form.find(f'[name="{name}"] option[selected], [name="{name}"][checked]')
        assert chosen["value"] == value
    assert form.find('[name="seed"]')["value"] == "7"
    ticked = {str(box["value"]) for box in form.select('[name="features"][checked]')}
    assert ticked == set(jobs_of(batch)[0].features)
    assert "income" not in ticked
    assert (
        not PageClient(app, viewer)
        .get(f"/batches/{batch.id}")
        .select('#leaderboard a[href^="/jobs/new"]')
    )
