"""Lists of jobs are counted and walked from indexes alone, with candidates and without them."""

import pytest
from flask import Flask
from sqlalchemy import event

from dashboard.db import Job, User
from dashboard.extensions import db
from dashboard.jobs.listing import pages as listing
from dashboard.jobs.listing.counting import count_matching
from dashboard.jobs.listing.filtering import WITHOUT, JobFilters, filter_jobs
from dashboard.jobs.listing.pages import list_jobs
from dashboard.jobs.listing.segments import page_of
from dashboard.jobs.listing.sorting import segments_of
from tests.factories import make_job


def steps_of(filters: JobFilters, sort: str) -> list[str]:
    """Return how SQLite counts a list and reads a page of it."""
    statements: list[tuple[str, object]] = []

    def note(_c: object, _u: object, statement: str, parameters: object, *_: object) -> None:
        statements.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    count_matching(filters)
    page_of(segments_of(filters, sort), 100, 50)
    event.remove(db.engine, "before_cursor_execute", note)
    found = []
    for statement, parameters in statements:
        explained = f"EXPLAIN QUERY PLAN {statement}"
        found += [row[3] for row in db.session.connection().exec_driver_sql(explained, parameters)]
    return found


@pytest.mark.parametrize("candidates", [None, WITHOUT])
@pytest.mark.parametrize(
    ("asked", "sort"),
    [
        ({}, "-submitted"),
        ({}, "submitted"),
        ({"state": "succeeded"}, "-submitted"),
        ({"owner_id": 1}, "-submitted"),
        ({"dataset_id": 1}, "-submitted"),
        ({"q": "job", "in_many": True}, "-submitted"),
        ({}, "-score"),
    ],
)
def test_no_row_is_read_and_nothing_is_sorted(
    app: Flask, member: User, candidates: str | None, asked: dict[str, object], sort: str
) -> None:
    steps = steps_of(JobFilters(candidates=candidates, **asked), sort)  # type: ignore[arg-type]
    of_jobs = [step for step in steps if " jobs" in step]
    assert of_jobs
    assert [step for step in of_jobs if "COVERING INDEX" not in step] == []
    assert "USE TEMP B-TREE FOR ORDER BY" not in steps


@pytest.mark.parametrize("asked", [{"owner_id": 1}, {"dataset_id": 1}, {"estimator": "Ridge"}])
def test_a_few_numbers_are_looked_up_whatever_else_is_asked(
    app: Flask, member: User, asked: dict[str, object]
) -> None:
    few = filter_jobs(JobFilters(**asked), lambda job_id: job_id.in_([1, 2]))  # type: ignore[arg-type]
    text = few.with_only_columns(Job.id).compile(db.engine, compile_kwargs={"literal_binds": True})
    steps = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")
    assert [row[3] for row in steps] == ["SEARCH jobs USING INTEGER PRIMARY KEY (rowid=?)"]


@pytest.mark.parametrize("few", [0, 2])
def test_words_that_few_jobs_hold_are_looked_for_once(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(listing, "FEW_HOLD", few)
    ids = [make_job(member, name=f"early {n}", state="failed").id for n in range(4)]
    rare = make_job(member, name="rare", state="failed").id
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", note := lambda *a: statements.append(a[2]))
    found = list_jobs(filters=JobFilters(q="rare"))
    event.remove(db.engine, "before_cursor_execute", note)
    assert ([job.id for job in found.items], found.total) == ([rare], 1)
    assert len([text for text in statements if "LIKE" in text]) == (1 if few else 3)
    every = list_jobs(filters=JobFilters(q="early"))
    assert ([job.id for job in every.items], every.total) == (ids[::-1], 4)
    assert list_jobs(filters=JobFilters(q="nowhere")).total == 0
    both = list_jobs(filters=JobFilters(q=f"{rare}"))  # its number, and words that hold that
    assert rare in [job.id for job in both.items]
