"""The first page: what runs, what failed, what is best, and parts that fail alone."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, insert

from dashboard.clock import now
from dashboard.db import Job, User
from dashboard.db.personal import Dismissal
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.overview import queries
from dashboard.overview.service import dismiss_failure, show_failure_again
from dashboard.storage import get_storage
from tests.dashboard.jobs.test_baselines import known
from tests.factories import make_dataset, make_job, make_succeeded_job, make_user
from tests.page import PageClient, words_of


def make_failed(owner: User, **overrides: object) -> Job:
    failure = {"code": "UNKNOWN", "message": "boom", "hint": ""}
    return make_job(owner, **{"state": "failed", "failure": failure, "message": "It went wrong",
                              "finished_at": now(), "attempt": 1} | overrides)  # fmt: skip


def part(page: object, name: str) -> str:
    return words_of(page.find(f"#{name}"))  # type: ignore[attr-defined]


def test_ov1_a_fresh_account_sees_the_first_steps(app: Flask, member: User) -> None:
    page = PageClient(app, member).get("/")
    steps = words_of(page.find(".steps"))
    assert "Upload a CSV" in steps
    assert "Use the sample" in steps
    # Beside the steps there are no cards of what cannot be there yet.
    assert not page.select("#recent, #best")
    live = PageClient(app, member).http.get(page.find(".overview-grid")["hx-get"]).text
    assert 'id="in-progress"' in live
    assert 'id="recent"' not in live
    make_job(member)
    assert not PageClient(app, member).get("/").select(".steps")


def test_the_first_steps_are_a_persons_own(app: Flask, member: User) -> None:
    make_job(member)
    ben = PageClient(app, make_user(email="ben@example.org"))
    steps = ben.get("/").find(".steps")
    assert "Use the sample" in words_of(steps)
    assert "or take one that is here" in words_of(steps)
    assert ben.get("/").find("#recent")
    viewer = make_user(email="vera@example.org", role="viewer")
    assert not PageClient(app, viewer).get("/").select(".steps")


def test_ov3_a_failed_job_needs_a_look_until_it_is_dismissed(app: Flask, member: User) -> None:
    browser, job = PageClient(app, member), make_failed(member, name="ridge")
    page = browser.get("/")
    assert "One of your jobs failed" in page.text
    assert "ridge Failed It went wrong" in part(page, "needs-a-look")
    browser.submit(page, {}, form=f"form[action='/overview/dismiss/{job.id}']", status=303)
    page = browser.get("/")
    assert not page.select("#needs-a-look")
    assert "Nothing needs your attention" in page.text
    assert not browser.get("/").select("#needs-a-look")  # and after a reload
    browser.submit(page, {}, form=f"form[action='/overview/show-again/{job.id}']", status=303)
    assert browser.get("/").select("#needs-a-look")


def test_a_dismissed_job_that_fails_again_needs_a_look_again(app: Flask, member: User) -> None:
    job = make_failed(member)
    dismiss_failure(user=member, job_id=job.id)
    with writing() as session:
        session.get_one(Job, job.id).attempt = 2
    assert queries.read_overview(member).failures.total == 1
    dismiss_failure(user=member, job_id=job.id)
    assert queries.read_overview(member).failures.total == 0
    show_failure_again(user=member, job_id=job.id)
    assert queries.read_overview(member).failures.total == 1


def test_a_failure_dismissed_twice_at_once_is_dismissed(app: Flask, member: User) -> None:
    job = make_failed(member)
    first = [{"user_id": member.id, "job_id": job.id, "attempt": 1}]

    def win(session: Any, *_: object) -> None:  # somebody else is first, once
        if first:
            session.execute(insert(Dismissal).values(first.pop()))

    event.listen(db.session.registry(), "before_flush", win)
    assert dismiss_failure(user=member, job_id=job.id).id == job.id
    assert not first
    assert queries.read_overview(member).failures.total == 0


def test_others_failures_candidates_and_old_ones_need_no_look(app: Flask, member: User) -> None:
    make_failed(make_job().owner)
    make_failed(member, score_only=True)
    make_failed(member, finished_at=now() - timedelta(days=8))
    assert not PageClient(app, member).get("/").select("#needs-a-look")


def test_of_very_many_failures_it_is_only_said_that_there_are_more(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_COUNTED", 3)
    jobs = [make_failed(member, name=f"job {n}") for n in range(3)]
    assert "3 of your jobs failed" in PageClient(app, member).get("/").text
    jobs += [make_failed(member, name=f"job {n}", state="lost") for n in range(3, 5)]
    page = PageClient(app, member).get("/")
    assert "More than 3 of your jobs failed" in page.text
    assert "more than 3 jobs of the last 7 days" in part(page, "needs-a-look")
    shown = [row["data-job-id"] for row in page.select("#needs-a-look .mini-job")]
    assert shown == [str(job.id) for job in reversed(jobs)][:3]


def test_ov4_the_title_says_how_many_run(app: Flask, member: User) -> None:
    browser = PageClient(app, member)
    for state in ("running", "running", "queued"):
        make_job(member, state=state, started_at=now(), heartbeat_at=now())
    make_job(state="running", started_at=now(), heartbeat_at=now())
    page = browser.get("/")
    assert page.title == "(2) Overview - Trainyard"
    assert page.find("#overview-now [data-title]")["data-title"] == "(2) Overview"
    assert "2 of your jobs run" in page.text


def test_recent_is_mine_or_everyones_and_without_candidates(app: Flask, member: User) -> None:
    browser = PageClient(app, member)
    make_succeeded_job(member, name="mine")
    make_succeeded_job(name="theirs")
    for n in range(12):
        make_job(member, name=f"candidate {n}", state="cancelled", score_only=True,
                 finished_at=now())  # fmt: skip
    assert "mine" in part(browser.get("/"), "recent")
    assert "theirs" not in part(browser.get("/"), "recent")
    everyone = part(browser.get("/?recent=everyone"), "recent")
    assert "mine" in everyone
    assert "theirs" in everyone
    assert "candidate" not in everyone
    assert "recent=everyone" in browser.get("/?recent=everyone").html


def test_who_may_only_look_sees_everyones_and_no_button_that_refuses(app: Flask) -> None:
    make_succeeded_job(name="theirs")
    browser = PageClient(app, make_user(role="viewer"))
    page = browser.get("/")
    assert "theirs" in part(page, "recent")
    assert page.select('main a[href="/datasets/new"], main a[href="/jobs/new"]') == []
    assert "theirs" not in part(browser.get("/?recent=mine"), "recent")
    assert "recent=mine" in browser.get("/?recent=mine").html


def test_best_says_when_it_is_no_better_than_guessing(app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    make_succeeded_job(member, dataset=dataset, score=0.5, details=known(0.5, 0.84))
    make_succeeded_job(member, dataset=dataset, score=0.4, details=known(0.5, 0.84))
    text = part(PageClient(app, member).get("/"), "best")
    assert "0.500" in text
    assert "0.400" not in text
    assert "Tied with guessing" in text


@pytest.mark.parametrize(
    ("name", "of"), [("_best", "best"), ("_recent", "recent"), ("read_in_progress", "in-progress"),
                     ("_failures", "needs-a-look")]
)  # fmt: skip
def test_a_part_that_fails_leaves_the_others(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch, name: str, of: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError("away")

    monkeypatch.setattr(queries, name, fail)
    make_succeeded_job(member)
    page = PageClient(app, member).get("/")
    assert "Could not load this part. Try again" in part(page, of)
    assert page.text.count("Could not load") == 1


def test_a_storage_that_is_away_leaves_the_others(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> int:
        raise OSError("away")

    monkeypatch.setattr(get_storage(), "free_bytes", fail)
    page = PageClient(app, member).get("/")
    assert "Could not load this part" in part(page, "this-server")
    assert "You have no running or waiting jobs" in page.text


def test_the_page_asks_as_often_however_many_jobs_there_are(app: Flask, member: User) -> None:
    browser, asked, counts = PageClient(app, member), [], []
    event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    for jobs in (3, 9):
        for _ in range(jobs):
            make_succeeded_job(member)
            make_failed(member)
        asked.clear()
        browser.get("/")
        counts.append(len(asked))
    assert counts[0] == counts[1]
