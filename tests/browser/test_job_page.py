"""A job's page in a tab that nobody looks at: title, favicon and notification tell how it ends."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.clock import isoformat, now
from dashboard.db import Job, JobFold, User
from dashboard.db.transaction import writing
from dashboard.notifications.telling import Teller
from tests.browser.conftest import Watched

HIDDEN = """
window.pretendHidden = sessionStorage.getItem('test-hidden') === 'true';
Object.defineProperty(document, 'hidden', { get: () => window.pretendHidden });
window.hide = (hidden) => {
  window.pretendHidden = hidden;
  sessionStorage.setItem('test-hidden', String(hidden));
  document.dispatchEvent(new Event('visibilitychange'));
};
"""
NOTIFICATION = """
window.Notification = class {
  static get permission() { return sessionStorage.getItem('test-permission') ?? 'default'; }
  static async requestPermission() {
    sessionStorage.setItem('test-asked', Number(sessionStorage.getItem('test-asked')) + 1);
    sessionStorage.setItem('test-permission', 'ANSWER');
    return 'ANSWER';
  }
  constructor(title, options) {
    const told = JSON.parse(sessionStorage.getItem('test-told') ?? '[]');
    sessionStorage.setItem('test-told', JSON.stringify([...told, [title, options.body]]));
  }
};
"""


def change(job: Job, **values: Any) -> None:
    with writing() as session:
        row = session.get_one(Job, job.id)
        for name, value in values.items():
            setattr(row, name, value)


@pytest.fixture
def open_page(browse: Callable[..., Watched], member: User, job: Job) -> Callable[..., Page]:
    """Open the job's page in a browser whose permission dialog gives an answer."""

    def start(answer: str = "granted", **options: Any) -> Page:
        window = browse(**options)
        window.context.add_init_script(HIDDEN)
        window.context.add_init_script(NOTIFICATION.replace("ANSWER", answer))
        window.sign_in(member)
        return window.go(f"/jobs/{job.id}")

    return start


def told(page: Page) -> str:
    return str(page.evaluate("sessionStorage.getItem('test-told')"))


def wait_until_told(page: Page, notifications: str) -> None:
    page.wait_for_function(
        "told => sessionStorage.getItem('test-told') === told", arg=notifications, timeout=60_000
    )


def has_icon(page: Page, name: str) -> None:
    icon = page.locator("link[rel=icon]")
    expect(icon).to_have_attribute("href", re.compile(rf"/favicons/{name}\.svg$"), timeout=30_000)


@pytest.mark.timeout(180)
def test_jd_9_a_hidden_tab_tells_percent_end_and_notifies_once(
    open_page: Callable[..., Page], job: Job
) -> None:
    page = open_page()
    expect(page).to_have_title("(61%) churn - Trainyard")
    has_icon(page, "running-60")
    assert page.evaluate("sessionStorage.getItem('test-asked')") is None  # not before the click
    page.get_by_role("button", name="Notify me").click()
    button = page.get_by_role("button", name="Will notify you")
    expect(button).to_have_attribute("aria-pressed", "true")
    change(job, progress=0.71)
    expect(page).to_have_title("(71%) churn - Trainyard", timeout=20_000)
    expect(button).to_be_visible()  # a live update leaves it as it is
    page.reload()
    expect(button).to_have_attribute("aria-pressed", "true")

    page.evaluate("hide(true)")
    change(job, progress=0.81)
    expect(page).to_have_title("(81%) churn - Trainyard", timeout=40_000)
    has_icon(page, "running-80")
    change(job, state="succeeded", progress=1.0, score=0.8461, finished_at=now())
    Teller().tell(now())
    expect(page).to_have_title("Done 0.846 churn - Trainyard", timeout=40_000)
    has_icon(page, "succeeded")
    wait_until_told(page, '[["Done 0.846","churn"]]')
    assert page.evaluate("sessionStorage.getItem('test-asked')") == "1"

    page.evaluate("hide(false)")
    expect(page).to_have_title("churn - Trainyard")
    page.reload()
    expect(page).to_have_title("churn - Trainyard")
    has_icon(page, "succeeded")
    wait_until_told(page, '[["Done 0.846","churn"]]')


