"""The form of a new job in a real browser: the checks NJ-1 to NJ-10 of the interface's design."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import func, select

from dashboard.db import Dataset, Job, User
from dashboard.extensions import db
from tests.browser.conftest import Watched

LOGISTIC, BOOSTING = "LogisticRegression", "HistGradientBoostingClassifier"
RATE, DEPTH = "parameters.learning_rate", "parameters.max_depth"
# A value of each kind that cannot be used, and the words beside its field.
BAD = {
    RATE: ("-1", re.compile(r"must be a number above 0")),
    DEPTH: ("3.5", re.compile(r"must be a whole number")),
    "parameters.max_features": ("2", re.compile(r"must be .*(1|above 0)")),
    "parameters.tol": ("little", re.compile(r"must be a number")),
}


@pytest.fixture
def form(tab: Watched, dataset: Dataset) -> Page:
    return tab.go(f"/jobs/new?dataset={dataset.id}&target=churned&estimator={BOOSTING}")


def advanced(form: Page) -> Locator:
    return form.locator("details.advanced", has_text="Advanced settings")


def settled(form: Page) -> None:
    expect(form.locator("#job-form:not([aria-busy])")).to_be_attached()


def jobs() -> list[Job]:
    db.session.rollback()
    return list(db.session.scalars(select(Job).order_by(Job.id)))


def test_nj_1_a_target_is_all_that_a_job_needs(tab: Watched, dataset: Dataset) -> None:
    form = tab.go("/jobs/new")
    form.select_option("#field-dataset_id", str(dataset.id))
    settled(form)
    form.select_option("#field-target", "churned")
    settled(form)
    form.locator("[data-queue-button]").click()
    form.wait_for_url("**/jobs/1")
    made = jobs()[0]
    assert (made.dataset_id, made.target, made.state) == (dataset.id, "churned", "queued")


def test_nj_2_bad_values_of_each_kind_are_told_and_nothing_is_lost(
    tab: Watched, form: Page
) -> None:
    tab.allowed.add("status of 422")
    advanced(form).locator("> summary").click()
    for name, (value, _) in BAD.items():
        form.locator(f'[id="field-{name}"]').fill(value)
    form.fill("#field-name", "kept <name>")
    form.locator("[data-queue-button]").click()
    summary = form.locator(".error-summary")
    expect(summary).to_be_focused()
    for name, (value, words) in BAD.items():
        expect(form.locator(f'[id="field-{name}-error"]')).to_contain_text(words)
        expect(form.locator(f'[id="field-{name}"]')).to_have_value(value)
        expect(summary.locator(f'a[href="#field-{name}"]')).to_contain_text(words)
    expect(form.locator("#field-name")).to_have_value("kept <name>")
    assert jobs() == []


def test_nj_3_values_between_commas_are_jobs(form: Page) -> None:
    form.fill(f'[id="field-{RATE}"]', "0.05, 0.1, 0.2")
    expect(form.locator("[data-job-count]")).to_have_text("3 jobs")
    form.locator("[data-queue-button]").click()
    form.wait_for_url("**/batches/1")
    expect(form.locator("#toasts").get_by_text("3 jobs are queued")).to_be_visible()
    assert [job.parameters["learning_rate"] for job in jobs()] == [0.05, 0.1, 0.2]


def test_nj_4_two_presses_make_one_job(form: Page) -> None:
    form.locator("[data-queue-button]").evaluate("(b) => { b.click(); b.click(); }")
    form.wait_for_url("**/jobs/1")
    assert len(jobs()) == 1


def test_nj_5_a_copy_has_each_setting(tab: Watched, form: Page) -> None:
    form.fill(f'[id="field-{RATE}"]', "0.07")
    form.fill(f'[id="field-{DEPTH}"]', "3")
    form.select_option('[name="validation.scheme"]', "kfold")
    settled(form)
    form.fill("#field-seed", "11")
    form.select_option("#field-metric", "log_loss")
    form.select_option("#field-class_weight", "balanced")
    form.fill("#field-time_limit_min", "7")
    form.fill("#field-tags", "first, second")
    form.fill("#field-note", "why it is asked")
    form.locator(".columns-choice summary").click()
    form.locator("[name=features][value=city]").uncheck()
    form.locator("[data-queue-button]").click()
    form.wait_for_url("**/jobs/1")
    copy = tab.go("/jobs/new?from=1")
    copy.locator("[data-queue-button]").click()
    copy.wait_for_url("**/jobs/2")
    send = tab.context.request
    first, second = (send.get(f"{tab.address}/jobs/{n}/config.json").json() for n in (1, 2))
    assert (first["parameters"]["learning_rate"], first["seed"]) == (0.07, 11)
    made, like = jobs()
    kept = ("class_weight", "time_limit_s", "tags", "features", "metric", "priority")
    assert (made.class_weight, made.time_limit_s) == ("balanced", 420)
    assert (made.tags, made.note) == (["first", "second"], "why it is asked")
    assert "city" not in made.features
    assert like.note is None  # it is about the other one
    assert [getattr(like, name) for name in kept] == [getattr(made, name) for name in kept]
    assert second.pop("name") == first.pop("name") + " 2"
    assert second == first


def test_nj_6_the_task_is_worked_out(form: Page) -> None:
    tag = form.get_by_text("Two-class classification").first
    expect(tag).to_be_visible()
    form.select_option("#field-target", "income")
    settled(form)
    expect(form.get_by_text("Worked out as regression")).to_be_visible()


def test_nj_7_another_estimator_keeps_what_it_shares_and_names_the_rest(form: Page) -> None:
    form.fill("#field-seed", "5")
    form.fill(f'[id="field-{DEPTH}"]', "7")
    form.fill(f'[id="field-{RATE}"]', "0.3")
    form.locator("[name=estimator][value=RandomForestClassifier]").check(force=True)
    settled(form)
    expect(form.locator(f'[id="field-{DEPTH}"]')).to_have_value("7")
    expect(form.locator("#field-seed")).to_have_value("5")
    expect(form.get_by_text("learning_rate does not exist for Random forest")).to_be_visible()


def test_nj_8_the_form_is_filled_in_by_keyboard_alone(form: Page) -> None:
    card = form.locator("[name=estimator]:checked")
    card.focus()
    form.keyboard.press("ArrowRight")
    settled(form)
    moved = form.locator("[name=estimator]:checked")
    expect(moved).to_be_focused()
    assert moved.get_attribute("value") != BOOSTING
    reached = set()
    for _ in range(120):
        form.keyboard.press("Tab")
        reached.add(form.evaluate("document.activeElement.name || document.activeElement.id"))
        if form.evaluate("document.activeElement.matches('[data-queue-button]')"):
            break
    assert {"validation.scheme", "metric", "seed", "name"} <= reached
    form.keyboard.press("Enter")
    form.wait_for_url("**/jobs/1")


def test_nj_9_what_is_wrong_in_advanced_settings_is_shown(tab: Watched, form: Page) -> None:
    tab.allowed.add("status of 422")
    summary = advanced(form).locator("> summary")
    summary.click()
    form.fill('[id="field-parameters.tol"]', "x")
    summary.click()
    form.locator("[data-queue-button]").click()
    expect(form.locator(".error-summary")).to_be_focused()
    assert form.title().startswith("Error: New job")
    expect(advanced(form)).to_have_attribute("open", "")
    expect(form.locator('[id="field-parameters.tol-error"]')).to_be_visible()


def test_nj_10_without_javascript_several_jobs_are_asked_about_first(
    browse: Callable[..., Watched], member: User, dataset: Dataset
) -> None:
    window = browse(java_script_enabled=False)
    window.sign_in(member)
    form = window.go(f"/jobs/new?dataset={dataset.id}&target=churned&estimator={BOOSTING}")
    form.fill(f'[id="field-{RATE}"]', "0.05, 0.1")
    form.locator("[data-queue-button]").click()
    expect(form.get_by_role("heading", level=1)).to_contain_text("2 jobs")
    assert db.session.scalar(select(func.count(Job.id))) == 0
    form.get_by_role("button", name="Queue 2 jobs").click()
    form.wait_for_url("**/batches/1")
    assert len(jobs()) == 2


def test_an_error_goes_as_its_field_is_changed(tab: Watched, form: Page) -> None:
    tab.allowed.add("status of 422")
    form.select_option("[name='search.strategy']", "random")
    settled(form)
    form.fill("[name='search.minutes']", "x")
    form.get_by_role("button", name="Start the search").first.click()
    told = form.locator(".follow [data-fixing]")
    expect(told).to_have_text("2 fields need fixing")
    labels = "a => a.map(e => e.getBoundingClientRect().top)"
    row = form.locator(".field:has([name^='search.']) > label")
    assert len({round(top) for top in row.evaluate_all(labels)}) == 1
    form.fill("[name='search.minutes']", "5")
    form.keyboard.press("Tab")
    expect(told).to_have_text("1 field needs fixing")
    expect(form.locator(".error-summary li")).to_have_count(1)
    form.fill(f"[name='{RATE}']", "0.01..1 log")
    form.keyboard.press("Tab")
    expect(form.locator("[data-fixing], .error-summary, .field[data-invalid]")).to_have_count(0)
