"""Preprocessing as a request, a form and a page know it."""

import pytest
from flask import Flask

from dashboard.compare.comparison import setting_rows
from dashboard.db import Job, User
from dashboard.extensions import db
from tests.dashboard.api.test_api import Api, body
from tests.factories import make_dataset, make_job


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
