"""The field `search` of a request: what is refused, in which words, and what is filled in."""

from typing import Any

import pytest
from flask import Flask

from dashboard.db import Batch, Job, User
from dashboard.extensions import db
from tests.dashboard.api.test_api import Api, body
from tests.factories import make_dataset, make_user


@pytest.fixture
def api(app: Flask, no_broker: None) -> Api:
    return Api(app, make_user())


def request(space: Any = None, estimator: str = "LogisticRegression", **search: Any) -> dict:
    space = {"C": {"low": 0.01, "high": 10, "log": True}} if space is None else space
    asked = {"strategy": "random", "space": space, "jobs": 5} | search
    return body(make_dataset(name="churn.csv"), estimator=estimator, search=asked)


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"strategy": "best"}, "strategy", "strategy must be one of: grid, random, tpe"),
    ({"strategy": ["tpe"]}, "strategy", "must be one of"),
    ({"space": {}}, "space", "Say what is to be searched"),
    ({"space": {"D": [1]}}, "space.D", "has no parameter D. It has: "),
    ({"space": {"C": []}}, "space.C", "must be a list of values, or a range"),
    ({"space": {"C": 3}}, "space.C", "must be a list of values, or a range"),
    ({"space": {"C": {"low": 1}}}, "space.C", "must be a list of values, or a range"),
    ({"space": {"C": [1, -2]}}, "space.C", "above 0; -2 is not"),
    ({"space": {"C": [1, 1.0]}}, "space.C", "twice"),
    ({"space": {"C": {"low": 0, "high": 1}}}, "space.C", "above 0; 0 is not"),
    ({"space": {"C": {"low": "a", "high": 1}}}, "space.C", "; a is not"),
    ({"space": {"C": {"low": 2, "high": 1}}}, "space.C", "2.0 is not below 1.0"),
    ({"space": {"C": {"low": 1, "high": 2, "log": "yes"}}}, "space.C", "true or false"),
    ({"space": {"C": {"low": 1, "high": 2, "log": True, "step": 1}}}, "space.C", "leave out one"),
    ({"space": {"C": {"low": 1, "high": 2, "step": 3}}}, "space.C", "at most 1"),
    ({"space": {"C": {"low": 1, "high": 2, "step": True}}}, "space.C", "step of C"),
    ({"space": {"max_iter": {"low": 0, "high": 5, "log": True}}}, "space.max_iter", "above 0"),
    ({"space": {"max_iter": {"low": 1, "high": 5, "step": 0.5}}}, "space.max_iter", "whole"),
    ({"strategy": "grid"}, "space.C", "A grid needs values of C, or a step"),
    ({"jobs": 0}, "jobs", "jobs must be a whole number from 1 to 1,000"),
    ({"jobs": 1001}, "jobs", "from 1 to 1,000"),
    ({"jobs": True}, "jobs", "from 1 to 1,000"),
    ({"time_limit_s": 0}, "time_limit_s", "whole number of seconds"),
    ({"stop_hopeless": "no"}, "stop_hopeless", "true or false"),
    ({"strategy": "grid", "jobs": None, "space": {"C": list(range(1, 50)),
      "max_iter": list(range(1, 50))}}, "jobs", "make 2,401 candidates. The limit is 1,000"),
    # scikit-learn's lbfgs takes no l1, whatever C is
    ({"space": {"solver": ["lbfgs"], "l1_ratio": [0.5, 1]}}, "space", "No combination of these"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "field", "words"), WRONG)
