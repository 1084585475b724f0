"""The API: who may call, what it answers, and that it describes itself."""

import io
import json
import re
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from dashboard.api import model_schemas, queue_schemas, routes, schemas
from dashboard.auth.tokens import create_token
from dashboard.db import Dataset, User
from dashboard.extensions import db
from tests.factories import make_dataset, make_job, make_model, make_succeeded_job, make_user
from tests.page import FreshClient


class Api:
    """Calls the API as one person."""

    def __init__(self, app: Flask, user: User | None) -> None:
        app.test_client_class = FreshClient
        self.http = app.test_client()
        token = create_token(user=user, name="test").text if user else "ty_nothing"
        self.headers = {"Authorization": f"Bearer {token}"}

    def call(self, method: str, path: str, status: int = 200, **options: Any) -> Any:
        headers = self.headers | options.pop("headers", {})
        answer = self.http.open(f"/api/v1{path}", method=method, headers=headers, **options)
        assert answer.status_code == status, answer.get_data(as_text=True)
        if answer.mimetype == "application/json":
            found = json.loads(answer.data)
            if status >= 400:
                schemas.Error.model_validate(found)
            return found
        return answer


@pytest.fixture
def api(app: Flask, member: User) -> Api:
    return Api(app, member)


def body(dataset: Dataset, **changes: Any) -> dict[str, Any]:
    return {
        "dataset_id": dataset.id,
        "target": "churned",
        "estimator": "LogisticRegression",
    } | changes


@pytest.mark.parametrize("operation", routes.OPERATIONS, ids=lambda o: f"{o.method} {o.rule}")
def test_nothing_is_answered_without_a_token(operation: Any, app: Flask) -> None:
    path = re.sub(r"<int:\w+>", "1", operation.rule)
    found = Api(app, None).call(operation.method, path, 401)
    assert found["error"]["code"] == "unauthorized"


def test_viewer_reads_but_changes_nothing(app: Flask, viewer: User) -> None:
    api = Api(app, viewer)
    job = make_job()
    api.call("GET", f"/jobs/{job.id}")
    for method, path in (
        ("POST", f"/jobs/{job.id}/cancel"), ("POST", f"/jobs/{job.id}/retry"),
        ("DELETE", f"/jobs/{job.id}"), ("DELETE", f"/datasets/{job.dataset_id}"),
    ):  # fmt: skip
        assert api.call(method, path, 403)["error"]["code"] == "forbidden"
    api.call("POST", "/jobs", 403, json=body(make_dataset()))
    data = {"file": (io.BytesIO(b"a,b\n1,2\n"), "t.csv")}
    api.call("POST", "/datasets", 403, data=data, content_type="multipart/form-data")


def test_member_cannot_touch_what_belongs_to_others(api: Api) -> None:
    job = make_job(make_user())
    api.call("POST", f"/jobs/{job.id}/cancel", 403)
    api.call("DELETE", f"/jobs/{job.id}", 403)
    api.call("DELETE", f"/datasets/{job.dataset_id}", 403)


def test_a_dataset_is_called_as_its_file_without_the_ending(api: Api) -> None:
    def upload(file_name: str, **fields: str) -> str:
        data = {"file": (io.BytesIO(b"a,b\n1,2\n"), file_name), **fields}
        found = api.call("POST", "/datasets", 202, data=data, content_type="multipart/form-data")
        assert found["file_name"] == file_name
        return str(found["name"])

    assert upload("churn.csv") == "churn"
    assert upload("Churn.2024.TSV.gz") == "Churn.2024"
    assert upload("prices v1.5") == "prices v1.5"
    assert upload("churn.csv", name="mine.csv") == "mine.csv"  # as the caller says


def test_uploaded_file_becomes_a_dataset_that_is_read(api: Api, app: Flask) -> None:
    data = {"file": (io.BytesIO(b"a;b\n1;2\n"), "../../t.csv"), "name": "mine", "delimiter": ";",
            "header": "true"}  # fmt: skip
    found = api.call("POST", "/datasets", 202, data=data, content_type="multipart/form-data")
    schemas.Dataset.model_validate(found)
    assert (found["name"], found["state"], found["file_name"]) == ("mine", "reading", "t.csv")
    row = db.session.get_one(Dataset, found["id"])
    sha256, where = row.sha256, f"/datasets/{row.id}"
    assert row.options == {"delimiter": ";", "header": True}
    file = api.call("GET", f"{where}/file")
    assert file.data == b"a;b\n1;2\n"
    assert file.headers["X-Content-SHA256"] == sha256
    api.call("GET", f"{where}/rows", 409)
    api.call("DELETE", where, 204)
    api.call("GET", where, 404)


