"""What the list of jobs says where a tab has none."""

import pytest
from flask import Flask

from dashboard.db import User
from dashboard.db.states import JobState
from dashboard.jobs.listing.filtering import TABS
from dashboard.jobs.listing.lists import EMPTY_TABS
from dashboard.jobs.page.time_up import ENDS, NOBODY
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


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("not_tried", "State: skipped unstarted"),
        ("stopped", "State: skipped midway"),
        ("cancelled_by_somebody", "State: cancelled"),
        ("running", "State: running"),
    ],
)
def test_a_state_without_a_tab_is_a_filter_that_can_be_removed(
    state: str, words: str, app: Flask, member: User
) -> None:
    job, pages = make_job(member, state="running", name="pears"), PageClient(app, member)
    page = pages.get(f"/jobs?state={state}&q=pears")
    chip, other = page.select(".filter-chips .chip")
    assert words_of(chip).startswith(words)
    assert words_of(other).startswith("Search: pears")
    found = pages.get(chip["href"])
    assert len(found.select(f'[data-job-id="{job.id}"]')) == 1
    assert not found.select('.tabs [aria-current="page"][href*="state"]')
    assert len(found.select(".filter-chips .chip")) == 1
    # Where that state is all that is asked for and has none, it is said in its own words.
    if state != "running":
        alone = pages.get(f"/jobs?state={state}")
        assert words_of(alone.find(".empty h2")) == EMPTY_TABS[state]


@pytest.mark.parametrize("state", [*TABS, "finished"])
def test_a_tab_is_no_chip(state: str, app: Flask, member: User) -> None:
    assert not PageClient(app, member).get(f"/jobs?state={state}").select(".filter-chips")


def test_what_a_plan_skipped_is_not_counted_as_cancelled(app: Flask, member: User) -> None:
    pages = PageClient(app, member)
    cancelled = make_job(member, state="cancelled", stopped_by="Ada")
    page = pages.get("/jobs")
    assert [words_of(tab) for tab in page.select(".tabs a")][-1] == "Cancelled 1"
    skipped = [make_job(member, state="cancelled", stopped_by=NOBODY) for _ in range(2)]
    page = pages.get("/jobs")
    *_, by_people, by_plan = page.select(".tabs a")
    assert [words_of(by_people), words_of(by_plan)] == ["Cancelled 1", "Skipped 2"]
    shown = pages.get(str(by_plan["href"]))
    assert {row["data-job-id"] for row in shown.select("tr[data-job-id]")} == {
        str(job.id) for job in skipped
    }
    assert words_of(shown.find(".tabs [aria-current]")) == "Skipped 2"
    assert not shown.select(".filter-chips")
    shown = pages.get(str(by_people["href"]))
    assert [row["data-job-id"] for row in shown.select("tr[data-job-id]")] == [str(cancelled.id)]
    # All of them, as the API and links from before ask for.
    every = pages.get("/jobs?state=cancelled")
    assert len(every.select("tr[data-job-id]")) == 3
    chip = words_of(every.find(".filter-chips .chip"))
    assert chip.startswith("State: cancelled or skipped")
    # What is said of a ticked one is the word of its badge.
    words = {row["data-job-id"]: row["data-word"] for row in every.select("tr[data-job-id]")}
    assert words == {str(job.id): "skipped" for job in skipped} | {str(cancelled.id): "cancelled"}
