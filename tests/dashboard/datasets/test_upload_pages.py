"""The upload page without JavaScript, pasted rows, and what its script asks for."""

import dataclasses
import io
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from dashboard import queue
from dashboard.db import Dataset, Transfer, User
from dashboard.extensions import db
from dashboard.storage import get_storage
from dashboard.storage.base import PART_BYTES
from dashboard.storage.local import LocalStorage
from tests.factories import make_dataset, make_user
from tests.page import Page, PageClient

HTML = b"<!doctype html>" + b"<p>Sign in</p>\n" * 200_000


@pytest.fixture(autouse=True)
def taken_hints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def upload(pages: PageClient, content: bytes, name: str = "x.csv", status: int = 303) -> Any:
    page = pages.get("/datasets/new")
    form = {"file": (io.BytesIO(content), name)}
    return pages.submit(page, form, form="form[data-upload]", status=status)


def the_upload() -> Dataset:
    return db.session.scalars(select(Dataset)).one()


def content_of(dataset: Dataset) -> bytes:
    with get_storage().open(dataset.original_key or "") as stream:
        return stream.read()


def test_the_page_works_without_a_script(pages: PageClient) -> None:
    page = pages.get("/datasets/new")
    assert page.find("form[data-upload] label.file-drop input[type=file]")
    assert page.find("form[data-upload] [data-without-js] button")
    assert [s.text for s in page.select("details summary")] == ["Paste rows instead"]
    assert [t.text for t in page.select(".card h2")] == [
        "Use a sample dataset", "How to export from Excel",
    ]  # fmt: skip
    answer = upload(pages, b"a,b\n1,2\n", "../x.csv")
    found = the_upload()
    assert answer.response.location == f"/uploads/{found.id}"
    assert (found.file_name, content_of(found)) == ("x.csv", b"a,b\n1,2\n")
    assert found.sha256 is not None


