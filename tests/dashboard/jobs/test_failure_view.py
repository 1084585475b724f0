"""What a failed job's page shows of the cells at fault, and where in the log it failed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from dashboard.clock import now
from dashboard.db import Job, LogLine, User
from dashboard.db.transaction import writing
from dashboard.jobs.running import execution
from tests.dashboard.searches.acts import take
from tests.factories import make_dataset, make_job
from tests.page import Page, PageClient, words_of

COLUMNS = [
    {"name": "price", "kind": "category"},
    {"name": "n", "kind": "number"},
    {"name": "id", "kind": "number"},
]


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def make_failed(member: User, column: str = "price", **details: Any) -> Job:
    told = {"column": column, "count": 214, "line": 118, "value": "$5"} | details
    failure = {
        "code": "TARGET_NOT_NUMERIC",
        "message": "It has text",
        "hint": "h",
        "details": told,
    }
    failure["traceback"] = "Traceback\n  File\nValueError: no number"
    dataset = make_dataset(member, columns=COLUMNS)
    return make_job(
        member, dataset, state="failed", failure=failure, stage="prepare", finished_at=now()
    )


def links(page: Page) -> dict[str, str]:
    return {words_of(a): str(a["href"]) for a in page.select(".failure a")}


def test_sample_cells_lead_to_their_rows_and_the_column(pages: PageClient, member: User) -> None:
    samples = [
        {"line": 118, "value": "$5", "count": 187}, {"line": 902, "value": "?", "count": 27},
    ]  # fmt: skip
    job = make_failed(member, samples=samples)
    page = pages.get(f"/jobs/{job.id}")
    assert [words_of(li) for li in page.select(".at-fault li")] == [
        "Line 118 $5 ×187 rows with $5",
        "Line 902 ? ×27 rows with ?",
    ]
    found = links(page)
    rows = f"/datasets/{job.dataset_id}/rows?"
    assert found["Line 118"] == f"{rows}line=118"
    assert found["×187 rows with $5"].startswith(f"{rows}col.price.eq=")
    assert found["Show the column price"].startswith(f"/datasets/{job.dataset_id}?open=price")
    assert "Show all 214" not in found  # no address asks for these rows


def test_all_rows_are_shown_where_an_address_can_ask_for_them(
    pages: PageClient, member: User
) -> None:
    one = [{"line": 118, "value": "$5", "count": 214}]
    found = links(pages.get(f"/jobs/{make_failed(member, samples=one).id}"))
    assert "col.price.eq=" in found["Show all 214"]
    below = [{"line": 3, "value": "-1", "count": 1}]
    job = make_failed(member, "n", samples=below, condition=["lt", "0"])
    found = links(pages.get(f"/jobs/{job.id}"))
    assert found["Show all 214"] == f"/datasets/{job.dataset_id}/rows?col.n.lt=0"
    assert "the column n" in found


def test_a_failure_from_before_samples_were_kept_shows_none(
    pages: PageClient, member: User
) -> None:
    assert not pages.get(f"/jobs/{make_failed(member).id}").select(".at-fault")


def test_the_log_is_opened_at_its_error_and_the_traceback_is_counted(
    pages: PageClient, member: User
) -> None:
    job = make_failed(member)
    at = datetime(2026, 11, 29, 23, 59, tzinfo=UTC)
    with writing() as session:
        for n, level in enumerate(["info", "error", "info"], start=1):
            values = {"at": at + timedelta(minutes=n), "level": level, "text": f"line {n}"}
            session.add(LogLine(job_id=job.id, n=n, **values))
    page = pages.get(f"/jobs/{job.id}")
    assert "at line 2 of 3" in words_of(page.find("#log-card .card-header"))
    assert page.find("#log")["data-log-at"] == "2"
    assert "Times in UTC, 30 Nov 2026" in words_of(page.find("#log-card .card-header"))
    assert page.find("#L2 time")["title"] == "30 November 2026, 00:01:00 UTC"
    assert words_of(page.find("#log-card summary")) == "Technical details (traceback, 3 lines)"
    assert page.find("#log-card [data-copy]")["data-copy"] == "traceback"


@pytest.mark.usefixtures("no_broker")
def test_an_unknown_failure_has_a_reference_in_words_and_log(
    pages: PageClient, member: User
) -> None:
    job = make_job(member)
    failure = {"code": "UNKNOWN", "message": "It stopped: boom", "hint": "The log has the details"}
    assert execution.fail_job(claim=take(), failure=failure | {"traceback": "T\nError: boom"})
    page = pages.get(f"/jobs/{job.id}")
    reference = f"{job.id}-1"
    assert f"The log has the details. Reference {reference}" in words_of(page.find(".failure"))
    assert f"Error: boom (reference {reference})" in words_of(page.find("#log"))
