"""The form of a new job as a program, which submits what the form would."""

import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from dashboard.auth.tokens import create_token
from dashboard.db import Batch, Job, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from tests.factories import make_dataset
from tests.page import Page, PageClient, words_of
from tests.serving import serve

pytestmark = pytest.mark.usefixtures("no_broker")
FORMS: dict[str, dict[str, Any]] = {
    "job": {"parameters.learning_rate": "0.05", "name": "it's 5 %", "tags": "slow, b"},
    "sweep": {"parameters.learning_rate": "0.05, 0.1", "seed": "7"},
    "search": {"search.strategy": "random", "parameters.learning_rate": "0.01..1 log"},
    "several": {"estimator": "several"},
    "at once": {
        "at_once": "yes",
        "estimators": ["LogisticRegression", "RandomForestClassifier"],
    },
}


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with serve(app) as served:
        yield served


def fill(pages: PageClient, user: User, typed: dict[str, Any]) -> Page:
    """Open the form and fill it, a choice that changes it at a time; return it as it is then."""
    dataset = make_dataset(user)
    page = pages.get(f"/jobs/new?dataset={dataset.id}&target=churned")
    for name, text in typed.items():
        page = pages.submit(page, {name: text, "action": "update"}, form="#job-form", status=200)
    return page


def press(pages: PageClient, page: Page, changes: dict[str, Any], status: int = 200) -> Page:
    """Press Show as Python."""
    (button,) = [b for b in page.select("button") if words_of(b) == "Show as Python"]
    return pages.submit(
        page, changes, form="#job-form", action=str(button["formaction"]), status=status
    )


def run(program: str, user: User, scope: str = "submit") -> str:
    """Run a program, end what it submits, and return what it prints."""
    token = create_token(user=user, name="x", scope=scope).text
    running = subprocess.Popen(
        [sys.executable, "-c", program], env={"TRAINYARD_TOKEN": token}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    end = time.monotonic() + 60
    while running.poll() is None and time.monotonic() < end:
        time.sleep(0.2)
        with writing() as session:
            session.execute(update(Job).values(state="succeeded", score=0.5))
            session.execute(update(Batch).values(plan_state="over"))
            # A search makes the rest of its jobs later: here there is nobody who would.
            session.execute(
                update(Batch).values(n_jobs=select(func.count(Job.id)).scalar_subquery())
            )
    return running.communicate(timeout=60)[0]


@pytest.mark.parametrize("which", FORMS)
def test_it_submits_what_the_form_does(
    pages: PageClient, member: User, address: str, which: str
) -> None:
    page = fill(pages, member, FORMS[which])
    program = press(pages, page, {}).find("#program").text.replace("http://localhost", address)
    told = run(program, member)
    by_program = look()
    pages.submit(page, {"ask": None}, form="#job-form", status=303)
    by_form = look()
    assert by_program, told
    assert by_form[len(by_program) :] == by_program
    first = told.splitlines()[0]
    kind = "jobs" if which == "job" else "batches"
    assert first == f"{address}/{kind}/1"
    assert told.splitlines()[1].endswith("0.5")


def look() -> list[tuple[Any, ...]]:
    """Return what each job was asked for, and its batch."""
    db.session.rollback()
    jobs = db.session.scalars(select(Job).order_by(Job.id)).all()
    plans = {batch.id: batch.plan for batch in db.session.scalars(select(Batch))}
    return [
        (job.name, job.estimator, job.parameters, job.validation, job.tags, job.seed, job.metric,
         plan_of(plans.get(job.batch_id)))
        for job in jobs
    ]  # fmt: skip


def plan_of(plan: dict[str, Any] | None) -> dict[str, Any]:
    """Return what was asked of a batch, without how far it is."""
    asked = ("kind", "strategy", "space", "jobs", "time_limit_s")
    return {name: plan.get(name) for name in asked} if plan else {}


def test_what_cannot_be_submitted_is_said_at_its_field(pages: PageClient, member: User) -> None:
    page = fill(pages, member, {})
    again = press(pages, page, {"seed": "x", "parameters.max_iter": "70"}, 422)
    assert again.find("#field-seed")["aria-invalid"] == "true"
    assert again.find('[id="field-parameters.max_iter"]')["value"] == "70"
    assert db.session.scalar(select(func.count(Job.id))) == 0


def test_the_way_back_loses_nothing(pages: PageClient, member: User) -> None:
    page = fill(pages, member, {})
    shown = press(pages, page, {"parameters.max_iter": "70", "tags": 'a, <b> "c"', "seed": "3"})
    back = pages.submit(shown, {"action": "update"}, status=200)
    assert back.find('[id="field-parameters.max_iter"]')["value"] == "70"
    assert back.find("#field-tags")["value"] == 'a, <b> "c"'
    assert back.find("#field-seed")["value"] == "3"
    assert back.find("[name=key]")["value"] == page.find("[name=key]")["value"]


def test_a_refusal_is_told_in_the_words_of_the_api(
    pages: PageClient, member: User, address: str
) -> None:
    page = fill(pages, member, {})
    program = press(pages, page, {}).find("#program").text.replace("http://localhost", address)
    told = run(program, member, scope="read")
    assert "its scope is read" in told
    assert "Traceback" not in told


def test_a_box_that_was_ticked_without_a_script_is_shown_first(
    pages: PageClient, member: User
) -> None:
    page = fill(pages, member, {})
    (box,) = [b for b in page.select("#job-form input[type=checkbox]") if "at_once" in b["name"]]
    again = press(pages, page, {str(box["name"]): str(box.get("value", "true"))})
    assert again.select("#job-form")
    assert not again.select("#program")
