"""A file on its way from a real browser: what the server says of it, and what it is to become."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from dashboard.db import Dataset, User
from dashboard.extensions import db
from tests.browser.conftest import Watched
from tests.factories import make_dataset

pytestmark = pytest.mark.usefixtures("no_broker")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n1,2\n")
    return path


def uploads() -> list[Dataset]:
    """Return the uploads that there are, in the order in which they came."""
    db.session.rollback()
    found = select(Dataset).where(Dataset.saved_at.is_(None)).order_by(Dataset.id)
    return list(db.session.scalars(found))


def test_a_file_that_cannot_be_put_together_is_given_up(
    app: Flask, member: User, browse: Callable[..., Watched], file: Path
) -> None:
    window = browse()
    window.allowed.add("409")
    window.sign_in(member)
    page = window.go("/datasets/new")
    asked: list[str] = []

    def refuse(route: object) -> None:
        asked.append("finish")
        error = {"error": {"code": "conflict", "message": "Not all of rows.csv is there"}}
        route.fulfill(status=409, json=error)  # type: ignore[attr-defined]

    page.route("**/finish", refuse)
    page.set_input_files("input[type=file]", file)
    expect(page.locator(".error-summary")).to_contain_text("Not all of rows.csv is there")
    assert len(asked) == 3
    page.unroute("**/finish")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_url("**/uploads/*")


@pytest.mark.long
def test_a_file_begun_for_one_dataset_is_not_gone_on_with_for_another(
    app: Flask, member: User, browse: Callable[..., Watched], file: Path
) -> None:
    first, second = make_dataset(member), make_dataset(member)
    window = browse()
    window.allowed.add("ERR_FAILED")
    window.sign_in(member)
    page = window.go(f"/datasets/new?version_of={first.id}")
    page.route("**/parts?*", lambda route: route.abort())
    page.set_input_files("input[type=file]", file)
    expect(page.locator("[data-upload-note]")).to_contain_text("Connection lost")
    page.once("dialog", lambda dialog: dialog.accept())  # it asks before it is left
    page.goto(f"{window.address}/datasets/new?version_of={second.id}")
    page.unroute("**/parts?*")
    page.set_input_files("input[type=file]", file)
    page.wait_for_url("**/uploads/*")
    assert [upload.family_id for upload in uploads()] == [first.family_id, second.family_id]
