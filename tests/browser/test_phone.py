"""On a phone nothing lies on anything else, and what can be done takes two lines."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from dashboard.db import Dataset, User
from dashboard.jobs.page.time_up import NOBODY
from tests.browser import looks
from tests.browser.conftest import Watched
from tests.dashboard.jobs.test_baselines import known
from tests.factories import make_dataset, make_job, make_model, make_succeeded_job

OVERFLOW = "(nav) => nav.scrollWidth - nav.clientWidth"
TWO_LINES_PX = 76
NEW_JOB = "/jobs/new?dataset={}&target=churned&estimator=LogisticRegression"


def test_tabs_and_buttons_of_a_dataset_and_a_job_fit(
    browse: Callable[..., Watched], member: User
) -> None:
    dataset = make_dataset(member, rows=1_048_576)
    job = make_succeeded_job(member, dataset=dataset)
    make_model(job)
    window = browse(viewport={"width": 390, "height": 844})
    window.sign_in(member)
    page = window.go(f"/datasets/{dataset.id}")
    assert page.locator(".tabs").evaluate(OVERFLOW) <= 0
    window.check_accessibility()
    for path in (f"/datasets/{dataset.id}", f"/jobs/{job.id}"):
        box = window.go(path).locator(".page-head .actions").bounding_box()
        assert box is not None
        assert box["height"] < TWO_LINES_PX


@pytest.mark.long
def test_a_remark_on_a_score_leaves_the_name_its_width(
    browse: Callable[..., Watched], member: User
) -> None:
    make_succeeded_job(member, score=0.842, estimator="GaussianNB", details=known(0.5, 0.84))
    window = browse(viewport={"width": 390, "height": 844})
    window.sign_in(member)
    page = window.go("/jobs")
    name = page.locator("tr[data-job-id] .main").bounding_box()
    remark = page.get_by_text("tied with a linear model").bounding_box()
    assert name is not None
    assert remark is not None
    assert name["width"] > 200
    assert remark["y"] >= name["y"] + name["height"]
    window.check_accessibility()


def test_the_list_of_jobs_begins_below_two_lines_of_tools(
    browse: Callable[..., Watched], member: User
) -> None:
    make_succeeded_job(member)
    window = browse(viewport={"width": 390, "height": 844})
    window.sign_in(member)
    page = window.go("/jobs")
    search, more = page.locator("#filter-q"), page.locator(".more-filters > summary")
    row, tabs = (
        page.locator("tr[data-job-id]").bounding_box(),
        page.locator(".tabs").bounding_box(),
    )
    beside = [search.bounding_box(), more.bounding_box()]
    assert row is not None
    assert tabs is not None
    assert row["y"] < tabs["y"] + tabs["height"] + 120
    assert beside[0] is not None
    assert beside[1] is not None
    assert abs(beside[0]["y"] - beside[1]["y"]) < 4
    expect(page.get_by_role("button", name="Pause updates")).to_be_visible()
    window.check_accessibility()
    more.click()
    panel = page.locator(".more-panel").first.bounding_box()
    assert panel is not None
    assert panel["width"] > 350
    page.locator("#filter-from").fill("2026-11-29")


@pytest.mark.long
def test_the_state_of_a_waiting_job_stands_below_its_name(
    browse: Callable[..., Watched], member: User
) -> None:
    job = make_job(member, make_dataset(member))
    window = browse(viewport={"width": 390, "height": 844})
    window.sign_in(member)
    row = window.go("/jobs").locator(f"#job-{job.id}")
    name, state = row.locator(".main").bounding_box(), row.locator(".status").bounding_box()
    assert name is not None
    assert state is not None
    assert state["y"] >= name["y"] + name["height"]


def test_the_tab_that_is_open_is_in_view(browse: Callable[..., Watched], admin: User) -> None:
    window = browse(viewport={"width": 390, "height": 844})
    window.sign_in(admin)
    tab = window.go("/settings/addresses").locator(".tabs [aria-current]").bounding_box()
    assert tab is not None
    assert tab["x"] >= 0
    assert tab["x"] + tab["width"] <= 390


def test_no_tab_of_a_state_is_cut_off(
    browse: Callable[..., Watched], admin: User, dataset: Dataset
) -> None:
    for state in ("succeeded", "failed", "cancelled"):
        make_job(admin, dataset=dataset, state=state)
    make_job(admin, dataset=dataset, state="cancelled", stopped_by=NOBODY)  # skipped
    window = browse(viewport={"width": 375, "height": 844})
    window.sign_in(admin)
    ends = "a => a.map(e => e.getBoundingClientRect().right)"
    tabs = window.go("/jobs").locator(".tabs a")
    assert tabs.count() >= 6
    assert max(tabs.evaluate_all(ends)) <= 375


def covered_by_bars(page: Page) -> list[str]:
    """Go through a page with Tab; return what has the focus and cannot be seen."""
    page.wait_for_load_state()
    faults = set()
    for _ in range(page.evaluate(looks.TABBABLE) + 2):
        page.keyboard.press("Tab")
        faults.add(page.evaluate(looks.FOCUSED))
    return [*(faults - {""}), *page.evaluate(looks.UNREACHED)]


@pytest.mark.sampled(1)
@pytest.mark.parametrize("width", [390, 900])
def test_the_button_of_a_new_job_stays_in_reach_and_covers_nothing(
    browse: Callable[..., Watched], member: User, width: int
) -> None:
    dataset = make_dataset(member)
    window = browse(viewport={"width": width, "height": 844})
    window.sign_in(member)
    page = window.go(NEW_JOB.format(dataset.id))
    button = page.get_by_role("button", name="Queue job")
    expect(button).to_have_count(1)
    for part in ("#field-dataset_id", "#field-seed", "#field-tags"):
        page.locator(part).scroll_into_view_if_needed()
        box, bar = button.bounding_box(), page.locator(".tabbar").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= (bar["y"] if bar and width == 390 else 844)
        assert box["y"] > 700
    window.check_accessibility()
    page.evaluate("scrollTo(0, 0)")
    assert not covered_by_bars(page)
    page.fill('[id="field-parameters.C"]', "1, 2, 3")
    expect(page.get_by_role("button", name="Queue 3 jobs")).to_be_in_viewport()
    page.get_by_role("button", name="Queue 3 jobs").click()
    page.wait_for_url("**/batches/*")


def test_the_button_of_a_new_job_is_in_reach_without_javascript(
    browse: Callable[..., Watched], member: User
) -> None:
    dataset = make_dataset(member)
    window = browse(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    window.sign_in(member)
    page = window.go(NEW_JOB.format(dataset.id))
    button = page.get_by_role("button", name="Queue job")
    expect(button).to_be_in_viewport(ratio=1)
    button.click()
    page.wait_for_url("**/jobs/*")
    expect(page.locator("h1")).to_be_visible()


@pytest.mark.long
def test_beside_a_wide_form_there_is_one_button_too(
    browse: Callable[..., Watched], member: User
) -> None:
    dataset = make_dataset(member)
    window = browse(viewport={"width": 1440, "height": 900})
    window.sign_in(member)
    page = window.go(NEW_JOB.format(dataset.id))
    expect(page.get_by_role("button", name="Queue job")).to_have_count(1)
    expect(page.locator(".submit-bar")).to_be_hidden()


@pytest.mark.parametrize(("n", "named"), [(5, 0), (2, 2)])
def test_names_of_many_points_do_not_lie_on_each_other(
    browse: Callable[..., Watched], member: User, n: int, named: int
) -> None:
    dataset = make_dataset(member)
    jobs = [make_succeeded_job(member, dataset=dataset, score=0.8 + i / 50) for i in range(n)]
    window = browse(viewport={"width": 390, "height": 844})
    window.sign_in(member)
    page = window.go(f"/compare?jobs={','.join(str(job.id) for job in jobs)}")
    chart = page.locator("#compare-time")
    chart.scroll_into_view_if_needed()
    expect(chart).to_have_attribute("data-drawn", "true")
    shown = chart.evaluate("(e) => e.data.filter((t) => t.mode === 'markers+text').length")
    assert shown == named
    assert chart.evaluate("(e) => e.data.filter((t) => t.mode.includes('markers')).length") == n


def test_a_place_stands_before_the_first_word_of_a_long_name(
    browse: Callable[..., Watched], member: User
) -> None:
    job = make_succeeded_job(member, name="a name of several words that has no room in one line")
    window = browse(viewport={"width": 390, "height": 844})
    window.sign_in(member)
    page = window.go(f"/leaderboards/{job.dataset_id}/{job.target}")
    row = page.locator(f"#job-{job.id}")
    place = row.locator(".phone-only.rank").bounding_box()
    tops = row.locator("a.strong").evaluate("(link) => [...link.getClientRects()].map((r) => r.y)")
    assert place is not None
    assert len(tops) > 1
    assert abs(tops[0] - place["y"]) < 6
