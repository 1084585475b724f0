"""Several jobs at once in a browser: the count as one types, and a batch that moves by itself."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from dashboard.db import User
from dashboard.db.job import Job
from dashboard.db.states import JobState, move_all
from dashboard.db.transaction import writing
from tests.browser.conftest import Watched
from tests.dashboard.batches.test_pages import fill
from tests.factories import make_dataset, make_job


def open_form(window: Watched, user: User) -> Page:
    dataset = make_dataset(user)
    window.sign_in(user)
    query = f"dataset_id={dataset.id}&target=churned&estimator=LogisticRegression"
    return window.go(f"/jobs/new?{query}")


def test_the_form_counts_as_one_types(browse: Callable[..., Watched], member: User) -> None:
    window = browse(viewport={"width": 1440, "height": 900})
    form = open_form(window, member)
    parameter = form.locator('[id="field-parameters.C"]')
    count, button = form.locator("[data-job-count]"), form.locator("[data-queue-button]")
    for text, jobs in (("0.05, 0.1, 0.2", "3 jobs"), ("0,5", "jobs"), ("0, 5", "2 jobs")):
        parameter.fill(text)
        expect(count).to_have_text(jobs)
    expect(button).to_have_text("Queue 2 jobs")
    parameter.fill("0,5")
    expect(form.get_by_text("One number, or several?")).to_be_visible()
    expect(button).to_have_text("Queue jobs")
    parameter.fill(", ".join(map(str, range(1, 1002))))
    expect(
        form.get_by_text("These values make 1,001 jobs. The limit is 1,000 at once")
    ).to_be_visible()
    parameter.fill("0.05, 0.1, 0.2")
    window.check_accessibility()
    button.click()
    form.wait_for_url("**/batches/1")
    expect(form.locator("#toasts").get_by_text("3 jobs are queued")).to_be_visible()
    window.check_accessibility()


@pytest.mark.long
def test_the_count_is_open_while_values_that_were_refused_stand_there(
    browse: Callable[..., Watched], member: User
) -> None:
    window = browse(viewport={"width": 390, "height": 844})
    window.allowed.add("422")
    form = open_form(window, member)
    parameter, button = form.locator('[id="field-parameters.C"]'), "[data-queue-below]"
    parameter.fill("1, x")
    form.locator(button).click()
    expect(form.get_by_role("alert")).to_contain_text("x is not")
    form.wait_for_load_state()  # scripts have run: what they say is what stays
    expect(form.locator(button)).to_have_text("Queue jobs")
    expect(form.get_by_text("How many shows once every value can be used")).to_be_visible()
    parameter.fill("1, 2")
    expect(form.locator(button)).to_have_text("Queue 2 jobs")
    expect(form.get_by_text("How many shows once every value can be used")).to_be_hidden()


def test_a_batch_moves_by_itself_and_is_cancelled_after_a_question(
    browse: Callable[..., Watched], member: User
) -> None:
    batch = fill(member, make_dataset(member), queued=3, succeeded=1)
    window = browse(viewport={"width": 390, "height": 844})
    window.sign_in(member)
    page = window.go(f"/batches/{batch.id}")
    expect(page.get_by_text("1 of 4 jobs done")).to_be_visible()
    page.locator("input[name=job]").first.check()
    with writing() as session:
        first = session.query(Job.id).where(Job.state == "queued").limit(1).scalar()
        move_all(session, Job.id == first, JobState.QUEUED, JobState.CANCELLED, by="somebody")
    expect(page.get_by_text("2 of 4 jobs done")).to_be_visible()
    expect(page.locator("input[name=job]:checked")).to_have_count(1)
    page.get_by_role("link", name="Cancel 2 unfinished jobs").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Stop 2 jobs")
    page.get_by_role("button", name="Cancel them").click()
    expect(page.locator("#toasts").get_by_text("2 jobs are cancelled")).to_be_visible()
    expect(page.get_by_text("4 of 4 jobs done")).to_be_visible()
    expect(page.locator("[data-live]:not(#queue-pill)")).to_have_count(0)


@pytest.mark.long
def test_the_foot_and_the_names_of_boxes_follow_the_rows(
    browse: Callable[..., Watched], member: User
) -> None:
    dataset = make_dataset(member)
    batch = fill(member, dataset, queued=2)
    window = browse(viewport={"width": 1440, "height": 900})
    window.sign_in(member)
    page = window.go(f"/batches/{batch.id}?sort=-score")
    page.get_by_label("Select queued 0").check()
    with writing() as session:
        session.query(Job).filter_by(name="queued 0").one().name = "renamed"
    make_job(member, dataset=dataset, batch_id=batch.id, name="late")
    expect(page.locator("tr[data-job-id]")).to_have_count(3, timeout=20_000)
    expect(page.locator(".pager")).to_contain_text("of 3 jobs")
    expect(page.get_by_label("Select renamed")).to_be_checked()
    expect(page.get_by_label("Select queued 0")).to_have_count(0)


@pytest.mark.long
def test_what_is_being_kept_can_be_cancelled_in_the_list(
    browse: Callable[..., Watched], member: User
) -> None:
    kept = make_job(member, name="kept", state="cancelling", stop_request="keep")
    make_job(member, name="gone", state="cancelling", stop_request="cancel")
    window = browse(viewport={"width": 1440, "height": 900})
    window.sign_in(member)
    page = window.go("/jobs")
    cancel = page.locator("[data-bulk-bar] [value=cancel]")
    page.get_by_label("Select gone").check()
    expect(cancel).to_be_disabled()
    page.get_by_label("Select kept").check()
    expect(cancel).to_be_disabled()  # it does not apply to both
    page.get_by_label("Select gone").uncheck()
    expect(cancel).to_be_enabled()
    cancel.click()
    said = page.locator("#toasts").get_by_text("1 job cancelled or being stopped")
    expect(said).to_be_visible()
    with writing() as session:
        asked = session.query(Job.stop_request).where(Job.id == kept.id).scalar()
    assert asked == "cancel"
