"""One live part that the server fails to show, while it shows the others."""

import re

import pytest
from playwright.sync_api import Route, expect

from dashboard.db import Dataset, User
from tests.browser.conftest import Watched
from tests.factories import make_succeeded_job

ERRORS = {"Failed to load resource", "htmx:", "Response Status Error"}
ASK = """htmx.ajax('GET', document.querySelector('#jobs-live').getAttribute('hx-get'),
    {source: '#jobs-live', target: '#jobs-live', swap: 'none'})"""
LIST = re.compile(r"/_live/jobs\b")


@pytest.mark.parametrize("status", [500, 503, 404])
def test_a_part_that_fails_alone_is_named_and_the_rest_stays_live(
    tab: Watched, member: User, dataset: Dataset, status: int
) -> None:
    tab.allowed = ERRORS
    make_succeeded_job(member, dataset=dataset)
    answers = [status]

    def answer(route: Route) -> None:
        route.fulfill(status=answers[-1]) if answers[-1] >= 400 else route.continue_()

    tab.page.route(LIST, answer)
    page = tab.go("/jobs")
    banner, note = page.locator("#live-banner"), page.locator("[data-live-text]").first
    with page.expect_response(LIST):
        page.evaluate(ASK)
    expect(banner).to_have_count(0)
    page.wait_for_function(f"() => {{ {ASK}; return document.querySelector('#live-banner') }}")
    failing = f"fails to show it anew (error {status})"
    said = "no longer there. Reload" if status == 404 else failing
    expect(banner).to_contain_text("The list of jobs: ")
    expect(banner).to_contain_text(said)
    expect(banner).not_to_contain_text("Connection lost")
    expect(note).to_have_text("Live but for one part")
    expect(page.locator("#jobs-live")).to_have_attribute("data-stale", "")
    answers.append(200)
    banner.get_by_role("button", name="Try now").click()
    page.wait_for_function(f"() => {{ {ASK}; return !document.querySelector('#live-banner') }}")
    expect(note).to_contain_text("Live")
    expect(page.locator("[data-stale]")).to_have_count(0)
