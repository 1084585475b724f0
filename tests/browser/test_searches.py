"""A search in a browser: the form that changes with the strategy, and a batch that moves on."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from dashboard.db import User
from tests.browser.conftest import Watched
from tests.dashboard.searches.acts import go_on, run, submit
from tests.factories import make_dataset

pytestmark = pytest.mark.usefixtures("no_broker")


def test_the_form_takes_ranges_once_a_strategy_is_chosen(
    browse: Callable[..., Watched], member: User
) -> None:
    window = browse(viewport={"width": 1440, "height": 900})
    dataset = make_dataset(member)
    window.sign_in(member)
    query = f"dataset_id={dataset.id}&target=churned&estimator=LogisticRegression"
    form = window.go(f"/jobs/new?{query}")
    form.locator('[id="field-parameters.C"]').fill("0.01..10 log")
    form.locator('[id="field-search.strategy"]').select_option("tpe")
    expect(form.get_by_text("This will try up to 50 candidates")).to_be_visible()
    expect(form.locator('[id="field-parameters.C"]')).to_have_value("0.01..10 log")
    form.locator('[id="field-search.jobs"]').fill("20")
    form.locator('[id="field-search.jobs"]').press("Tab")
    expect(form.get_by_text("This will try up to 20 candidates")).to_be_visible()
    window.check_accessibility()
    form.get_by_role("button", name="Start the search").click()
    expect(form.get_by_text("TPE search of C, up to 20 candidates")).to_be_visible()
    window.check_accessibility()


@pytest.mark.long
def test_a_grid_is_counted_as_one_types(browse: Callable[..., Watched], member: User) -> None:
    window = browse(viewport={"width": 1440, "height": 900})
    dataset = make_dataset(member)
    window.sign_in(member)
    query = f"dataset_id={dataset.id}&target=churned&estimator=LogisticRegression"
    form = window.go(f"/jobs/new?{query}")
    form.locator('[id="field-search.strategy"]').select_option("grid")
    expect(form.get_by_text("How many shows once")).to_be_visible()
    typed = form.locator('[id="field-parameters.max_iter"]')
    typed.press_sequentially("50, 100, 150")
    expect(form.locator("#candidates")).to_contain_text("3 candidates, up to 15 fits")
    expect(form.get_by_text("3 values")).to_be_visible()
    expect(typed).to_be_focused()
    expect(typed).to_have_value("50, 100, 150")


def test_the_page_of_a_search_moves_on_and_keeps_what_is_typed(
    browse: Callable[..., Watched], member: User
) -> None:
    batch = submit(member, 3)
    window = browse(viewport={"width": 1440, "height": 900})
    window.sign_in(member)
    page = window.go(f"/batches/{batch.id}")
    page.locator("#field-jobs").fill("7")
    for score in (0.7, 0.8, 0.6):
        run(score)
    go_on(batch)
    expect(page.get_by_text("chosen out of 3 candidates")).to_be_visible()
    expect(page.locator("#field-jobs")).to_have_value("7")
    window.check_accessibility()


@pytest.mark.long
def test_on_a_phone_what_was_searched_stands_below_the_name(
    browse: Callable[..., Watched], member: User
) -> None:
    batch = submit(member, 2, strategy="grid", space={"C": [0.25, 4.0]})
    window = browse(viewport={"width": 390, "height": 844})
    window.sign_in(member)
    page = window.go(f"/batches/{batch.id}")
    below = page.locator("tr[data-job-id] .main").get_by_text("C 0.25")
    expect(below).to_be_visible()
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(below).to_be_hidden()
    expect(page.get_by_role("cell", name="0.25", exact=True)).to_be_visible()
