"""The go-to box and the keys of every page in Chromium."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from dashboard.db import User
from dashboard.db.transaction import writing
from tests.browser.conftest import Watched
from tests.factories import make_job, make_succeeded_job

Browse = Callable[..., Watched]


@pytest.fixture
def page(browse: Browse, member: User) -> Page:
    for name in ("churn-<b>gb</b>", "churn-forest"):
        make_succeeded_job(member, name=name)
    window = browse()
    window.sign_in(member)
    window.go("/jobs")
    return window.page


def test_the_box_is_a_combobox_that_the_keyboard_moves_through(page: Page) -> None:
    box = page.get_by_role("combobox", name="Go to a job, dataset, model or page")
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    box.fill("churn")
    options = page.locator("#goto-list [role=option]")
    expect(options).to_have_count(2)
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    active = box.get_attribute("aria-activedescendant")
    expect(page.locator(f"#{active}")).to_contain_text("churn-<b>gb</b>")
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(options).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="churn-<b>gb</b>", level=1)).to_be_visible()


def test_a_number_and_enter_open_the_job_however_fast_they_are_typed(
    page: Page, member: User
) -> None:
    job = make_job(member, name="here it is")
    page.keyboard.press("/")
    page.keyboard.type(str(job.id))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/jobs/{job.id}")


def test_keys_lead_to_sections_and_move_through_rows(page: Page) -> None:
    page.keyboard.press("j")
    first = page.locator("tbody tr").filter(has=page.locator("a[href]")).first
    expect(first.locator("a[href]").first).to_be_focused()
    page.keyboard.press("x")
    expect(first.get_by_role("checkbox")).to_be_checked()
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(first.locator("a[href]").first).to_be_focused()
    page.keyboard.press(".")
    expect(page.locator("[data-live-pause]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press(".")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    expect(page.get_by_role("button", name="Close the list of keys")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    expect(first.locator("a[href]").first).to_be_focused()
    page.keyboard.press("g")
    page.keyboard.press("m")
    page.wait_for_url("**/models")
    page.keyboard.press("n")
    page.wait_for_url("**/jobs/new")


def test_keys_do_nothing_where_one_types(page: Page) -> None:
    page.locator("#filter-q").click()
    page.keyboard.type("gm/n?")
    expect(page.locator("#filter-q")).to_have_value("gm/n?")
    expect(page).to_have_url(re.compile("/jobs$"))


@pytest.mark.long
def test_keys_can_be_switched_off(page: Page, member: User) -> None:
    with writing() as session:
        session.get_one(User, member.id).preferences = {"shortcuts": False}
    page.reload()
    page.keyboard.press("/")
    expect(page.locator("#goto-box")).not_to_be_focused()
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile("/jobs$"))


def test_the_key_of_a_new_job_does_nothing_for_who_may_only_look(page: Page, member: User) -> None:
    with writing() as session:
        session.get_one(User, member.id).role = "viewer"
    page.reload()
    page.keyboard.press("n")
    page.keyboard.press("?")  # what comes after it is done, so that is over
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    expect(page).to_have_url(re.compile("/jobs$"))
