"""The head of a dataset's pages: what may be done with it, and why not."""

from flask import Flask

from dashboard.db import User
from tests.factories import make_dataset, make_job
from tests.page import PageClient, words_of


def test_dataset_that_jobs_use_says_why_it_cannot_be_deleted(app: Flask, member: User) -> None:
    pages = PageClient(app, member)
    dataset = make_dataset(member)
    delete = f'form[action="/datasets/{dataset.id}/delete"]'
    assert pages.get(f"/datasets/{dataset.id}").find(delete)
    for words in ("1 job uses it ; delete it first", "2 jobs use it ; delete them first"):
        make_job(member, dataset)
        page = pages.get(f"/datasets/{dataset.id}")
        assert not page.select(delete)
        button = page.find(".page-head button[disabled]")
        assert words_of(button) == "Delete"
        why = page.find(f"#{button['aria-describedby']}")
        assert words_of(why) == words
        assert why.find("a", href=f"/jobs?dataset_id={dataset.id}")
