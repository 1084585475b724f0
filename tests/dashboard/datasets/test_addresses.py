"""Addresses that an admin allows, and datasets that are asked for from there."""

import io
import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.api import present
from dashboard.auth.tokens import create_token
from dashboard.datasets.upload import addresses
from dashboard.db import Chore, Dataset, User
from dashboard.errors import Forbidden, NotFound, ValidationFailed
from dashboard.extensions import db
from tests.factories import make_dataset, make_user
from tests.page import PageClient

PREFIX = "https://data.example.org/open/"
FILE = f"{PREFIX}a.csv"


def test_addresses_are_allowed_and_removed(any_app: Flask) -> None:
    admin = make_user(role="admin")
    assert addresses.list_allowed() == []
    allowed = addresses.allow_address(user=admin, prefix=" HTTPS://data.example.org/open/ ")
    assert (allowed.prefix, allowed.added_by) == (PREFIX, admin.name)
    with pytest.raises(ValidationFailed, match="is allowed already"):
        addresses.allow_address(user=admin, prefix=PREFIX)
    with pytest.raises(ValidationFailed, match="must begin with https"):
        addresses.allow_address(user=admin, prefix="http://data.example.org/")
    with pytest.raises(Forbidden):
        addresses.allow_address(user=make_user(role="member"), prefix="https://b.example/")
    with pytest.raises(Forbidden):
        addresses.forbid_address(user=make_user(role="member"), address_id=allowed.id)
    assert addresses.forbid_address(user=admin, address_id=allowed.id) == PREFIX
    with pytest.raises(NotFound):
        addresses.forbid_address(user=admin, address_id=allowed.id)


def test_dataset_is_asked_for(any_app: Flask) -> None:
    member = make_user(role="member")
    with pytest.raises(ValidationFailed, match="not below an address that an admin allowed"):
        addresses.create_from_address(user=member, address=FILE)
    assert db.session.scalars(select(Dataset)).all() == []
    addresses.allow_address(user=make_user(role="admin"), prefix=PREFIX)
    made = addresses.create_from_address(
        user=member, address=f"{FILE}?key=1", options={"header": True}
    )
    assert (made.state, made.saved_at, made.file_name) == ("reading", None, "a.csv")
    assert made.source == {"kind": "address", "address": f"{FILE}?key=1"}
    # Others are shown it without what may be a key of who had it fetched.
    assert present.dataset(made)["source"] == {"kind": "address", "address": FILE}
    chore = db.session.scalars(select(Chore)).one()
    assert (chore.kind, chore.subject_id) == ("fetch_file", made.id)
    with pytest.raises(Forbidden):
        addresses.create_from_address(user=make_user(role="viewer"), address=FILE)


def test_admin_uses_the_page(app: Flask, admin: User, member: User) -> None:
    PageClient(app, member).get("/settings/addresses", status=403)
    browser = PageClient(app, admin)
    page = browser.get("/settings/addresses")
    assert page.find(".tabs a[aria-current]").text == "Addresses"
    assert "No address is allowed" in page.text
    form = "form[action='/settings/addresses']"
    page = browser.submit(page, {"prefix": "ftp://<b>"}, form=form, status=422)
    assert page.errors == {"prefix": "The address must begin with https:// or s3://"}
    assert page.find("#field-prefix")["value"] == "ftp://<b>"
    browser.submit(page, {"prefix": "s3://bucket/in/"}, form=form)
    page = browser.get("/settings/addresses")
    assert page.find("tbody code").text == "s3://bucket/in/"
    remove = page.find("tbody a.btn")["href"]
    browser.submit(browser.get(remove), {}, form=f"form[action='{remove}']")
    page = browser.get("/settings/addresses")
    assert "Files are no longer fetched from s3://bucket/in/" in page.html
    assert page.select("tbody") == []


def test_member_uses_the_form(app: Flask, admin: User, member: User, viewer: User) -> None:
    PageClient(app, viewer).get("/datasets/address", status=403)
    browser = PageClient(app, member)
    page = browser.get("/datasets/address")
    assert page.select("#from-address") == []
    assert "No address is allowed" in page.text
    addresses.allow_address(user=admin, prefix=PREFIX)
    page = browser.get("/datasets/address")
    form = "#from-address form"
    page = browser.submit(page, {"address": "https://evil.example/a"}, form=form, status=422)
    assert page.errors == {
        "address": "https://evil.example/a is not below an address that an admin allowed"
    }
    former = make_dataset(member)
    page = browser.get(f"/datasets/new?version_of={former.id}")
    browser.submit(page, {"address": FILE}, form=form, status=303)
    upload = db.session.scalars(select(Dataset).where(Dataset.saved_at.is_(None))).one()
    assert upload.family_id == former.family_id
    db.session.delete(upload)
    db.session.delete(former)
    db.session.commit()
    page = browser.get("/datasets/address")
    answer = browser.submit(page, {"address": FILE}, form=form, status=303).response
    upload = db.session.scalars(select(Dataset)).one()
    assert answer.location == f"/uploads/{upload.id}"
    check = browser.get(answer.location)
    assert "a.csv. Nothing is saved until you press Save." in check.text  # its size is not known


@pytest.fixture
def call(app: Flask, member: User, admin: User) -> Any:
    """Call ``POST /datasets`` with one address allowed."""
    addresses.allow_address(user=admin, prefix=PREFIX)
    headers = {"Authorization": f"Bearer {create_token(user=member, name='test').text}"}

    def send(status: int, **options: Any) -> Any:
        answer = app.test_client().post("/api/v1/datasets", headers=headers, **options)
        assert answer.status_code == status, answer.text
        return json.loads(answer.data)

    return send


def test_api_takes_an_address(call: Any) -> None:
    made = call(202, json={"address": FILE, "name": "Open data", "header": False})
    assert (made["state"], made["name"], made["file_name"]) == ("reading", "Open data", "a.csv")
    kept = db.session.get_one(Dataset, made["id"])
    assert kept.options == {"header": False}
    assert kept.saved_at
    form = {"address": FILE, "header": "true"}
    made = call(202, data=form, content_type="multipart/form-data")
    assert db.session.get_one(Dataset, made["id"]).options == {"header": True}
    columns = {"a": {"kind": "text"}}
    newer = call(202, json={"address": FILE, "columns": columns, "version_of": made["id"]})
    assert (newer["version"], newer["name"]) == (2, made["name"])
    assert db.session.get_one(Dataset, newer["id"]).options == {"columns": columns}
    form["version_of"] = str(newer["id"])
    assert call(202, data=form, content_type="multipart/form-data")["version"] == 3


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"address": "https://evil.example/a.csv"}, "address_not_allowed"),
        ({"address": "http://data.example.org/open/a.csv"}, "validation_failed"),
        ({"address": f"{PREFIX}../secret"}, "validation_failed"),
        ({"address": ["x"]}, "validation_failed"),
        ({"name": "x"}, "validation_failed"),
        ({"address": FILE, "bad_lines": "x"}, "validation_failed"),
    ],
)
def test_api_refuses_other_addresses(call: Any, body: dict, code: str) -> None:
    assert call(422, json=body)["error"]["code"] == code


def test_api_takes_either_a_file_or_an_address(call: Any) -> None:
    data = {"address": FILE, "file": (io.BytesIO(b"a,b\n1,2\n"), "t.csv")}
    found = call(422, data=data, content_type="multipart/form-data")
    assert found["error"]["fields"] == {"address": "Send either a file or an address"}
    call(400, data=b"{", content_type="application/json")
