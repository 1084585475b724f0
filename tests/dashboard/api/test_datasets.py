"""The API of datasets: versions, other readings, archive, delete and taking back."""

import io
import json
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from dashboard import queue
from dashboard.api import schemas
from dashboard.auth.tokens import create_token
from dashboard.db import Dataset, User
from dashboard.extensions import db
from tasks.engine.reader.dialects import Dialect
from tasks.engine.table.cell_text import MISSING
from tests.factories import make_dataset, make_job, make_user, make_version


class Api:
    """Calls the API as one person."""

    def __init__(self, app: Flask, user: User) -> None:
        self.http = app.test_client()
        self.headers = {"Authorization": f"Bearer {create_token(user=user, name='t').text}"}

    def __call__(self, method: str, path: str, status: int = 200, **options: Any) -> Any:
        answer = self.http.open(f"/api/v1{path}", method=method, headers=self.headers, **options)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.json if answer.data else None

    def dataset(self, method: str, path: str, status: int = 200, **options: Any) -> dict[str, Any]:
        """Return a dataset, checked against its schema."""
        found: dict[str, Any] = self(method, path, status, **options)
        schemas.Dataset.model_validate(found)
        return found

    def ids(self, query: str = "") -> list[int]:
        found = self("GET", f"/datasets{query}")
        schemas.DatasetPage.model_validate(found)
        return [item["id"] for item in found["items"]]


