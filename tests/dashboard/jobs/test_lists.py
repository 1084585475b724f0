"""The list of jobs where much waits, and where jobs come while it is read."""

import pytest
from flask import Flask
from sqlalchemy import event

from dashboard.extensions import db
from dashboard.jobs import queries
from dashboard.jobs.queries import JobFilters, list_jobs, list_jobs_before
from tests.factories import make_dataset, make_job, make_user


def test_jobs_that_come_while_a_page_is_read_break_nothing(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = make_user()
    dataset = make_dataset(owner)
    jobs = [make_job(owner, dataset) for _ in range(12)]
    monkeypatch.setattr(queries, "count_matching", lambda _: 0)
    page = list_jobs(filters=JobFilters(), per=10)
    assert [job.id for job in page.items] == [job.id for job in jobs[:10]]
    assert (page.total, page.n_first, page.more_are_active) == (12, 10, True)
    page = list_jobs(filters=JobFilters(), per=10, page=2)
    assert [job.id for job in page.items] == [job.id for job in reversed(jobs[10:])]


def test_a_page_of_the_api_sorts_ids_and_reads_no_row_but_its_own(any_app: Flask) -> None:
    owner = make_user()
    dataset = make_dataset(owner)
    jobs = [make_job(owner, dataset, state="failed").id for _ in range(6)]
    make_job(owner, dataset)
    db.session.expire_all()
    statements: list[str] = []

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    failed = JobFilters(state="failed", dataset_id=dataset.id)
    found = list_jobs_before(filters=failed, before=jobs[5], limit=2)
    event.remove(db.engine, "before_cursor_execute", note)
    assert [job.id for job in found] == [jobs[4], jobs[3]]
    assert not [s for s in statements if "ORDER BY" in s and "jobs.parameters" in s]
    found = list_jobs_before(filters=failed, before=jobs[3], limit=9, oldest_first=True)
    assert [job.id for job in found] == jobs[4:]
