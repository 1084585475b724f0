"""Several jobs in one request: sweeps, several estimators, limits, keys; and their batch."""

import dataclasses
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from dashboard.api import batch_schemas as schemas
from dashboard.api import batches
from dashboard.api.schemas import Job as JobSchema
from dashboard.db import Batch, Job, JobEvent, User
from dashboard.extensions import db
from tests.dashboard.api.test_api import Api, body
from tests.factories import make_dataset, make_user


@pytest.fixture
def api(any_app: Flask) -> Api:
    return Api(any_app, make_user())


def limit(app: Flask, monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
    settings = dataclasses.replace(app.config["SETTINGS"], max_batch_jobs=jobs)
    monkeypatch.setitem(app.config, "SETTINGS", settings)


def count(record: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(record)) or 0


def sweep(**values: list[Any]) -> dict[str, Any]:
    return {name: {"values": given} for name, given in values.items()}


def test_sweeps_make_the_grid(api: Api) -> None:
    parameters = sweep(C=[0.1, 1, 10], max_iter=[50, 100]) | {"tol": 0.01}
    dataset = make_dataset(name="churn.csv")
    found = api.call("POST", "/jobs", 201, json=body(dataset, parameters=parameters, tags=["x"]))
    schemas.SubmittedBatch.model_validate(found)
    made = [(job["parameters"]["C"], job["parameters"]["max_iter"]) for job in found["jobs"]]
    assert made == [(c, n) for c in (0.1, 1.0, 10.0) for n in (50, 100)]
    assert {job["parameters"]["tol"] for job in found["jobs"]} == {0.01}
    assert found["jobs"][0]["name"] == "churn → churned: logistic regression, C 0.1, max_iter 50"
    assert len({job["name"] for job in found["jobs"]}) == 6
    assert [job["queue_position"] for job in found["jobs"]] == [1, 2, 3, 4, 5, 6]
    for job in found["jobs"]:
        assert api.call("GET", f"/jobs/{job['id']}") == job
    events = db.session.execute(select(JobEvent.job_id, JobEvent.from_state, JobEvent.to_state))
    assert sorted(events.all()) == [(job["id"], None, "queued") for job in found["jobs"]]
    batch = api.call("GET", f"/batches/{found['batch_id']}")
    schemas.Batch.model_validate(batch)
    assert (batch["name"], batch["n_jobs"], batch["done"]) == (
        "churn → churned: logistic regression, C and max_iter", 6, 0,
    )  # fmt: skip
    assert batch["counts"]["queued"] == 6
    listed = api.call("GET", f"/jobs?batch_id={found['batch_id']}")
    assert len(listed["items"]) == 6


def test_one_value_makes_one_job(api: Api) -> None:
    found = api.call("POST", "/jobs", 201, json=body(make_dataset(), parameters=sweep(C=[3])))
    JobSchema.model_validate(found)
    assert (found["parameters"], found["batch_id"]) == ({"C": 3.0}, None)
    assert count(Batch) == 0


def test_every_kind_of_value_arrives_as_it_was_sent(api: Api) -> None:
    values = {"hidden_layer_sizes": [[100, 50], [20]], "activation": ["relu", "tanh"],
              "early_stopping": [True, False], "alpha": [1e-300, 0.1, 1 / 3]}  # fmt: skip
    dataset = make_dataset(name='é "\U0001f600')
    found = api.call("POST", "/jobs", 201,
                     json=body(dataset, estimator="MLPClassifier",
                               parameters=sweep(**values)))["jobs"]  # fmt: skip
    assert len(found) == 24
    for name, given in values.items():
        seen = [job["parameters"][name] for job in found]
        assert [v for v in given if v in seen] == given
        assert all(v in given and type(v) is type(given[0]) for v in seen)
    assert found[-1]["name"].startswith('é "\U0001f600 → churned: ')
    assert found[-1]["parameters"]["alpha"] == 1 / 3


def test_jobs_of_a_large_batch_are_answered_as_each_of_them_is(
    api: Api, any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "PLACES_SHOWN", 3)
    monkeypatch.setattr("dashboard.jobs.running.order.PLACES_SHOWN", 3)
    monkeypatch.setattr(batches, "CHUNK", 2)
    request = body(make_dataset(), parameters=sweep(C=list(range(1, 9))))
    key = {"Idempotency-Key": "k"}
    found = api.call("POST", "/jobs", 201, json=request, headers=key)
    singly = [api.call("GET", f"/jobs/{job['id']}") for job in found["jobs"]]
    assert found["jobs"] == singly
    api.call("POST", f"/jobs/{found['jobs'][6]['id']}/cancel")
    again = api.call("POST", "/jobs", 201, json=request, headers=key)["jobs"]
    assert [job["state"] for job in again] == ["queued"] * 6 + ["cancelled", "queued"]
    assert again[7] == singly[7]


def test_same_key_gives_the_same_batch_even_when_its_first_job_is_gone(api: Api) -> None:
    request = body(make_dataset(), parameters=sweep(C=[1, 2, 3]))
    key = {"Idempotency-Key": "abc"}
    first = api.call("POST", "/jobs", 201, json=request, headers=key)
    assert api.call("POST", "/jobs", 201, json=request, headers=key) == first
    job_id = first["jobs"][0]["id"]
    api.call("POST", f"/jobs/{job_id}/cancel")
    api.call("DELETE", f"/jobs/{job_id}", 204)
    again = api.call("POST", "/batches", 201, json=request, headers=key)
    assert again["batch_id"] == first["batch_id"]
    assert [job["id"] for job in again["jobs"]] == [job["id"] for job in first["jobs"][1:]]
    assert (count(Job), count(Batch)) == (2, 1)
    batch = api.call("GET", f"/batches/{first['batch_id']}")
    assert (batch["n_jobs"], sum(batch["counts"].values())) == (3, 2)


def test_key_of_a_single_job_makes_no_batch(api: Api) -> None:
    dataset, key = make_dataset(), {"Idempotency-Key": "abc"}
    job = api.call("POST", "/jobs", 201, json=body(dataset), headers=key)
    request = body(dataset, parameters=sweep(C=[1, 2]))
    assert api.call("POST", "/jobs", 201, json=request, headers=key) == job
    found = api.call("POST", "/batches", 409, json=request, headers=key)
    assert f"#{job['id']}" in found["error"]["message"]


def test_several_estimators_with_shared_and_own_parameters(api: Api) -> None:
    own = {"estimator": "LogisticRegression", "parameters": sweep(C=[0.1, 1])}
    request = body(make_dataset(name="d"), name="mine", estimators=["LinearSVC", own],
                   parameters=sweep(max_iter=[50, 60]))  # fmt: skip
    del request["estimator"]
    found = api.call("POST", "/batches", 201, json=request)
    names = [job["name"] for job in found["jobs"]]
    assert names[:3] == [
        "mine, linear SVM, max_iter 50", "mine, linear SVM, max_iter 60",
        "mine, logistic regression, C 0.1, max_iter 50",
    ]  # fmt: skip
    assert [job["estimator"] for job in found["jobs"]] == [
        *["LinearSVC"] * 2, *["LogisticRegression"] * 4,
    ]  # fmt: skip
    assert api.call("GET", f"/batches/{found['batch_id']}")["name"] == "mine"
    one = api.call("POST", "/batches", 201, json=body(make_dataset()))
    assert len(one["jobs"]) == 1
    page = api.call("GET", "/batches?limit=1")
    schemas.BatchPage.model_validate(page)
    assert [b["id"] for b in page["items"]] == [one["batch_id"]]
    rest = api.call("GET", f"/batches?cursor={page['next_cursor']}")
    assert [b["id"] for b in rest["items"]] == [found["batch_id"]]


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"parameters": sweep(C=[1, -4])}, "parameters.C", "above 0; -4 is not"),
        ({"parameters": sweep(C=[1, "x"])}, "parameters.C", "; x is not"),
        ({"parameters": sweep(C=[1, 2, 1.0])}, "parameters.C", "1.0 twice"),
        ({"parameters": sweep(C=[])}, "parameters.C", "one value, or several"),
        ({"parameters": sweep(D=[1, 2])}, "parameters.D", "has no parameter D"),
        ({"parameters": sweep(C=[1, 2, 3], max_iter=[1, 2])}, "parameters.max_iter",
         "These values make 6 jobs. The limit is 4 at once"),
        ({"estimators": []}, "estimators", "Choose at least one estimator"),
        ({"estimators": "Ridge"}, "estimators", "must be a list"),
        ({"estimators": ["GaussianNB"]}, "estimators", "in place of estimator"),
        ({"estimator": None, "estimators": ["GaussianNB", "Nope"]}, "estimators.1",
         'no estimator called "Nope"'),
        ({"estimator": None, "estimators": ["GaussianNB", "Ridge"]}, "estimators.1",
         "cannot predict classes"),
        ({"estimator": None, "estimators": [{"name": "GaussianNB"}]}, "estimators.0",
         "Give an estimator's id"),
        ({"estimator": None, "estimators": ["GaussianNB"] * 5}, "estimators", "make 5 jobs"),
        ({"estimator": None,
          "estimators": [{"estimator": "LogisticRegression", "parameters": {"C": -1}}]},
         "estimators.0.parameters.C", "above 0"),
        ({"estimator": None, "estimators": ["KNeighborsClassifier"], "class_weight": "balanced"},
         "class_weight", "Nearest neighbours takes no"),
        ({"search": {"strategy": "tpe"}}, "search.space", "Say what is to be searched"),
        ({"target": "nope"}, "target", "no column"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named_and_nothing_is_made(
    *,
    change: dict[str, Any],
    field: str,
    words: str,
    app: Flask,
    member: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limit(app, monkeypatch, 4)
    api = Api(app, member)
    found = api.call("POST", "/batches", 422, json=body(make_dataset(), **change))["error"]
    assert words in found["fields"][field]
    assert found["code"] == ("SWEEP_TOO_MANY" if "jobs" in words else "validation_failed")
    assert (count(Job), count(Batch)) == (0, 0)


def test_an_enormous_grid_is_refused_at_once(app: Flask, member: User) -> None:
    parameters = sweep(**{f"p{n}": list(range(1000)) for n in range(200)})
    request = body(make_dataset(), parameters=parameters)
    found = Api(app, member).call("POST", "/jobs", 422, json=request)["error"]
    assert found["code"] == "SWEEP_TOO_MANY"


def test_viewer_makes_no_batch_and_stops_none(app: Flask, viewer: User, member: User) -> None:
    mine = Api(app, member)
    request = body(make_dataset(), parameters=sweep(C=[1, 2]))
    batch_id = mine.call("POST", "/jobs", 201, json=request)["batch_id"]
    for user in (viewer, make_user()):
        api = Api(app, user)
        api.call("GET", f"/batches/{batch_id}")
        api.call("POST", f"/batches/{batch_id}/cancel", 403)
        api.call("POST", f"/batches/{batch_id}/retry", 403)
    Api(app, viewer).call("POST", "/batches", 403, json=request)
    for method, path in (("GET", ""), ("POST", "/cancel"), ("POST", "/retry")):
        mine.call(method, f"/batches/999{path}", 404)
    mine.call("GET", f"/batches/{'9' * 25}", 404)


def test_lists_of_jobs_leave_out_very_many_features(api: Api) -> None:
    names = [f"column_{n}" for n in range(250)]
    columns = [
        {"name": name, "kind": "category", "missing": 0, "count": 200, "distinct": 2}
        for name in names
    ]
    wanted = body(make_dataset(columns=columns), target=names[0], parameters=sweep(C=[1, 2]))
    made = api.call("POST", "/jobs", 201, json=wanted)
    listed = api.call("GET", "/jobs", 200)["items"]
    queued = api.call("GET", "/queue", 200)["items"]
    for job in [*made["jobs"], *listed, *queued]:
        JobSchema.model_validate(job)
        assert job["features"] is None
    assert api.call("GET", f"/jobs/{listed[0]['id']}", 200)["features"] == names[1:]
