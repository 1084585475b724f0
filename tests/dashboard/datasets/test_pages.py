"""The head of a dataset's pages: its versions, what may be done with it, and why not."""

from typing import Any

from flask import Flask

from dashboard.clock import now
from dashboard.datasets.selections import KEEP_DELETED
from dashboard.datasets.service import delete_dataset
from dashboard.db import Dataset, User
from dashboard.db.transaction import writing
from tests.factories import make_dataset, make_job, make_user, make_version
from tests.page import Page, PageClient, words_of


def change(dataset: Dataset, **values: Any) -> None:
    with writing() as session:
        row = session.get_one(Dataset, dataset.id)
        for name, value in values.items():
            setattr(row, name, value)


def toast(page: Page) -> str:
    return words_of(page.find(".toast-note"))


def test_dataset_that_jobs_use_says_why_it_cannot_be_deleted(app: Flask, member: User) -> None:
    pages = PageClient(app, member)
    dataset = make_dataset(member)
    delete = f'form[action="/datasets/{dataset.id}/delete"]'
    assert pages.get(f"/datasets/{dataset.id}").find(delete)
    for words in ("1 job", "2 jobs"):
        make_job(member, dataset)
        page = pages.get(f"/datasets/{dataset.id}")
        assert not page.select(delete)
        assert page.find("#more-menu button[disabled]")
        assert f"Used by {words}, which keep it. Archive it instead" in page.text
        assert page.find(f'form[action="/datasets/{dataset.id}/archive"]')


def test_others_see_no_way_to_change_it(app: Flask, member: User, viewer: User) -> None:
    dataset = make_dataset(member)
    for user in (viewer, make_user()):
        page = PageClient(app, user).get(f"/datasets/{dataset.id}")
        assert not page.select('form[action$="/delete"], form[action$="/archive"]')
        assert "Upload new version" not in page.text


def test_archive_shows_a_banner_and_undo_takes_it_back(app: Flask, member: User) -> None:
    pages, dataset = PageClient(app, member), make_dataset(member)
    page = pages.get(f"/datasets/{dataset.id}")
    page = pages.submit(
        page, {}, form=f'form[action="/datasets/{dataset.id}/archive"]', status=303
    )
    page = pages.follow(page)
    assert toast(page) == f"Archived {dataset.name} Undo"
    assert dataset.name not in page.text
    assert "This version is archived." in pages.get(f"/datasets/{dataset.id}").text
    assert dataset.label not in pages.get("/jobs/new").text
    assert dataset.name in pages.get("/datasets?archived=true").text
    back = pages.submit(page, {}, form=".toast-note form", status=303)
    page = pages.follow(back)
    assert page.find(f'tr[data-dataset-id="{dataset.id}"]')
    assert dataset.label in pages.get("/jobs/new").text


def test_a_deleted_dataset_is_at_no_address_until_it_is_taken_back(
    app: Flask, member: User
) -> None:
    pages, dataset = PageClient(app, member), make_dataset(member)
    here = "/datasets?sort=name"
    form = f'form[action="/datasets/{dataset.id}/delete"]'
    page = pages.submit(pages.get(here), {}, form=form, status=303)
    page = pages.follow(page)
    assert page.response.request.full_path == here
    assert toast(page) == f"Deleted {dataset.name} Undo"
    for path in ("", "/rows", "/versions", "/file", "/table.csv"):
        gone = pages.get(f"/datasets/{dataset.id}{path}", status=404)
        assert f"{dataset.name} was deleted. For 10 more minutes" in words_of(gone.find("main"))
    # Who comes here by Back takes it back on the spot; others are told who can.
    others = PageClient(app, make_user()).get(f"/datasets/{dataset.id}", status=404)
    assert "its owner or an admin can take it back" in others.text
    assert not others.select('main form[action$="/restore"]')
    gone = pages.get(f"/datasets/{dataset.id}/rows?page=2", status=404)
    back = pages.submit(gone, {}, form='main form[action$="/restore"]', status=303)
    assert back.response.location == f"/datasets/{dataset.id}/rows?page=2"
    delete_dataset(user=member, dataset_id=dataset.id)
    page = pages.get(here)
    pages.post(f"/datasets/{dataset.id}/delete", status=404)  # a second click
    pages.follow(pages.submit(page, {}, form="#deleted form", status=303))
    pages.post(f"/datasets/{dataset.id}/restore", status=303)  # and one there
    assert pages.get(f"/datasets/{dataset.id}").title.startswith(dataset.name)


def test_what_was_deleted_stays_in_sight_until_its_files_go(app: Flask, member: User) -> None:
    pages, first = PageClient(app, member), make_dataset(member)
    make_version(first)
    others = make_dataset(make_user())
    for dataset, which in ((first, "all"), (others, "")):
        delete_dataset(user=dataset.owner, dataset_id=dataset.id, all_versions=which == "all")
    page = pages.get("/datasets")
    assert len(page.select("#deleted li")) == 1
    assert f"all 2 versions of {first.name}" in words_of(page.find("#deleted li"))
    page = pages.follow(pages.submit(page, {}, form="#deleted form", status=303))
    assert not page.select("#deleted")
    assert len(pages.get(f"/datasets/{first.id}/versions").select("tbody tr")) == 2
    delete_dataset(user=member, dataset_id=first.id)
    with writing() as session:
        session.get_one(Dataset, first.id).deleted_at = now() - KEEP_DELETED
    assert not pages.get("/datasets").select("#deleted")


def test_the_menu_leads_to_every_version_and_v_to_one(app: Flask, member: User) -> None:
    pages, first = PageClient(app, member), make_dataset(member)
    second = make_version(first)
    page = pages.get(f"/datasets/{first.id}")
    links = {words_of(a)[:2]: a["href"] for a in page.select("#version-menu a")}
    assert links["v1"] == f"/datasets/{first.id}"
    assert links["v2"] == f"/datasets/{second.id}"
    assert "v2 is the newest version." in page.text
    for path in ("", "/rows", "/versions"):
        answer = pages.get(f"/datasets/{first.id}{path}?v=2&q=age", status=302).response
        assert answer.headers["Location"] == f"/datasets/{second.id}{path}?q=age"
    answer = pages.get(f"/datasets/{second.id}?v=7", status=302)
    assert "has no v7; this is v2" in pages.follow(answer).text


def test_a_live_part_keeps_its_own_version(app: Flask, member: User) -> None:
    """There ``v`` is the hash of what the browser has; it may be all digits."""
    pages, first = PageClient(app, member), make_dataset(member, state="reading")
    make_version(first)
    assert b"Reading" in pages.live(f"/_live/datasets/{first.id}?v=2").data
