"""The check page in a browser: a change is shown in place, and nothing is lost by it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboard.db import User
from tests.browser.conftest import Watched
from tests.browser.sizes import SIZES
from tests.uploads import (
    ABOUT_DATES,
    DIALECT,
    columns_of,
    finish_reading,
    make_upload,
    preview_of,
    stored,
)

pytestmark = pytest.mark.usefixtures("no_broker")  # the worker is this test

Browse = Callable[..., Watched]
RAGGED = {
    "severity": "warning", "code": "CSV_RAGGED", "line": 5, "column": None, "count": 3,
    "message": "3 lines have a different number of cells. First: line 5 has 3, line 1 has 4",
}  # fmt: skip


def other_reading(**dialect: str) -> dict[str, Any]:
    """Return what another reading of the houses gives."""
    rows = [{"line": 2, "cells": ["read", "in", "another", "way", "1", "0", "x"]}]
    return {"dialect": DIALECT | dialect, "preview": rows, "columns": columns_of(None)}


def first_cell(page: Page) -> Any:
    return page.locator("#check-rows tbody td").first


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("width", "theme"), SIZES)
def test_page_is_accessible_and_fits(browse: Browse, member: User, theme: str, width: int) -> None:
    asked = make_upload(member)
    dates = columns_of(ABOUT_DATES)
    refused = make_upload(
        member,
        state="refused",
        problems=[{**RAGGED, "severity": "error"}],
        columns=columns_of(None),
    )
    reading = make_upload(member, state="reading", progress=0.4, message="Reading rows")
    many = make_upload(member, columns=dates, problems=[RAGGED], preview=preview_of()[:2])
    window = browse(viewport={"width": width, "height": 900}, color_scheme=theme)
    window.sign_in(member)
    for upload in (asked, refused, reading, many):
        page = window.go(f"/uploads/{upload.id}")
        if not page.locator("#how details[open]").count():
            page.locator("#how summary").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        window.check_accessibility()


def test_change_is_shown_in_place_with_the_focus_where_it_was(
    browse: Browse, member: User
) -> None:
    upload = make_upload(member)
    window = browse(viewport={"width": 1440, "height": 900})
    window.sign_in(member)
    page = window.go(f"/uploads/{upload.id}")
    page.evaluate("window.isTheSamePage = true")
    page.locator("#field-name").fill("half typed")
    page.locator("#how summary").click()
    field = page.locator("#field-delimiter")
    field.focus()
    field.select_option(label="Semicolon")
    expect(page.locator("#check-progress")).to_contain_text("Waiting to be read")
    expect(page).to_have_url(re.compile(r"delimiter=%3B"))
    expect(page.locator("#save-dataset")).to_be_disabled()
    expect(first_cell(page)).to_have_text("7129300520")  # the former rows stay meanwhile
    assert stored(upload.id).options == {"delimiter": ";"}
    finish_reading(upload.id, **other_reading(delimiter=";"))
    expect(first_cell(page)).to_have_text("read")
    expect(page.locator("#how .facts")).to_contain_text("Semicolon")
    expect(page.locator("#announcements")).to_contain_text("The file was read: 21,613 rows")
    expect(page.locator("#check-progress")).to_have_count(0)
    expect(page.locator(".error-summary")).to_have_count(0)
    expect(page).to_have_title(re.compile("^Check your file"))
    expect(field).to_be_focused()
    expect(field).to_have_value(";")
    expect(page.locator("#field-name")).to_have_value("half typed")
    expect(page.locator("#how details")).to_have_attribute("open", "")
    assert page.evaluate("window.isTheSamePage")
    page.reload()
    expect(page.locator("#field-delimiter")).to_have_value(";")


def test_back_reads_the_file_as_the_former_address_says(browse: Browse, member: User) -> None:
    upload = make_upload(member)
    window = browse()
    window.sign_in(member)
    page = window.go(f"/uploads/{upload.id}")
    page.locator("#how summary").click()
    page.locator("#field-encoding").select_option("cp1252")
    expect(page).to_have_url(re.compile("encoding=cp1252"))
    finish_reading(upload.id, **other_reading(encoding="cp1252"))
    expect(page.locator("#how .facts")).to_contain_text("Windows-1252")
    page.go_back()
    expect(page).to_have_url(re.compile(r"\?delimiter=$"))
    expect(page.locator("#check-progress")).to_contain_text("Waiting to be read")
    assert stored(upload.id).options == {}
    finish_reading(upload.id, **other_reading())
    expect(page.locator("#how .facts")).to_contain_text("UTF-8")
    page.go_forward()
    expect(page.locator("#check-progress")).to_contain_text("Waiting to be read")
    assert stored(upload.id).options == {"encoding": "cp1252"}


@pytest.mark.long
def test_bad_value_is_said_in_place(browse: Browse, member: User) -> None:
    upload = make_upload(member)
    window = browse()
    window.allowed |= {"422"}
    window.sign_in(member)
    page = window.go(f"/uploads/{upload.id}")
    page.locator("#how summary").click()
    other = page.locator("#field-delimiter_other")
    expect(other).to_be_hidden()
    page.locator("#field-delimiter").select_option("other")
    expect(other).to_be_focused()
    other.fill("ab")
    other.press("Enter")
    words = page.locator("#field-delimiter-error")
    expect(words).to_contain_text('delimiter is "ab"; it must be one character')
    expect(page).to_have_url(re.compile(r"/uploads/\d+\?delimiter=$"))
    other.fill("~")
    other.press("Enter")
    expect(words).to_have_count(0)
    expect(page).to_have_url(re.compile(r"delimiter=~"))
    assert stored(upload.id).options == {"delimiter": "~"}


@pytest.mark.long
def test_rows_with_problems_and_columns_are_chosen_at_once(browse: Browse, member: User) -> None:
    columns = columns_of() + [{"name": f"more{n}", "kind": "text"} for n in range(40)]
    upload = make_upload(member, columns=columns)
    window = browse()
    window.sign_in(member)
    page = window.go(f"/uploads/{upload.id}")
    box = page.get_by_label("Rows with problems only")
    expect(box).to_be_checked()
    box.uncheck()
    expect(page.locator("#check-rows tbody tr")).to_have_count(2)
    expect(page).to_have_url(re.compile("rows=all"))
    box.check()
    expect(page.locator("#check-rows tbody tr")).to_have_count(5)
    page.get_by_label("Filter columns").fill("more3")
    page.get_by_label("Filter columns").press("Enter")
    expect(page.locator("#check-rows thead th")).to_have_count(12)
    page.reload()
    expect(page.locator("#check-rows thead th")).to_have_count(12)


def test_from_question_to_saved_by_keyboard_alone(browse: Browse, member: User) -> None:
    upload = make_upload(member)
    window = browse(viewport={"width": 1440, "height": 900})
    page = window.sign_in(member)
    page = window.go(f"/uploads/{upload.id}")
    expect(page.locator(".error-summary")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(".error-summary a")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, "#answer-2-1")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#answer-2-1")).to_be_checked()
    expect(page.locator("#check-progress")).to_be_visible()
    expect(page.locator(".htmx-request")).to_have_count(0)
    assert stored(upload.id).options == {"columns": {"price": {"kind": "number"}}}
    columns = columns_of()
    columns[2]["kind"] = "number"
    finish_reading(upload.id, columns=columns, preview=preview_of()[:2])
    expect(page.locator("#check-progress")).to_have_count(0)
    expect(page.locator("#check-rows tbody tr")).to_have_count(2)
    expect(page.locator(".error-summary")).to_have_count(0)
    expect(page.locator("#answer-2-1")).to_be_focused()
    expect(page.locator("#answer-2-1")).to_be_checked()
    tab_to(page, "#how summary")
    page.keyboard.press("Enter")
    tab_to(page, "#field-decimal")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#field-decimal")).to_have_value(",")
    expect(page).to_have_url(re.compile("decimal=%2C"))
    expect(page.locator(".htmx-request")).to_have_count(0)
    finish_reading(upload.id, **other_reading(decimal=","))
    expect(page.locator("#save-dataset")).to_be_enabled()
    tab_to(page, "#field-name")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("houses")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/datasets/{upload.id}")
    expect(page.locator("#toasts")).to_contain_text("Saved houses")
    found = stored(upload.id)
    assert (found.name, found.options["decimal"]) == ("houses", ",")
    assert found.options["columns"] == {"price": {"kind": "number"}}


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"Tab never reaches {selector}")


@pytest.mark.long
def test_two_tabs_do_not_take_turns_for_ever(browse: Browse, member: User) -> None:
    upload = make_upload(member)
    window = browse()
    window.sign_in(member)
    page = window.go(f"/uploads/{upload.id}?delimiter=%3B")
    expect(page.locator("#check-progress")).to_be_visible()
    finish_reading(upload.id, **other_reading(delimiter=";"))
    expect(first_cell(page)).to_have_text("read")
    second = window.open()
    second.goto(f"{window.address}/uploads/{upload.id}?delimiter=tab")
    expect(second.locator("#check-progress")).to_be_visible()
    page.reload()
    expect(page.locator("#check-progress")).to_be_visible()
    expect(page.locator(".htmx-request")).to_have_count(0)
    finish_reading(upload.id, **other_reading(delimiter=";"))
    expect(second.locator("[data-offer]")).to_be_visible()
    assert stored(upload.id).options == {"delimiter": ";"}
    assert stored(upload.id).state == "ready"


@pytest.mark.long
def test_saved_in_another_tab(browse: Browse, member: User) -> None:
    upload = make_upload(member)
    window = browse()
    window.sign_in(member)
    page = window.go(f"/uploads/{upload.id}")
    second = window.open()
    second.goto(f"{window.address}/uploads/{upload.id}?rows=all")
    second.locator("#answer-2-2").check()
    expect(second.locator("#check-progress")).to_be_visible()
    finish_reading(upload.id)
    expect(second.locator("#save-dataset")).to_be_enabled()
    second.locator("#save-dataset").click()
    second.wait_for_url(f"**/datasets/{upload.id}")
    page.locator("#how summary").click()
    page.locator("#field-decimal").select_option(",")
    page.wait_for_url(f"**/datasets/{upload.id}?saved=yes")
    expect(page.locator(".notice").last).to_contain_text("kc_house.csv is saved as kc_house")
