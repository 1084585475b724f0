"""The leaderboards in a real browser: the checks LB-1 to LB-5 of the interface's design."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, expect

from dashboard.clock import now
from dashboard.db import Dataset, User
from tests.browser.conftest import Watched
from tests.browser.sizes import SIZES
from tests.factories import make_job, make_succeeded_job


def order(rows: Locator) -> list[str]:
    return [row.get_attribute("id") or "" for row in rows.all()]


@pytest.mark.long
def test_lb_1_without_a_finished_job_the_page_renders(tab: Watched, member: User) -> None:
    for state in ("running", "failed"):
        job = make_job(member, state=state, target=state)
        page = tab.go(f"/leaderboards/{job.dataset_id}/{state}")
        expect(page.get_by_role("heading", level=2)).to_have_text(
            "No finished jobs for this target yet"
        )
    expect(tab.go("/leaderboards").get_by_text("No leaderboards yet")).to_be_visible()


def test_lb_2_another_metric_reorders_and_stands_in_the_address(
    tab: Watched, dataset: Dataset
) -> None:
    scores = [(0.9, 0.7), (0.8, 0.9)]
    first, second = (
        make_succeeded_job(dataset=dataset, metrics={
            "roc_auc": {"mean": auc, "std": 0.01}, "accuracy": {"mean": accuracy, "std": 0.01},
        })
        for auc, accuracy in scores
    )  # fmt: skip
    page = tab.go(f"/leaderboards/{dataset.id}/churned")
    rows = page.locator("tr[data-job-id]")
    assert order(rows) == [f"job-{first.id}", f"job-{second.id}"]
    page.get_by_label("Metric").select_option("Accuracy")
    page.wait_for_url("**metric=accuracy**")
    assert order(page.locator("tr[data-job-id]")) == [f"job-{second.id}", f"job-{first.id}"]
    page.reload()
    assert order(page.locator("tr[data-job-id]")) == [f"job-{second.id}", f"job-{first.id}"]


@pytest.mark.long
def test_lb_3_where_lower_is_better_the_least_stands_first(tab: Watched, dataset: Dataset) -> None:
    jobs = [
        make_succeeded_job(
            dataset=dataset, task="regression", metric="rmse", target="income", estimator="Ridge",
            score=error, metrics={"rmse": {"mean": error, "std": 0.1}},
        )
        for error in (3.0, 1.0, 2.0)
    ]  # fmt: skip
    page = tab.go(f"/leaderboards/{dataset.id}/income")
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("RMSE, lower is better")
    wanted = [f"job-{jobs[n].id}" for n in (1, 2, 0)]
    assert order(page.locator("tr[data-job-id]")) == wanted


@pytest.mark.long
def test_lb_4_other_folds_are_a_ranking_of_their_own(tab: Watched, dataset: Dataset) -> None:
    same = [make_succeeded_job(dataset=dataset, score=score) for score in (0.8, 0.7)]
    other = make_succeeded_job(dataset=dataset, score=0.99, split_hash="f" * 64)
    page = tab.go(f"/leaderboards/{dataset.id}/churned")
    assert order(page.locator("tr[data-job-id]")) == [f"job-{job.id}" for job in same]
    page.get_by_label("Version and folds").select_option(index=1)
    page.wait_for_url("**folds=**")
    assert order(page.locator("tr[data-job-id]")) == [f"job-{other.id}"]


def test_lb_5_chosen_rows_are_compared(tab: Watched, dataset: Dataset) -> None:
    jobs = [make_succeeded_job(dataset=dataset, score=score) for score in (0.9, 0.8, 0.7)]
    page = tab.go(f"/leaderboards/{dataset.id}/churned")
    for job in (jobs[0], jobs[2]):
        page.get_by_label(f"Select {job.name}").check()
    page.get_by_role("button", name="Compare selected").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Compare 2 jobs")
    heads = page.locator(".compare-table thead a[href^='/jobs/']")
    assert heads.all_inner_texts() == [jobs[0].name, jobs[2].name]


def test_on_a_phone_rows_are_chosen_and_compared_too(
    browse: Callable[..., Watched], dataset: Dataset, member: User
) -> None:
    jobs = [make_succeeded_job(dataset=dataset, score=score) for score in (0.9, 0.8)]
    tab = browse(viewport={"width": 390, "height": 844})
    tab.sign_in(member)
    page = tab.go(f"/leaderboards/{dataset.id}/churned")
    for job in jobs:
        page.get_by_label(f"Select {job.name}").check(timeout=5_000)
    page.get_by_role("button", name="Compare selected").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Compare 2 jobs")


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_a_leaderboard_is_drawn_and_accessible(
    browse: Callable[..., Watched], dataset: Dataset, member: User, width: int, scheme: str
) -> None:
    baselines = {"dummy": {"roc_auc": {"mean": 0.5, "std": 0.0}}}
    for score in (0.7, 0.8):
        make_succeeded_job(dataset=dataset, score=score, details={"baselines": baselines})
    make_succeeded_job(dataset=dataset, score=0.9, name=f"<b>&\"'{'x' * 180}")
    tab = browse(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab.sign_in(member)
    for path in ("/leaderboards", f"/leaderboards/{dataset.id}/churned"):
        page = tab.go(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        tab.check_accessibility()
    expect(page.locator("#best-so-far")).to_have_attribute("data-drawn", "true")
    expect(page.locator("tr.baseline")).to_contain_text("Guessing")


@pytest.mark.long
def test_names_stand_at_the_steps_where_there_is_room_and_c_compares(
    tab: Watched, dataset: Dataset
) -> None:
    for n in range(3):
        ended = now() - timedelta(hours=9 - 3 * n)
        make_succeeded_job(
            dataset=dataset, score=0.7 + n / 10, name=f"step {n}", finished_at=ended
        )
    for width, named in ((1440, ["step 0", "step 1", "step 2"]), (390, [])):
        tab.page.set_viewport_size({"width": width, "height": 900})
        page = tab.go(f"/leaderboards/{dataset.id}/churned")
        expect(page.locator("#best-so-far")).to_have_attribute("data-drawn", "true")
        assert page.locator("#best-so-far .textpoint").all_text_contents() == named
        ticks = page.locator("#best-so-far .xtick text").all_text_contents()
        assert re.fullmatch(r"\d{2}:\d{2}\d{1,2} [A-Z][a-z]{2}", ticks[0]), ticks
    for box in page.locator("tr[data-job-id] input[type=checkbox]").all()[:2]:
        box.check()
    page.keyboard.press("c")
    page.wait_for_url(re.compile(r"/compare\?jobs="))
