"""Lists of jobs by what jobs belong to, however many of those there are, and what a page costs."""

from flask import Flask
from sqlalchemy import event, insert

from dashboard.db import Dataset, Job, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.filtering import JobFilters
from dashboard.jobs.sorting import page_of, segments_of
from tests.factories import make_dataset, make_job, make_succeeded_job, make_user
from tests.page import PageClient


def copy_rows(row: Dataset | Job | User, changes: list[dict[str, object]]) -> None:
    table = type(row).__table__
    same = {c.name: getattr(row, c.key) for c in table.columns if c.name != "id"}
    with writing() as session:
        session.execute(insert(type(row)), [same | change for change in changes])


def test_all_jobs_of_many_datasets_and_owners_are_listed_in_few_queries(app: Flask) -> None:
    owner = make_user(name="Zoe")
    dataset = make_dataset(owner, name="zoo")
    job = make_job(owner, dataset)
    many = range(10, 1110)
    copy_rows(dataset, [
        {"id": n, "family_id": n, "token": f"t{n}", "name": f"a{9999 - n}"} for n in many
    ])  # fmt: skip
    copy_rows(owner, [{"id": n, "email": f"{n}@x", "name": f"Ann {9999 - n}"} for n in many])
    copy_rows(job, [{"dataset_id": n, "owner_id": n, "name": f"{n}"} for n in many])
    statements: list[str] = []
    note = lambda *a: statements.append(a[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        for sort in ("dataset", "owner"):
            up, down = (
                page_of(segments_of(JobFilters(), way + sort), 0, 5000) for way in ("", "-")
            )
            assert len(set(up)) == len(up) == 1101
            assert up == down[::-1]
            assert up[-1] == job.id
            names = [db.session.get_one(Job, one).name for one in up[:3]]
            assert names == ["1109", "1108", "1107"]
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert sum("ORDER BY" in text for text in statements) == 4


def test_jl_7_a_page_of_fifty_jobs_is_no_large_one(app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    for n in range(50):
        make_succeeded_job(member, dataset_id=dataset.id, score=n / 100, split_hash=f"{n}" * 8)
    page = PageClient(app, member).get("/jobs")
    assert len(page.select("tr[data-job-id]")) == 50
    assert len(page.select("*")) < 3000


def test_days_of_the_filters_are_said_to_be_of_utc(app: Flask, member: User) -> None:
    make_job(member)
    page = PageClient(app, member).get("/jobs?from=2020-01-01")
    for text in ("Submitted from (UTC)", "to (UTC)", "From (UTC): 2020-01-01"):
        assert text in page.text