def test_what_cannot_be_used_is_named_and_nothing_is_made(
    change: dict[str, Any], field: str, words: str, api: Api
) -> None:
    found = api.call("POST", "/batches", 422, json=request(**change))["error"]
    assert words in found["fields"][f"search.{field}"], found["fields"]
    assert db.session.query(Batch).count() == db.session.query(Job).count() == 0


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"search": "tpe"}, "search", "search has the fields: strategy, space"),
        ({"search": {"speed": 3}}, "search", "search has the fields"),
        ({"parameters": {"C": 1.0}}, "parameters.C", "C is searched; leave it out here"),
        (
            {"parameters": {"tol": {"values": [1, 2]}}},
            "parameters.tol",
            "belong into search.space",
        ),
        ({"parameters": {"tol": -1}}, "parameters.tol", "tol must be"),
        ({"parameters": [1]}, "parameters", "must be an object"),
        ({"estimator": "SVR"}, "estimator", "cannot predict classes"),
        ({"estimator": None}, "estimator", "Choose an estimator"),
        ({"estimators": ["SVC"]}, "estimators", "A search tries one estimator"),
        ({"several": {"time_limit_s": 60}}, "several", "A search tries one estimator"),
        ({"class_weight": "heavy"}, "class_weight", "balanced"),
    ],
)
def test_what_does_not_go_with_a_search_is_named(
    change: dict[str, Any], field: str, words: str, api: Api
) -> None:
    found = api.call("POST", "/batches", 422, json=request() | change)["error"]
    assert words in found["fields"][field], found["fields"]


def test_a_single_job_takes_no_search(api: Api) -> None:
    found = api.call("POST", "/jobs", 422, json=request())["error"]
    assert "search" in found["fields"]


def test_candidates_are_jobs_of_a_batch_that_are_scored_only(api: Api, member: User) -> None:
    asked = request(jobs=7) | {"parameters": {"tol": 0.01}, "seed": 5}
    found = api.call("POST", "/batches", 201, json=asked)
    assert len(found["jobs"]) == 7
    assert all(job["score_only"] for job in found["jobs"])
    assert {job["parameters"]["tol"] for job in found["jobs"]} == {0.01}
    assert len({job["parameters"]["C"] for job in found["jobs"]}) == 7
    first = found["jobs"][0]
    assert first["name"] == f"churn → churned: logistic regression, C {first['parameters']['C']}"
    batch = api.call("GET", f"/batches/{found['batch_id']}")
    assert batch["name"] == "churn → churned: logistic regression, search of C"
    assert batch["search"] == {
        "strategy": "random", "jobs": 7, "time_limit_s": None, "stop_hopeless": True, "seed": 5,
        "space": {"C": {"low": 0.01, "high": 10.0, "log": True, "step": None}}, "made": 7,
        "parameters": {"tol": 0.01}, "stopped_early": 0, "state": "going", "message": None,
        "winner_job_id": None, "nested": False, "outer_fold": None,
    }  # fmt: skip


def test_a_grid_is_all_combinations_that_the_estimator_takes(api: Api) -> None:
    space = {"solver": ["lbfgs", "liblinear"], "l1_ratio": [0, 1], "C": [1, 2]}
    found = api.call("POST", "/batches", 201, json=request(space, strategy="grid", jobs=None))
    made = [tuple(job["parameters"].values()) for job in found["jobs"]]
    assert [(solver, ratio) for solver, ratio, c in made if c == 2] == [
        ("lbfgs", 0), ("liblinear", 0), ("liblinear", 1),
    ]  # fmt: skip
    assert len(made) == 6


def test_a_grid_above_its_budget_is_tried_in_part(api: Api) -> None:
    space = {"max_iter": {"low": 10, "high": 100, "step": 10}, "C": [1, 2, 3]}
    found = api.call("POST", "/batches", 201, json=request(space, strategy="grid", jobs=4))
    made = [tuple(job["parameters"].values()) for job in found["jobs"]]
    assert len(set(made)) == 4
    assert all(n % 10 == 0 for n, _ in made)


def test_of_a_guess_only_the_first_candidates_are_made(api: Api) -> None:
    found = api.call("POST", "/batches", 201, json=request(strategy="tpe", jobs=40))
    assert len(found["jobs"]) == 2
