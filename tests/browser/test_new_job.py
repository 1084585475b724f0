"""The form of a new job in a browser: what one choice changes, without losing another."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from dashboard.db import User
from dashboard.db.transaction import writing
from tests.browser.conftest import Watched
from tests.factories import COLUMNS, PASSWORD, make_dataset, make_job, make_succeeded_job


@pytest.fixture
def form(browse: Callable[..., Watched], member: User) -> Page:
    make_dataset(member)
    window = browse(viewport={"width": 1440, "height": 900})
    window.sign_in(member)
    return window.go("/jobs/new")


def choose(form: Page, name: str, value: str) -> None:
    form.select_option(f"#field-{name}", value)
    expect(form.locator("#job-form:not([aria-busy])")).to_be_attached()


def test_choices_bring_what_belongs_to_them(form: Page) -> None:
    form.select_option("#field-dataset_id", index=1)
    expect(form.locator("#field-target option", has_text="churned")).to_be_attached()
    choose(form, "target", "churned")
    expect(form.get_by_text("Two-class classification")).to_be_visible()
    form.fill("#field-name", "my own name")
    forest = form.locator("[name=estimator][value=RandomForestClassifier]")
    forest.check(force=True)
    expect(form.locator('[id="field-parameters.n_estimators"]')).to_be_visible()
    expect(forest).to_be_focused()
    expect(form.locator("#field-name")).to_have_value("my own name")
    choose(form, "target", "income")
    expect(form.get_by_text("Worked out as regression")).to_be_visible()
    expect(form.locator("#field-name")).to_have_value("my own name")


def test_what_is_chosen_inside_brings_its_settings(form: Page) -> None:
    form.select_option("#field-dataset_id", index=1)
    choose(form, "target", "churned")
    form.locator(".more-choices > summary").click()
    form.locator("[name=estimator][value=BaggingClassifier]").check(force=True)
    inside = form.locator('[id="field-parameters.estimator"]')
    inside.focus()
    inside.select_option("DecisionTreeClassifier")
    depth = form.locator('[name="parameters.estimator.max_depth"]')
    expect(depth).to_be_attached()
    expect(depth).not_to_be_visible()
    expect(inside).to_be_focused()
    form.get_by_text("Settings of Decision tree").click()
    depth.fill("4")
    expect(form.locator("[data-job-count]")).to_have_text("1 job")
    inside.select_option("LogisticRegression")
    expect(form.get_by_text("max_depth goes with another choice of estimator")).to_be_visible()
    expect(form.get_by_text("Settings of Logistic regression")).to_be_visible()
    expect(depth).not_to_be_attached()


@pytest.mark.long
def test_commas_in_brackets_make_no_further_jobs(form: Page) -> None:
    form.select_option("#field-dataset_id", index=1)
    choose(form, "target", "churned")
    form.locator(".more-choices > summary").click()
    form.locator("[name=estimator][value=VotingClassifier]").check(force=True)
    members = form.locator('[id="field-parameters.estimators"]')
    members.fill("(GaussianNB, DecisionTreeClassifier(max_depth=3, criterion=gini))")
    expect(form.locator("[data-job-count]")).to_have_text("1 job")
    members.fill("(GaussianNB, SVC(C=2)), (GaussianNB, DecisionTreeClassifier(max_depth=3))")
    expect(form.locator("[data-job-count]")).to_have_text("2 jobs")


def test_enter_queues_the_job(form: Page) -> None:
    form.select_option("#field-dataset_id", index=1)
    choose(form, "target", "income")
    form.fill("#field-name", "by the keyboard")
    form.press("#field-name", "Enter")
    form.wait_for_url("**/jobs/1")
    expect(form.get_by_role("heading", level=1)).to_contain_text("by the keyboard")


@pytest.mark.long
def test_going_back_brings_the_form_that_a_choice_had_led_to(form: Page) -> None:
    form.select_option("#field-dataset_id", index=1)
    choose(form, "target", "churned")
    form.locator("[name=estimator][value=RandomForestClassifier]").check(force=True)
    expect(form.locator('[id="field-parameters.n_estimators"]')).to_be_visible()
    form.goto(form.url.partition("/jobs")[0] + "/models")
    form.go_back()
    expect(form.locator("#field-target")).to_have_value("churned")
    expect(form.get_by_text("Two-class classification")).to_be_visible()
    expect(form.locator("[name=estimator][value=RandomForestClassifier]")).to_be_checked()


def test_all_estimators_are_found_by_words_and_stay_chosen(form: Page) -> None:
    form.select_option("#field-dataset_id", index=1)
    choose(form, "target", "churned")
    stacking = form.locator("[name=estimator][value=StackingClassifier]")
    expect(stacking).not_to_be_visible()
    form.fill("[data-choice-filter]", "learns whom")
    expect(form.locator(".choice-card:visible")).to_have_count(1)
    form.press("[data-choice-filter]", "Enter")
    expect(form).to_have_url(re.compile(r"/jobs/new"))
    stacking.check(force=True)
    expect(form.locator('[id="field-parameters.estimators"]')).to_be_visible()
    expect(stacking).to_be_checked()
    expect(stacking).to_be_visible()
    form.fill("[data-choice-filter]", "no such words")
    expect(form.get_by_text("None has these words")).to_be_visible()


def test_a_target_is_searched_for_among_many_columns(
    browse: Callable[..., Watched], member: User
) -> None:
    columns = [{**COLUMNS[0], "name": f"gene_{n}"} for n in range(2000)]
    evil = {**COLUMNS[0], "name": "<script>alert(1)</script>"}
    dataset = make_dataset(member, columns=[*columns, evil])
    window = browse(viewport={"width": 390, "height": 800})
    window.sign_in(member)
    form = window.go(f"/jobs/new?dataset_id={dataset.id}")
    target, found = form.locator("#field-target"), form.locator("#target-matches input")
    target.press_sequentially("_199")
    expect(form.get_by_text("11 columns that can be predicted have “_199”")).to_be_visible()
    target.press("Tab")
    form.press("#field-task", "Tab")
    expect(found.first).to_be_focused()
    form.keyboard.press("Space")
    expect(target).to_have_value("gene_199")
    expect(target).to_be_focused()
    expect(found).to_have_count(0)
    expect(form.get_by_text("Worked out as regression")).to_be_visible()
    target.fill("script")
    form.get_by_label("<script>alert(1)</script>").click()  # it goes at once
    expect(target).to_have_value("<script>alert(1)</script>")
    form.get_by_text("2,000 of 2,000 columns used").click()
    form.select_option("#field-features_mode", "only")
    expect(form.get_by_text("0 of 2,000 columns used")).to_be_visible()
    form.fill("#field-features", "gene_19*")
    form.press("#field-features", "Tab")
    expect(form.get_by_text("111 of 2,000 columns used")).to_be_visible()
    expect(form.locator("#field-features")).to_be_visible()
    expect(form.locator("#field-features")).not_to_be_focused()


def test_a_way_to_split_brings_its_fields_and_preprocessing_stays_open(form: Page) -> None:
    form.select_option("#field-dataset_id", index=1)
    choose(form, "target", "churned")
    form.locator("[name=estimator][value=LogisticRegression]").check(force=True)
    expect(form.locator('[id="field-parameters.C"]')).to_be_visible()
    section = form.locator("details", has=form.locator('[name="preprocessing.scale"]'))
    expect(section).not_to_have_attribute("open", "")
    section.locator("summary").click()
    form.select_option('[name="preprocessing.scale"]', "robust")
    form.select_option('[name="validation.scheme"]', label="k folds of whole groups")
    expect(form.locator('[name="validation.group_column"]')).to_be_visible()
    expect(form.locator('[name="validation.repeats"]')).to_have_count(0)
    expect(form.locator('[name="preprocessing.scale"]')).to_have_value("robust")
    expect(section).to_contain_text("1 changed")
    form.select_option('[name="validation.group_column"]', "city")
    form.fill('[name="validation.folds"]', "3")
    form.get_by_role("button", name="Queue job").click()
    form.wait_for_url("**/jobs/1")
    expect(form.get_by_text("whole groups of city")).to_be_visible()


@pytest.mark.long
def test_a_way_to_split_is_chosen_where_several_are_tried_too(form: Page) -> None:
    form.select_option("#field-dataset_id", index=1)
    choose(form, "target", "churned")
    form.locator("[name=estimator][value=several]").check(force=True)
    scheme = form.locator('[name="validation.scheme"]')
    expect(scheme).to_have_value("")
    expect(form.locator('[name="validation.folds"]')).to_have_count(0)
    scheme.select_option(label="k folds of whole groups")
    expect(form.locator('[name="validation.group_column"]')).to_be_visible()
    form.select_option('[name="validation.group_column"]', "city")
    form.fill('[name="validation.folds"]', "3")
    form.get_by_role("button", name="Queue jobs").click()
    form.wait_for_url("**/batches/1")


def end_session(user: User) -> None:
    with writing() as session:
        session.get_one(User, user.id).session_version += 1


def sign_in(form: Page, user: User) -> None:
    form.get_by_label("Email").fill(user.email)
    form.get_by_label("Password", exact=True).fill(PASSWORD)
    form.get_by_role("button", name="Sign in").click()


def test_what_was_typed_outlasts_a_sign_in(browse: Callable[..., Watched], member: User) -> None:
    make_dataset(member)
    window = browse(viewport={"width": 1440, "height": 900})
    window.allowed |= {"401 (UNAUTHORIZED)", "htmx:responseError", "Response Status Error"}
    window.sign_in(member)
    form = window.go("/jobs/new")
    form.select_option("#field-dataset_id", index=1)
    expect(form.locator("#field-target option", has_text="churned")).to_be_attached()
    choose(form, "target", "churned")
    form.get_by_label("Seed").fill("77")
    form.get_by_label("Name", exact=True).fill("half typed")
    key = form.locator("[name=key]").input_value()
    end_session(member)
    form.get_by_role("button", name="Queue job").click()
    sign_in(form, member)
    expect(form.locator("#toasts")).to_contain_text("What you typed before you signed in")
    expect(form.get_by_label("Seed")).to_have_value("77")
    expect(form.get_by_label("Name", exact=True)).to_have_value("half typed")
    expect(form.locator("#field-target")).to_have_value("churned")
    expect(form.locator("[name=key]")).not_to_have_value(key)  # it may make a job of its own
    # It is brought back once: a form that is opened anew is empty.
    form = window.go("/jobs/new?dataset_id=1&target=churned")
    expect(form.get_by_label("Name", exact=True)).to_have_value("")


@pytest.mark.long
def test_what_was_sent_comes_back_into_no_other_form(
    browse: Callable[..., Watched], member: User, no_broker: None
) -> None:
    dataset = make_dataset(member)
    former = make_succeeded_job(
        member, dataset_id=dataset.id, name="the former one", seed=1234, target="churned"
    )
    window = browse(viewport={"width": 1440, "height": 900})
    window.allowed |= {"401 (UNAUTHORIZED)", "htmx:responseError", "Response Status Error"}
    window.sign_in(member)
    form = window.go(f"/jobs/new?dataset_id={dataset.id}&target=churned")
    form.get_by_label("Name", exact=True).fill("sent already")
    form.get_by_role("button", name="Queue job").click()
    form.wait_for_url(f"**/jobs/{former.id + 1}")
    end_session(member)
    form = window.go(f"/jobs/new?from={former.id}")
    sign_in(form, member)
    expect(form.get_by_label("Name", exact=True)).to_have_value(f"{former.name} 2")
    expect(form.get_by_label("Seed")).to_have_value("1234")
    form.get_by_label("Seed").fill("4321")
    form.get_by_role("button", name="Queue job").click()
    form.wait_for_url(f"**/jobs/{former.id + 2}")


def test_what_was_typed_is_nobody_elses_to_see(
    browse: Callable[..., Watched], member: User, admin: User
) -> None:
    make_dataset(member)
    window = browse(viewport={"width": 1440, "height": 900})
    window.allowed |= {"401 (UNAUTHORIZED)", "htmx:responseError", "Response Status Error"}
    window.sign_in(member)
    address = "/jobs/new?dataset_id=1&target=churned"
    form = window.go(address)
    form.get_by_label("Name", exact=True).fill("of the first")
    form.get_by_label("Seed").fill("77")
    end_session(member)
    form = window.go(address)
    sign_in(form, admin)
    expect(form.get_by_label("Seed")).to_have_value("0")
    expect(form.get_by_label("Name", exact=True)).to_have_value("")
    form.wait_for_load_state("networkidle")  # a draft would come back a moment later
    expect(form.get_by_label("Seed")).to_have_value("0")


@pytest.mark.long
def test_a_draft_says_nothing_of_the_job_that_is_edited(
    browse: Callable[..., Watched], member: User, no_broker: None
) -> None:
    waiting = make_job(member, make_dataset(member), seed=5)
    window = browse(viewport={"width": 1440, "height": 900})
    window.allowed |= {"401 (UNAUTHORIZED)", "htmx:responseError", "Response Status Error"}
    window.sign_in(member)
    form = window.go(f"/jobs/new?from={waiting.id}&instead={waiting.id}")
    form.get_by_label("Seed").fill("77")
    end_session(member)
    form.get_by_role("button", name="Queue job").click()
    expect(form.get_by_label("Password", exact=True)).to_be_visible()
    draft = form.evaluate("sessionStorage.getItem('draft of a new job')")
    assert '"77"' in draft
    assert "instead" not in str([name for name, _ in json.loads(draft)["typed"]])
    assert "duplicate_of" not in str([name for name, _ in json.loads(draft)["typed"]])
    sign_in(form, member)
    # Which job it is about is said by the address that it comes back to.
    expect(form.get_by_label("Seed")).to_have_value("77")
    expect(form.locator("[name=instead]")).to_have_value(str(waiting.id))
    expect(form.locator("[name=duplicate_of]")).to_have_value(str(waiting.id))
