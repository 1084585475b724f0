"""How rows are split where several are tried: chosen as for one job, or left open."""

from typing import Any

import pytest
from flask import Flask

from dashboard.db import Job, User
from dashboard.extensions import db
from dashboard.filters import validation
from dashboard.jobs.form.change import apply_change, may_apply
from dashboard.jobs.form.request import request_of
from dashboard.jobs.form.sources import new_form
from tests.dashboard.api.test_api import Api
from tests.dashboard.searches.acts import jobs_of
from tests.dashboard.several.test_steps import refusals, submit
from tests.factories import make_dataset
from tests.page import Page, PageClient, words_of

pytestmark = pytest.mark.usefixtures("no_broker")
SCHEME, FOLDS = '[name="validation.scheme"]', '[name="validation.folds"]'


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


@pytest.fixture
def form(pages: PageClient, member: User) -> Page:
    address = f"/jobs/new?dataset_id={make_dataset(member).id}&target=churned"
    return pages.get(f"{address}&estimator=several")


def update(pages: PageClient, page: Page, **typed: str) -> Page:
    fields = {name.replace("__", "."): text for name, text in typed.items()}
    return pages.submit(page, {**fields, "action": "update"}, form="#job-form", status=200)


def splits() -> list[dict[str, Any]]:
    """Return how each job's rows are split, each way once."""
    found = [job.validation for job in db.session.query(Job).order_by(Job.id)]
    return [one for n, one in enumerate(found) if one not in found[:n]]


def test_it_is_left_open_unless_somebody_chooses(
    pages: PageClient, form: Page, member: User
) -> None:
    chosen = form.find(f"{SCHEME} option[selected]")
    assert (chosen["value"], chosen.text) == ("", "As for one job")
    assert not form.select(FOLDS)
    assert words_of(form.find(".submit-bar p")) == "Several, predicting churned"
    pages.submit(form, {}, form="#job-form", status=303)
    (split,) = splits()
    assert split == jobs_of(submit(member))[0].validation
    assert (split["scheme"], split["folds"], split["repeats"]) == ("stratified", 5, 1)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"validation.group_column": "city", "validation.folds": "3"},
         {"scheme": "group", "group_column": "city", "folds": 3}),
        ({"validation.time_column": "age", "validation.gap": "4"},
         {"scheme": "time", "time_column": "age", "gap": 4, "folds": 5}),
        ({"validation.test_size": "0.35"}, {"scheme": "holdout", "test_size": 0.35}),
        ({}, {"scheme": "stratified", "folds": 5, "repeats": 1}),
        ({"validation.folds": "4", "validation.repeats": "3", "validation.drop_copies": "True"},
         {"scheme": "kfold", "folds": 4, "repeats": 3, "drop_copies": True}),
    ],
)  # fmt: skip
def test_each_way_is_chosen_without_scripts(
    typed: dict[str, str], kept: dict[str, Any], pages: PageClient, form: Page
) -> None:
    page = update(pages, form, validation__scheme=kept["scheme"])
    assert set(typed) <= {c["name"] for c in page.select('[name^="validation."]')}
    page = pages.submit(page, {**typed, "action": "update"}, form="#job-form", status=200)
    said = words_of(page.find("#folds-of-several"))
    pages.submit(page, typed, form="#job-form", status=303)
    (split,) = splits()
    assert kept.items() <= split.items()
    assert said == f"Scored on {validation(split)}."


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [("drop_copies", "True", True), ("targets_left_out", "unknown, ?", ["unknown", "?"])],
)
def test_which_rows_there_are_leaves_the_folds_open(
    field: str, text: str, value: Any, *, pages: PageClient, form: Page, member: User
) -> None:
    pages.submit(form, {f"validation.{field}": text}, form="#job-form", status=303)
    (split,) = splits()
    assert split == jobs_of(submit(member))[0].validation | {field: value}


@pytest.mark.parametrize(
    ("scheme", "typed", "field"),
    [
        ("group", {}, "validation.group_column"),
        ("group", {"validation.group_column": "city"}, "validation.folds"),
        ("time", {"validation.gap": "-2"}, "validation.gap"),
        ("holdout", {"validation.test_size": "20%"}, "validation.test_size"),
    ],
)
def test_what_cannot_be_used_is_told_at_its_field(
    scheme: str, typed: dict[str, str], field: str, pages: PageClient, form: Page
) -> None:
    page = update(pages, form, validation__scheme=scheme)
    page = pages.submit(page, typed, form="#job-form", status=422)
    assert list(page.errors) == [field]
    assert page.find(f'[name="{field}"]') is not None
    assert not page.select("#folds-of-several")
    assert splits() == []


def test_a_choice_outlives_a_change_of_the_estimator_and_what_is_usual_does_not(
    pages: PageClient, form: Page
) -> None:
    one = update(pages, form, estimator="LogisticRegression")
    assert one.find(f"{SCHEME} option[selected]")["value"] == "stratified"
    assert one.find(FOLDS)["value"] == "5"
    again = update(pages, one, estimator="several")
    assert again.find(f"{SCHEME} option[selected]")["value"] == ""
    typed = {"estimator": "several", "validation.folds": "7", "action": "update"}
    kept = pages.submit(one, typed, form="#job-form", status=200)
    assert kept.find(f"{SCHEME} option[selected]")["value"] == "stratified"
    assert kept.find(FOLDS)["value"] == "7"


def test_the_api_takes_what_one_job_takes(app: Flask, member: User) -> None:
    api = Api(app, member)
    split = {"scheme": "group", "group_column": "city"}
    asked = {"dataset_id": make_dataset(member).id, "target": "churned", "several": True}
    made = api.call("POST", "/batches", 201, json=asked | {"validation": split})
    assert made["batch_id"]
    (found,) = splits()
    assert (found["scheme"], found["folds"]) == ("group", 3)
    assert "there are 3 groups" in found["note"]
    told = refusals(member, True, validation=split | {"folds": 4})
    assert '"city" has 3 groups; 4 folds' in told["validation.folds"]
    assert list(refusals(member, True, validation={"shuffle": True})) == ["validation"]


def test_what_a_check_proposes_of_the_split_is_put_into_the_form(app: Flask, member: User) -> None:
    given = {"target": "churned", "estimator": "several"}
    form, groups = (
        new_form(make_dataset(member), given),
        {"scheme": "group", "group_column": "city"},
    )
    assert "validation" in request_of(form)
    assert not request_of(form)["validation"]
    assert may_apply({"validation": groups}, tries_several=True)
    apply_change(form, {"validation": groups})
    assert groups.items() <= request_of(form)["validation"].items()
    apply_change(form, {"validation": {"drop_copies": True}})
    assert request_of(form)["validation"]["drop_copies"] is True
