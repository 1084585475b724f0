"""A note in the form of a new job and in the API; and what is asked before several are queued."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from dashboard.db import Job, Recipe, User
from dashboard.extensions import db
from tests.dashboard.api.test_api import Api, body
from tests.factories import make_dataset
from tests.page import Page, PageClient, words_of

pytestmark = pytest.mark.usefixtures("no_broker")
SWEEP = {"parameters.learning_rate": "0.05, 0.1, 0.2"}


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


@pytest.fixture
def form(pages: PageClient, member: User) -> Page:
    return pages.get(f"/jobs/new?dataset={make_dataset(member).id}&target=churned")


def send(pages: PageClient, form: Page, typed: dict[str, Any], status: int) -> Page:
    return pages.submit(form, typed, form="#job-form", status=status)


def test_a_note_is_the_job_s(pages: PageClient, form: Page) -> None:
    page = send(pages, form, {"note": " first\r\nsecond ", "seed": "x"}, 422)
    assert page.find("#field-note").text.strip().splitlines() == ["first", "second"]
    page = send(pages, form, {"note": "x" * 10_001}, 422)
    assert "10,001 characters" in page.find("#field-note-error").text
    send(pages, form, {"note": " first\r\nsecond "}, 303)
    (job,) = db.session.scalars(select(Job))
    assert job.note == "first\nsecond"


def test_each_job_of_a_sweep_has_the_note(pages: PageClient, form: Page) -> None:
    send(pages, form, SWEEP | {"note": "why", "ask": None}, 303)
    assert [job.note for job in db.session.scalars(select(Job))] == ["why"] * 3


def test_an_edited_job_keeps_its_note_and_a_copy_has_none(pages: PageClient, form: Page) -> None:
    send(pages, form, {"note": "why"}, 303)
    (job_id,) = db.session.scalars(select(Job.id))
    assert not pages.get(f"/jobs/new?from={job_id}").find("#field-note").text.strip()
    edited = pages.get(f"/jobs/new?from={job_id}&instead={job_id}")
    send(pages, edited, {"seed": "7"}, 303)
    (job,) = db.session.scalars(select(Job))
    assert (job.note, job.seed) == ("why", 7)


def test_a_recipe_keeps_no_note(pages: PageClient, form: Page) -> None:
    button = form.find(".save-recipe button")
    address = str(button["formaction"])
    typed = {"note": "why", "recipe_name": "mine"}
    pages.submit(form, typed, form="#job-form", action=address, status=303)
    (recipe,) = db.session.scalars(select(Recipe))
    assert "note" not in recipe.request


def test_the_api_takes_a_note(app: Flask, member: User) -> None:
    api, dataset = Api(app, member), make_dataset(member)
    assert api.call("POST", "/jobs", 201, json=body(dataset, note=" why "))["note"] == "why"
    refused = api.call("POST", "/jobs", 422, json=body(dataset, note=7))
    assert refused["error"]["fields"] == {"note": "note must be a text"}
    document = api.call("GET", "/openapi.json")
    assert "note" in document["components"]["schemas"]["JobRequest"]["properties"]


def test_without_a_script_several_jobs_are_asked_about_once(pages: PageClient, form: Page) -> None:
    page = send(pages, form, SWEEP | {"name": "mine"}, 200)
    assert "This will create 3 jobs" in page.text
    assert db.session.scalar(select(func.count(Job.id))) == 0
    main = "main form[action='/jobs/new']"
    back = pages.submit(page, {"action": "update"}, form=main, status=200)
    assert back.find('[id="field-parameters.learning_rate"]')["value"] == "0.05, 0.1, 0.2"
    assert back.find("#field-name")["value"] == "mine"
    assert [words_of(b) for b in page.select(f"{main} button")][0] == "Queue 3 jobs"
    pages.submit(page, {}, form=main, status=303)
    assert db.session.scalar(select(func.count(Job.id))) == 3


def test_what_cannot_be_used_is_said_before_anything_is_asked(
    pages: PageClient, form: Page
) -> None:
    page = send(pages, form, SWEEP | {"seed": "x"}, 422)
    assert "seed" in page.errors


def test_one_job_is_queued_at_once(pages: PageClient, form: Page) -> None:
    send(pages, form, {}, 303)
