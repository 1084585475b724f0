"""A new job that is checked first, in a browser: the result comes while the form stays."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from dashboard import queue
from dashboard.db import User
from tests.browser.conftest import Watched
from tests.dashboard.jobs.test_preflights import do_chore, make_table
from tests.engine.tables import mixed_csv


@pytest.fixture
def window(
    browse: Callable[..., Watched],
    member: User,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Watched:
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)
    dataset = make_table(tmp_path, mixed_csv(300), member)
    made = browse(viewport={"width": 390, "height": 900}, color_scheme="dark")
    made.sign_in(member)
    made.go(f"/jobs/new?dataset_id={dataset.id}&target=y_class")
    return made


def choose_neighbours(form: Page) -> None:
    """Choose another estimator: the form, with its buttons, is drawn anew."""
    form.locator("[name=estimator][value=KNeighborsClassifier]").check(force=True)
    expect(form.locator('[id="field-parameters.n_neighbors"]')).to_be_visible()


def test_the_result_comes_while_the_form_stays(window: Watched) -> None:
    form, found = window.page, window.page.locator("#preflight")
    choose_neighbours(form)
    many = form.locator('[id="field-parameters.n_neighbors"]')
    many.fill("290")
    form.fill("#field-name", "half a na")
    form.get_by_role("button", name="Check first").click()
    expect(found.get_by_text("Waiting for the worker")).to_be_visible()
    expect(found.get_by_text("No worker is running that could check it")).to_be_visible()
    form.locator("#field-name").press("End")
    form.locator("#field-name").press_sequentially("me")
    expect(found.get_by_text("The form was changed since this check")).to_be_attached()
    do_chore()
    expect(found.get_by_text("The job would fail.")).to_be_visible()
    expect(form.locator("#field-name")).to_have_value("half a name")
    at_field = form.locator(".param-control", has=many).locator(".field-error")
    expect(at_field).to_contain_text("n_neighbors is greater than the rows")
    window.check_accessibility()
    many.fill("5")
    form.get_by_role("button", name="Check first").click()
    expect(found.get_by_text("Waiting for the worker")).to_be_visible()
    expect(at_field).to_have_count(0)
    do_chore()
    expect(found.get_by_text("Nothing was found that would stop the job")).to_be_visible()
    window.check_accessibility()


def test_a_check_is_given_up(window: Watched) -> None:
    form, found = window.page, window.page.locator("#preflight")
    form.get_by_role("button", name="Check first").click()
    found.get_by_role("button", name="Stop checking").click()
    expect(found.locator(".card")).to_have_count(0)


@pytest.mark.long
def test_fields_that_cannot_be_used_are_named(window: Watched) -> None:
    form = window.page
    form.fill('[id="field-validation.folds"]', "many")
    form.get_by_role("button", name="Check first").click()
    wrong = form.locator("#preflight a")
    expect(wrong).to_contain_text("whole number from 2 to 50")


@pytest.mark.long
def test_a_check_outlasts_the_form_that_its_press_draws_anew(window: Watched) -> None:
    form, found = window.page, window.page.locator("#preflight")
    form.locator('[id="field-search.strategy"]').select_option("random")
    many = form.locator('[id="field-search.jobs"]')
    expect(many).to_be_visible()
    form.locator('[id="field-parameters.learning_rate"]').fill("0.01..1 log")
    held: list[Route] = []
    form.route("**/jobs/new", lambda route: held.append(route))
    many.fill("4")
    form.get_by_role("button", name="Check first").click()
    expect(found.get_by_text("Waiting for the worker")).to_be_visible()
    held[0].continue_()
    expect(form.get_by_text("up to 4 candidates")).to_be_visible()
    expect(found.get_by_text("Waiting for the worker")).to_be_visible()
    found.get_by_role("button", name="Stop checking").click()
    expect(found.locator(".card")).to_have_count(0)


@pytest.mark.long
def test_a_button_is_not_drawn_anew_while_it_is_pressed(window: Watched) -> None:
    form, found = window.page, window.page.locator("#preflight")
    form.locator('[id="field-search.strategy"]').select_option("random")
    many = form.locator('[id="field-search.jobs"]')
    expect(many).to_be_visible()
    form.locator('[id="field-parameters.learning_rate"]').fill("0.01..1 log")
    many.fill("4")
    form.get_by_role("button", name="Check first").hover()
    with form.expect_response("**/jobs/new"):
        form.mouse.down()
    form.wait_for_timeout(300)
    form.mouse.up()
    expect(found.get_by_text("Waiting for the worker")).to_be_visible()
    expect(form.get_by_text("up to 4 candidates")).to_be_visible()
    expect(found.get_by_text("Waiting for the worker")).to_be_visible()


@pytest.mark.long
def test_a_remembered_pause_holds_no_check(window: Watched) -> None:
    form, found = window.page, window.page.locator("#preflight")
    form.evaluate("localStorage.setItem('trainyard-paused', 'true')")
    form.reload()
    form.get_by_role("button", name="Check first").click()
    expect(found.get_by_text("Waiting for the worker")).to_be_visible()
    do_chore()
    expect(found.get_by_text("Nothing was found that would stop the job")).to_be_visible()
