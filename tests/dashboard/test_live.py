"""Live parts that have not changed are answered before anything is drawn."""

import re
from html import unescape

import pytest
from flask import Flask

from dashboard.clock import now
from dashboard.db import BulkAction, Job, Prediction, User
from dashboard.db.transaction import writing
from tests.factories import make_job, make_model, make_succeeded_job
from tests.page import PageClient


def polled_by(html: str, part: str) -> str:
    found = map(unescape, re.findall(r'hx-get="([^"]+)"', html))
    return next(address for address in found if address.startswith(part))


def never(*_given: object, **_more: object) -> str:
    raise AssertionError("it is drawn")


def add(record: Prediction | BulkAction) -> int:
    with writing() as session:
        session.add(record)
    return record.id


def make_part(kind: str, member: User) -> tuple[str, str]:
    """Make what a page waits for; return the page and its part."""
    job = make_succeeded_job(member)
    if kind == "jobs":
        return "/jobs", "/_live/jobs?"
    if kind == "bulk":
        begun = BulkAction(
            user_id=member.id, action="archive", total=900, job_ids=[job.id], address="/jobs"
        )
        found = add(begun)
        return f"/jobs/bulk/{found}", f"/_live/jobs/bulk/{found}"
    model = make_model(job, state="verifying" if kind == "models" else "ready")
    if kind == "models":
        return f"/models/{model.id}", f"/_live/models/{model.id}"
    waits = Prediction(
        model_id=model.id, owner_id=member.id, kind="file", file_name="a.csv", token="t"
    )
    number = add(waits)
    return f"/predictions/{number}", f"/_live/predictions/{number}"


@pytest.mark.parametrize("kind", ["jobs", "models", "predictions", "bulk"])
def test_what_has_not_changed_is_not_drawn(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr("dashboard.idle.LONGEST_S", 10**12)  # no minute ends meanwhile
    page, part = make_part(kind, member)
    browser = PageClient(app, member)
    first = browser.live(polled_by(browser.get(page).html, part))
    again = polled_by(first.text, part)
    monkeypatch.setattr("dashboard.live.render_template", never)
    monkeypatch.setattr("dashboard.jobs.listing.live_rows.read_live", never)
    browser.live(again, status=204)


def test_a_list_that_was_idle_is_drawn_when_a_job_comes(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.idle.LONGEST_S", 10**12)
    make_succeeded_job(member)
    browser = PageClient(app, member)
    first = browser.live(polled_by(browser.get("/jobs").html, "/_live/jobs?"))
    make_job(member, state="queued")
    assert "1 new" in browser.live(polled_by(first.text, "/_live/jobs?")).text


def test_rows_that_are_over_are_not_drawn_while_others_run(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.idle.LONGEST_S", 10**12)
    done, running = make_succeeded_job(member), make_job(member, state="running")
    browser = PageClient(app, member)
    page = browser.get("/jobs?state=succeeded")
    first = browser.live(polled_by(page.html, "/_live/jobs?"))
    with monkeypatch.context() as patched:
        patched.setattr("dashboard.live.render_template", never)
        patched.setattr("dashboard.jobs.listing.live_rows.read_live", never)
        with writing() as session:
            session.get_one(Job, running.id).progress = 0.5
        browser.live(polled_by(first.text, "/_live/jobs?"), status=204)
    changes: list[dict[str, object]] = [
        {"name": "another name"}, {"archived_at": now()}, {"tags": ["x"]}, {"state": "queued"},
    ]  # fmt: skip
    for change in changes:
        with writing() as session:
            for name, value in change.items():
                setattr(session.get_one(Job, done.id), name, value)
        assert browser.live(again := polled_by(first.text, "/_live/jobs?")).text
        first = browser.live(again)
    make_succeeded_job(member)
    assert "1 new" in browser.live(polled_by(first.text, "/_live/jobs?")).text
    every = browser.live(polled_by(browser.get("/jobs").html, "/_live/jobs?"))
    with writing() as session:
        session.get_one(Job, running.id).progress = 0.75
    assert "0.750" in browser.live(polled_by(every.text, "/_live/jobs?")).text
