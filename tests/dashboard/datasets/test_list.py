"""The list of datasets: of each family the newest version, with what was done with all of them."""

from datetime import UTC, datetime

import pytest
from bs4 import Tag
from flask import Flask
from sqlalchemy import event

from dashboard.datasets import service
from dashboard.datasets.listing import DatasetFilters, list_datasets
from dashboard.datasets.upload.transfers import begin_transfer
from dashboard.db import User
from dashboard.extensions import db
from tests.factories import make_dataset, make_job, make_succeeded_job, make_user, make_version
from tests.page import PageClient, words_of

pytestmark = pytest.mark.both_databases


def cells(row: Tag) -> list[str]:
    return [words_of(cell) for cell in row.select("td")]


def names(**filters: object) -> list[str]:
    found = list_datasets(filters=DatasetFilters(**filters), sort="name")  # type: ignore[arg-type]
    assert found.total == len(found.items)
    return [dataset.name for dataset in found.items]


def test_a_row_stands_for_all_versions(any_app: Flask) -> None:
    owner = make_user(name="Mira Kolar")
    first = make_dataset(owner, name="telco", file_name="telco.csv", rows=100, size_bytes=955_000)
    second = make_version(first, file_name="telco-may.csv", rows=7043, size_bytes=955_000)
    make_succeeded_job(owner, dataset=first, target="churned", score=0.9)
    best = make_succeeded_job(owner, dataset=second, target="churned", score=0.95)
    # A candidate is no model, and perhaps scored on a part of the rows.
    make_succeeded_job(owner, dataset=second, target="churned", score=0.99, score_only=True)
    make_succeeded_job(owner, dataset=second, target="city", score=0.99)
    make_job(owner, dataset=second, target="churned", metric="accuracy", state="failed")
    for target in ("age", "income"):
        make_job(owner, dataset=first, target=target)
    page = PageClient(any_app, owner).get("/datasets")
    (row,) = page.select("tbody tr")
    shown = cells(row)
    assert shown[0] == "telco v2 , 2 versions telco-may.csv"
    assert shown[1:4] == ["7,043 rows", "4", "955 KB"]
    assert shown[4:7] == ["churned age city +1", "7 of all versions", shown[6]]
    assert shown[6] == "churned 0.950 ROC AUC on 5 folds, stratified"
    assert row.find("a", href=f"/jobs/{best.id}")


def test_filters_and_search_stay_in_the_address(any_app: Flask) -> None:
    ana, ben = make_user(name="Ana"), make_user(name="Ben")
    first = make_dataset(ana, name="a 100%")
    make_version(first)
    make_job(ana, first)  # of the older version: the family has a job
    make_dataset(ben, name="b")
    gone = make_dataset(ben, name="c")
    service.archive_dataset(user=ben, dataset_id=gone.id)
    make_dataset(ben, name="upload", saved_at=None)
    assert names() == ["a 100%", "b"]
    assert names(has_jobs=True) == ["a 100%"]
    assert names(has_jobs=False) == names(owner_id=ben.id) == ["b"]
    assert names(archived=True) == ["c"]
    assert names(q="0%") == ["a 100%"]
    assert names(q="_") == []
    pages = PageClient(any_app, ben)
    page = pages.get("/datasets?owner=me&jobs=no&sort=-name")
    assert [words_of(a) for a in page.select("td.main a.strong")] == ["b"]
    chosen = {o["value"] for o in page.select(".filters option[selected]")}
    assert chosen == {"me", "no"}
    assert page.find('.filters input[name="sort"]')["value"] == "-name"
    assert (
        page.find('th[aria-sort="descending"] a')["href"] == "/datasets?owner=me&jobs=no&sort=name"
    )
    page = pages.get("/datasets?q=chrun")
    assert "No dataset matches “chrun”" in page.text
    page = pages.get("/datasets?sort=boat&per=9&page=x&owner=me&jobs=9")
    assert [words_of(a) for a in page.select("td.main a.strong")] == ["b"]
    service.restore_dataset(user=ben, dataset_id=gone.id)
    assert "Nothing is archived" in pages.get("/datasets?archived=true").text


@pytest.mark.parametrize("sort", ["name", "rows", "columns", "size", "uploaded"])
def test_every_column_sorts_both_ways(any_app: Flask, sort: str) -> None:
    owner = make_user()
    for n in range(3):
        make_dataset(owner, name=f"d{n}", rows=n, n_columns=n, size_bytes=n)
    rising = [d.name for d in list_datasets(sort=sort).items]
    assert rising == ["d0", "d1", "d2"]
    assert [d.name for d in list_datasets(sort=f"-{sort}").items] == rising[::-1]


def test_the_number_of_queries_does_not_grow_with_the_rows(app: Flask, member: User) -> None:
    said: list[str] = []

    def count(rows: int) -> int:
        for _ in range(rows):
            make_succeeded_job(member, dataset=make_version(make_dataset(member)))
        pages.get("/datasets?per=200")
        said.clear()
        pages.get("/datasets?per=200")
        return len(said)

    pages = PageClient(app, member)
    event.listen(
        db.engine, "before_cursor_execute", lambda _c, _u, statement, *_: said.append(statement)
    )
    few = count(1)
    assert count(9) == few
    assert not [s for s in said if "datasets.problems" in s or "datasets.preview" in s]


def test_uploads_that_wait_to_be_checked_are_found_again(any_app: Flask) -> None:
    ana, ben = make_user(name="Ana"), make_user(name="Ben")
    read = make_dataset(ana, file_name="sales.csv", saved_at=None, rows=12, size_bytes=3_000)
    why = [
        {"severity": "warning", "code": "X", "message": "Odd"},
        {"severity": "error", "code": "CSV_NO_ROWS", "message": "bad.csv has no rows"},
    ]
    make_dataset(ana, file_name="bad.csv", saved_at=None, state="refused", problems=why,
                 touched_at=datetime(2026, 1, 31, 9, 30, tzinfo=UTC))  # fmt: skip
    make_dataset(ben, file_name="of-ben.csv", saved_at=None)
    begin_transfer(user=ana, file_name="comes.csv", size_bytes=10)
    pages = PageClient(any_app, ana)
    page = pages.get("/datasets")
    items = [words_of(item) for item in page.select(".waiting-list li")]
    assert len(items) == 2
    assert items[0].startswith("bad.csv Cannot be saved as it is: bad.csv has no rows. Uploaded")
    assert "kept until 1 Feb" in items[0]
    assert items[0].endswith("See why bad.csv Remove bad.csv")
    assert items[1].startswith("sales.csv 12 rows, 3.0 KB")
    assert page.select(f'.waiting-list a[href="/uploads/{read.id}"]')
    form = f'.waiting-list form[action="/uploads/{read.id}/discard"]'
    back = pages.follow(pages.submit(page, {}, form=form, status=303))
    assert back.path == "/datasets"
    assert "sales.csv" not in back.text
    assert not pages.get("/datasets?archived=true").select(".waiting-list")


def test_many_waiting_uploads_are_counted(any_app: Flask) -> None:
    ana = make_user(name="Ana")
    for _ in range(12):
        make_dataset(ana, saved_at=None)
    page = PageClient(any_app, ana).get("/datasets")
    assert len(page.select(".waiting-list li")) == 11
    assert "and 2 more" in page.find(".waiting-list").text
