"""A changed choice in a browser: its first rows are there before any worker has read the file."""

import re
import time
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO

import pytest
from playwright.sync_api import Error, Page, expect

from dashboard.datasets.upload import discarding
from dashboard.datasets.upload.uploads import create_upload
from dashboard.db import User
from tests.browser.conftest import Watched
from tests.browser.sizes import SIZES
from tests.uploads import read_next, stored

pytestmark = pytest.mark.usefixtures("no_broker")  # the worker is this test

Browse = Callable[..., Watched]
PRICES = "town;price\n".encode("cp1252") + "Orléans;1,5\nNîmes;2,5\n".encode("cp1252") * 30


def make_read_upload(member: User) -> int:
    """Make an upload of which the file is there, and that was read."""
    upload = create_upload(user=member, file_name="prices.csv", stream=BytesIO(PRICES))
    read_next()
    return upload.id


def open_check(window: Watched, upload_id: int) -> Page:
    page = window.go(f"/uploads/{upload_id}")
    page.locator("#how summary").click()
    return page


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("width", "theme"), SIZES)
def test_first_rows_replace_the_former_and_the_report_replaces_them(
    browse: Browse, member: User, theme: str, width: int
) -> None:
    upload_id = make_read_upload(member)
    window = browse(viewport={"width": width, "height": 900}, color_scheme=theme)
    window.sign_in(member)
    page = open_check(window, upload_id)
    page.evaluate("window.isTheSamePage = true")
    page.locator("#field-header").focus()
    page.locator("#field-header").select_option("false")
    expect(page.locator("#check-rows thead")).to_contain_text("column_1")
    expect(page.locator(".again")).to_contain_text("The rest of the file is being checked")
    expect(page.locator("#announcements")).to_contain_text("The first 20 rows with these settings")
    expect(page.locator("#save-dataset")).to_be_disabled()
    expect(page.locator("#field-header")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    window.check_accessibility()
    assert stored(upload_id).state == "reading"
    page.locator("#field-delimiter").select_option("|")
    expect(page.locator(".again .notice")).to_contain_text("No row can be shown")
    expect(page.locator("#first-lines")).to_contain_text("town;price")
    window.check_accessibility()
    page.locator("#field-delimiter").select_option("")
    expect(page.locator("#check-rows thead")).to_contain_text("column_1")
    for _ in range(3):  # one for each change; the first of them does the last
        read_next()
        if stored(upload_id).state == "ready":
            break
    expect(page.locator("#save-dataset")).to_be_enabled()
    expect(page.locator(".again")).to_have_count(0)
    expect(page.locator("#how .facts")).to_contain_text("61")
    assert page.evaluate("window.isTheSamePage")


@pytest.mark.long
def test_of_two_quick_changes_the_last_one_stays(browse: Browse, member: User) -> None:
    upload_id = make_read_upload(member)
    window = browse()
    window.sign_in(member)
    page = open_check(window, upload_id)
    page.locator("#field-encoding").select_option("cp1251")
    page.locator("#field-encoding").select_option("mac-roman")
    expect(page.locator("#how .facts")).to_contain_text("Mac Roman")
    expect(page).to_have_url(re.compile("encoding=mac-roman"))
    expect(page.locator(".htmx-request")).to_have_count(0)
    expect(page.locator("#how .facts")).to_contain_text("Mac Roman")
    assert stored(upload_id).options == {"encoding": "mac-roman"}


@pytest.mark.long
def test_a_second_tab_and_a_discard_meanwhile(browse: Browse, member: User) -> None:
    upload_id = make_read_upload(member)
    window = browse()
    window.allowed |= {"404"}
    window.sign_in(member)
    page = open_check(window, upload_id)
    page.locator("#field-header").select_option("false")
    expect(page.locator("#check-rows thead")).to_contain_text("column_1")
    second = window.open()
    second.goto(f"{window.address}/uploads/{upload_id}")
    expect(second.locator("#check-rows thead")).to_contain_text("column_1")
    second.locator("#how summary").click()
    second.locator("#field-decimal").select_option(".")
    expect(second.locator("#how .facts")).to_contain_text("Point (1.5)")
    assert stored(upload_id).options == {"header": False, "decimal": "."}
    second.locator(".discard summary").click()
    second.get_by_role("button", name="Discard it and upload another").click()
    second.wait_for_url("**/datasets/new")
    with suppress(Error):  # it asks by itself how far the reading is, and may just load anew
        page.reload()
    expect(page.locator("h1")).to_have_text("There is nothing here")


def test_it_works_without_javascript(browse: Browse, member: User) -> None:
    upload_id = make_read_upload(member)
    window = browse(java_script_enabled=False)
    window.sign_in(member)
    page = open_check(window, upload_id)
    page.locator("#field-header").select_option("false")
    page.get_by_role("button", name="Read again with these settings").click()
    expect(page.locator("#check-rows thead")).to_contain_text("column_1")
    expect(page.locator(".again")).to_contain_text("Waiting to be read")
    read_next()
    page.reload()
    expect(page.locator("#how .facts")).to_contain_text("61")


@pytest.mark.long
def test_a_discard_that_takes_long_is_not_outrun_by_the_live_part(
    browse: Browse, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = make_read_upload(member)
    window = browse()
    window.sign_in(member)
    page = open_check(window, upload_id)
    page.locator("#field-header").select_option("false")
    expect(page.locator(".again")).to_be_visible()
    # The row is gone, and the answer comes when the files are, too.
    monkeypatch.setattr(discarding, "_drop_files", lambda *_: time.sleep(3))
    page.locator(".discard summary").click()
    with page.expect_response(lambda answer: "/_live/uploads/" in answer.url):
        page.get_by_role("button", name="Discard it and upload another").click(no_wait_after=True)
    page.wait_for_url("**/datasets/new")
