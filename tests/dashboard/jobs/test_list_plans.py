"""Lists of jobs are counted and walked from indexes alone, with candidates and without them."""

import pytest
from flask import Flask
from sqlalchemy import event

from dashboard.db import Job, User
from dashboard.extensions import db
from dashboard.jobs.counting import count_matching
from dashboard.jobs.filtering import WITHOUT, JobFilters, filter_jobs
from dashboard.jobs.segments import page_of
from dashboard.jobs.sorting import segments_of


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
