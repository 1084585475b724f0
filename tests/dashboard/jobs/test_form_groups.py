"""The form of a new job offers to keep in one fold what belongs together, before it is queued."""

from typing import Any

import pytest
from flask import Flask

from dashboard.db import Job, User
from dashboard.extensions import db
from tests.factories import COLUMNS, make_dataset
from tests.page import PageClient, words_of

pytestmark = pytest.mark.usefixtures("no_broker")
PATIENT: dict[str, Any] = {
    "name": "patient", "kind": "category", "missing": 0, "distinct": 40, "count": 200,
    "top": [{"value": "P1", "count": 5}], "histogram": {"labels": ["P1"], "counts": [5]},
}  # fmt: skip


def make(member: User, **change: Any) -> str:
    columns = [*COLUMNS, PATIENT | change]
    dataset = make_dataset(member, columns=columns, rows=200)
    return f"/jobs/new?dataset_id={dataset.id}&target=churned"


def test_one_press_keeps_each_patient_in_one_fold(app: Flask, member: User) -> None:
    pages = PageClient(app, member)
    page = pages.get(make(member))
    hint = page.find("#groups")
    assert "patient has about 5 rows for each value" in words_of(hint)
    assert words_of(hint.select("button")[0]) == "Keep each patient in one fold"
    pressed = {"keep_together": "patient"}
    page = pages.submit(page, pressed, form="#job-form", status=200)
    assert "Keep each patient in one fold: that is in the form now" in page.text
    assert not page.select("#groups")
    pages.submit(page, {}, form="#job-form", status=303)
    job = db.session.query(Job).one()
    assert (job.validation["scheme"], job.validation["group_column"]) == ("group", "patient")


@pytest.mark.parametrize(
    "change",
    [
        {"name": "colour"},  # not called like what rows belong to
        {"distinct": 200, "kind": "identifier"},  # one row each
        {"distinct": 4},
        {"name": "n_visits", "kind": "number"},  # a count
        {"kind": "date"},
    ],
)
def test_nothing_is_offered_where_rows_do_not_belong_together(
    change: dict[str, Any], app: Flask, member: User
) -> None:
    assert not PageClient(app, member).get(make(member, **change)).select("#groups")


def test_what_is_split_by_groups_or_time_is_left_alone(app: Flask, member: User) -> None:
    url = f"{make(member)}&validation.scheme=time"
    assert not PageClient(app, member).get(url).select("#groups")