@pytest.mark.timeout(120)
def test_a_failure_is_told_with_its_reason(open_page: Callable[..., Page], job: Job) -> None:
    page = open_page()
    page.get_by_role("button", name="Notify me").click()
    expect(page.get_by_role("button", name="Will notify you")).to_be_visible()
    failure = {"code": "X", "message": "The target has text", "hint": "h"}
    change(job, state="failed", failure=failure, finished_at=now())
    Teller().tell(now())
    expect(page).to_have_title("Failed churn - Trainyard", timeout=30_000)
    has_icon(page, "failed")
    wait_until_told(page, '[["Failed: The target has text","churn"]]')
    expect(page.locator("#announcements")).to_have_text("churn: failed")
    page.mouse.move(200, 200)
    expect(page).to_have_title("churn - Trainyard")


@pytest.mark.long
def test_who_refuses_is_told_and_not_notified(open_page: Callable[..., Page], job: Job) -> None:
    page = open_page("denied")
    button = page.get_by_role("button", name="Notify me")
    button.click()
    expect(page.locator(".toast-note")).to_contain_text("does not let Trainyard notify you")
    expect(button).to_have_attribute("aria-pressed", "false")
    change(job, state="cancelled", finished_at=now())
    assert Teller().tell(now()) == 0
    expect(page.locator("h1 + [data-state=cancelled]")).to_be_visible(timeout=30_000)
    assert told(page) == "None"


@pytest.mark.long
def test_without_javascript_there_is_no_such_button(
    browse: Callable[..., Watched], member: User, job: Job
) -> None:
    window = browse(java_script_enabled=False)
    window.sign_in(member)
    page = window.go(f"/jobs/{job.id}")
    expect(page).to_have_title("(61%) churn - Trainyard")
    expect(page.locator("[data-notify]")).to_be_hidden()


@pytest.mark.long
def test_the_chart_of_folds_is_of_the_state_of_their_table(
    browse: Callable[..., Watched], member: User, job: Job
) -> None:
    add_fold(job, 1)
    window = browse()
    window.sign_in(member)
    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(request.url))
    page = window.go(f"/jobs/{job.id}")
    page.locator("#chart-folds").scroll_into_view_if_needed()
    rows = page.locator("#chart-folds-table tbody tr")
    expect(page.locator("#chart-folds[data-drawn]")).to_have_count(1)
    expect(rows).to_have_count(1)
    add_fold(job, 2)
    expect(page.locator("#job-folds tbody tr")).to_have_count(3)
    expect(rows).to_have_count(2)
    assert not [url for url in asked if "/charts/folds" in url], "it may be of another state"


def test_scores_by_round_are_drawn_as_they_come(
    browse: Callable[..., Watched], member: User, job: Job
) -> None:
    window = browse()
    window.sign_in(member)
    page = window.go(f"/jobs/{job.id}")
    chart = page.locator("#chart-folds")
    chart.scroll_into_view_if_needed()
    expect(chart).to_have_text("ROC AUC by fold: no fold is finished yet")
    tell_points(job, [[20, 0.7]])
    expect(chart.locator(".scatterlayer .trace")).to_have_count(1)
    expect(page.locator("#running-fold")).to_contain_text("Fold 4")
    expect(chart.locator("+ .chart-note")).to_have_text(
        "Of the rows that each fold holds out. Higher is better."
    )
    tell_points(job, [[20, 0.7], [40, 0.75]])
    expect(page.locator("#chart-folds-table tbody tr")).to_have_count(2)
    expect(chart.locator(".legend")).to_contain_text("Fold 4 (running)")
    window.check_accessibility()


