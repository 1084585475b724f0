"""The form of a new job names rows whose target is no value of one row, and leaves them out."""

from typing import Any

import pytest
from flask import Flask

from dashboard.datasets.look import row_views
from dashboard.db import Job, User
from dashboard.extensions import db
from dashboard.jobs.changing.changed import say_change
from dashboard.jobs.form import left_out
from tests.factories import COLUMNS, make_dataset
from tests.page import PageClient, words_of

pytestmark = pytest.mark.usefixtures("no_broker")
PRICE: dict[str, Any] = {
    "name": "price", "kind": "category", "missing": 0, "distinct": 190, "count": 200,
    "top": [{"value": "k.A.", "count": 3}], "as_number": {"decimal": "."},
    "texts": [{"value": "k.A.", "count": 3}, {"value": "1,5?", "count": 1}],
}  # fmt: skip
SALES: dict[str, Any] = {
    "name": "sales", "kind": "number", "missing": 0, "distinct": 190, "count": 200,
    "min": 1.0, "median": 1925.0, "max": 45850.0, "mean": 2000.0, "std": 1.0,
}  # fmt: skip
TOTAL = {"severity": "warning", "code": "ROWS_TOTAL", "line": 26, "count": 1,
         "message": '1 row is called a total or a mean. First: line 26, "Total"'}  # fmt: skip


def address(member: User, column: dict[str, Any], **change: Any) -> str:
    dataset = make_dataset(member, columns=[*COLUMNS, column], rows=200, **change)
    return f"/jobs/new?dataset_id={dataset.id}&target={column['name']}"


@pytest.mark.parametrize("kind", ["category", "text", "number"])
def test_one_press_leaves_out_texts_among_numbers(kind: str, app: Flask, member: User) -> None:
    pages = PageClient(app, member)
    page = pages.get(address(member, PRICE | {"kind": kind}))
    (hint,) = page.select(".left-out-rows")
    assert 'text in 4 rows: "k.A." in 3, "1,5?" in 1' in words_of(hint)
    assert words_of(hint.select("button")[0]) == 'Leave out rows with the target "k.A.", "1,5?"'
    page = pages.submit(page, {"leave_out": "texts"}, form="#job-form", status=200)
    assert not page.select(".left-out-rows")
    field = page.find("#field-validation\\.targets_left_out")
    assert field["value"] == '["k.A.", "1,5?"]'  # one of them has a comma
    pages.submit(page, {}, form="#job-form", status=303)
    job = db.session.query(Job).one()
    assert job.task == "regression"
    assert job.validation["targets_left_out"] == ["k.A.", "1,5?"]
    again = pages.get(f"/jobs/new?from={job.id}")
    assert again.find("#field-validation\\.targets_left_out")["value"] == field["value"]


def test_where_classes_are_chosen_texts_are_no_fault(app: Flask, member: User) -> None:
    url = f"{address(member, PRICE)}&task=classification"
    assert not PageClient(app, member).get(url).select(".left-out-rows")


def test_a_row_of_sums_is_told_with_its_target_and_left_out(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(left_out, "find_cell", lambda _, *of: asked.append(of) or " 45,850 ")
    pages = PageClient(app, member)
    page = pages.get(address(member, SALES, problems=[TOTAL]))
    (hint,) = page.select(".left-out-rows")
    assert asked[0] == (26, "sales")
    assert (
        "1 row is called a total or a mean. In line 26 \"sales\" is 45,850, where the median is "
        "1,925. Kept, it counts as a row like the others."
    ) in words_of(hint)  # fmt: skip
    page = pages.submit(page, {"leave_out": "ROWS_TOTAL"}, form="#job-form", status=200)
    assert not page.select(".left-out-rows")
    pages.submit(page, {}, form="#job-form", status=303)
    assert db.session.query(Job).one().validation["targets_left_out"] == ["45,850"]


def test_of_several_sums_the_form_names_the_first_alone(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(left_out, "find_cell", lambda *_: "7")
    page = PageClient(app, member).get(address(member, SALES, problems=[TOTAL | {"count": 2}]))
    assert not page.select(".left-out-rows button")
    assert "and so do those after it" in words_of(page.find(".left-out-rows"))


def test_sums_of_a_table_that_is_gone_are_not_told(app: Flask, member: User) -> None:
    page = PageClient(app, member).get(address(member, SALES, problems=[TOTAL]))
    assert not page.select(".left-out-rows")
    assert row_views.find_cell(make_dataset(member), 2, "age") is None


def test_what_cannot_be_a_list_of_texts_is_refused_at_its_field(app: Flask, member: User) -> None:
    pages = PageClient(app, member)
    page = pages.get(address(member, SALES))
    given = {"validation.targets_left_out": '["a", 3]'}
    page = pages.submit(page, given, form="#job-form", status=422)
    assert "targets_left_out must be a list of texts" in page.text


def test_a_change_says_what_is_left_out() -> None:
    texts = ["a", "b", "c", "d", "e"]
    change = {"validation": {"targets_left_out": texts, "folds": 3}}
    words = 'Leave out rows with the target "a", "b", "c" and 2 more and use 3 folds'
    assert say_change(change) == words
    assert say_change({"task": "regression"}) == "Predict a number"


THREE: dict[str, Any] = {
    "name": "answer", "kind": "category", "missing": 0, "distinct": 3, "count": 200,
    "top": [{"value": "yes", "count": 120}, {"value": "no", "count": 79},
            {"value": "unknown", "count": 1}],
    "rarest": {"value": "unknown", "count": 1},
}  # fmt: skip


def test_without_a_class_that_is_left_out_the_others_are_two(app: Flask, member: User) -> None:
    pages, url = PageClient(app, member), address(member, THREE)
    page = pages.get(url)
    assert "Two-class" not in page.text
    page = pages.get(f"{url}&validation.targets_left_out=unknown")
    assert "Two-class classification" in page.text
    given = {"metric": "f1", "positive_class": "no", "validation.scheme": "stratified"}
    pages.submit(page, given, form="#job-form", status=303)
    job = db.session.query(Job).one()
    assert (job.metric, job.details["positive"]) == ("f1", "no")
    assert (job.validation["scheme"], job.validation["folds"]) == ("stratified", 5)
