"""Pages while real workers train: a job's progress, the death of a worker, an end by hand.

To start the workers takes longer than most of what is looked at, so one start serves all that
leaves them as they are, and another one the death of one.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from dashboard.datasets.upload.uploads import create_upload
from dashboard.db import Dataset, Job, User
from dashboard.extensions import db
from dashboard.jobs.service import submit_job
from dashboard.queue import TRAIN
from tests.browser.conftest import Watched
from tests.engine.tables import mixed_csv
from tests.product import Parts, base_environ, free_port, run_parts, wait_for

pytestmark = [pytest.mark.broker, pytest.mark.timeout(480)]
SCORED = "#job-folds tbody tr:not(#running-fold) td"
BADGE = "h1 + [data-state]"
SAMPLES = """
(() => {
  const kept = JSON.parse(sessionStorage.getItem('test-samples') ?? '[]');
  setInterval(() => {
    const told = document.querySelector('[data-job-state]');
    const bar = document.querySelector('progress.bar[value]');
    const words = document.querySelector('.percent')?.textContent ?? null;
    window.loadedIn ??= told?.dataset.jobState;
    if (told) kept.push([told.dataset.jobState, bar ? bar.value : null, words, document.title]);
    sessionStorage.setItem('test-samples', JSON.stringify(kept));
  }, 100);
})();
"""


@pytest.fixture
def environ(home: Path) -> dict[str, str]:
    (home / "sqs_port").write_text(str(free_port()))
    return base_environ(home, HEARTBEAT_S="1", LOST_AFTER_S="30", GRACE_S="1")


@pytest.fixture
def processes(app: Flask, environ: dict[str, str], tmp_path: Path) -> Iterator[Parts]:
    with run_parts(tmp_path, environ) as made:
        yield made


@pytest.fixture
def train(
    processes: Parts, member: User, tmp_path: Path, browse: Callable[..., Watched]
) -> Callable[..., tuple[Job, Page]]:
    """Submit a job of so many trees and open its page."""
    (tmp_path / "in.csv").write_text(mixed_csv(400))
    made: list[Dataset] = []

    def upload() -> Dataset:
        with (tmp_path / "in.csv").open("rb") as stream:
            return create_upload(user=member, file_name="in.csv", stream=stream, save=True)

    def is_ready() -> bool:
        db.session.rollback()
        return db.session.get_one(Dataset, made[0].id, populate_existing=True).state == "ready"

    def start(trees: int) -> tuple[Job, Page]:
        if not made:
            made.append(upload())
        dataset = made[0]
        wait_for("the dataset is read", is_ready, 120)
        request: dict[str, Any] = {
            "dataset_id": dataset.id, "target": "y_class", "exclude": ["y_number"],
            "estimator": "GradientBoostingClassifier", "parameters": {"n_estimators": trees},
        }  # fmt: skip
        job = submit_job(user=member, request=request)
        window = browse()
        window.context.add_init_script(SAMPLES)
        window.sign_in(member)
        return job, window.go(f"/jobs/{job.id}")

    return start


def _samples(page: Page) -> list[list[Any]]:
    """Return what was seen while the job ran, once its end has fetched the page anew."""
    page.wait_for_function("['succeeded', 'cancelled'].includes(window.loadedIn)")
    found: list[list[Any]] = page.evaluate("JSON.parse(sessionStorage.getItem('test-samples'))")
    return found


@pytest.mark.long
def test_ov_2_jd_2_jd_8_from_the_sample_to_a_job_that_ends_and_one_that_is_cancelled(
    processes: Parts,
    member: User,
    browse: Callable[..., Watched],
    train: Callable[..., tuple[Job, Page]],
) -> None:
    window = browse()
    window.sign_in(member)
    the_sample_leads_to_its_dataset(window.go("/"))
    window.page.close()
    progress_never_goes_back_and_is_whole_only_at_the_end(train(1500)[1])
    a_cancelled_job_keeps_the_folds_that_were_done(train(4000)[1])


def the_sample_leads_to_its_dataset(page: Page) -> None:
    page.get_by_role("button", name="Use the sample").click()
    page.wait_for_url(re.compile(r"/datasets/\d+$"), timeout=5000)
    expect(page.get_by_role("link", name="Train a model")).to_be_visible(timeout=60_000)
    expect(page.locator(".columns-table tbody tr").first).to_be_visible(timeout=60_000)


def progress_never_goes_back_and_is_whole_only_at_the_end(page: Page) -> None:
    expect(page.locator(f"{BADGE}[data-state=succeeded]")).to_be_visible(timeout=300_000)
    samples = _samples(page)
    running = [sample for sample in samples if sample[0] == "running" and sample[1] is not None]
    assert len(running) >= 100
    values = [value for _state, value, _words, _title in running]
    assert values == sorted(values)
    assert len(set(values)) >= 8  # a busy machine draws fewer of them
    assert max(values) < 1
    assert not [words for _state, _value, words, _title in running if words.startswith("100")]
    assert not [title for _state, _value, _words, title in running if "(100%)" in title]


@pytest.mark.long
def test_qu_1_jd_3_a_dead_worker_is_told_and_another_goes_on(
    train: Callable[..., tuple[Job, Page]],
    processes: Parts,
    member: User,
    browse: Callable[..., Watched],
) -> None:
    window = browse()
    window.sign_in(member)
    dead = window.go("/queue").locator("tr[data-worker=worker-1]")
    expect(dead).to_have_attribute("data-state", "idle", timeout=60_000)
    _job, page = train(4000)
    expect(page.locator(SCORED).first).to_have_text("Fold 1", timeout=120_000)
    processes.kill("worker-1", family=True)
    processes.worker("worker-2", TRAIN)
    badge = page.locator(BADGE)
    # Seconds from the last sign of life; what the test's own clock loses is given on top.
    expect(badge).to_have_text(re.compile(r"No news for 1\d s"), timeout=30_000)
    expect(page).to_have_title(re.compile(r"^\(\d+%\)"))
    again = page.get_by_text(re.compile("Started again as attempt 2 on .*worker-2"))
    expect(again).to_be_visible(timeout=45_000)
    expect(page.get_by_text(re.compile("worker-1 stopped answering")).first).to_be_visible()
    expect(badge).to_have_attribute("data-state", "running", timeout=30_000)
    expect(page.locator("#attempts [data-attempt='2']")).to_contain_text("worker-2")
    expect(page.locator(SCORED).first).to_have_text("Fold 1")  # it was kept
    expect(dead).to_have_text(re.compile(r"No news\s+since"), timeout=45_000)


def a_cancelled_job_keeps_the_folds_that_were_done(page: Page) -> None:
    expect(page.locator(SCORED).first).to_have_text("Fold 1", timeout=120_000)
    page.get_by_role("button", name="Cancel job").click()
    expect(page.locator(BADGE)).to_have_attribute(
        "data-state", re.compile("cancelling|cancelled"), timeout=30_000
    )
    expect(page.locator(f"{BADGE}[data-state=cancelled]")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", name=re.compile("^Cancelled by .* during"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"Scores of \d folds? are kept"))).to_be_visible()
    expect(page.locator("#job-folds")).to_contain_text("Mean so far")
    samples = _samples(page)
    seen = list(dict.fromkeys(state for state, *_rest in samples))
    assert seen[-1] == "cancelled"
    assert "cancelling" in seen
