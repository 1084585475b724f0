"""What the list of jobs says where a tab has none."""

import pytest
from flask import Flask

from dashboard.db import User
from dashboard.db.states import JobState
from dashboard.jobs.filtering import TABS
from dashboard.jobs.lists import EMPTY_TABS
from dashboard.jobs.time_up import ENDS
from tests.factories import make_job
from tests.page import PageClient, words_of


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("failed", "Nothing has failed"),
        ("succeeded", "No job has succeeded yet"),
        ("cancelled", "No job was cancelled"),
        ("queued", "No job waits"),
    ],
)
def test_an_empty_tab_says_so_in_words(state: str, words: str, app: Flask, member: User) -> None:
    make_job(member, state="running")
    page = PageClient(app, member).get(f"/jobs?state={state}")
    assert words_of(page.find(".empty h2")) == words


def test_there_are_words_for_each_tab_and_state() -> None:
    assert set(EMPTY_TABS) == set(TABS) | set(JobState) | set(ENDS)
