"""When all jobs in progress are over: on the list, the overview and a batch's page."""

import pytest
from flask import Flask

from dashboard.clock import now
from dashboard.db import Job, QueueState, User, Worker
from dashboard.db.transaction import writing
from dashboard.jobs.listing.lists import read_listing
from dashboard.jobs.listing.live_rows import note_shown, read_shown
from dashboard.jobs.times.all_done import say_all_done
from dashboard.jobs.times.estimates import Estimate
from dashboard.jobs.times.time_left import TimeLeft
from tests.dashboard.batches.test_pages import make_batch
from tests.dashboard.jobs.test_estimates import add_worker, finish, running, sized
from tests.factories import make_dataset, make_job, make_succeeded_job
from tests.page import Page, PageClient, words_of


def known(starts: float | None, total: float | None) -> Estimate:
    return Estimate(total_s=total, starts_in_s=starts)


@pytest.mark.parametrize(
    ("last", "words"),
    [
        (known(300, 180), "about 10 min"), (known(300, None), None), (known(None, 180), None),
        (Estimate(180, TimeLeft(20.0)), "about 2 min"), (Estimate(180, TimeLeft(None)), None),
    ],
)  # fmt: skip
def test_the_last_one_says_when_all_are_over_if_all_are_known(
    app: Flask, last: Estimate, words: str | None
) -> None:
    jobs = [make_job(state="running", stop_request=None), make_job(), make_succeeded_job()]
    found = [Estimate(200, TimeLeft(100.0)), last, Estimate()]
    assert say_all_done(zip(jobs, found, strict=True)) == words
    assert say_all_done(zip(jobs[1:], found[1:], strict=True)) is None  # it says so itself


def test_what_is_being_stopped_counts_for_nothing(app: Flask) -> None:
    jobs = [make_job(), make_job(), make_job(state="cancelling", stop_request="cancel")]
    found = [known(0, 60), known(60, 60), Estimate()]
    assert say_all_done(zip(jobs, found, strict=True)) == "about 2 min"


def test_when_what_runs_once_more_is_over_nobody_knows(app: Flask) -> None:
    jobs = [make_job(), make_job(), make_job(state="running", stop_request="again")]
    found = [known(0, 60), known(60, 60), Estimate(60, TimeLeft(20.0))]
    assert say_all_done(zip(jobs, found, strict=True)) is None


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    """What three jobs in progress of one person are looked at with: 8 min of one worker."""
    finish(make_job(member, **sized()), 240)
    add_worker("worker-1")
    running(120, [], owner=member)
    return PageClient(app, member)


def test_list_overview_and_batch_say_it(pages: PageClient, member: User) -> None:
    dataset = make_dataset(member)
    batch = make_batch(member, 2)
    ids = [make_job(member, dataset, batch_id=batch.id, **sized()).id for _ in range(2)]
    said = "All done in about 10 min"
    page = pages.get("/jobs")
    assert words_of(page.find("#group-active")) == f"In progress, 3. {said}"
    live = pages.live(str(page.find("#jobs-live")["hx-get"]))
    assert f"In progress, 3. {said}<" in live.text
    assert "yours, all done in about 10 min" in words_of(pages.get("/").find("#in-progress"))
    assert "all done in about 10 min" in words_of(
        pages.get(f"/batches/{batch.id}").find(".progress-line")
    )
    with writing() as session:
        session.get_one(Job, ids[1]).estimator = "GaussianNB"
    for path in ("/jobs", "/", f"/batches/{batch.id}"):
        assert "done in" not in pages.get(path).text.lower(), path


def test_nothing_is_said_while_nothing_starts(pages: PageClient, member: User) -> None:
    make_job(member, **sized())
    assert "done in" in pages.get("/").text
    with writing() as session:
        session.add(QueueState(paused_at=now(), paused_by="Ana"))
    assert "done in" not in pages.get("/").text
    with writing() as session:
        session.query(QueueState).delete()
        session.query(Worker).delete()
    assert "done in" not in pages.get("/").text


@pytest.mark.parametrize("is_around", [False, True])
def test_while_a_plan_goes_on_nothing_is_said(
    pages: PageClient, member: User, is_around: bool
) -> None:
    around = make_batch(member, 2)
    batch, dataset = make_batch(member, 2), make_dataset(member, rows=1000)
    with writing() as session:
        session.merge(batch).parent_id = around.id
    for _ in range(2):
        make_job(member, dataset, batch_id=batch.id, **sized())
    form = f"/jobs/new?dataset_id={dataset.id}&target=churned&estimator=LogisticRegression"
    said = {"/jobs": "#group-active", "/": "#in-progress", form: "#job-form .follow dl.facts",
            f"/batches/{batch.id}": ".progress-line"}  # fmt: skip
    for path, place in said.items():
        assert "all done" in words_of(pages.get(path).find(place)).lower(), path
    with writing() as session:
        session.merge(around if is_around else batch).plan_state = "going"
    for path, place in said.items():
        assert "all done" not in words_of(pages.get(path).find(place)).lower(), path


def test_the_form_says_nothing_while_a_job_is_to_run_again(
    pages: PageClient, member: User
) -> None:
    dataset = make_dataset(member, rows=1000)
    address = f"/jobs/new?dataset_id={dataset.id}&target=churned&estimator=LogisticRegression"
    facts = "#job-form .follow dl.facts"
    assert "All done" in words_of(pages.get(address).find(facts))
    with writing() as session:
        session.query(Job).filter_by(state="running").update({"stop_request": "again"})
    assert "All done" not in words_of(pages.get(address).find(facts))


def test_a_page_that_shows_some_of_them_says_nothing_also_later(
    pages: PageClient, member: User
) -> None:
    dataset = make_dataset(member)
    for _ in range(60):
        make_job(member, dataset, **sized())
    listing = read_listing({})
    assert listing.more_are_active
    assert listing.all_done is None
    shown = note_shown(listing)
    assert read_shown(shown.as_query()) == shown
    live = pages.live(str(pages.get("/jobs").find("#jobs-live")["hx-get"]))
    assert ">In progress, the first 49</th>" in live.text


def test_the_form_says_when_its_jobs_would_be_over(pages: PageClient, member: User) -> None:
    dataset = make_dataset(member, rows=1000)  # as many as the job had that took 4 min
    address = f"/jobs/new?dataset_id={dataset.id}&target=churned&estimator=LogisticRegression"

    def said(page: Page) -> list[str]:
        facts = page.find("#job-form .follow dl.facts")
        names = [words_of(name) for name in facts.select("dt")]
        return [words_of(value) for name, value in
                zip(names, facts.select("dd"), strict=True) if name == "All done"]  # fmt: skip

    page = pages.get(address)
    assert said(page) == ["in about 5 min"]  # what runs has 2 min left
    asked = {"parameters.C": "0.1, 1, 10", "action": "update"}
    assert said(pages.submit(page, asked, form="#job-form", status=200)) == ["in about 15 min"]
    running(5, [], owner=member, estimator="GaussianNB")  # nobody knows when it ends
    assert said(pages.get(address)) == []
