"""The head of a job's log, settings, files and rows: its state as it is now."""

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from dashboard.clock import now
from dashboard.db import User
from tests.dashboard.datasets.profiled import change
from tests.factories import make_job
from tests.page import PageClient, words_of

TABS = ("log", "settings", "files", "rows")


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def read(pages: PageClient, address: str) -> BeautifulSoup:
    return BeautifulSoup(pages.live(address).text, "html5lib")


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_tells_the_state_and_follows_it(
    tab: str, pages: PageClient, member: User
) -> None:
    job = make_job(
        member, state="running", progress=0.61, attempt=1, started_at=now(), heartbeat_at=now()
    )
    page = pages.get(f"/jobs/{job.id}/{tab}")
    told = page.find("[data-job-state]")
    assert told["data-title"] == f"(61%) {job.name}, {tab}"
    assert str(page.find("link[rel=icon]")["href"]).endswith("/favicons/running-60.svg")
    assert told.has_attr("data-stays") == (tab in {"log", "settings"})
    assert "Pause updates" in words_of(page.find("#job-head"))
    address = str(page.find("#job-head[data-live]")["hx-get"])
    change(job, state="failed", finished_at=now(), failure={"code": "X", "message": "m"})
    head = read(pages, address)
    (told,) = head.select("[data-job-state]")
    assert told["data-title"] == f"Failed {job.name}, {tab}"
    assert str(told["data-favicon"]).endswith("/favicons/failed.svg")
    assert [words_of(one) for one in head.select("h1 + .status")] == ["Failed"]
    assert not head.select("[data-live], [data-live-pause]")  # nothing follows
    tabs = [str(a["href"]).rpartition("/")[2] for a in head.select("nav.tabs a[aria-current]")]
    assert tabs == ([tab] if tab != "rows" else [])  # it has no rows


def test_silence_is_told_on_every_tab(pages: PageClient, member: User) -> None:
    long_ago = now().replace(year=2020)
    job = make_job(member, state="running", attempt=1, started_at=long_ago, heartbeat_at=long_ago)
    assert "No news for" in words_of(pages.get(f"/jobs/{job.id}/log").find("h1 + .status"))


def test_a_tab_that_there_is_not_is_the_log(pages: PageClient, member: User) -> None:
    head = read(pages, f"/_live/jobs/{make_job(member).id}/head?tab=<x>")
    assert str(head.select("nav.tabs a[aria-current]")[0]["href"]).endswith("/log")
