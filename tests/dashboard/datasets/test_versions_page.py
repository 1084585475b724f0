"""The tab of versions: where each came from, and what may be done with it."""

from flask import Flask

from dashboard.datasets import service
from dashboard.db import User
from tests.factories import make_dataset, make_job, make_user, make_version
from tests.page import PageClient, words_of


def test_each_version_says_where_it_came_from(any_app: Flask) -> None:
    owner = make_user(name="Mira Kolar")
    first = make_dataset(owner, name="telco.csv", file_name="telco.csv", sha256="a" * 64)
    make_version(first, file_name="may.csv", sha256="b" * 64, rows=300)
    again = make_version(first, file_name="telco.csv", sha256="a" * 64)
    make_version(first, sha256="b" * 64, source={"kind": "version", "of": again.id},
                 file_name="telco.csv")  # fmt: skip
    make_version(first, sha256="c" * 64, source={"kind": "paste"}, file_name="telco.csv")
    address = {"kind": "address", "address": "https://data.example.org/x.csv"}
    make_version(first, sha256="d" * 64, state="refused", file_name="telco.csv", source=address)
    make_job(owner, again)
    service.archive_dataset(user=owner, dataset_id=again.id)
    page = PageClient(any_app, owner).get(f"/datasets/{first.id}/versions")
    rows = {str(row["data-version"]): words_of(row) for row in page.select("tr[data-version]")}
    assert list(rows) == ["6", "5", "4", "3", "2", "1"]
    assert rows["6"].startswith("v6 Refused https://data.example.org/x.csv")
    assert rows["5"].startswith("v5 newest Pasted rows 200 rows 4 12 KB 0")
    assert rows["4"].startswith("v4 v3, read in another way 200")
    assert rows["3"].startswith("v3 archived A file, same bytes as v1 200 rows 4 12 KB 1")
    assert rows["2"].startswith("v2 A file may.csv 300")
    assert "Mira Kolar" in rows["1"]
    assert page.find('tr[data-version="3"]').select('form[action$="/restore"]')
    assert not page.find('tr[data-version="3"]').select('form[action$="/delete"]')
    links = [str(a["href"]) for a in page.select('tr[data-version="3"] a')]
    assert f"/datasets/{first.id}/versions?from={first.id + 1}&to={again.id}" in links
    assert words_of(page.find('.tabs a[aria-current="page"]')) == "Versions 6"


def test_one_version_is_deleted_and_the_page_stays(app: Flask, member: User) -> None:
    first = make_dataset(member)
    second = make_version(first)
    pages, here = PageClient(app, member), f"/datasets/{first.id}/versions"
    form = f'tr[data-version="2"] form[action="/datasets/{second.id}/delete"]'
    page = pages.follow(pages.submit(pages.get(here), {}, form=form, status=303))
    assert page.path == here
    assert [row["data-version"] for row in page.select("tr[data-version]")] == ["1"]
    assert words_of(page.find(".toast-note span")) == f"Deleted {first.name} v2"
    page = pages.follow(pages.submit(page, {}, form=".toast-note form", status=303))
    assert [row["data-version"] for row in page.select("tr[data-version]")] == ["2", "1"]


def test_all_versions_are_deleted_from_the_list(app: Flask, member: User) -> None:
    first = make_dataset(member)
    second = make_version(first)
    pages = PageClient(app, member)
    form = f'form[action="/datasets/{second.id}/delete"]'
    page = pages.follow(pages.submit(pages.get("/datasets"), {}, form=form, status=303))
    assert words_of(page.find(".toast-note span")) == f"Deleted all 2 versions of {first.name}"
    for dataset in (first, second):
        pages.get(f"/datasets/{dataset.id}", status=404)
    pages.submit(page, {}, form=".toast-note form", status=303)
    for dataset in (first, second):
        pages.get(f"/datasets/{dataset.id}")
