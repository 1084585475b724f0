"""A request checked over the API: the body of a job, and what was found."""

from pathlib import Path

import pytest
from flask import Flask

from dashboard import queue
from dashboard.api import preflight_schemas, preflights
from dashboard.api.routes import make_document
from dashboard.db import User
from tests.dashboard.api.test_datasets import Api
from tests.dashboard.jobs.test_preflights import body, do_chore, make_table
from tests.engine.tables import mixed_csv

URL = "/jobs/check"


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)
    monkeypatch.setattr(preflights, "PATIENCE_S", 0)


def test_a_request_is_checked_and_asked_for_again(
    app: Flask, member: User, viewer: User, tmp_path: Path
) -> None:
    dataset, api = make_table(tmp_path, mixed_csv(300), member), Api(app, member)
    request = body(dataset, parameters={"C": {"values": [0.1, 1]}})
    asked = api("POST", URL, 202, json=request)
    assert (asked["state"], asked["n_jobs"], asked["answer"]) == ("queued", 2, None)
    do_chore()
    found = api("POST", URL, 200, json=request)
    preflight_schemas.Check.model_validate(found)
    assert (found["id"], found["state"], found["answer"]["error"]) == (asked["id"], "ready", None)
    assert found["answer"]["classes"]["total"] == 2
    assert api("GET", f"{URL}/{asked['id']}") == found
    Api(app, viewer)("POST", URL, 403, json=request)
    Api(app, viewer)("GET", f"{URL}/{asked['id']}", 404)
    words = api("POST", URL, 422, json=request | {"seed": -1})["error"]["fields"]
    assert set(words) == {"seed"}


def test_an_error_names_its_field(app: Flask, member: User, tmp_path: Path) -> None:
    dataset, api = make_table(tmp_path, mixed_csv(300), member), Api(app, member)
    near = {"estimator": "KNeighborsClassifier", "parameters": {"n_neighbors": 290}}
    api("POST", URL, 202, json=body(dataset, **near))
    do_chore()
    found = api("POST", URL, 200, json=body(dataset, **near))
    preflight_schemas.Check.model_validate(found)
    error = found["answer"]["error"]
    assert (error["field"], error["change"]) == (
        "parameters.n_neighbors", {"parameters": {"n_neighbors": 5}},
    )  # fmt: skip


def test_a_check_is_given_up(app: Flask, member: User, tmp_path: Path) -> None:
    dataset, api = make_table(tmp_path, mixed_csv(60), member), Api(app, member)
    asked = api("POST", URL, 202, json=body(dataset))
    api("DELETE", f"{URL}/{asked['id']}", 204)
    api("GET", f"{URL}/{asked['id']}", 404)


def test_the_document_has_both_answers() -> None:
    answers = make_document()["paths"]["/jobs/check"]["post"]["responses"]
    assert answers["200"] == answers["202"]
