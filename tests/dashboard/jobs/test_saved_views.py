"""Saved views of the list of jobs: what cannot be kept is refused whole."""

from flask import Flask

from dashboard.db import SavedView, User
from dashboard.extensions import db
from tests.factories import make_job
from tests.page import PageClient


def test_a_list_of_too_many_words_is_refused_and_not_cut(app: Flask, member: User) -> None:
    make_job(member)
    pages = PageClient(app, member)
    back = "/jobs?q=" + "%C3%A4" * 700 + "&sort=-score"  # six letters each in an address
    page = pages.follow(pages.post("/jobs/views", {"name": "long", "back": back}, status=303))
    assert "A view keeps an address of up to 4,000 characters; this list" in page.text
    assert db.session.query(SavedView).count() == 0
    pages.post("/jobs/views", {"name": "short", "back": "/jobs?q=pear"}, status=303)
    view = db.session.query(SavedView).one()
    page = pages.follow(pages.post(f"/jobs/views/{view.id}/replace", {"back": back}, status=303))
    assert "A view keeps an address of up to" in page.text
    assert view.address == "q=pear"
