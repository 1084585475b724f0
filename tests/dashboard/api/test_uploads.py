"""Uploads in parts by the API."""

import hashlib
from typing import Any

import pytest
from flask import Flask

from dashboard import queue
from dashboard.api import schemas, upload_schemas
from dashboard.api.openapi import make_document
from dashboard.db import Dataset, User
from dashboard.extensions import db
from dashboard.storage.base import PART_BYTES
from tests.dashboard.api.test_api import Api
from tests.factories import make_user

CONTENT = b"a;b\n" + b"1;2\n" * (PART_BYTES // 4)


@pytest.fixture(autouse=True)
def taken_hints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)


@pytest.fixture
def api(app: Flask, member: User) -> Api:
    return Api(app, member)


def begin(api: Api, status: int = 201, **more: Any) -> Any:
    body = {"file_name": "x.csv", "size_bytes": len(CONTENT)} | more
    return api.call("POST", "/uploads", status, json=body)


def test_a_file_in_parts_becomes_a_dataset(api: Api) -> None:
    begun = begin(api, name="mine", delimiter=";", header=True)
    upload_schemas.Upload.model_validate(begun)
    where = f"/uploads/{begun['id']}"
    api.call("GET", f"/datasets/{begun['id']}", 404)
    for offset in (0, PART_BYTES):
        part = CONTENT[offset : offset + PART_BYTES]
        found = api.call("PUT", f"{where}/parts?offset={offset}", data=part)
        upload_schemas.Upload.model_validate(found)
    assert (found["received_bytes"], found["state"]) == (len(CONTENT), "receiving")
    dataset = api.call("POST", f"{where}/finish", 202)
    schemas.Dataset.model_validate(dataset)
    assert (dataset["id"], dataset["name"], dataset["state"]) == (begun["id"], "mine", "reading")
    assert db.session.get_one(Dataset, begun["id"]).options == {"delimiter": ";", "header": True}
    assert api.call("GET", where)["state"] == "received"
    assert api.call("POST", f"{where}/finish", 202)["id"] == begun["id"]
    file = api.call("GET", f"/datasets/{begun['id']}/file")
    assert hashlib.sha256(file.data).digest() == hashlib.sha256(CONTENT).digest()


def test_what_cannot_be_is_refused_in_words(api: Api, app: Flask) -> None:
    assert begin(api, 422, size_bytes=0)["error"]["code"] == "FILE_EMPTY"
    assert begin(api, 413, size_bytes=10**9)["error"]["code"] == "FILE_TOO_BIG"
    assert "delimiter" in begin(api, 422, delimiter="much")["error"]["fields"]
    begin(api, 422, file_name=None)
    begin(api, 422, name="x" * 300)
    where = f"/uploads/{begin(api)['id']}"
    api.call("PUT", f"{where}/parts?offset=1", 400, data=CONTENT[:PART_BYTES])
    api.call("PUT", f"{where}/parts?offset={PART_BYTES}", 409, data=CONTENT[PART_BYTES:])
    api.call("PUT", f"{where}/parts?offset=0", 413, data=CONTENT[: PART_BYTES + 2])
    api.call("POST", f"{where}/finish", 409)
    api.call("POST", f"{where}/part-urls", 422, json={"parts": []})
    assert api.call("POST", f"{where}/part-urls", json={"parts": [1, 2]}) == {"items": []}
    api.call("DELETE", where, 204)
    api.call("GET", where, 404)


def test_a_viewer_sends_nothing(app: Flask, viewer: User) -> None:
    begin(Api(app, viewer), 403)
    where = f"/uploads/{begin(Api(app, make_user()))['id']}"
    Api(app, viewer).call("PUT", f"{where}/parts?offset=0", 403, data=CONTENT[:PART_BYTES])
    Api(app, make_user()).call("GET", where, 404)


def test_the_document_describes_the_parts() -> None:
    paths = make_document()["paths"]
    assert set(paths["/uploads/{upload_id}"]) == {"get", "delete"}
    put = paths["/uploads/{upload_id}/parts"]["put"]
    assert "application/octet-stream" in put["requestBody"]["content"]
    assert {p["name"] for p in put["parameters"]} == {"upload_id", "offset"}
