"""A page is asked for as its link is pressed, and nothing is asked for that does more."""

from collections.abc import Callable

import pytest
from flask import Flask, request

from dashboard.db import User
from tests.browser.conftest import Watched
from tests.factories import make_succeeded_job

Browse = Callable[..., Watched]
DELIVERED = "performance.getEntriesByType('navigation')[0].deliveryType"


@pytest.fixture
def asked(app: Flask) -> list[str]:
    """The addresses that are asked for before somebody goes there."""
    found: list[str] = []

    def note() -> None:
        if "prefetch" in request.headers.get("Sec-Purpose", ""):
            found.append(request.full_path.rstrip("?"))

    app.before_request_funcs.setdefault(None, []).append(note)
    return found


def test_a_press_asks_for_a_page_and_nothing_else_does(
    browse: Browse, member: User, asked: list[str]
) -> None:
    job = make_succeeded_job(member)
    window = browse()
    window.sign_in(member)
    page = window.go("/jobs")

    def press(selector: str) -> None:
        link = page.locator(selector).first
        link.hover()
        page.wait_for_timeout(300)
        page.mouse.down()
        page.wait_for_timeout(300)

    others = ("a:has-text('Export CSV')", "a[href='/jobs/new']", ".mainnav a[href='/models']")
    for other in others:
        press(other)
        page.mouse.move(1, 1)
        page.mouse.up()
    page.locator(f"#job-{job.id} a").first.hover()
    page.wait_for_timeout(300)
    assert asked == []
    press(f"#job-{job.id} a")
    page.mouse.up()
    page.wait_for_url(f"**/jobs/{job.id}")
    assert asked == [f"/jobs/{job.id}"]
    assert page.evaluate(DELIVERED) == "navigational-prefetch"
    press(".mainnav a[href='/queue']")
    page.mouse.up()
    page.wait_for_url("**/queue")
    assert page.evaluate(DELIVERED) == "navigational-prefetch"


def test_after_signing_out_no_page_is_shown_that_was_asked_for_before(
    browse: Browse, member: User
) -> None:
    window = browse()
    window.sign_in(member)
    page = window.go("/jobs")
    page.locator(".mainnav a[href='/queue']").hover()
    page.mouse.down()
    page.wait_for_timeout(500)
    page.mouse.move(1, 1)
    page.mouse.up()
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("form[action='/logout']").evaluate("form => form.requestSubmit()")
    other.wait_for_url("**/login")
    page.locator(".mainnav a[href='/queue']").click()
    page.wait_for_url("**/login**")
