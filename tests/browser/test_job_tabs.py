"""The tabs of a running job: each tells how it ends, and waits while updates are paused."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from dashboard.clock import now
from dashboard.db import Job, Prediction, User
from dashboard.db.transaction import writing
from dashboard.jobs.running.execution import add_lines
from tests.browser.conftest import Watched
from tests.browser.test_job_page import HIDDEN, change, has_icon
from tests.factories import make_model

pytestmark = pytest.mark.timeout(180)
FAILURE = {"code": "X", "message": "The target has text", "hint": "h"}


@pytest.fixture
def tab(browse: Callable[..., Watched], member: User) -> Watched:
    window = browse()
    window.context.add_init_script(HIDDEN)
    window.sign_in(member)
    return window


def mark(page: Page) -> None:
    """Leave a sign that is lost when the page is fetched anew."""
    page.evaluate("window.isTheSame = true")


@pytest.mark.long
def test_a_hidden_log_tells_how_its_job_ends_and_stays(tab: Watched, job: Job) -> None:
    page = tab.go(f"/jobs/{job.id}/log")
    expect(page).to_have_title("(61%) churn, log - Trainyard")
    mark(page)
    page.evaluate("hide(true)")
    change(job, state="failed", failure=FAILURE, finished_at=now())
    expect(page).to_have_title("Failed churn, log - Trainyard", timeout=60_000)
    has_icon(page, "failed")
    expect(page.locator("h1 + .status")).to_have_text("Failed")
    expect(page.locator("#announcements")).to_have_text("churn: failed")
    page.evaluate("hide(false)")
    expect(page).to_have_title("churn, log - Trainyard")
    has_icon(page, "failed")
    assert page.evaluate("window.isTheSame")


def test_the_files_come_with_the_end(tab: Watched, job: Job) -> None:
    page = tab.go(f"/jobs/{job.id}/files")
    mark(page)
    change(job, state="failed", failure=FAILURE, finished_at=now())
    page.wait_for_function("() => !window.isTheSame", timeout=60_000)
    expect(page.locator("h1 + .status")).to_have_text("Failed")
    expect(page.get_by_role("button", name="Pause updates")).to_have_count(0)


def test_a_pause_holds_page_and_log_and_is_remembered(tab: Watched, job: Job) -> None:
    tab.page.clock.install()
    page = tab.go(f"/jobs/{job.id}")
    button = page.get_by_role("button", name="Pause updates")
    expect(button).to_have_attribute("aria-pressed", "false")
    page.keyboard.press(".")
    expect(button).to_have_attribute("aria-pressed", "true")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    change(job, message="Fitting fold 5 of 5", progress=0.81)
    page.clock.run_for(6_000)  # longer than each of its parts waits
    last = f"{tab.address}/static/css/jobs.css?last"
    with page.expect_request(last):  # whatever was asked before it is known then
        page.evaluate("(address) => { fetch(address); }", last)
    assert [url for url in asked if "pill" not in url] == [last]
    expect(page.locator(".progress-line")).to_contain_text("fold 4")
    page = tab.go(f"/jobs/{job.id}/log")
    expect(button).to_have_attribute("aria-pressed", "true")
    page.keyboard.press(".")
    expect(button).to_have_attribute("aria-pressed", "false")
    change(job, progress=0.91)
    expect(page).to_have_title("(91%) churn, log - Trainyard", timeout=30_000)


@pytest.mark.long
def test_what_was_just_asked_for_is_followed_all_the_same(
    tab: Watched, job: Job, member: User
) -> None:
    page = tab.go(f"/jobs/{job.id}")
    page.get_by_role("button", name="Pause updates").click()
    prediction = Prediction(
        model_id=make_model().id, owner_id=member.id, kind="file", token="ab" * 8,
        state="running", progress=0.2, file_name="new.csv",
    )  # fmt: skip
    with writing() as session:
        session.add(prediction)
    page = tab.go(f"/predictions/{prediction.id}")
    button = page.get_by_role("button", name="Pause updates")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    page = tab.go(f"/jobs/{job.id}")  # that pause was of one page, the first one is of all
    expect(button).to_have_attribute("aria-pressed", "true")


def test_the_log_of_a_failure_is_opened_at_its_error(tab: Watched, job: Job) -> None:
    change(job, state="failed", failure=FAILURE, finished_at=now())
    at = datetime(2026, 1, 30, 23, 30, tzinfo=UTC)
    lines = [(at, "error" if n == 60 else "info", f"line {n}") for n in range(1, 161)]
    with writing() as session:
        add_lines(session, job.id, lines)
    page = tab.go(f"/jobs/{job.id}")
    header = page.locator("#log-card .card-header")
    expect(header).to_contain_text("at line 60 of 160")
    log, line = (page.locator(one).bounding_box() for one in ("#log", "#L60"))
    assert log
    assert line
    assert 0 < line["y"] - log["y"] < log["height"]
    expect(header).to_contain_text("Times in UTC, 30 Jan 2026")
    expect(page.locator("#L60 time")).to_have_attribute("title", re.compile("30 January 2026"))


@pytest.mark.long
def test_a_log_says_of_which_zone_and_days_its_times_are(
    browse: Callable[..., Watched], member: User, job: Job
) -> None:
    at = datetime(2026, 1, 30, 22, 30, tzinfo=UTC)
    with writing() as session:
        add_lines(session, job.id, [(at, "info", "a"), (at + timedelta(hours=1), "info", "b")])
    window = browse(timezone_id="Europe/Helsinki")
    window.sign_in(member)
    page = window.go(f"/jobs/{job.id}/log")
    expect(page.locator("#log-card")).to_contain_text("Times in UTC+2, 31 Jan 2026")
    expect(page.locator("#L1 time")).to_have_text("00:30:00")
