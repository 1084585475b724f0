"""A page far behind costs little: it is read from its nearer end, and hardly anything counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask, url_for
from sqlalchemy import event

from dashboard.db import User
from dashboard.extensions import db
from dashboard.jobs.listing import name_order
from dashboard.jobs.listing.addresses import job_url
from dashboard.jobs.listing.filtering import JobFilters
from dashboard.jobs.listing.pages import foresee, list_jobs
from dashboard.jobs.listing.segments import page_of
from dashboard.jobs.listing.sorting import segments_of
from dashboard.leaderboards.best_so_far import find_steps
from dashboard.leaderboards.board import Query, read_board
from tests.factories import make_dataset, make_job, make_succeeded_job, make_user
from tests.page import PageClient

pytestmark = pytest.mark.both_databases


@contextmanager
def asked() -> Iterator[list[tuple[str, Any]]]:
    """Collect what a block asks the database, with the values."""
    found: list[tuple[str, Any]] = []

    def note(_c: object, _u: object, statement: str, values: Any, *_: object) -> None:
        if statement.startswith("SELECT"):
            found.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def offsets(found: list[tuple[str, Any]]) -> list[int]:
    """Return how many rows are passed over, as SQLite is told; it is the last value."""
    return [values[-1] for statement, values in found if "OFFSET" in statement]


@pytest.mark.parametrize("sort", ["-submitted", "name", "-score", "owner", "metric:roc_auc"])
def test_the_last_page_passes_over_few_rows(app: Flask, member: User, sort: str) -> None:
    dataset = make_dataset(member)
    made = [make_succeeded_job(member, dataset_id=dataset.id, score=n / 99).id for n in range(24)]
    pages = [list_jobs(filters=JobFilters(), sort=sort, per=4, page=n).items for n in range(1, 7)]
    assert sorted(job.id for page in pages for job in page) == made
    for page in (2, 5):
        with asked() as found:
            list_jobs(filters=JobFilters(), sort=sort, per=4, page=page)
        assert max(offsets(found)) == 4


def test_there_is_no_page_behind_the_last_one(app: Flask, member: User) -> None:
    make_job(member, state="failed")
    with asked() as found:
        assert list_jobs(filters=JobFilters(), page=99).items == []
    assert not any(offsets(found))


def test_owners_of_few_jobs_are_read_together(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(name_order, "TOGETHER", 5)
    dataset = make_dataset()
    made = []
    for name, n_jobs in (("bob", 2), ("Ann", 3), ("cid", 7), ("Dan", 1), ("bob", 1)):
        owner = make_user(name=name)
        made += [(owner, make_job(owner, dataset, state="failed").id) for _ in range(n_jobs)]
        make_job(owner, dataset, state="cancelled")
    filters = JobFilters(state="failed")
    order = sorted(made, key=lambda one: (one[0].name.lower(), one[0].id, -one[1]))
    expected = [job_id for _, job_id in order]
    for start in range(0, 14, 3):
        with asked() as found:
            page = page_of(segments_of(filters, "owner"), start, 3, 14)
        assert page == expected[start : start + 3]
        assert len(found) <= 3
    assert page_of(segments_of(filters, "-owner"), 0, 20)[:2] == [made[12][1], made[11][1]]


def test_where_all_jobs_were_given_a_setting_no_other_is_looked_for(
    app: Flask, member: User
) -> None:
    dataset = make_dataset(member)
    for n in range(12):
        make_job(member, dataset, state="failed", parameters={"C": n})
    with asked() as found:
        ids = page_of(segments_of(JobFilters(), "param:C"), 5, 4, 12)
    assert len(ids) == 4
    assert not [statement for statement, _ in found if "NOT (EXISTS" in statement]


def test_of_several_tags_the_rarest_is_looked_up(app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    for tags in (["a", "b", "c"], ["a", "b"], ["a"]):
        make_job(member, dataset, state="failed", tags=tags)
    with asked() as found:
        assert foresee(JobFilters(tags=("a", "c", "b"))).tags == ("c", "b", "a")
    assert len(found) == 1
    assert len(list_jobs(filters=JobFilters(tags=("a", "b"))).items) == 2


def test_the_growth_of_the_best_score_ends_with_the_first_job(app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    made = [make_succeeded_job(member, dataset_id=dataset.id, score=s).id for s in (0.7, 0.8)]
    board = read_board(dataset_id=dataset.id, target="churned", query=Query())
    assert board is not None
    assert board.group is not None
    with asked() as found:
        assert [job.id for _, _, job in find_steps(board.group, "roc_auc")] == made
    assert sum("ORDER BY" in statement for statement, _ in found) == 2  # not a third, for nothing


def test_rows_of_a_list_read_long_values_only_for_their_columns(app: Flask, member: User) -> None:
    make_succeeded_job(member)
    pages = PageClient(app, member)
    for path in ("/jobs", "/_live/jobs?others=1"):
        for columns, is_read in (("status,score", False), ("metric:accuracy", True)):
            with asked() as found:
                pages.http.get(f"{path}{'&' if '?' in path else '?'}cols={columns}")
            names = " ".join(statement for statement, _ in found)
            assert ("jobs.metrics" in names) is is_read
            assert "jobs.warnings" not in names


@pytest.mark.parametrize("root", ["", "/yard"])
def test_the_address_of_a_job_is_that_of_flask(app: Flask, root: str) -> None:
    with app.test_request_context("/jobs", environ_overrides={"SCRIPT_NAME": root}):
        for job_id in (1, 22):
            assert job_url(job_id) == url_for("jobs.detail", job_id=job_id)