def test_a_form_says_at_once_what_the_file_is(pages: PageClient, app: Flask) -> None:
    token = pages.get("/datasets/new").find("input[name=csrf_token]")["value"]
    head = 'Content-Disposition: form-data; name="'
    fields = f'--x\r\n{head}csrf_token"\r\n\r\n{token}\r\n--x\r\n'
    fields += f'{head}file"; filename="page.csv"\r\n\r\n'
    answer = pages.http.post(
        "/datasets/new",
        data=fields.encode() + HTML + b"\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )
    page = Page(answer)
    words = "looks like a web page, not a CSV. The download link may have needed a sign-in"
    assert (page.status, page.errors) == (422, {"file": f"page.csv {words}"})
    assert page.title.startswith("Error: ")
    assert db.session.scalars(select(Dataset)).all() == []
    assert list(get_storage().list_files()) == []


def test_a_small_file_is_checked_with_its_rows(pages: PageClient) -> None:
    upload(pages, b"<html>" * 100, "small.csv")
    assert the_upload().state == "reading"


def test_too_large_a_file_is_refused_by_its_own_name(
    pages: PageClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = dataclasses.replace(app.config["SETTINGS"], max_upload_bytes=100)
    monkeypatch.setitem(app.config, "SETTINGS", small)
    page = upload(pages, b"x" * 101, "big.csv", 413)
    assert page.errors["file"].startswith("big.csv is larger than 100 bytes")


def test_pasted_rows_become_an_upload(pages: PageClient) -> None:
    page = pages.get("/datasets/new")
    form = 'form[action="/datasets/paste"]'
    answer = pages.submit(page, {"rows": "name\tage\r\nMüller\t44\r\n"}, form=form, status=303)
    found = the_upload()
    assert answer.response.location == f"/uploads/{found.id}"
    assert (found.file_name, found.source) == ("pasted.csv", {"kind": "paste"})
    assert content_of(found) == "name\tage\nMüller\t44\n".encode()


def test_no_pasted_rows_are_asked_for_again(pages: PageClient) -> None:
    page = pages.submit(
        pages.get("/datasets/new"), {"rows": " \n"}, form='form[action="/datasets/paste"]',
        status=422,
    )  # fmt: skip
    assert page.errors == {"rows": "Paste some rows first"}
    assert page.find("details[open] textarea#field-rows[aria-invalid=true]")


def test_pasted_rows_without_room_are_kept_in_the_form(
    pages: PageClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = pages.get("/datasets/new")
    monkeypatch.setattr(get_storage(), "free_bytes", lambda: 1)
    page = pages.submit(
        page, {"rows": "a\tb\n1\t2"}, form='form[action="/datasets/paste"]', status=503
    )
    assert page.find("textarea#field-rows").text == "a\tb\n1\t2"
    assert "no room" in page.errors["rows"]


def test_a_file_that_is_there_already_is_said_on_the_check_page(
    pages: PageClient, member: User
) -> None:
    upload(pages, b"a,b\n1,2\n")
    first = the_upload()
    same = make_dataset(member, sha256=first.sha256, name="the same")
    first.state = "ready"
    db.session.commit()
    page = pages.get(f"/uploads/{first.id}")
    assert page.find(f'.notice a[href="/datasets/{same.id}"]')
    assert "You already have this file as the same v1." in page.text
    other = make_dataset(make_user(name="Zoe"), sha256=first.sha256, name="hers")
    page = pages.get(f"/uploads/{first.id}")  # every member sees every dataset
    assert "The same content is already here as hers v1, by Zoe." in page.text
    assert page.find(f'.notice a[href="/datasets/{other.id}"]')


def test_a_file_of_unknown_bytes_is_not_called_the_same_as_another(
    pages: PageClient, member: User
) -> None:
    upload(pages, b"a,b\n1,2\n")
    there = the_upload()
    make_dataset(member, sha256=None, name="never fetched", state="refused")
    there.sha256 = None  # of a file that went to the bucket, until it was read
    db.session.commit()
    assert "never fetched" not in pages.get(f"/uploads/{there.id}").text


class Script:
    """What the page's script sends, as one person."""

    def __init__(self, pages: PageClient) -> None:
        self.http = pages.http
        self.token = str(pages.get("/datasets/new").find("input[name=csrf_token]")["value"])

    def ask(self, method: str, path: str = "", status: int = 200, **more: Any) -> Any:
        headers = {"Accept": "application/json", "X-CSRFToken": self.token}
        answer: TestResponse = self.http.open(
            f"/transfers{path}", method=method, headers=headers, **more
        )
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.json


def test_the_script_sends_a_file_in_parts(pages: PageClient) -> None:
    script = Script(pages)
    content = b"a,b\n" + b"1,2\n" * (PART_BYTES // 4)
    begun = script.ask("POST", json={"file_name": "x.csv", "size_bytes": len(content)}, status=201)
    where = f"/{begun['id']}"
    assert (begun["received_bytes"], begun["part_bytes"]) == (0, PART_BYTES)
    assert begun["direct"] is False
    for offset in (0, PART_BYTES):
        part = content[offset : offset + PART_BYTES]
        found = script.ask("PUT", f"{where}/parts?offset={offset}", data=part)
        assert found["received_bytes"] == offset + len(part)
    assert script.ask("GET", where)["received_bytes"] == len(content)
    done = script.ask("POST", f"{where}/finish", status=202)
    assert done["url"] == f"/uploads/{begun['id']}"
    assert content_of(the_upload()) == content
    assert script.ask("DELETE", where, status=409)["error"]["code"] == "conflict"


def test_the_script_is_told_what_cannot_be(pages: PageClient, app: Flask) -> None:
    script = Script(pages)
    for body in (
        {},
        {"file_name": 3, "size_bytes": 3},
        {"file_name": "x", "size_bytes": True},
        [],
    ):
        script.ask("POST", json=body, status=400)
    found = script.ask("POST", json={"file_name": "x.csv", "size_bytes": 10**9}, status=413)
    assert found["error"]["message"].startswith("x.csv is larger than 500 MB")
    begun = script.ask("POST", json={"file_name": "x.csv", "size_bytes": len(HTML)}, status=201)
    where = f"/{begun['id']}"
    script.ask("PUT", f"{where}/parts?offset=0", data=HTML[:-1], status=400)
    script.ask("PUT", f"{where}/parts?offset=x", data=HTML, status=400)
    script.ask("POST", f"{where}/part-urls", json={"parts": ["1"]}, status=400)
    assert script.ask("POST", f"{where}/part-urls", json={"parts": [1]}) == {"items": []}
    found = script.ask("PUT", f"{where}/parts?offset=0", data=HTML, status=422)
    assert "looks like a web page" in found["error"]["message"]
    script.ask("GET", where, status=404)
    assert db.session.scalars(select(Transfer)).all() == []


def test_the_script_tells_what_is_in_parts_that_it_sends_itself(pages: PageClient) -> None:
    script = Script(pages)
    rows = b"a,b\n" + b"1,2\n" * (PART_BYTES // 2)
    begun = script.ask("POST", json={"file_name": "x.csv", "size_bytes": len(rows)}, status=201)
    where = f"/{begun['id']}"
    assert begun["line_end"] is None
    found = script.ask("PUT", f"{where}/parts?offset=0", data=rows[:PART_BYTES])
    assert found["line_end"] == ord("\n")
    counts = {"offset": PART_BYTES, "ends": PART_BYTES // 4, "first": 3, "last": 0}
    told = script.ask("POST", f"{where}/counts", json=counts)
    assert told == {"seen_bytes": 2 * PART_BYTES}
    for wrong in ({"ends": True}, {"ends": PART_BYTES + 1}, {"first": -1}, {"offset": 7}):
        script.ask("POST", f"{where}/counts", json=counts | wrong, status=400)
    script.ask("POST", f"{where}/counts", json=[], status=400)


def test_a_cancelled_transfer_is_gone(pages: PageClient) -> None:
    script = Script(pages)
    begun = script.ask("POST", json={"file_name": "x.csv", "size_bytes": 8}, status=201)
    script.ask("DELETE", f"/{begun['id']}", status=204)
    for method, path in (("GET", ""), ("POST", "/finish"), ("DELETE", "")):
        script.ask(method, f"/{begun['id']}{path}", status=404)
    script.ask("PUT", f"/{begun['id']}/parts?offset=0", data=b"a,b\n1,2\n", status=404)


def test_a_transfer_shows_on_no_list_and_waits_on_its_page(pages: PageClient) -> None:
    begun = Script(pages).ask("POST", json={"file_name": "x.csv", "size_bytes": 8}, status=201)
    assert "x.csv" not in pages.get("/datasets").text
    assert "Receiving the file" in pages.get(begun["url"]).text


def test_what_was_begun_before_is_told_and_can_be_discarded(pages: PageClient) -> None:
    size = 16 * 1024**2
    assert not pages.get("/datasets/new").select("#coming")
    script = Script(pages)
    begun = script.ask("POST", json={"file_name": "<b>x.csv", "size_bytes": size}, status=201)
    script.ask("PUT", f"/{begun['id']}/parts?offset=0", data=b"a,b\n1,2\n" * 2**20)
    page = pages.get("/datasets/new")
    words = page.find("#coming").get_text(" ", strip=True)
    assert "<b>x.csv 8.4 MB of 17 MB came" in words
    assert "Choose the same file again" in words
    after = pages.follow(pages.submit(page, {}, form="#coming form", status=303))
    assert not after.select("#coming")
    assert not db.session.scalars(select(Dataset)).all()


def test_who_was_signed_out_gets_401_and_a_token_for_the_new_session(
    app: Flask, member: User
) -> None:
    pages = PageClient(app, member)
    script = Script(pages)
    begun = script.ask("POST", json={"file_name": "x.csv", "size_bytes": 8}, status=201)
    where, part = f"/{begun['id']}", {"data": b"a,b\n1,2\n"}
    script.http.delete_cookie(app.config["SESSION_COOKIE_NAME"])
    script.ask("PUT", f"{where}/parts?offset=0", status=401, **part)
    pages.sign_in(member)
    script.ask("PUT", f"{where}/parts?offset=0", status=400, **part)
    script.token = script.ask("GET", where)["csrf_token"]
    assert script.ask("PUT", f"{where}/parts?offset=0", **part)["received_bytes"] == 8


def test_without_the_token_nothing_is_taken(pages: PageClient) -> None:
    script = Script(pages)
    script.token = "another"
    script.ask("POST", json={"file_name": "x.csv", "size_bytes": 8}, status=400)
    assert db.session.scalars(select(Dataset)).all() == []


def test_others_see_no_transfer_of_mine(pages: PageClient, app: Flask) -> None:
    begun = Script(pages).ask("POST", json={"file_name": "x.csv", "size_bytes": 8}, status=201)
    Script(PageClient(app, make_user())).ask("GET", f"/{begun['id']}", status=404)


def test_only_the_upload_page_may_connect_to_the_bucket(
    pages: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LocalStorage, "browser_origin", "https://bucket.example")
    policy = pages.get("/datasets/new").response.headers["Content-Security-Policy"]
    assert re.search(r"connect-src 'self' https://bucket\.example;", policy)
    other = pages.get("/datasets").response.headers["Content-Security-Policy"]
    assert "bucket.example" not in other