@pytest.fixture(autouse=True)
def taken_hints(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that takes every hint."""
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)


@pytest.fixture
def api(any_app: Flask) -> Api:
    return Api(any_app, make_user(role="member"))


def post(api: Api, status: int = 202, **fields: Any) -> Any:
    file = (io.BytesIO(b"a,b\n1,2\n"), "new.csv")
    return api("POST", "/datasets", status, data={"file": file, **fields})


def test_a_file_becomes_the_next_version(api: Api) -> None:
    first = post(api, name="Customers")
    assert (first["version"], first["family_id"], first["is_newest"]) == (1, first["id"], True)
    assert (first["source"], first["archived_at"]) == ({"kind": "file"}, None)
    second = api.dataset("GET", f"/datasets/{post(api, version_of=first['id'])['id']}")
    assert (second["version"], second["family_id"], second["is_newest"]) == (2, first["id"], True)
    assert (second["name"], second["file_name"]) == ("Customers", "new.csv")
    assert api.dataset("GET", f"/datasets/{first['id']}")["is_newest"] is False
    assert post(api, version_of=second["id"])["version"] == 3
    assert api.ids(f"?family_id={first['id']}") == [second["id"] + 1, second["id"], first["id"]]


@pytest.mark.parametrize("chosen", [None, ["", "-999"]])
def test_a_dialect_names_the_markers_of_missing_cells(api: Api, chosen: list[str] | None) -> None:
    dialect = Dialect(missing=chosen).as_dict()
    dataset = make_dataset(make_user(), dialect=dialect)
    found = api.dataset("GET", f"/datasets/{dataset.id}")
    assert found["dialect"] == {**dialect, "missing": chosen or list(MISSING)}


def test_choices_for_20_000_columns_come_in_one_form(api: Api) -> None:
    columns = {f"a column with a long name {n}": {"kind": "text"} for n in range(20_000)}
    file = FileStorage(io.BytesIO(b"a,b\n1,2\n"), "new.csv")
    boundary, sent = encode_multipart({"file": file, "columns": json.dumps(columns)})
    kind = f"multipart/form-data; boundary={boundary}"
    made = api("POST", "/datasets", 202, data=sent, content_type=kind)
    assert db.session.get_one(Dataset, made["id"]).options == {"columns": columns}


@pytest.mark.parametrize("version_of", ["0", "-1", "9" * 30, "x", "1.5"])
def test_a_version_of_nothing_is_refused(api: Api, version_of: str) -> None:
    answer = post(api, 422, version_of=version_of)
    assert "There is no dataset" in answer["error"]["fields"]["version_of"]
    assert api.ids() == []


def test_a_version_of_somebody_elses_is_refused(api: Api) -> None:
    other = make_dataset()
    assert post(api, 403, version_of=other.id)["error"]["code"] == "forbidden"
    assert db.session.query(Dataset).count() == 1


def test_patch_makes_another_reading(any_app: Flask) -> None:
    dataset = make_dataset(original_key="k", options={"delimiter": ";"})
    api, path = Api(any_app, dataset.owner), f"/datasets/{dataset.id}"
    body = {"columns": {"age": {"kind": "text"}}, "delimiter": None, "header": False}
    made = api.dataset("PATCH", path, 202, json=body)
    assert made["id"] != dataset.id
    assert (made["version"], made["state"]) == (2, "reading")
    assert made["source"] == {"kind": "version", "of": dataset.id}
    row = db.session.get_one(Dataset, made["id"])
    assert row.options == {"columns": {"age": {"kind": "text"}}, "header": False}
    assert api.dataset("GET", path)["version"] == 1
    api("PATCH", f"/datasets/{made['id']}", 409, json=body)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"columns": {"nope": {"kind": "text"}}}, "columns.nope"),
        ({"columns": {"age": {"kind": "boat"}}}, "columns.age.kind"),
        ({"columns": {"age": {"shape": "x"}}}, "columns.age.shape"),
        ({"delimiter": "long"}, "delimiter"),
        ({}, "columns"),
    ],
)
def test_a_patch_that_cannot_be_is_refused(
    any_app: Flask, body: dict[str, Any], field: str
) -> None:
    dataset = make_dataset(original_key="k")
    api = Api(any_app, dataset.owner)
    answer = api("PATCH", f"/datasets/{dataset.id}", 422, json=body)
    assert field in answer["error"]["fields"]


def test_delete_answers_204_and_then_there_is_none(any_app: Flask) -> None:
    dataset = make_dataset()
    api, path = Api(any_app, dataset.owner), f"/datasets/{dataset.id}"
    assert api("DELETE", path, 204) is None
    for method, below in (("GET", ""), ("GET", "/rows"), ("GET", "/file"), ("DELETE", ""),
                          ("POST", "/archive")):  # fmt: skip
        api(method, path + below, 404)
    api("PATCH", path, 404, json={"columns": {}})
    body = {"dataset_id": dataset.id, "target": "income", "estimator": "Ridge"}
    assert "dataset_id" in api("POST", "/jobs", 422, json=body)["error"]["fields"]
    assert api.ids() == api.ids("?archived=any") == []
    assert api.dataset("POST", f"{path}/restore")["id"] == dataset.id
    assert api.ids() == [dataset.id]


def test_what_jobs_use_is_archived(any_app: Flask) -> None:
    first = make_dataset()
    second = make_version(first)
    api = Api(any_app, first.owner)
    job = make_job(first.owner, first)
    answer = api("DELETE", f"/datasets/{first.id}", 409)
    words = f"1 job uses this dataset (#{job.id}). You can archive it"
    assert answer["error"]["message"] == words
    api("DELETE", f"/datasets/{second.id}?versions=all", 409)
    assert api.dataset("POST", f"/datasets/{first.id}/archive")["archived_at"] is not None
    assert api.ids() == [second.id]
    assert api.ids("?archived=true") == [first.id]
    assert api.ids("?archived=any") == [second.id, first.id]
    assert api.dataset("POST", f"/datasets/{first.id}/restore")["archived_at"] is None
    api("GET", "/datasets?archived=perhaps", 422)


def test_others_may_not(any_app: Flask) -> None:
    dataset = make_dataset(original_key="k")
    path = f"/datasets/{dataset.id}"
    for user in (make_user(), make_user(role="viewer")):
        api = Api(any_app, user)
        api("DELETE", path, 403)
        api("POST", f"{path}/archive", 403)
        api("POST", f"{path}/restore", 403)
        api("PATCH", path, 403, json={"columns": {"age": {"kind": "text"}}})


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<html>" + b"<p>x</p>\n" * 400_000, "FILE_HTML"),
        (b"%PDF-1.7\n\0" + b"x" * 3_000_000, "FILE_BINARY"),
    ],
)
def test_a_file_sent_at_once_is_looked_at_while_it_comes(
    api: Api, content: bytes, code: str
) -> None:
    file = FileStorage(io.BytesIO(content), "a.csv")
    boundary, body = encode_multipart({"file": file})
    kind = f"multipart/form-data; boundary={boundary}"
    answer = api("POST", "/datasets", 422, data=body, content_type=kind)
    assert answer["error"]["code"] == code  # not 202, and refused by the worker later
    assert db.session.query(Dataset).count() == 0
