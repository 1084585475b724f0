"""What a warning or a failure proposes, applied to a new job with one click."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.db import Job, User
from dashboard.extensions import db
from dashboard.jobs.changing.changed import say_change, with_change
from tests.factories import make_dataset, make_succeeded_job, make_user
from tests.page import PageClient, words_of

REQUEST = {
    "features": ["age", "city", "income"], "estimator": "SVC",
    "parameters": {"C": 2.0, "tol": 0.1},
    "validation": {"scheme": "stratified", "folds": 5, "time_column": None}, "preprocessing": {},
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "becomes", "said"),
    [
        ({"exclude": ["city"]}, {"features": ["age", "income"]}, "Leave out city"),
        ({"parameters": {"C": None}}, {"parameters": {"tol": 0.1}}, "Set C = default"),
        ({"parameters": {"C": 9.0}}, {"parameters": {"C": 9.0, "tol": 0.1}}, "Set C = 9.0"),
        ({"parameters": {"estimators": ["Ridge", "SVR"]}, "preprocessing": {"scale": None}},
         {"parameters": {"C": 2.0, "tol": 0.1, "estimators": ["Ridge", "SVR"]}},
         "Set estimators = (Ridge, SVR), scale = default"),
        ({"parameters": None}, {"parameters": {}}, "Go back to default parameters"),
        ({"estimator": "LinearSVC", "parameters": None},
         {"estimator": "LinearSVC", "parameters": {}}, "Use linear SVM"),
        ({"validation": {"scheme": "time", "time_column": None}},
         {"validation": {"scheme": "time", "folds": 5, "time_column": None}},
         "Validate in the file's order"),
        ({"validation": {"folds": 3}},
         {"validation": {"scheme": "stratified", "folds": 3, "time_column": None}}, "Use 3 folds"),
    ],
)  # fmt: skip
def test_change_is_applied_and_said(
    change: dict[str, Any], becomes: dict[str, Any], said: str
) -> None:
    assert with_change(REQUEST, change) == REQUEST | becomes
    assert say_change(change) == said


def test_button_beside_a_warning_queues_the_changed_job(app: Flask, member: User) -> None:
    warnings = [
        {"code": "NOT_CONVERGED", "message": "It did not settle"},
        {"code": "TARGET_LEAK", "message": "city tells all", "change": {"exclude": ["city"]}},
    ]
    former = make_succeeded_job(member, dataset=make_dataset(member), warnings=warnings)
    pages = PageClient(app, member)
    page = pages.get(f"/jobs/{former.id}")
    (button,) = page.select('form[action$="/changed"]')
    assert words_of(button) == "Leave out city and run again"
    sent = {i["name"]: i["value"] for i in button.select("input")}
    for _ in range(2):  # two clicks make one job
        pages.post(f"/jobs/{former.id}/changed", sent, status=303)
    made = db.session.scalars(select(Job).order_by(Job.id.desc())).first()
    assert made is not None
    assert made.id != former.id
    assert made.features == [name for name in former.features if name != "city"]
    assert (made.state, made.estimator) == ("queued", former.estimator)
    for of in ("0", "7", "-1", "x", "failure"):  # nothing is proposed there
        pages.post(f"/jobs/{former.id}/changed", {"of": of}, status=404)
    assert db.session.query(Job).count() == 2
    (button,) = pages.get(f"/jobs/{former.id}").select('form[action$="/changed"]')
    sent = {i["name"]: i["value"] for i in button.select("input")}
    pages.post(f"/jobs/{former.id}/changed", sent, status=303)  # once more, on purpose
    assert db.session.query(Job).count() == 3


def test_viewer_sees_the_warning_without_the_button(app: Flask, member: User) -> None:
    warnings = [{"code": "TARGET_LEAK", "message": "tells all", "change": {"exclude": ["city"]}}]
    former = make_succeeded_job(member, warnings=warnings)
    pages = PageClient(app, make_user(role="viewer"))
    page = pages.get(f"/jobs/{former.id}")
    assert "tells all" in page.text
    assert not page.select('form[action$="/changed"]')
    pages.post(f"/jobs/{former.id}/changed", {"of": "0"}, status=403)
