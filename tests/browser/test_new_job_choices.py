"""What the form of a new job says at once, as one chooses and types."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from dashboard.db import User
from tests.browser.conftest import Watched
from tests.factories import COLUMNS, make_dataset, make_job

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
    form.get_by_label("Choose more than one").check()
    forest = form.locator(f".choice-card [value={FOREST}]")
    expect(forest).to_have_attribute("type", "checkbox")
    expect(form.get_by_label("Choose more than one")).to_be_focused()
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


def test_what_is_changed_is_said_as_one_types_and_can_be_reset(
    window: Watched, form: Page
) -> None:
    rate = form.locator('[id="field-parameters.learning_rate"]')
    row = form.locator(".param-row", has=rate)
    expect(row.get_by_text("changed from 0.1")).not_to_be_visible()
    expect(row.get_by_role("button", name="Reset")).not_to_be_visible()
    rate.fill("0.05, 0.2")
    expect(row.get_by_text("changed from 0.1")).to_be_visible()
    expect(form.locator("[data-job-count]")).to_have_text("2 jobs")
    window.check_accessibility()
    row.get_by_role("button", name="Reset").click()
    expect(rate).to_have_value("")
    expect(rate).to_be_focused()
    expect(row.get_by_text("changed from 0.1")).not_to_be_visible()
    expect(form.locator("[data-job-count]")).to_have_text("1 job")
    rate.fill("0.3")
    form.fill("#field-name", "mine")
    form.get_by_role("button", name="Reset to defaults").click()
    settled(form)
    expect(rate).to_have_value("")
    expect(form.locator("#field-name")).to_have_value("mine")
    expect(form.get_by_role("button", name="Reset to defaults")).to_be_focused()


@pytest.mark.long
def test_a_copy_says_what_differs_as_one_types(window: Watched, member: User) -> None:
    boosting = "HistGradientBoostingClassifier"
    parameters = {"learning_rate": 0.3}
    job = make_job(member, state="failed", estimator=boosting, parameters=parameters)
    form = window.go(f"/jobs/new?from={job.id}")
    words = form.get_by_text(f"was 0.3 in #{job.id}")
    expect(words).not_to_be_visible()
    form.fill('[id="field-parameters.learning_rate"]', "0.4")
    expect(words).to_be_visible()
    form.select_option('[name="validation.scheme"]', "kfold")
    expect(form.get_by_text(f"was k folds, stratified in #{job.id}")).to_be_visible()
    expect(words).to_be_visible()


@pytest.mark.long
def test_a_sweep_is_named_beside_the_form_and_advanced_settings_are_filtered(
    window: Watched, form: Page
) -> None:
    form.locator(f".choice-card [value={FOREST}]").check(force=True)
    settled(form)
    sweep = form.locator('[data-sweep="words"]')
    expect(sweep).not_to_be_visible()
    form.fill('[id="field-parameters.n_estimators"]', "50, 100, 200")
    expect(sweep).to_have_text("n_estimators × 3")
    form.get_by_text("Advanced settings").click()
    rows = form.locator(".advanced > .param-row:visible")
    shown = rows.count()
    words = form.get_by_label("Filter settings by name or words")
    words.fill("ccp_alpha")
    expect(rows).to_have_count(1)
    words.fill("no such words")
    expect(rows).to_have_count(0)
    expect(form.locator(".advanced").get_by_text("None has these words")).to_be_visible()
    words.fill("")
    expect(rows).to_have_count(shown)
    window.check_accessibility()


def test_one_press_keeps_each_patient_in_one_fold(
    browse: Callable[..., Watched], member: User
) -> None:
    patient = {"name": "patient", "kind": "category", "missing": 0, "distinct": 40, "count": 200,
               "top": [], "histogram": {"labels": ["P1"], "counts": [5]}}  # fmt: skip
    dataset = make_dataset(member, columns=[*COLUMNS, patient])
    window = browse(viewport={"width": 1366, "height": 900})
    window.sign_in(member)
    page = window.go(f"/jobs/new?dataset_id={dataset.id}&target=churned")
    page.get_by_role("button", name="Keep each patient in one fold").click()
    expect(page.get_by_label("Group column")).to_have_value("patient")
    expect(page.locator("#groups")).to_have_count(0)
    expect(page.get_by_text("that is in the form now. It is not queued yet")).to_be_visible()


def test_two_presses_lead_past_the_form_to_its_button(form: Page) -> None:
    form.keyboard.press("Tab")
    form.keyboard.press("Tab")
    expect(form.locator(":focus")).to_have_text("Skip to the button that queues it")
    form.keyboard.press("Enter")
    for _ in range(3):  # a box, then the button
        form.keyboard.press("Tab")
        if form.evaluate("document.activeElement.matches('[data-queue-button]')"):
            return
    raise AssertionError("it is more than three stops away")
