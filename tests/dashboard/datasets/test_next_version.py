"""A file that is to become a dataset's next version, and what a person typed on the way to it."""

import io

import pytest
from flask import Flask

from dashboard.datasets.service import delete_dataset
from dashboard.db import Dataset, User
from dashboard.extensions import db
from tests.factories import make_dataset
from tests.page import PageClient
from tests.uploads import columns_of, make_upload, stored

pytestmark = pytest.mark.usefixtures("no_broker")  # the worker is this test

PASTE = "form[action^='/datasets/paste']"


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def test_pasted_rows_are_not_lost_with_the_dataset(pages: PageClient, member: User) -> None:
    former = make_dataset(member)
    page = pages.get(f"/datasets/new?version_of={former.id}")
    delete_dataset(user=member, dataset_id=former.id)
    page = pages.submit(page, {"rows": "a\tb\n1\t2"}, form=PASTE, status=422)
    assert page.find("textarea#field-rows").text == "a\tb\n1\t2"
    assert page.errors["rows"].startswith(f"There is no dataset {former.id}; it may have been")
    assert "becomes a dataset of its own" in page.text
    pages.submit(page, {}, form=PASTE, status=303)
    file = {"file": (io.BytesIO(b"a,b\n1,2\n"), "t.csv")}
    page = pages.post(f"/datasets/new?version_of={former.id}", file, status=422)
    assert "There is no dataset" in page.errors["file"]


def test_more_than_half_a_megabyte_is_pasted(pages: PageClient) -> None:
    rows = "a,b\n" + "1,2\n" * 200_000
    pages.submit(pages.get("/datasets/new"), {"rows": rows}, form=PASTE, status=303)


def test_the_check_page_says_whose_next_version_it_is(pages: PageClient, member: User) -> None:
    former = make_dataset(member, name="houses")
    upload = make_upload(member, family_id=former.family_id)
    page = pages.get(f"/uploads/{upload.id}")
    assert "It becomes the next version of houses v1" in page.text
    assert not page.select("#field-name")  # a version has the name of those before it
    saved = pages.submit(page, {}, form="#check-form", status=303)
    assert "Saved houses v2" in pages.follow(saved).html
    assert (stored(upload.id).version, stored(upload.id).name) == (2, "houses")


def test_a_dataset_that_was_deleted_meanwhile_is_said(pages: PageClient, member: User) -> None:
    former = make_dataset(member)
    upload = make_upload(member, family_id=former.family_id)
    page = pages.get(f"/uploads/{upload.id}")
    delete_dataset(user=member, dataset_id=former.id)
    page = pages.submit(page, {"answer-2": "leave_out"}, form="#check-form", status=422)
    assert "The dataset whose next version this was to be was deleted" in page.text
    assert page.find("#question-2 input[checked]")["value"] == "leave_out"
    pages.submit(page, {"name": "mine"}, form="#check-form", status=303)
    found = db.session.get_one(Dataset, upload.id)
    assert (found.version, found.name) == (1, "mine")


def test_answers_stand_again_when_the_name_is_blank(pages: PageClient, member: User) -> None:
    upload = make_upload(member)
    page = pages.get(f"/uploads/{upload.id}")
    assert page.find("#question-2 input[checked]")["value"] == "number"
    sent = {"name": " ", "answer-2": "leave_out"}
    page = pages.submit(page, sent, form="#check-form", status=422)
    assert page.errors == {"name": "Give the dataset a name"}
    assert page.find("#question-2 input[checked]")["value"] == "leave_out"


def test_what_differs_from_the_former_version_is_said_before_save(
    pages: PageClient, member: User
) -> None:
    columns = [{**c, "kind": "identifier"} if c["name"] == "price" else c for c in columns_of()]
    former = make_dataset(member, columns=[*columns[:-1], {**columns[-1], "name": "zip"}])
    upload = make_upload(member, family_id=former.family_id, columns=columns_of())
    text = pages.get(f"/uploads/{upload.id}").text
    for words in (
        '"zip" is not there any more', '"zipcode" is new',
        '"price" was read as identifier, now as category',
    ):  # fmt: skip
        assert words in text
    same = make_upload(member, family_id=make_dataset(member, columns=columns_of()).family_id)
    assert "Its columns differ" not in pages.get(f"/uploads/{same.id}").text


def test_a_next_version_can_be_read_as_the_former_one_was(pages: PageClient, member: User) -> None:
    chosen = {"missing": ["", "unbekannt"], "bad_lines": "skip"}
    former = make_dataset(member, options=chosen)
    upload = make_upload(member, family_id=former.family_id)
    page = pages.get(f"/uploads/{upload.id}")
    pages.submit(page, {}, form="#as-former", status=303)
    assert stored(upload.id).options == chosen
    assert stored(upload.id).state == "reading"
    assert not pages.get(f"/uploads/{upload.id}").select("#as-former")
    plain = make_upload(member, family_id=make_dataset(member).family_id)
    assert not pages.get(f"/uploads/{plain.id}").select("#as-former")


def test_a_file_can_be_discarded_while_it_is_read(pages: PageClient, member: User) -> None:
    upload_id = make_upload(member, state="reading", preview=[], columns=[]).id
    page = pages.get(f"/uploads/{upload_id}")
    pages.submit(page, {}, form=f'form[action="/uploads/{upload_id}/discard"]', status=303)
    assert pages.get(f"/uploads/{upload_id}", status=404)
