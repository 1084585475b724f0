"""Two people change a name, a note or tags at once: the second is told, and nothing is lost."""

import pytest
from flask import Flask

from dashboard.db import Job, Model, User
from dashboard.errors import ValidationFailed
from dashboard.extensions import db
from dashboard.jobs.changing.marking import change_job
from dashboard.jobs.changing.naming import rename_job
from dashboard.meanwhile import CHANGED, fingerprint, list_to_write
from dashboard.models.changes import change_model
from tests.factories import make_model, make_succeeded_job, make_user
from tests.page import PageClient

MARKS = "#marks form"


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def fresh(job: Job) -> Job:
    return db.session.get_one(Job, job.id, populate_existing=True)


def test_the_second_note_is_told_of_the_first_and_can_replace_it(
    pages: PageClient, member: User, admin: User
) -> None:
    job = make_succeeded_job(member, note="old")
    page = pages.get(f"/jobs/{job.id}")
    change_job(user=admin, job_id=job.id, given={"note": "theirs <b>"})
    told = pages.submit(page, {"note": "mine"}, form=MARKS, status=422)
    words = told.errors["note"]
    assert words.startswith('The note was changed meanwhile, to "theirs <b>". Save again')
    assert told.find("#field-note").text.strip() == "mine"
    assert fresh(job).note == "theirs <b>"
    pages.submit(told, {}, form=MARKS, status=303)
    assert fresh(job).note == "mine"


def test_what_was_not_touched_is_drawn_anew_beside_what_is_told(
    pages: PageClient, member: User, admin: User
) -> None:
    job = make_succeeded_job(member, note="old\nnote", tags=["a"])
    page = pages.get(f"/jobs/{job.id}")
    change_job(user=admin, job_id=job.id, given={"note": "theirs", "tags": ["a", "b"]})
    told = pages.submit(page, {"note": "mine"}, form=MARKS, status=422)
    assert list(told.errors) == ["note"]
    assert told.find("#field-tags")["value"] == "a, b"
    pages.submit(told, {}, form=MARKS, status=303)
    assert (fresh(job).note, fresh(job).tags) == ("mine", ["a", "b"])


def test_a_mistake_draws_anew_what_was_not_touched(
    pages: PageClient, member: User, admin: User
) -> None:
    job = make_succeeded_job(member, note="old\nnote", tags=["a"])
    page = pages.get(f"/jobs/{job.id}")
    change_job(user=admin, job_id=job.id, given={"note": "theirs", "tags": ["b"]})
    as_sent = {"tags": "x" * 51, "note": "old\r\nnote"}
    wrong = pages.submit(page, as_sent, form=MARKS, status=422)
    assert wrong.find("#field-note").text.strip() == "theirs"
    told = pages.submit(wrong, {"tags": "c"}, form=MARKS, status=422)
    assert list(told.errors) == ["tags"]
    assert fresh(job).note == "theirs"


def test_an_alias_of_somebody_else_does_not_make_one_overlook_a_change(
    app: Flask, pages: PageClient, member: User, admin: User
) -> None:
    job = make_succeeded_job(member)
    model = make_model(job, note="old")
    taken = make_model(make_succeeded_job(make_user(), dataset=job.dataset), alias="champion")
    assert taken.family_id == model.family_id
    form = "main form[action$='/edit']"
    page = pages.get(f"/models/{model.id}/edit")
    change_model(user=admin, model_id=model.id, note="theirs", name="Their name")
    wrong = pages.submit(page, {"alias": "champion"}, form=form, status=403)
    assert list(wrong.errors) == ["alias"]
    assert wrong.find("#field-note").text.strip() == "theirs"
    pages.submit(wrong, {"alias": "second"}, form=form, status=303)
    found = db.session.get_one(Model, model.id, populate_existing=True)
    assert (found.note, found.name, found.alias) == ("theirs", "Their name", "second")


def test_a_third_one_is_told_again(pages: PageClient, member: User, admin: User) -> None:
    job = make_succeeded_job(member)
    page = pages.get(f"/jobs/{job.id}")
    for words in ("theirs", "theirs again"):
        change_job(user=admin, job_id=job.id, given={"note": words})
        page = pages.submit(page, {"note": "mine"}, form=MARKS, status=422)
        assert f'"{words}"' in page.errors["note"]


def test_what_only_the_other_changed_stays(pages: PageClient, member: User, admin: User) -> None:
    job = make_succeeded_job(member, note="old", tags=["a"])
    page = pages.get(f"/jobs/{job.id}")
    change_job(user=admin, job_id=job.id, given={"tags": ["a", "theirs"]})
    pages.submit(page, {"note": "mine"}, form=MARKS, status=303)
    found = fresh(job)
    assert (found.note, found.tags) == ("mine", ["a", "theirs"])


def test_a_mistake_does_not_make_one_overlook_a_change(
    pages: PageClient, member: User, admin: User
) -> None:
    job = make_succeeded_job(member, note="old", tags=["a"])
    page = pages.get(f"/jobs/{job.id}")
    change_job(user=admin, job_id=job.id, given={"note": ""})
    wrong = pages.submit(page, {"tags": "x" * 51, "note": "mine"}, form=MARKS, status=422)
    assert list(wrong.errors) == ["tags"]
    told = pages.submit(wrong, {"tags": "b"}, form=MARKS, status=422)
    assert told.errors["note"].startswith("The note was taken away meanwhile")


def test_a_name_too(pages: PageClient, member: User, admin: User) -> None:
    job = make_succeeded_job(member, name="pears")
    page = pages.get(f"/jobs/{job.id}")
    rename_job(user=admin, job_id=job.id, name="apples")
    told = pages.submit(page, {"name": "plums"}, form="details.rename form", status=422)
    assert '"apples"' in told.errors["name"]
    assert told.find("details.rename input[name=name]")["value"] == "plums"
    pages.submit(page, {"name": "pears"}, form="details.rename form", status=303)  # untouched
    assert fresh(job).name == "apples"
    pages.submit(told, {}, form="details.rename form", status=303)
    assert fresh(job).name == "plums"


def test_a_model_too(pages: PageClient, member: User, admin: User) -> None:
    model = make_model(make_succeeded_job(member), alias="champion", note="old")
    page = pages.get(f"/models/{model.id}/edit")
    change_model(user=admin, model_id=model.id, note="theirs", alias="")
    told = pages.submit(page, {"note": "mine"}, form="main form[action$='/edit']", status=422)
    assert '"theirs"' in told.errors["note"]
    pages.submit(told, {}, form="main form[action$='/edit']", status=303)
    found = db.session.get_one(Model, model.id, populate_existing=True)
    assert (found.note, found.alias) == ("mine", None)


def test_words_that_nobody_saw_are_held_against_nothing() -> None:
    assert list_to_write(None, {"note": "a"}, {"note": "b"}) == {"note"}
    assert list_to_write({}, {"note": "a"}, {"note": "b"}) == {"note"}
    seen = {"note": fingerprint("a"), "tags": fingerprint("")}
    assert list_to_write(seen, {"note": "a", "tags": "x"}, {"note": "b", "tags": "x"}) == {"note"}
    with pytest.raises(ValidationFailed, match="The tags were changed meanwhile") as told:
        list_to_write(seen, {"note": "a", "tags": "x"}, {"note": "a", "tags": "y"})
    assert told.value.code == CHANGED
