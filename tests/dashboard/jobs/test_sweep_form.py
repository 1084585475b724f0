"""Commas in the form of a new job: how many jobs they make, and what is unclear."""

import dataclasses

import pytest
from flask import Flask

from dashboard.db import Batch, Job, User
from dashboard.extensions import db
from tasks.engine.estimators.catalogue import get_estimator
from tasks.engine.estimators.parameters import is_unclear, split_values
from tests.factories import make_dataset
from tests.page import Page, PageClient


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def open_form(pages: PageClient, member: User, estimator: str = "LogisticRegression") -> Page:
    dataset = make_dataset(member, name="churn.csv")
    address = f"/jobs/new?dataset_id={dataset.id}&target=churned&estimator={estimator}"
    return pages.get(address)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.05, 0.1, 0.2", ["0.05", "0.1", "0.2"]),
        ("1,2,3", ["1", "2", "3"]),
        ("5", ["5"]),
        ("0.1,", ["0.1"]),
        (" , ", []),
        ("(100, 50)", ["(100, 50)"]),
        ("(100, 50), (20,), [5, 5]", ["(100, 50)", "(20,)", "[5, 5]"]),
        ("sqrt, None", ["sqrt", "None"]),
    ],
)
def test_commas_outside_of_brackets_separate_values(text: str, values: list[str]) -> None:
    assert split_values(text) == values


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0,5", True), ("5,10", True), ("0,1, 0,25", True), ("-1,5", True), ("0,1 0,2", True),
     ("0, 5", False), ("1,2,3", False), ("0.1,0.2", False), ("1e-3, 1e-2", False), ("7", False)],
)  # fmt: skip
def test_a_decimal_comma_is_unclear_where_decimals_are_taken(text: str, expected: bool) -> None:
    estimator = get_estimator("LogisticRegression")
    decimal, whole = estimator.find_parameter("C"), estimator.find_parameter("max_iter")
    assert decimal is not None
    assert whole is not None
    assert is_unclear(decimal, text) is expected
    assert not is_unclear(whole, text)


def test_commas_make_a_job_of_each_value(pages: PageClient, member: User) -> None:
    page = open_form(pages, member)
    assert all(note.has_attr("hidden") for note in page.select("[data-values-note]"))
    typed = {"parameters.C": "0.05, 0.1, 0.2", "parameters.max_iter": "50,60"}
    counted = pages.submit(page, {**typed, "action": "update"}, form="#job-form", status=200)
    assert counted.find("[data-job-count]").get_text() == "6 jobs"
    assert counted.find("[data-queue-button]").get_text() == "Queue 6 jobs"
    notes = counted.select("[data-values-note]:not([hidden])")
    assert [note.get_text() for note in notes] == ["3 values", "2 values"]
    assert not counted.select("[data-uncounted]")
    assert counted.find('[name="parameters.C"]')["value"] == "0.05, 0.1, 0.2"
    sent = pages.submit(counted, {"ask": None}, form="#job-form", status=303)
    again = pages.submit(counted, {"ask": None}, form="#job-form", status=303)
    assert sent.response.headers["Location"] == again.response.headers["Location"]
    batch = pages.follow(sent)
    assert "6 jobs are queued" in batch.soup.get_text()
    assert "0 of 6 jobs done" in batch.text
    made = [(j.parameters["C"], j.parameters["max_iter"]) for j in db.session.query(Job)]
    assert made == [(c, n) for c in (0.05, 0.1, 0.2) for n in (50, 60)]
    assert db.session.query(Batch).count() == 1


def test_brackets_are_one_value(pages: PageClient, member: User) -> None:
    page = open_form(pages, member, "MLPClassifier")
    pages.submit(page, {"parameters.hidden_layer_sizes": "(30, 20)"}, form="#job-form", status=303)
    assert db.session.query(Job).one().parameters == {"hidden_layer_sizes": [30, 20]}
    both = {"parameters.hidden_layer_sizes": "(30, 20), (10,)"}
    pages.submit(
        open_form(pages, member, "MLPClassifier"),
        both | {"ask": None},
        form="#job-form",
        status=303,
    )
    sizes = [job.parameters["hidden_layer_sizes"] for job in db.session.query(Job)]
    assert sizes == [[30, 20], [30, 20], [10]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0,5", 'C: "0,5" may be one number or several. Write 0.5 with a decimal point, or 0, 5'),
        ("1, -4", "C must be a number above 0; -4 is not"),
        ("1, x", "; x is not"),
        ("1, 2, 2", "C has 2 twice"),
    ],
)
def test_errors_stand_at_the_field_and_nothing_is_made(
    text: str, words: str, pages: PageClient, member: User
) -> None:
    page = pages.submit(
        open_form(pages, member), {"parameters.C": text}, form="#job-form", status=422
    )
    assert words in page.errors["parameters.C"]
    assert page.find('[name="parameters.C"]')["value"] == text
    assert page.find("[data-queue-button]").get_text() == "Queue jobs"
    assert page.find("[data-uncounted]:not([hidden])").get_text() == "Check these values"
    assert "This will create jobs . How many shows once every value can be used" in page.text
    assert db.session.query(Job).count() == 0


@pytest.mark.parametrize(
    ("typed", "button"),
    [
        ({"parameters.C": "x"}, "Queue job"),  # one value is one job, once it is mended
        ({"parameters.C": "1, 2", "seed": "x"}, "Queue 2 jobs"),
    ],
)
def test_count_stands_where_other_fields_are_refused(
    typed: dict[str, str], button: str, pages: PageClient, member: User
) -> None:
    page = pages.submit(open_form(pages, member), typed, form="#job-form", status=422)
    assert page.find("[data-queue-button]").get_text() == button
    assert page.find("[data-job-count-unknown]").has_attr("hidden")


def test_too_many_jobs_are_refused_with_the_count(
    app: Flask, pages: PageClient, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = dataclasses.replace(app.config["SETTINGS"], max_batch_jobs=3)
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    words = "These values make 4 jobs. The limit is 3 at once"
    change = {"parameters.C": "1, 2, 3, 4"}
    update = pages.submit(
        open_form(pages, member), {**change, "action": "update"}, form="#job-form", status=200
    )
    assert words in update.text
    page = pages.submit(update, {}, form="#job-form", status=422)
    assert page.errors == {"parameters.C": words}
    assert page.find("[data-queue-button]").get_text() == "Queue 4 jobs"
    assert db.session.query(Job).count() == 0


def test_a_stack_takes_names_in_brackets_and_refuses_unknown_ones(
    pages: PageClient, member: User
) -> None:
    page = open_form(pages, member, estimator="StackingClassifier")
    field = "parameters.estimators"
    assert page.find(f'[name="{field}"]')["placeholder"].startswith("(")
    bad = pages.submit(page, {field: "(GaussianNB, Ridge)"}, form="#job-form", status=422)
    refused = '"Ridge" is not offered here. It must be several in brackets of: '
    assert refused in bad.errors[field]
    assert bad.find(f'[name="{field}"]')["value"] == "(GaussianNB, Ridge)"
    several = "(GaussianNB, RidgeClassifier), (LinearSVC, GaussianNB)"
    pages.submit(bad, {field: several, "ask": None}, form="#job-form", status=303)
    made = [job.parameters["estimators"] for job in db.session.query(Job)]
    assert sorted(made) == [["GaussianNB", "RidgeClassifier"], ["LinearSVC", "GaussianNB"]]
