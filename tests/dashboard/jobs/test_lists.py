"""The list of jobs where much waits, and where jobs come while it is read."""

import pytest
from flask import Flask
from sqlalchemy import event

from dashboard.db import User
from dashboard.extensions import db
from dashboard.jobs.listing import pages as listings
from dashboard.jobs.listing.filtering import JobFilters
from dashboard.jobs.listing.lists import read_listing
from dashboard.jobs.listing.pages import list_jobs, list_jobs_before
from dashboard.jobs.running import order
from dashboard.jobs.running.order import PLACES_SHOWN
from tests.dashboard.jobs.test_order import fill
from tests.factories import make_dataset, make_job, make_user
from tests.page import PageClient, words_of

pytestmark = pytest.mark.both_databases


def test_jobs_that_come_while_a_page_is_read_break_nothing(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = make_user()
    dataset = make_dataset(owner)
    jobs = [make_job(owner, dataset) for _ in range(12)]
    monkeypatch.setattr(listings, "count_matching", lambda _: {})
    page = list_jobs(filters=JobFilters(), per=10)
    assert [job.id for job in page.items] == [job.id for job in jobs[:10]]
    assert (page.total, page.n_first, page.more_are_active) == (12, 10, True)
    page = list_jobs(filters=JobFilters(), per=10, page=2)
    assert [job.id for job in page.items] == [job.id for job in reversed(jobs[10:])]


def test_a_page_of_the_api_sorts_ids_and_reads_no_row_but_its_own(any_app: Flask) -> None:
    owner = make_user()
    dataset = make_dataset(owner)
    jobs = [make_job(owner, dataset, state="failed").id for _ in range(6)]
    make_job(owner, dataset)
    db.session.expire_all()
    statements: list[str] = []

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    failed = JobFilters(state="failed", dataset_id=dataset.id)
    found = list_jobs_before(filters=failed, before=jobs[5], limit=2)
    event.remove(db.engine, "before_cursor_execute", note)
    assert [job.id for job in found] == [jobs[4], jobs[3]]
    assert not [s for s in statements if "ORDER BY" in s and "jobs.parameters" in s]
    found = list_jobs_before(filters=failed, before=jobs[3], limit=9, oldest_first=True)
    assert [job.id for job in found] == jobs[4:]


@pytest.mark.parametrize("per", [50, 100])
def test_jobs_that_wait_far_back_are_not_called_finished(any_app: Flask, per: int) -> None:
    owner = make_user()
    dataset = make_dataset(owner)
    fill(owner, PLACES_SHOWN, batch_id=1)
    make_job(owner, dataset, state="running", batch_id=2)
    make_job(owner, dataset, state="succeeded", batch_id=3)
    fill(owner, 70, batch_id=2)
    listing = read_listing({"batch_id": "2", "per": str(per)})
    assert [view.job.state for view in listing.active] == ["running"]
    assert {view.job.state for view in listing.finished} == {"queued"}
    assert listing.more_are_active
    assert not read_listing({"batch_id": "3"}).more_are_active
    assert not read_listing({"batch_id": "2", "page": "2"}).active


@pytest.mark.parametrize("path", ["/jobs", "/jobs?sort=name", "/_live/jobs?first=1", "/queue"])
def test_a_page_walks_the_queue_once(
    path: str, app: Flask, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_job(member)
    walks: list[object] = []
    walk = order.walk_queue
    monkeypatch.setattr(order, "walk_queue", lambda s: walks.append(s) or walk(s))
    pages = PageClient(app, member)
    pages.live(path) if path.startswith("/_live") else pages.get(path)
    assert len(walks) == 1


def test_cancel_of_ticked_jobs_says_which_were_left_as_they_are(app: Flask, member: User) -> None:
    pages, dataset = PageClient(app, member), make_dataset(member)
    ids = [make_job(member, dataset).id for _ in range(2)]
    ids.append(make_job(member, dataset, state="running", lease="ab" * 8).id)
    ids.append(make_job(member, dataset, state="failed").id)
    form = {"action": "cancel", "job": [str(job_id) for job_id in ids]}
    page = pages.follow(pages.post("/jobs/selected", form, status=303))
    said = [words_of(toast) for toast in page.select("#toasts .toast-note")]
    assert said == ["3 jobs cancelled or being stopped"]
    assert f"#{ids[-1]}: " in page.text
