"""The upload page, and what cannot be taken: the checks UP-1, UP-4, UP-5 and UP-7 of the design.

UP-2 and UP-3 are in `test_uploads.py`; UP-6, without JavaScript, and what is known of a file only
once it was read, are in `test_file_checks.py`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect

from dashboard.db import User
from tests.browser.conftest import Watched

pytestmark = pytest.mark.usefixtures("no_broker")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    path.write_bytes(b"a,b\n1,2\n3,4\n")
    return path


BAD = {
    "empty.csv": (b"", "empty.csv is empty"),
    "blank.csv": (b"\n \n", "blank.csv is empty"),
    "book.csv": (
        b"PK\x03\x04....[Content_Types].xml",
        'book.csv is an Excel workbook. In Excel choose File, Save As, "CSV UTF-8',
    ),
    "old.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old.xls is an Excel workbook"),
    "page.csv": (b"<!DOCTYPE html><p>Sign in", "page.csv looks like a web page, not a CSV"),
    "paper.csv": (b"%PDF-1.7", "paper.csv is a PDF, not a text file"),
    "large.csv": (b"a,b\n" + b"1,2\n" * 500, "large.csv is 2.0 KB. The limit is 1.0 KB"),
}


def test_up_4_and_up_5_what_cannot_be_a_table_is_not_sent(
    app: Flask, member: User, browse: Callable[..., Watched], tmp_path: Path
) -> None:
    window = browse()
    window.sign_in(member)
    page = window.go("/datasets/new")
    page.locator("[data-upload]").evaluate("(form) => { form.dataset.limitBytes = 1000; }")
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.url) if "/transfers" in r.url else None)
    for name, (content, words) in BAD.items():
        path = tmp_path / name
        path.write_bytes(content)
        page.set_input_files("input[type=file]", path)
        expect(page.locator(".error-summary a")).to_contain_text(words)
        expect(page.locator("#field-file-error")).to_contain_text(words)
        expect(page.locator(".error-summary")).to_be_focused()
        assert page.title().startswith("Error: Upload a dataset")
    window.check_accessibility()
    assert sent == []


@pytest.mark.usefixtures("app")
def test_up_1_enter_opens_the_chooser(
    member: User, browse: Callable[..., Watched], file: Path
) -> None:
    window = browse()
    window.sign_in(member)
    window.page.on("filechooser", lambda _: None)  # asked for now, it is noticed in time
    page = window.go("/datasets/new")
    page.locator("h1").evaluate("(h) => { h.tabIndex = -1; h.focus(); }")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "file":
            break
    expect(page.locator("input[type=file]")).to_be_focused()
    with page.expect_file_chooser() as opened:
        page.keyboard.press("Enter")
    opened.value.set_files(file)
    page.wait_for_url("**/uploads/*")


@pytest.mark.usefixtures("app")
def test_up_7_what_a_proxy_finds_too_large_is_said(
    member: User, browse: Callable[..., Watched], file: Path
) -> None:
    window = browse()
    window.allowed.add("status of 413")
    window.sign_in(member)
    page = window.go("/datasets/new")
    body = "<html><h1>413 Request Entity Too Large</h1><hr>nginx</html>"
    answer: dict[str, Any] = {"status": 413, "content_type": "text/html", "body": body}
    page.route("**/transfers/*/parts*", lambda route: route.fulfill(**answer))
    page.set_input_files("input[type=file]", file)
    expect(page.locator(".error-summary a")).to_contain_text("too large")
    expect(page.locator("#field-file-error")).to_contain_text("rows.csv")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


@pytest.mark.sampled(1)
@pytest.mark.parametrize("refusal", [413, 422])
def test_what_the_server_refuses_is_said_and_can_be_tried_again(
    app: Flask, member: User, browse: Callable[..., Watched], file: Path, refusal: int
) -> None:
    window = browse()
    window.allowed.add(f"status of {refusal}")
    window.sign_in(member)
    page = window.go("/datasets/new")
    body = '{"error": {"code": "X", "message": "rows.csv has 20,001 columns", "fields": {}}}'
    answer: dict[str, Any] = {"status": refusal, "content_type": "application/json", "body": body}
    page.route("**/transfers/*/parts*", lambda route: route.fulfill(**answer))
    page.set_input_files("input[type=file]", file)
    expect(page.locator(".error-summary a")).to_have_text("rows.csv has 20,001 columns")
    page.unroute("**/transfers/*/parts*")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_url("**/uploads/*")