@pytest.mark.sampled(1)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_fold_that_runs_and_its_curve_fit_a_phone(
    theme: str, browse: Callable[..., Watched], member: User, job: Job
) -> None:
    window = browse(viewport={"width": 390, "height": 844}, color_scheme=theme)
    window.sign_in(member)
    for fold in (1, 2, 3):
        add_fold(job, fold)
    tell_points(job, [[20, 0.7], [40, 0.75]])
    page = window.go(f"/jobs/{job.id}")
    chart, line = page.locator("#chart-folds"), page.locator("#running-fold")
    chart.scroll_into_view_if_needed()
    expect(chart.locator(".scatterlayer .trace")).to_have_count(1)
    expect(line.locator("td").first).to_have_text("Fold 4")
    for part in (chart, line):
        box = part.bounding_box()
        assert box is not None
        assert (box["x"] >= 0, box["x"] + box["width"] <= 390) == (True, True)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    window.check_accessibility()


def tell_points(job: Job, points: list[list[float]]) -> None:
    curve = {"unit": "rounds", "whose": "held_out", "measure": "roc_auc", "points": points,
             "rows": 20, "of": 20}  # fmt: skip
    moment = isoformat(now())
    change(job, stages=[{"stage": "fit", "started_at": moment, "fold": 4, "fold_at": moment,
                         "curves": {"4": curve}}])  # fmt: skip


def add_fold(job: Job, fold: int) -> None:
    with writing() as session:
        scores = {job.metric: 0.8}
        session.add(JobFold(job_id=job.id, fold=fold, attempt=1, scores=scores, fit_seconds=1.0,
                            n_train=80, n_test=20, key=f"jobs/{job.id}/x/{fold}"))  # fmt: skip


def cancel(page: Page) -> Locator:
    """Cancel the job of a page, and return the message that offers to undo it."""
    page.get_by_role("button", name="Cancel job").click()
    toast = page.locator("#toasts .toast-note")
    expect(toast).to_contain_text("churn is being stopped")
    return toast


def test_a_cancel_from_the_page_can_be_undone_there(open_page: Callable[..., Page]) -> None:
    page = open_page()
    address = page.url
    toast = cancel(page)
    toast.get_by_role("button", name="Undo").click()
    expect(toast).to_contain_text("churn runs again as soon as it has stopped")
    assert page.url == address


def test_undo_stays_when_the_page_is_fetched_anew_as_the_job_ends(
    open_page: Callable[..., Page], job: Job
) -> None:
    page = open_page()
    toast = cancel(page)
    change(job, state="cancelled", lease=None, worker=None, finished_at=now())
    expect(toast).to_contain_text("churn: cancelled")
    toast.get_by_role("button", name="Undo").click()
    expect(toast).to_contain_text("churn is in the queue again")


@pytest.mark.long
def test_undo_is_kept_beside_other_messages_and_forgotten_when_the_job_waits_again(
    open_page: Callable[..., Page], job: Job
) -> None:
    page = open_page()
    toasts = cancel(page)
    kept = f"trainyard-undo-{job.id}"
    page.evaluate(
        "document.getElementById('toasts').insertAdjacentHTML('afterbegin', '<form></form>')"
    )
    change(job, state="cancelled", lease=None, worker=None, finished_at=now())
    expect(toasts).to_contain_text("churn: cancelled")
    expect(toasts.get_by_role("button", name="Undo")).to_be_visible()
    # Undone in another tab before this one was fetched anew.
    page.evaluate("key => sessionStorage.setItem(key, '/jobs/1/undo-cancel')", kept)
    change(job, state="queued", finished_at=None)
    page.reload()
    expect(page.locator("[data-job-state=queued]").first).to_be_attached()
    page.wait_for_function("key => sessionStorage.getItem(key) === null", arg=kept)


@pytest.mark.long
def test_undo_that_can_do_nothing_any_more_says_so(
    open_page: Callable[..., Page], job: Job
) -> None:
    page = open_page()
    toast = cancel(page)
    change(job, state="failed", lease=None, worker=None, finished_at=now(),
           failure={"code": "UNKNOWN", "message": "It broke", "hint": ""})  # fmt: skip
    expect(toast).to_contain_text("It had ended before it was stopped. churn: failed")
    expect(toast.get_by_role("button", name="Undo")).to_have_count(0)
