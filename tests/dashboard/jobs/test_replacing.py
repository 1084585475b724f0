"""A job that waits is edited: the edited one is queued, and it goes."""

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.db import Job, User
from dashboard.extensions import db
from dashboard.jobs.running.order import find_places
from tests.dashboard.datasets.profiled import change
from tests.factories import make_job, make_user
from tests.page import Page, PageClient, words_of

pytestmark = pytest.mark.usefixtures("no_broker")


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def send(pages: PageClient, form: Page, **typed: str) -> Page:
    given = {"parameters.C": "0.25", "name": "edited"} | typed
    return pages.submit(form, given | {"ask": None}, form="#job-form", status=303)


def last() -> Job:
    return db.session.scalars(select(Job).order_by(Job.id.desc())).first()  # type: ignore[return-value]


def test_the_edited_job_comes_instead_of_the_one_that_waits(
    pages: PageClient, member: User
) -> None:
    first, behind = make_job(member).id, make_job(member).id
    links = pages.get(f"/jobs/{first}").select("a.btn")
    link = next(a["href"] for a in links if words_of(a) == "Edit")
    form = pages.get(str(link))
    assert f"You edit job #{first}, which waits." in form.text
    send(pages, form)
    made = last()
    assert (made.name, made.parameters, made.state) == ("edited", {"C": 0.25}, "queued")
    assert find_places() == {behind: 1, made.id: 2}
    words = f"edited is queued instead of #{first}, as the last of yours"
    assert words in pages.get(f"/jobs/{made.id}").html
    pages.get(f"/jobs/{first}", status=404)
    send(pages, form)  # once more, by a second click
    assert last().id == made.id


def test_a_job_that_started_meanwhile_goes_on_and_that_is_told(
    pages: PageClient, member: User
) -> None:
    job = make_job(member)
    form = pages.get(f"/jobs/new?from={job.id}&instead={job.id}")
    change(job, state="running", attempt=1)
    send(pages, form)
    made = last()
    words = pages.get(f"/jobs/{made.id}").text
    assert f"#{job.id} had started meanwhile, so it goes on" in words
    assert db.session.get_one(Job, job.id, populate_existing=True).state == "running"


def test_only_what_waits_and_is_ones_own_is_edited(pages: PageClient, member: User) -> None:
    theirs, begun = make_job(make_user()), make_job(member, state="running", attempt=1)
    for job in (theirs, begun):
        links = [words_of(a) for a in pages.get(f"/jobs/{job.id}").select("a.btn")]
        assert "Edit" not in links
    send(pages, pages.get(f"/jobs/new?from={theirs.id}&instead={theirs.id}"))
    assert "belongs to somebody else" in pages.get(f"/jobs/{last().id}").text
    assert db.session.get_one(Job, theirs.id, populate_existing=True).state == "queued"


def test_one_job_is_not_edited_into_several(pages: PageClient, member: User) -> None:
    job = make_job(member)
    form = pages.get(f"/jobs/new?from={job.id}&instead={job.id}")
    answer = send(pages, form, **{"parameters.C": "0.1, 1, 10"})
    told = pages.get(str(answer.response.headers["Location"])).text
    assert f"#{job.id} still waits" in told
    assert db.session.get_one(Job, job.id, populate_existing=True).state == "queued"
