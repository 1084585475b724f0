"""The list of jobs in a real browser: the checks JL-1 to JL-12 of the interface's design."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from dashboard.clock import now
from dashboard.db import Dataset, Job, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.listing import live_rows
from dashboard.jobs.page.time_up import NOBODY
from tests.browser import looks
from tests.browser.conftest import Watched
from tests.factories import make_job, make_succeeded_job

HIDDEN = "Object.defineProperty(document, 'hidden', {get: () => window.isHidden === true})"


def run(member: User, dataset: Dataset, **overrides: object) -> Job:
    values = {"state": "running", "lease": "ab" * 8, "stage": "fit", "worker": "worker-1",
              "heartbeat_at": now(), "started_at": now()}  # fmt: skip
    return make_job(member, dataset, **values | overrides)


def change(job: Job, **values: object) -> None:
    with writing() as session:
        found = session.get_one(Job, job.id)
        for name, value in values.items():
            setattr(found, name, value)
    db.session.remove()


def wait_for_polls(page: Page, count: int) -> None:
    for _ in range(count):
        with page.expect_response(lambda answer: "/_live/jobs?" in answer.url, timeout=30_000):
            pass


def test_jl_1_polls_take_nothing_from_the_person(
    tab: Watched, member: User, dataset: Dataset
) -> None:
    jobs = [run(member, dataset, name=f"run {n}") for n in range(2)]
    over = [make_succeeded_job(member, dataset_id=dataset.id) for _ in range(30)]
    page = tab.go("/jobs")
    page.locator(f"#job-{over[-3].id} input[name=job]").check()
    page.locator(f"#job-{over[-3].id} input[name=job]").focus()
    page.evaluate("window.scrollTo(0, 400)")
    for n in range(5):
        change(jobs[0], message=f"Fitting fold {n} of 5", progress=n / 10)
        wait_for_polls(page, 1)
    expect(page.locator(f"#job-{jobs[0].id}")).to_contain_text("Fitting fold 4 of 5")
    expect(page.locator(f"#job-{over[-3].id} input[name=job]")).to_be_checked()
    expect(page.locator(f"#job-{over[-3].id} input[name=job]")).to_be_focused()
    assert page.evaluate("window.scrollY") == 400
    button = page.locator(f"#job-{jobs[0].id}").get_by_role("button", name="Actions for run 0")
    button.click()
    menu = page.locator(f"#menu-{jobs[0].id}")
    change(jobs[0], message="Fitting fold 5 of 5")
    wait_for_polls(page, 2)
    expect(menu).to_be_visible()
    menu.get_by_role("button", name="Cancel").click()
    expect(page.locator(f"#job-{jobs[0].id} .status")).to_have_text("Cancelling")
    expect(page.locator("#toasts")).to_contain_text("run 0 is being stopped")


def test_jl_2_changes_show_without_a_reload_and_rows_keep_their_places(
    tab: Watched, member: User, dataset: Dataset
) -> None:
    waiting = make_job(member, dataset, name="waiting")
    ends = run(member, dataset, name="ends")
    make_succeeded_job(member, dataset_id=dataset.id)
    page = tab.go("/jobs")
    order = "els => els.map(e => e.id)"
    before = page.locator("tr[data-job-id]").evaluate_all(order)
    change(waiting, state="running", lease="cd" * 8, started_at=now(), heartbeat_at=now())
    change(ends, state="succeeded", score=0.9, lease=None, finished_at=now())
    make_job(member, dataset, name="new one")
    # Asked each 3 seconds, it is seen within 5; the machine may be busy.
    expect(page.locator("#jobs-live")).to_have_attribute("hx-trigger", "every 3s")
    expect(page.locator(f"#job-{waiting.id} .status")).to_have_text("Running")
    expect(page.locator(f"#job-{ends.id}")).to_contain_text("just finished")
    assert page.locator("tr[data-job-id]").evaluate_all(order) == before
    expect(page.locator("#jobs-news")).to_contain_text("1 job finished, 1 new. Show")
    page.locator("#jobs-news a").click()
    expect(page.get_by_role("link", name="new one")).to_be_visible()
    expect(page.locator("#jobs-news")).to_be_hidden()
    assert "newest" not in page.url


def test_jl_6_what_does_not_apply_to_all_that_are_ticked_is_off_and_says_why(
    tab: Watched, member: User, dataset: Dataset
) -> None:
    running = run(member, dataset)
    failed = make_job(member, dataset, state="failed")
    skipped = make_job(member, dataset, state="cancelled", stopped_by=NOBODY)
    page = tab.go("/jobs")
    expect(page.get_by_role("search", name="Filter jobs")).to_be_visible()
    one = page.locator(f"#job-{skipped.id} input[name=job]")
    one.check()  # what is said of it is the word of its badge
    expect(page.locator("[data-bulk-why]")).to_have_text("This one cannot be cancelled: skipped")
    one.uncheck()
    page.locator(f"#job-{failed.id} input[name=job]").check()
    expect(page.get_by_role("search", name="Filter jobs")).to_be_hidden()
    bar = page.locator("[data-bulk-bar]")
    expect(bar.get_by_role("button", name="Run again")).to_be_enabled()
    expect(bar.get_by_role("button", name="Cancel")).to_be_disabled()
    expect(bar).to_contain_text("This one cannot be cancelled: failed")
    page.locator(f"#job-{running.id} input[name=job]").check()
    for name in ("Run again", "Cancel", "Archive", "Delete"):
        expect(bar.get_by_role("button", name=name)).to_be_disabled()
    expect(bar.get_by_role("button", name="Compare")).to_be_enabled()
    expect(bar).to_contain_text("1 of these cannot run again: running")
    tab.check_accessibility()
    page.get_by_role("combobox", name="Go to a job, dataset, model or page").press("Escape")
    expect(bar.get_by_role("button", name="Compare")).to_be_enabled()
    page.locator(f"#job-{failed.id} input[name=job]").press("Escape")
    expect(page.get_by_role("search", name="Filter jobs")).to_be_visible()


@pytest.mark.sampled(1)
@pytest.mark.parametrize("width", [390, 1440])
def test_what_may_be_done_with_ticked_jobs_stays_in_view(
    browse: Callable[..., Watched], member: User, dataset: Dataset, width: int
) -> None:
    jobs = [make_job(member, dataset, state="failed") for _ in range(40)]
    window = browse(viewport={"width": width, "height": 800})
    window.sign_in(member)
    page = window.go("/jobs")
    box = page.locator(f"#job-{jobs[1].id} input[name=job]")
    box.check()
    assert page.evaluate("scrollY") > 500
    bar = page.locator("[data-bulk-bar]")
    expect(bar.get_by_role("button", name="Compare")).to_be_in_viewport(ratio=1)
    links = page.locator(".tabbar" if width == 390 else ".topbar").bounding_box()
    found = bar.bounding_box()
    assert links
    assert found
    if width == 390:
        assert found["y"] + found["height"] <= links["y"]
    else:
        assert found["y"] >= links["y"] + links["height"]
    # Whoever goes back by keys sees where the focus is.
    page.evaluate(looks.TABBABLE)
    for key in ("Shift+Tab", "Tab"):
        for _ in range(90):
            page.keyboard.press(key)
            assert page.evaluate(looks.FOCUSED) == ""
    window.check_accessibility()


def test_a_page_is_selected_then_all_that_match(
    tab: Watched, member: User, dataset: Dataset
) -> None:
    for _ in range(51):
        make_job(member, dataset, state="failed")
    page = tab.go("/jobs?state=failed")
    page.get_by_label("Select all jobs of this page").check()
    page.get_by_label("Select all 51 that match").check()
    page.locator("[data-bulk-bar]").get_by_role("button", name="Archive").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Archive 51 jobs")


def test_jl_8_and_jl_9_one_poll_at_a_time_and_none_while_hidden(
    tab: Watched, member: User, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(member, dataset)
    begun: list[float] = []
    at_once: list[int] = []
    read = live_rows.read_live

    def slow(*args: object) -> object:
        begun.append(time.monotonic())
        at_once.append(sum(time.monotonic() - moment < 5 for moment in begun))
        time.sleep(5)
        return read(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(live_rows, "read_live", slow)
    tab.page.add_init_script(HIDDEN)
    page = tab.go("/jobs")
    page.wait_for_timeout(13_000)
    assert begun
    assert max(at_once) == 1
    page.evaluate("window.isHidden = true")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(7000)
    # What the queue does is told by the title of a tab that nobody looks at, too.
    assert [url for url in asked if "/_live/pill" not in url] == []


def test_jl_10_a_lost_connection_is_said_and_comes_back(
    tab: Watched, member: User, dataset: Dataset
) -> None:
    tab.allowed = {"ERR_INTERNET_DISCONNECTED", "Failed to load resource", "htmx:"}
    job = run(member, dataset)
    page = tab.go("/jobs")
    tab.context.set_offline(True)
    expect(page.locator("#live-banner")).to_contain_text("Connection lost", timeout=10_000)
    change(job, message="Fitting fold 5 of 5")
    tab.context.set_offline(False)
    expect(page.locator(f"#job-{job.id}")).to_contain_text("Fitting fold 5 of 5", timeout=40_000)
    expect(page.locator("#live-banner")).to_have_count(0)


@pytest.mark.long
def test_a_cancel_that_lost_the_race_is_taken_back(
    tab: Watched, member: User, dataset: Dataset
) -> None:
    tab.allowed = {"409"}
    job = make_job(member, dataset, name="late")
    page = tab.go("/jobs")
    page.get_by_role("button", name="Pause updates").click()
    change(job, state="succeeded", score=0.829, finished_at=now())
    page.get_by_role("button", name="Actions for late").click()
    page.locator(f"#menu-{job.id}").get_by_role("button", name="Cancel").click()
    words = "It had already finished. Result: succeeded, 0.829"
    expect(page.locator("#toasts")).to_contain_text(words)
    expect(page.locator(f"#job-{job.id} .status")).to_have_text("Queued")


def test_a_cancel_from_a_row_is_undone_on_the_same_list(
    tab: Watched, member: User, dataset: Dataset
) -> None:
    job = make_job(member, dataset, name="spared")
    page = tab.go("/jobs?sort=name")
    page.get_by_role("button", name="Pause updates").click()
    page.get_by_role("button", name="Actions for spared").click()
    page.locator(f"#menu-{job.id}").get_by_role("button", name="Cancel").click()
    toast = page.locator("#toasts .toast-note")
    expect(toast).to_contain_text("spared is cancelled")
    toast.get_by_role("button", name="Undo").click()
    expect(toast).to_contain_text("spared is in the queue again")
    assert page.url == f"{tab.address}/jobs?sort=name"
    expect(page.locator(f"#job-{job.id} .status")).to_have_text("Queued")


@pytest.mark.sampled(1)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_jl_12_on_a_phone_nothing_scrolls_sideways(
    theme: str, browse: Callable[..., Watched], member: User, dataset: Dataset
) -> None:
    tab = browse(viewport={"width": 390, "height": 844}, color_scheme=theme)
    tab.sign_in(member)
    run(member, dataset, name="n" * 200, message="m" * 300)
    make_succeeded_job(member, dataset_id=dataset.id, tags=["t" * 50])
    for path in ("/jobs", "/jobs?q=n&tag=a&cols=score,tags,param:C", "/jobs?page=9"):
        page = tab.go(path)
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        tab.check_accessibility()
    page = tab.go("/jobs")
    page.locator("input[name=job]").first.check()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("width", [1280, 1366, 1440])
def test_what_is_said_of_updates_does_not_move_the_list(
    browse: Callable[..., Watched], admin: User, dataset: Dataset, width: int
) -> None:
    run(admin, dataset)
    window = browse(viewport={"width": width, "height": 900})
    window.sign_in(admin)
    page = window.go("/jobs")
    words, table = page.locator("[data-live-text]"), page.locator(".jobs-table")
    tops = []
    for text in ("Live", "Live, updated 28 s ago"):
        words.evaluate("(element, text) => { element.textContent = text; }", text)
        tops.append(table.evaluate("(element) => element.getBoundingClientRect().top"))
    assert tops[0] == tops[1]
