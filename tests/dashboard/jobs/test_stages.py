"""The stages of a job on its page: how long each took, what is done, what was not reached."""

import pytest
from flask import Flask

from dashboard.clock import isoformat, now
from dashboard.db import Job, User
from dashboard.db.transaction import writing
from dashboard.jobs.running.claiming import claim_next_job
from tests.dashboard.jobs.test_detail import add, ago, fold, stopping
from tests.factories import make_job
from tests.page import Page, PageClient, words_of


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def test_stages_are_those_of_the_attempt_that_runs(pages: PageClient, member: User) -> None:
    job = make_job(member, attempt=1, stage="fit", started_at=ago(500), stages=[
        {"stage": name, "started_at": isoformat(ago(400)), "ended_at": isoformat(ago(300))}
        for name in ("load", "prepare")
    ])  # fmt: skip

    def notes() -> list[str]:
        page = pages.get(f"/jobs/{job.id}")
        return [words_of(note) for note in page.select(".track li > span:not(.stop)")]

    assert notes() == []
    assert claim_next_job(worker="worker-2") is not None
    assert notes() == []
    with writing() as session:
        session.get_one(Job, job.id).stages = [
            {"stage": "load", "started_at": isoformat(ago(9)), "ended_at": isoformat(ago(7))}
        ]
    assert notes() == ["2.0 s"]


def track(page: Page) -> list[str]:
    return [words_of(stage).replace(" :", ":") for stage in page.select(".track li")]


def test_a_wait_ends_with_the_job(pages: PageClient, member: User) -> None:
    over = {"state": "cancelled", "created_at": ago(900), "finished_at": ago(840)}
    never_ran = make_job(member, **over)
    assert track(pages.get(f"/jobs/{never_ran.id}"))[0] == "Queued: stopped waited 1 min"
    ran_before = make_job(member, **over, attempt=1)
    assert track(pages.get(f"/jobs/{ran_before.id}"))[0] == "Queued: stopped"


def test_folds_that_are_done_stay_done_in_another_attempt(pages: PageClient, member: User) -> None:
    job = make_job(member, state="running", attempt=2, stage="prepare", started_at=ago(60),
                   heartbeat_at=now())  # fmt: skip
    add(fold(job, 1, 1), fold(job, 2, 1))
    shown = track(pages.get(f"/jobs/{job.id}"))
    assert shown[2:5] == ["Prepare: in progress", "Fit and validate 2 of 5 folds done",
                          "Final fit: not reached"]  # fmt: skip


def test_a_job_is_cancelled_only_when_it_is(pages: PageClient, member: User) -> None:
    job = stopping(member, 0, stopped_by="Ana", stages=[
        {"stage": "fit", "started_at": isoformat(ago(30))}
    ])  # fmt: skip
    page = pages.get(f"/jobs/{job.id}")
    assert track(page)[3] == "Fit and validate: in progress Being cancelled by Ana"
    assert "Cancelled by" not in page.text


def test_every_stage_that_was_not_reached_says_so_once(pages: PageClient, member: User) -> None:
    job = make_job(member, state="failed", attempt=1, stage="prepare", started_at=ago(60),
                   finished_at=ago(50))  # fmt: skip
    shown = track(pages.get(f"/jobs/{job.id}"))
    names = ("Fit and validate", "Final fit", "Save model")
    assert shown[3:] == [f"{name} not reached" for name in names]
