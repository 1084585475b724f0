"""A submission that is taken back: what has not started is removed, the rest stays."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from dashboard.batches.service import submit
from dashboard.db import Batch, Job, User
from dashboard.db.transaction import writing
from dashboard.errors import Forbidden, NotFound
from dashboard.extensions import db
from dashboard.jobs.changing.undo_submit import Undone, undo_batch, undo_job
from dashboard.jobs.service import cancel_job
from tests.dashboard.searches.acts import finish, take
from tests.dashboard.searches.acts import submit as submit_search
from tests.factories import make_dataset, make_job, make_user
from tests.page import Page, PageClient, words_of

pytestmark = [pytest.mark.usefixtures("no_broker"), pytest.mark.both_databases]


def ids() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(select(Job.id).order_by(Job.id)))


def make_three(member: User) -> Batch:
    asked = {
        "dataset_id": make_dataset(member).id,
        "target": "churned",
        "estimator": "LogisticRegression",
        "parameters": {"C": {"values": [0.1, 1, 10]}},
    }
    made = submit(user=member, request=asked, idempotency_key="three")
    assert isinstance(made, Batch)
    return made


def test_a_job_that_waits_is_removed(any_app: Flask, member: User) -> None:
    job, other = make_job(member), make_job(member)
    with pytest.raises(Forbidden):
        undo_job(user=make_user(), job_id=job.id)
    assert undo_job(user=member, job_id=job.id) is None
    assert ids() == [other.id]
    with pytest.raises(NotFound):
        undo_job(user=member, job_id=job.id)


def test_a_job_that_has_started_or_was_cancelled_stays(any_app: Flask, member: User) -> None:
    started, cancelled = make_job(member), make_job(member)
    take()
    cancel_job(user=member, job_id=cancelled.id)
    for job in (started, cancelled):
        stays = undo_job(user=member, job_id=job.id)
        assert stays
        assert stays.id == job.id
    assert ids() == [started.id, cancelled.id]


def test_a_batch_of_which_nothing_started_is_removed(any_app: Flask, member: User) -> None:
    batch_id = make_three(member).id
    with pytest.raises(Forbidden):
        undo_batch(user=make_user(), batch_id=batch_id)
    assert undo_batch(user=member, batch_id=batch_id) == Undone(3, 0)
    assert ids() == []
    assert db.session.get(Batch, batch_id) is None
    assert make_three(member).id != batch_id  # the same form may be sent anew


def test_what_started_of_a_batch_goes_on_and_is_all_of_it(any_app: Flask, member: User) -> None:
    batch_id = make_three(member).id
    claim = take()
    assert undo_batch(user=member, batch_id=batch_id) == Undone(2, 1)
    assert ids() == [claim.job_id]
    assert db.session.get_one(Batch, batch_id, populate_existing=True).n_jobs == 1
    assert make_three(member).id == batch_id  # a second click on the same form makes nothing
    finish(claim, 0.8)
    assert undo_batch(user=member, batch_id=batch_id) == Undone(0, 1)


def test_the_key_of_a_form_stays_with_what_started(any_app: Flask, member: User) -> None:
    batch_id = make_three(member).id
    first, *_ = ids()
    db.session.get_one(Job, first).rank = 9  # the others start before it
    db.session.commit()
    claim = take()
    assert claim.job_id != first
    undo_batch(user=member, batch_id=batch_id)
    assert make_three(member).id == batch_id


def test_a_search_is_cancelled(any_app: Flask, member: User) -> None:
    batch = submit_search(member, 4)
    take()
    undone = undo_batch(user=member, batch_id=batch.id)
    assert undone.is_cancelled
    db.session.rollback()
    states = sorted(db.session.scalars(select(Job.state).where(Job.batch_id == batch.id)))
    assert undone.n == len(states)
    assert (states[0], states[-1]) == ("cancelled", "cancelling")
    found = db.session.get_one(Batch, batch.id, populate_existing=True)
    assert (found.plan or {})["stopped"]["by"] == member.name


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def send_form(pages: PageClient, **typed: str) -> Page:
    form = pages.get(f"/jobs/new?dataset_id={make_dataset().id}&target=churned")
    return pages.follow(pages.submit(form, {**typed, "ask": None}, form="#job-form", status=303))


def undo(pages: PageClient, page: Page) -> Page:
    (found,) = page.select("#toasts form")
    form = f'form[action="{found["action"]}"]'
    return pages.follow(pages.submit(page, {}, form=form, status=303))


def test_the_form_of_one_job_is_taken_back_without_a_script(pages: PageClient) -> None:
    page = send_form(pages, name="pears")
    assert "pears is queued" in words_of(page.find("#toasts"))
    (job_id,) = ids()
    page = undo(pages, page)
    assert page.path == "/jobs"
    assert f"Job #{job_id} is removed" in words_of(page.find("#toasts"))
    assert ids() == []
    again = pages.follow(pages.post(f"/jobs/{job_id}/undo-submit", status=303))  # a second click
    assert f"Job #{job_id} is not there any more" in again.text


def test_that_a_job_had_started_is_told(pages: PageClient) -> None:
    page = send_form(pages, name="pears")
    take()
    page = undo(pages, page)
    assert "pears has started, so it stays" in page.text
    assert len(ids()) == 1


def test_of_several_jobs_those_that_wait_are_removed(pages: PageClient) -> None:
    page = send_form(pages, **{"parameters.learning_rate": "0.1, 0.2, 0.3"})
    assert "3 jobs are queued" in words_of(page.find("#toasts"))
    take()
    page = undo(pages, page)
    assert page.path.startswith("/batches/")
    assert "2 jobs removed" in words_of(page.find("#toasts"))
    assert "1 job had started or ended, so it stays" in page.text
    another = send_form(pages, **{"parameters.learning_rate": "0.2, 0.4"})
    assert undo(pages, another).path == "/jobs"
    assert len(ids()) == 1


def test_a_search_that_is_over_is_told_to_be_over(pages: PageClient, member: User) -> None:
    page = send_form(pages, **{"search.strategy": "random", "parameters.learning_rate": "0.1..1"})
    with writing() as session:
        session.execute(update(Job).values(state="succeeded"))
        session.execute(update(Batch).values(plan_state="over"))
    page = undo(pages, page)
    assert "None of its jobs waits or runs any more" in page.text
