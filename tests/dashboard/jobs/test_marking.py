"""Tags, notes and the archive."""

from typing import Any

import pytest
from flask import Flask

from dashboard.db import User
from dashboard.errors import Conflict, Forbidden, NotFound, ValidationFailed
from dashboard.jobs.changing.marking import archive_job, change_job
from dashboard.jobs.service import retry_job
from tests.factories import make_job
from tests.page import PageClient, words_of


def test_tags_are_cleaned_and_kept_in_order(any_app: Flask) -> None:
    job = make_job(tags=["old"])
    cleaned = change_job(user=job.owner, job_id=job.id, given={"tags": [" b ", "a", "b"]})
    assert cleaned.tags == ["b", "a"]
    assert change_job(user=job.owner, job_id=job.id, given={"tags": []}).tags == []


@pytest.mark.parametrize("tags", ["a", [1], [" "], ["x" * 51], [f"t{n}" for n in range(21)],
                                  ["a,b"]],
                         ids=["text", "number", "blank", "long", "many", "comma"])  # fmt: skip
def test_tags_that_are_none_are_refused(tags: Any, app: Flask, member: User) -> None:
    job = make_job(member, tags=["old"])
    with pytest.raises(ValidationFailed) as caught:
        change_job(user=member, job_id=job.id, given={"tags": tags})
    assert set(caught.value.fields) == {"tags"}
    assert job.tags == ["old"]


def test_a_note_is_kept_and_taken_away(app: Flask, member: User) -> None:
    job = make_job(member)
    assert change_job(user=member, job_id=job.id, given={"note": " a\r\nb "}).note == "a\nb"
    assert change_job(user=member, job_id=job.id, given={"note": " "}).note is None
    with pytest.raises(ValidationFailed, match="10,000"):
        change_job(user=member, job_id=job.id, given={"note": "x" * 10_001})
    with pytest.raises(ValidationFailed):
        change_job(user=member, job_id=job.id, given={"note": ["x"]})


def test_a_job_that_is_over_is_archived_and_comes_back(
    app: Flask, member: User, no_broker: None
) -> None:
    job = make_job(member, state="failed")
    since = archive_job(user=member, job_id=job.id).archived_at
    assert since is not None
    assert archive_job(user=member, job_id=job.id).archived_at == since
    assert archive_job(user=member, job_id=job.id, archived=False).archived_at is None
    archive_job(user=member, job_id=job.id)
    assert retry_job(user=member, job_id=job.id).archived_at is None
    with pytest.raises(Conflict, match="queued"):
        archive_job(user=member, job_id=job.id)


def test_only_owners_and_admins_mark_a_job(app: Flask, member: User, admin: User) -> None:
    job = make_job(state="failed")
    for change in (
        lambda user: change_job(user=user, job_id=job.id, given={"tags": ["a"]}),
        lambda user: change_job(user=user, job_id=job.id, given={"note": "a"}),
        lambda user: archive_job(user=user, job_id=job.id),
    ):
        with pytest.raises(Forbidden):
            change(member)
        change(admin)
    with pytest.raises(NotFound):
        change_job(user=admin, job_id=10**30, given={"note": "a"})


@pytest.mark.parametrize("path", ["/jobs/views", "/jobs/columns", "/jobs/selected"])
def test_a_way_back_that_is_no_address_is_none(app: Flask, member: User, path: str) -> None:
    for back in ("//[", "http://["):
        form = {"name": "mine", "action": "cancel", "back": back}
        PageClient(app, member).post(path, form, status=303)


def test_what_was_typed_of_tags_and_note_is_not_lost(app: Flask, member: User) -> None:
    job, browser = make_job(member, tags=["old"]), PageClient(app, member)
    page, form = browser.get(f"/jobs/{job.id}"), f"form[action='/jobs/{job.id}/marks']"
    note = "<b>" + "x" * 10_000
    page = browser.submit(page, {"tags": "new, b", "note": note}, form=form, status=422)
    assert page.errors == {"note": "The note has 10,003 characters; there is room for 10,000"}
    assert page.find("#field-tags")["value"] == "new, b"
    assert page.find("#field-note").text.strip() == note
    assert page.find(f"details[open] {form}")
    assert job.tags == ["old"]  # all or nothing
    browser.submit(page, {"note": "short"}, form=form, status=303)
    assert (job.tags, job.note) == (["new", "b"], "short")


def test_a_note_is_plain_text_with_links(app: Flask, member: User) -> None:
    note = "# Why\n\n**see** https://example.org/a?b=1&c=<b>, javascript:alert(1)"
    job, browser = make_job(member, note=note), PageClient(app, member)
    page = browser.get(f"/jobs/{job.id}")
    shown = page.find("#marks .note")
    assert shown.get_text() == note  # nothing of it is markup
    (link,) = shown.select("a")
    assert link["href"].startswith("https://example.org/a?b=1&c=")
    assert "noopener" in link["rel"]
    assert not shown.select("b")
    hint = page.find(f"#{page.find('#field-note')['aria-describedby']}")
    assert words_of(hint).startswith("Plain text")


def test_a_name_that_cannot_be_used_is_not_lost(app: Flask, member: User) -> None:
    job, browser = make_job(member), PageClient(app, member)
    page, form = browser.get(f"/jobs/{job.id}"), f"form[action='/jobs/{job.id}/name']"
    page = browser.submit(page, {"name": "y" * 201}, form=form, status=422)
    assert page.title.startswith("Error: ")
    assert page.errors["name"] == "The name has 201 characters; there is room for 200"
    assert page.find("#field-name")["value"] == "y" * 201
