"""What the form of a new job says at once, as one chooses and types."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from dashboard.db import User
from tests.browser.conftest import Watched
from tests.factories import make_dataset

FOREST, LOGISTIC = "RandomForestClassifier", "LogisticRegression"


@pytest.fixture
def window(browse: Callable[..., Watched], member: User) -> Watched:
    window = browse(viewport={"width": 1440, "height": 900})
    window.sign_in(member)
    return window


@pytest.fixture
def form(window: Watched, member: User) -> Page:
    dataset = make_dataset(member)
    return window.go(f"/jobs/new?dataset={dataset.id}&target=churned")


def settled(form: Page) -> None:
    expect(form.locator("#job-form:not([aria-busy])")).to_be_attached()


def test_several_at_once_are_ticked_counted_and_found_again(window: Watched, form: Page) -> None:
    form.get_by_label("Several at once").check()
    forest = form.locator(f".choice-card [value={FOREST}]")
    expect(forest).to_have_attribute("type", "checkbox")
    expect(form.get_by_label("Several at once")).to_be_focused()
    forest.check(force=True)
    expect(form.locator("[data-job-count]")).to_have_text("2 jobs")
    expect(forest).to_be_focused()
    form.locator(f".choice-card [value={LOGISTIC}]").check(force=True)
    expect(form.locator("[data-job-count]")).to_have_text("3 jobs")
    expect(form.locator("[data-queue-button]")).to_have_text("Queue 3 jobs")
    window.check_accessibility()
    form.reload()
    expect(form.locator("[data-job-count]")).to_have_text("3 jobs")
    expect(forest).to_be_checked()
    form.locator("[data-queue-button]").click()
    form.wait_for_url("**/batches/1")
