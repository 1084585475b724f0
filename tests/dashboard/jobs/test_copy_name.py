"""A copy with other settings is named by what changed, unless a name was typed."""

from typing import Any

import pytest
from flask import Flask

from dashboard.db import Job, User
from dashboard.extensions import db
from dashboard.jobs.asking.as_request import request_from
from dashboard.jobs.asking.copy_name import name_copy
from tests.factories import make_dataset, make_job
from tests.page import PageClient

FOREST = {"estimator": "RandomForestClassifier", "parameters": {"max_depth": 4}}


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def newest() -> Job:
    job = db.session.query(Job).order_by(Job.id.desc()).first()
    assert job is not None
    return job


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({}, "pears 2"),
        ({"parameters": {"max_depth": 8}}, "pears, max_depth 8"),
        ({"parameters": {}}, "pears, max_depth None"),
        ({"parameters": {"max_depth": 4, "n_estimators": 100}}, "pears 2"),  # its default
        ({"parameters": {"max_depth": {"values": [2, 3]}, "min_samples_leaf": 5}},
         "pears, min_samples_leaf 5"),
        ({"parameters": {"max_depth": {"values": [2, 3]}}}, "pears 2"),
        ({"estimator": "GaussianNB", "parameters": {}}, "pears, naive Bayes"),
        ({"estimator": "LogisticRegression", "parameters": {"C": 3.0}},
         "pears, logistic regression, C 3.0"),
        ({"seed": 7, "class_weight": "balanced"}, "pears, balanced class weights, seed 7"),
        ({"validation": {"scheme": "kfold", "folds": 3}}, "pears, 3 folds"),
        ({"metric": "accuracy"}, "pears, by Accuracy"),
        ({"preprocessing": {"scale": "none"}}, "pears, scale none"),
        ({"features": ["age"]}, "pears, without city"),
        ({"threshold": 0.3}, "pears, threshold 0.3"),
        ({"priority": "high", "tags": ["x"], "note": "why", "time_limit_s": 60}, "pears 2"),
    ],
)  # fmt: skip
def test_what_changed_stands_behind_the_name(
    change: dict[str, Any], name: str, app: Flask, member: User
) -> None:
    job = make_job(member, name="pears", features=["age", "city"], **FOREST)
    assert name_copy(member, job, request_from(job) | change, limit=9) == name


@pytest.mark.parametrize(
    ("former", "change", "name"),
    [
        ("pears 2", {"max_depth": 8}, "pears 2, max_depth 8"),  # nothing is called pears
        ("pears, max_depth 4", {"max_depth": 8}, "pears, max_depth 8"),
        ("pears, max_depth 4, seed 3", {"max_depth": 8}, "pears, seed 3, max_depth 8"),
        ("pears, max_depth 4", {"max_depth": 4, "max_leaf_nodes": 9},
         "pears, max_depth 4, max_leaf_nodes 9"),
        ("pears, max_depth 4 (best of 30)", {"max_depth": 8}, "pears, max_depth 8"),
        ("pears, max_depth 4", {"max_depth": None}, "pears, max_depth None"),
        ("x" * 200, {"max_depth": 8}, "x" * 183 + " ..., max_depth 8"),
    ],
)  # fmt: skip
def test_what_a_name_says_no_more_goes(
    former: str, change: dict[str, Any], name: str, app: Flask, member: User
) -> None:
    job = make_job(member, name=former, **FOREST)
    assert name_copy(member, job, request_from(job) | {"parameters": change}) == name


def test_a_number_goes_where_it_told_copies_apart(app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    make_job(member, dataset, name="pears")
    job = make_job(member, dataset, name="pears 2", **FOREST)
    asked = request_from(job) | {"parameters": {"max_depth": 8}}
    assert name_copy(member, job, asked) == "pears, max_depth 8"
    make_job(member, dataset, name="pears, max_depth 8")
    assert name_copy(member, job, asked) == "pears, max_depth 8 2"


def test_a_name_that_was_made_follows_estimator_and_target(app: Flask, member: User) -> None:
    dataset = make_dataset(member, name="telco.csv")
    job = make_job(member, dataset, name="telco → churned: random forest", **FOREST)
    asked = request_from(job)
    other = asked | {"estimator": "GaussianNB", "parameters": {}}
    assert name_copy(member, job, other) == "telco → churned: naive Bayes"
    other["estimator"] = "SVC"
    assert name_copy(member, job, other) == "telco → churned: SVM with a kernel"
    away = asked | {"target": "city", "features": ["age"], "task": None, "metric": None}
    assert name_copy(member, job, away) == "telco → city: random forest"


def test_the_form_names_a_copy_unless_one_typed(pages: PageClient, member: User) -> None:
    job = make_job(member, name="pears", **FOREST)
    page = pages.get(f"/jobs/new?from={job.id}")
    for typed, name in (
        ({"parameters.max_depth": "8"}, "pears, max_depth 8"),
        ({"parameters.max_depth": "9", "name": "mine"}, "mine"),
        ({"parameters.max_depth": "9", "name": "pears"}, "pears"),
    ):
        again = pages.get(f"/jobs/new?from={job.id}")  # with a key of its own
        pages.submit(again, typed, form="#job-form", status=303)
        assert newest().name == name
    asked = pages.get(f"/jobs/new?from={job.id}")
    asked = pages.submit(asked, {"parameters.max_depth": "2, 3"}, form="#job-form", status=200)
    pages.submit(asked, {}, status=303)
    assert newest().name == "pears 2, max_depth 3"
    assert page.find("#field-name")["value"] == "pears 2"
    shown = pages.submit(page, {"action": "update"}, form="#job-form", status=200)
    pages.submit(shown, {"parameters.max_depth": "6"}, form="#job-form", status=303)
    assert newest().name == "pears, max_depth 6"


def test_a_bad_value_is_told_as_ever(pages: PageClient, member: User) -> None:
    job = make_job(member, name="pears", **FOREST)
    page = pages.get(f"/jobs/new?from={job.id}")
    told = pages.submit(page, {"parameters.max_depth": "x"}, form="#job-form", status=422)
    assert "parameters.max_depth" in told.errors


def test_a_proposed_change_names_its_job(pages: PageClient, member: User) -> None:
    failure = {"code": "X", "message": "m", "change": {"parameters": {"max_depth": 2}}}
    job = make_job(member, name="pears", state="failed", failure=failure, **FOREST)
    pages.post(f"/jobs/{job.id}/changed", {"of": "failure", "key": "k" * 32}, status=303)
    assert newest().name == "pears, max_depth 2"
