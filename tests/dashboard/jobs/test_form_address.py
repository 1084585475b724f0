"""The form of a new job, asked for by an address whose dataset cannot be chosen."""

import pytest
from flask import Flask

from dashboard.clock import now
from dashboard.db import User
from tests.factories import make_dataset
from tests.page import PageClient


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


@pytest.mark.parametrize("asked", ["dataset_id=99", "dataset=99"])
def test_a_dataset_that_is_not_there_is_named(pages: PageClient, asked: str) -> None:
    words = "Dataset 99 does not exist, or was deleted. Choose another one"
    assert words in pages.get(f"/jobs/new?{asked}").text
    assert "does not exist" not in pages.get("/jobs/new").text


def test_a_dataset_that_was_deleted_or_is_not_saved_is_named(
    pages: PageClient, member: User
) -> None:
    gone = make_dataset(member, deleted_at=now())
    unsaved = make_dataset(member, saved_at=None)
    there = make_dataset(member)
    for dataset in (gone, unsaved):
        text = pages.get(f"/jobs/new?dataset_id={dataset.id}").text
        assert f"Dataset {dataset.id} does not exist, or was deleted" in text
    assert "does not exist" not in pages.get(f"/jobs/new?dataset_id={there.id}").text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("reading", "is still being read: wait a moment, or choose another one"),
        ("refused", "cannot be learned from: it could not be read. Choose another one"),
    ],
)
def test_why_a_saved_dataset_cannot_be_learned_from(
    pages: PageClient, member: User, state: str, words: str
) -> None:
    dataset = make_dataset(member, state=state)
    assert f"Dataset {dataset.id} {words}" in pages.get(f"/jobs/new?dataset={dataset.id}").text
