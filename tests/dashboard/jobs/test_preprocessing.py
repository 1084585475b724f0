"""Preprocessing as a request, a form and a page know it."""

import pytest
from flask import Flask

from dashboard.compare.setting_rows import setting_rows
from dashboard.db import Job, User
from dashboard.extensions import db
from tests.dashboard.api.test_api import Api, body
from tests.factories import make_dataset, make_job, make_succeeded_job
from tests.page import PageClient


@pytest.fixture
def api(app: Flask, member: User) -> Api:
    return Api(app, member)


def test_settings_that_were_chosen_are_kept_and_told(api: Api, member: User) -> None:
    chosen = {"scale": "robust", "encode": "auto", "rare_below": 0.01, "date_parts": ["month"]}
    job = api.call("POST", "/jobs", 201, json=body(make_dataset(member), preprocessing=chosen))
    kept = {name: value for name, value in chosen.items() if name != "encode"}
    assert job["preprocessing"] == kept
    assert db.session.query(Job).one().preprocessing == kept
    plain = api.call("POST", "/jobs", 201, json=body(make_dataset(member), preprocessing=None))
    assert plain["preprocessing"] == {}


def test_settings_that_cannot_be_used_are_named(api: Api, member: User) -> None:
    dataset = make_dataset(member)
    chosen = {"scale": "big", "text_ngrams": 9, "colour": 1}
    found = api.call("POST", "/jobs", 422, json=body(dataset, preprocessing=chosen))
    fields = found["error"]["fields"]
    assert list(fields) == [f"preprocessing.{name}" for name in chosen]
    assert fields["preprocessing.text_ngrams"] == (
        "text_ngrams must be a whole number from 1 to 5; 9 is not"
    )
    for given, field in (
        ("robust", "preprocessing"),
        ({"components": 2}, "preprocessing.components"),
    ):
        request = body(dataset, estimator="MultinomialNB", preprocessing=given)
        found = api.call("POST", "/jobs", 422, json=request)
        assert list(found["error"]["fields"]) == [field]
    several = {"dataset_id": dataset.id, "target": "churned", "preprocessing": {"components": 2},
               "estimators": ["LogisticRegression", "ComplementNB"]}  # fmt: skip
    found = api.call("POST", "/batches", 422, json=several)
    assert "takes no negative numbers" in found["error"]["fields"]["preprocessing.components"]


def test_the_document_describes_each_setting(api: Api) -> None:
    document = api.call("GET", "/openapi.json")
    request = document["components"]["schemas"]["JobRequest"]["properties"]["preprocessing"]
    assert request["properties"]["scale"]["default"] == "auto"
    assert "one of: auto, none, standard" in request["properties"]["scale"]["description"]


def test_compare_names_settings_that_differ(app: Flask, member: User) -> None:
    jobs = [make_job(member, preprocessing=chosen) for chosen in ({}, {"scale": "power"})]
    rows = {row.name: row for row in setting_rows(jobs)}
    assert rows["Preprocessing scale"].values == ["auto", "power"]
    assert rows["Preprocessing scale"].differs


def test_form_sends_settings_and_keeps_them_in_a_duplicate(app: Flask, member: User) -> None:
    pages = PageClient(app, member)
    page = pages.get(f"/jobs/new?dataset_id={make_dataset(member).id}&target=churned")
    assert page.find('[name="preprocessing.scale"] option[selected]')["value"] == "auto"
    assert page.find('details:has([name="preprocessing.scale"])').get("open") is None
    typed = {"preprocessing.scale": "power", "preprocessing.date_parts": "year, month",
             "preprocessing.rare_below": "0.01", "preprocessing.cyclic_dates": "True"}  # fmt: skip
    pages.submit(page, typed, form="#job-form", status=303)
    job = db.session.query(Job).one()
    chosen = {"scale": "power", "date_parts": ["year", "month"], "rare_below": 0.01,
              "cyclic_dates": True}  # fmt: skip
    assert job.preprocessing == chosen
    page = pages.get(f"/jobs/new?from={job.id}")
    assert page.find('[name="preprocessing.date_parts"]')["value"] == "(year, month)"
    assert page.find('details:has([name="preprocessing.scale"])').get("open") is not None
    pages.submit(page, {}, form="#job-form", status=303)
    assert [job.preprocessing for job in db.session.query(Job)] == [chosen, chosen]


def test_form_names_a_setting_that_cannot_be_used(app: Flask, member: User) -> None:
    pages = PageClient(app, member)
    page = pages.get(f"/jobs/new?dataset_id={make_dataset(member).id}&target=churned")
    typed = {"preprocessing.components": "1.5", "preprocessing.one_hot_limit": "3, 4"}
    page = pages.submit(page, typed, form="#job-form", status=422)
    assert set(page.errors) == set(typed)
    assert "; 3, 4 is not" in page.errors["preprocessing.one_hot_limit"]
    assert page.find('[name="preprocessing.components"]')["value"] == "1.5"


def test_the_scale_of_a_target_is_asked_for_where_numbers_are_predicted(
    app: Flask, api: Api, member: User
) -> None:
    dataset = make_dataset(member)
    pages, field = PageClient(app, member), "preprocessing.target"
    page = pages.get(f"/jobs/new?dataset_id={dataset.id}&target=churned")
    assert page.select(f'[name="{field}"]') == []
    page = pages.get(f"/jobs/new?dataset_id={dataset.id}&target=age&task=regression")
    assert page.find(f'[name="{field}"] option[selected]')["value"] == "none"
    pages.submit(page, {field: "log1p"}, form="#job-form", status=303)
    job = db.session.query(Job).one()
    assert job.preprocessing == {"target": "log1p"}
    page = pages.get(f"/jobs/new?from={job.id}")
    assert page.find(f'[name="{field}"] option[selected]')["value"] == "log1p"
    change = {"task": "classification", "estimator": "GaussianNB", "action": "update"}
    page = pages.submit(page, change, form="#job-form", status=200)
    assert page.select(f'[name="{field}"]') == []
    assert "The setting target of preprocessing is for numbers; removed" in page.text
    request = body(dataset, preprocessing={"target": "standardize"})
    found = api.call("POST", "/jobs", 422, json=request)
    words = found["error"]["fields"][field]
    assert words == "target must be none: Logistic regression predicts classes"


def test_job_page_shows_what_was_chosen_and_what_came_of_it(app: Flask, member: User) -> None:
    steps = [{"columns": "Numbers", "by": "SimpleImputer, RobustScaler", "before": 3, "after": 5},
             {"columns": "All", "by": "PCA", "before": 1205, "after": 2}]  # fmt: skip
    job = make_succeeded_job(
        member, preprocessing={"scale": "robust", "date_parts": ["year"]},
        details={"preprocessing": steps, "columns_learned_from": 2},
    )  # fmt: skip
    page = PageClient(app, member).get(f"/jobs/{job.id}")
    words = " ".join(page.text.split())
    assert "scale robust preprocessing" in words
    assert "date_parts (year) preprocessing" in words
    assert "Numbers SimpleImputer, RobustScaler 3 5 All PCA 1,205 2" in words
    assert "3 columns to 2" in words
