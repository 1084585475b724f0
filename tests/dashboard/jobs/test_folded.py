"""Candidates of searches are left out of the list where a person asks, behind their batch."""

import csv
import io

import pytest
from flask import Flask

from dashboard.auth.tokens import create_token
from dashboard.db import Batch, Dataset, User
from dashboard.db.transaction import writing
from dashboard.jobs.listing.folded import GOING_LINES
from tests.factories import make_dataset, make_job, make_succeeded_job
from tests.page import Page, PageClient, words_of

LEFT_OUT = "/jobs?candidates=without"


@pytest.fixture
def dataset(app: Flask, member: User) -> Dataset:
    return make_dataset(member, name="people")


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def make_search(owner: User, dataset: Dataset, name: str, plan_state: str = "going") -> Batch:
    """Make a search with two candidates, of which one is over."""
    with writing() as session:
        batch = Batch(owner_id=owner.id, name=name, n_jobs=2, plan={"kind": "search"},
                      plan_state=plan_state)  # fmt: skip
        session.add(batch)
    asked = {"batch_id": batch.id, "score_only": True, "dataset": dataset}
    make_succeeded_job(owner, name=f"{name}, C 1", **asked)
    make_job(owner, name=f"{name}, C 2", **asked)
    return batch


def names_in(page: Page) -> list[str]:
    return [words_of(row.a) for row in page.select("tr[data-job-id] td.main")]


def lines_in(page: Page) -> list[str]:
    return [words_of(line) for line in page.select("[data-batch-id]")]


def test_a_search_has_one_line_where_candidates_are_left_out(
    pages: PageClient, member: User, dataset: Dataset
) -> None:
    batch = make_search(member, dataset, "grid")
    alone = make_succeeded_job(member, dataset=dataset, name="alone")
    every = pages.get("/jobs")
    assert set(names_in(every)) == {"grid, C 1", "grid, C 2", "alone"}
    assert lines_in(every) == []
    # The form needs no script.
    page = pages.submit_get(every, {"candidates": "without"}, form="form[data-filters]")
    assert names_in(page) == ["alone"]
    (line,) = lines_in(page)
    assert line == f"grid batch #{batch.id} Goes on: 2 jobs so far, 1 unfinished"
    assert page.find("[data-batch-id] a")["href"] == f"/batches/{batch.id}"
    assert words_of(page.find(".tabs a")) == "All 1"
    live = pages.live(str(page.find("#jobs-live")["hx-get"])).get_data(as_text=True)
    assert f'data-batch-id="{batch.id}"' in live
    assert "grid, C 2" not in live
    of_it = pages.get(f"/jobs?batch_id={batch.id}")
    assert set(names_in(of_it)) == {"grid, C 1", "grid, C 2"}
    assert not of_it.select("#filter-candidates")
    rows = csv.DictReader(io.StringIO(pages.http.get(LEFT_OUT.replace("s?", "s.csv?")).text))
    assert [row["id"] for row in rows] == [str(alone.id)]


def test_what_was_asked_last_is_kept_and_stands_in_the_address(
    app: Flask, pages: PageClient, member: User, dataset: Dataset
) -> None:
    make_search(member, dataset, "grid")
    make_succeeded_job(member, dataset=dataset, name="alone")
    pages.get(LEFT_OUT)
    again = pages.get("/jobs?sort=name&page=1", status=302)
    assert again.response.headers["Location"] == "/jobs?sort=name&page=1&candidates=without"
    page = pages.follow(again)
    assert names_in(page) == ["alone"]
    chip = next(one for one in page.select(".chip") if "Candidates" in words_of(one))
    every = pages.get(str(chip["href"]))
    assert len(names_in(every)) == 3
    assert "3 jobs on this server" in every.text
    assert len(names_in(pages.get("/jobs"))) == 3
    token = create_token(user=member, name="t").text
    asked = {"Authorization": f"Bearer {token}"}
    assert len(pages.http.get("/api/v1/jobs", headers=asked).get_json()["items"]) == 3


def test_a_search_without_a_winner_keeps_its_line_and_others_do_not(
    pages: PageClient, member: User, dataset: Dataset
) -> None:
    make_search(member, dataset, "in vain", plan_state="over")
    won = make_search(member, dataset, "won", plan_state="over")
    with writing() as session:
        winner = make_succeeded_job(member, dataset=dataset, name="winner", batch_id=won.id)
        session.get_one(Batch, won.id).final_job_id = winner.id
    page = pages.get(LEFT_OUT)
    assert names_in(page) == ["winner"]
    assert [line.partition(" batch")[0] for line in lines_in(page)] == ["in vain"]
    assert "Over, without a model" in lines_in(page)[0]
    assert lines_in(pages.get(f"{LEFT_OUT}&q=winner")) == []
    assert lines_in(pages.get(f"{LEFT_OUT}&state=succeeded")) == []


def test_the_overview_has_a_line_for_a_search_and_none_for_its_candidates(
    pages: PageClient, member: User, dataset: Dataset
) -> None:
    make_search(member, dataset, "grid")
    make_search(member, dataset, "in vain", plan_state="over")
    job = make_job(member, dataset, name="alone", state="queued")
    page = pages.get("/")
    shown = page.find("#in-progress")
    assert [one["data-job-id"] for one in shown.select("[data-job-id]")] == [str(job.id)]
    assert lines_in(page)[0].startswith("grid Goes on: 2 jobs so far")
    assert "grid, C" not in page.text
    assert "in vain" not in page.text


def test_a_search_that_goes_on_stands_before_newer_ones_that_failed(
    pages: PageClient, member: User, dataset: Dataset
) -> None:
    make_search(member, dataset, "grid")
    for n in range(6):
        make_search(member, dataset, f"in vain {n}", plan_state="over")
    page = pages.get("/")
    assert [line.partition(" Goes on")[0] for line in lines_in(page)] == ["grid"]
    assert "You have no running or waiting jobs" not in page.text
    assert page.find("#overview-now")["hx-trigger"] == "every 5s"
    listed = pages.get(LEFT_OUT)
    names = [line.partition(" batch")[0] for line in lines_in(listed)]
    assert names == ["grid", *(f"in vain {n}" for n in (5, 4, 3, 2, 1))]
    assert listed.find("#jobs-live")["hx-trigger"] == "every 3s"


def test_of_more_than_are_shown_the_others_are_counted(
    pages: PageClient, member: User, dataset: Dataset
) -> None:
    for n in range(GOING_LINES):
        make_search(member, dataset, f"grid {n}")
    assert "more go" not in pages.get("/").text + pages.get(LEFT_OUT).text
    for n in range(2):
        make_search(member, dataset, f"last {n}")
    for address in ("/", LEFT_OUT):
        page = pages.get(address)
        assert len(lines_in(page)) == GOING_LINES, address
        assert "2 more go on" in page.text, address


def test_searches_that_are_over_are_looked_at_seldom(
    pages: PageClient, member: User, dataset: Dataset
) -> None:
    with writing() as session:
        session.add(Batch(owner_id=member.id, name="in vain", n_jobs=2, plan={"kind": "search"},
                          plan_state="over"))  # fmt: skip
    assert pages.get("/").find("#overview-now")["hx-trigger"] == "every 30s"
    make_succeeded_job(member, dataset=dataset, name="alone")
    assert pages.get(LEFT_OUT).find("#jobs-live")["hx-trigger"] == "every 15s"