def test_file_over_the_limit_is_refused_and_leaves_nothing(
    app: Flask, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dataclasses

    small = dataclasses.replace(app.config["SETTINGS"], max_upload_bytes=10)
    monkeypatch.setitem(app.config, "SETTINGS", small)
    data = {"file": (io.BytesIO(b"x" * 50), "big.csv")}
    found = api.call("POST", "/datasets", 413, data=data, content_type="multipart/form-data")
    assert "big.csv is larger than 10 bytes" in found["error"]["message"]
    assert db.session.query(Dataset).count() == 0
    assert list((small.home / "files").rglob("*")) == []


def test_submitted_job_has_every_field_of_the_contract(api: Api) -> None:
    found = api.call("POST", "/jobs", 201, json=body(make_dataset(), seed=3, tags=["x"]))
    schemas.Job.model_validate(found)
    assert found["validation"]["scheme"] == "stratified"
    assert found["features"] == ["age", "city", "income"]
    assert (found["state"], found["queue_position"], found["seed"]) == ("queued", 1, 3)
    listed = api.call("GET", "/jobs?state=queued")
    schemas.JobPage.model_validate(listed)
    assert [job["id"] for job in listed["items"]] == [found["id"]]


def test_same_key_gives_the_same_job(api: Api, app: Flask) -> None:
    request, key = body(make_dataset()), {"Idempotency-Key": "abc"}
    first = api.call("POST", "/jobs", 201, json=request, headers=key)
    again = api.call("POST", "/jobs", 201, json=request, headers=key)
    other = api.call("POST", "/jobs", 201, json=request)
    assert first["id"] == again["id"] != other["id"]


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"target": None}, "target", "Choose the column to predict"),
        ({"target": "nope"}, "target", 'no column called "nope"'),
        ({"estimator": "Ridge"}, "estimator", "cannot predict classes"),
        ({"estimator": "os.system"}, "estimator", "There is no estimator"),
        ({"dataset_id": 999}, "dataset_id", "There is no dataset 999"),
        ({"parameters": {"C": -1}}, "parameters.C", "C must be a number above 0"),
        ({"parameters": {"D": 1}}, "parameters.D", "has no parameter D"),
        ({"parameters": {"C": {"value": [1, 2]}}}, "parameters.C", "must be one value"),
        ({"validation": {"folds": 1}}, "validation.folds", "from 2 to 50"),
        ({"validation": {"folds": 49}}, "validation.folds", None),
        ({"validation": {"scheme": "time", "gap": -1}}, "validation.gap", "from 0 to"),
        ({"validation": {"scheme": "time", "gap": 30}}, "", None),
        (
            {"validation": {"scheme": "time", "time_column": "city"}},
            "validation.time_column",
            '"city" is of the kind category, so rows cannot be sorted by it',
        ),
        ({"validation": {"scheme": "time", "time_column": "age"}}, "", None),
        (
            {"validation": {"scheme": "time", "time_column": ["age"]}},
            "validation.time_column",
            "There is no column",
        ),
        ({"validation": {"scheme": "group"}}, "validation.group_column", "Choose the column"),
        ({"metric": "r2"}, "metric", "metric must be one of"),
        ({"metric": "f1"}, "", None),
        ({"threshold": 0.3, "costs": {"false_negative": 5}}, "", None),
        ({"threshold": "low"}, "threshold", "must be a number, such as 0.3"),
        ({"threshold": 10**400}, "threshold", "must be a number, such as 0.3"),
        ({"threshold": float("nan")}, "threshold", "must be a number, such as 0.3"),
        ({"threshold": 0.3, "target": "city"}, "threshold", '"city" is not one of two'),
        ({"costs": {"false_negative": 5}}, "costs", "need the threshold"),
        ({"threshold": 0.3, "costs": {"fn": 5}}, "costs", "numbers by name: false_positive"),
        (
            {"threshold": 0.3, "costs": {"false_negative": "5"}},
            "costs",
            "cost of a false negative must be a number",
        ),
        ({"metric": "f1", "target": "city"}, "metric", '"city" has 3; f1_macro is'),
        ({"seed": -1}, "seed", "from 0 to"),
        ({"seed": "x"}, "seed", "from 0 to"),
        ({"features": ["nope"]}, "features", "no column called"),
        ({"surprise": 1}, "surprise", "is not a field"),
        ({"task": "clustering"}, "task", "task must be one of"),
        ({"priority": "urgent"}, "priority", "priority must be one of"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(
    change: dict[str, Any], field: str, words: str | None, api: Api
) -> None:
    request = body(make_dataset()) | change
    if words is None:
        api.call("POST", "/jobs", 201, json=request)
        return
    found = api.call("POST", "/jobs", 422, json=request)
    assert words in found["error"]["fields"][field]


def test_answers_have_the_shape_of_their_schemas(api: Api, member: User) -> None:
    job = make_succeeded_job(member)
    model = make_model(job)
    checks: list[tuple[str, type[BaseModel]]] = [
        (f"/jobs/{job.id}", schemas.Job), ("/jobs", schemas.JobPage),
        (f"/datasets/{job.dataset_id}", schemas.Dataset), ("/datasets", schemas.DatasetPage),
        ("/estimators?task=regression", schemas.Estimators),
        (f"/jobs/{job.id}/log", schemas.LogPage),
        (f"/models/{model.id}", model_schemas.Model), ("/models", model_schemas.ModelPage),
        ("/workers", queue_schemas.WorkerPage), ("/queue", queue_schemas.Queue),
    ]  # fmt: skip
    for path, schema in checks:
        schema.model_validate(api.call("GET", path))


def test_compare_says_whether_it_may(api: Api, member: User) -> None:
    dataset = make_dataset(member)
    same = [make_succeeded_job(member, dataset=dataset, score=s) for s in (0.8, 0.9)]
    other = make_succeeded_job(member, dataset=dataset, split_hash="f" * 64)
    found = api.call("GET", f"/compare?jobs={same[0].id},{same[1].id}")
    assert found["comparable"] is True
    found = api.call("GET", f"/compare?jobs={same[0].id},{other.id}")
    assert (found["comparable"], found["reasons"]) == (
        False,
        ["They were scored on different folds"],
    )
    api.call("GET", f"/compare?jobs={same[0].id}", 422)


def test_model_is_not_handed_out_before_its_check(api: Api, member: User) -> None:
    model = make_model(make_succeeded_job(member), state="verifying")
    api.call("GET", f"/models/{model.id}/download?format=bundle", 409)
    api.call("POST", f"/models/{model.id}/predict", 409, json={"rows": [{"age": 1}]})
    api.call("GET", f"/models/{make_model().id}/download?format=pmml", 400)


def test_lists_go_on_behind_their_cursor(api: Api, member: User) -> None:
    dataset = make_dataset(member)
    ids = [make_job(member, dataset).id for _ in range(5)]
    seen: list[int] = []
    cursor = ""
    while True:
        page = api.call("GET", f"/jobs?limit=2&cursor={cursor}")
        seen += [job["id"] for job in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ids[::-1]
    api.call("GET", "/jobs?cursor=nonsense", 400)
    api.call("GET", "/jobs?limit=0", 422)


def test_errors_are_json_whatever_is_asked(api: Api) -> None:
    api.call("GET", "/nothing", 404)
    api.call("PUT", "/jobs", 405)
    api.call("GET", "/jobs/999999", 404)
    api.call("POST", "/jobs", 400, data="no json")
    api.call("POST", "/jobs", 400, json=[1, 2])


def test_description_is_complete(api: Api, app: Flask) -> None:
    document = api.call("GET", "/openapi.json")
    assert document["openapi"].startswith("3.1")
    described = {(m.upper(), p) for p, methods in document["paths"].items() for m in methods}
    routes = {
        (
            method,
            str(rule)
            .removeprefix("/api/v1")
            .replace("<int:", "{")
            .replace("<path:", "{")
            .replace(">", "}"),
        )
        for rule in app.url_map.iter_rules()
        if str(rule).startswith("/api/v1/") and not str(rule).endswith("openapi.json")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == routes


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    request=st.dictionaries(
        st.sampled_from(sorted(schemas.Job.model_fields)), json_values, max_size=6
    )
)
def test_no_body_breaks_the_server(request: dict[str, Any], api: Api) -> None:
    dataset = db.session.query(Dataset).first() or make_dataset()
    sent = json.dumps(body(dataset) | request)
    answer = api.http.post(
        "/api/v1/jobs", data=sent, headers=api.headers, content_type="application/json"
    )
    assert answer.status_code in {201, 400, 422}, answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/datasets/{}", "/jobs/{}", "/models/{}", "/predictions/{}"])
def test_a_number_beyond_every_id_is_not_found(path: str, api: Api) -> None:
    api.call("GET", path.format("9" * 25), 404)


def test_deeply_nested_json_is_a_bad_request(api: Api) -> None:
    text = '{"dataset_id": ' + "[" * 100_000 + "]" * 100_000 + "}"
    api.call("POST", "/jobs", 400, data=text, content_type="application/json")


def test_fields_of_a_wrong_kind_are_named(api: Api, member: User) -> None:
    request = body(make_dataset(member), validation={"scheme": ["kfold"]})
    found = api.call("POST", "/jobs", 422, json=request)
    assert "validation.scheme" in found["error"]["fields"]


def test_class_weight_is_refused_where_it_would_do_nothing(api: Api, member: User) -> None:
    dataset = make_dataset(member)
    request = body(dataset, estimator="KNeighborsClassifier", class_weight="balanced")
    found = api.call("POST", "/jobs", 422, json=request)
    assert "Nearest neighbours" in found["error"]["fields"]["class_weight"]
    api.call("POST", "/jobs", 201, json=body(dataset, class_weight="balanced"))
