"""The check page while a file is read: its first rows are there at once, and provisional."""

import io
from typing import Any

import pytest
from flask import Flask

from dashboard.datasets.check import first_rows
from dashboard.db import User
from dashboard.storage import get_storage
from tests.dashboard.datasets.test_check_page import facts, rows
from tests.page import Page, PageClient, words_of
from tests.uploads import columns_of, make_upload, read_next, stored

pytestmark = pytest.mark.usefixtures("no_broker")  # the worker is this test

PRICES = b"town;price\n" + b"Rome;1,5\nParis;2,5\n" * 20_000


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def send(pages: PageClient, content: bytes, name: str = "file.csv") -> Page:
    """Upload a file, and open its check page before anybody has read it."""
    file = (io.BytesIO(content), name)
    return pages.follow(pages.post("/datasets/new", {"file": file}, status=303))


def change(pages: PageClient, page: Page, **fields: str) -> Page:
    """Send another choice, and open the page before anybody has read the file."""
    return pages.follow(pages.submit(page, fields, form=".reading-form", status=303))


def heads(page: Page) -> list[str]:
    return [words_of(head) for head in page.select("#check-rows thead th")][1:]


def test_the_first_rows_are_there_before_a_worker_has_begun(pages: PageClient) -> None:
    page = send(pages, PRICES)
    assert rows(page)[:2] == [["2", "Rome", "1,5"], ["3", "Paris", "2,5"]]
    assert heads(page) == ["town", "price Number so far"]
    assert "These are the first rows with these settings." in words_of(page.find(".again"))
    assert "Waiting to be read" in words_of(page.find("#check-progress"))
    assert page.find("#save-dataset").has_attr("disabled")
    read = facts(page)
    assert (read["Separator"], read["Decimal sign"]) == ("Semicolon", "Comma (1,5)")
    assert (read["Rows"], read["Columns"]) == ("Not counted yet", "2")
    read_next()
    page = pages.get(page.path)
    assert facts(page)["Rows"] == "40,000"
    assert not page.select(".again")
    assert not page.find("#save-dataset").has_attr("disabled")


@pytest.mark.parametrize(
    ("choice", "row", "names"),
    [
        ({"header": "false"}, ["1", "town", "price"], ["column_1", "column_2"]),
        ({"decimal": "."}, ["2", "Rome", "1,5"], ["town", "price"]),
        ({"missing": "1,5"}, ["2", "Rome", "1,5"], ["town", "price"]),
        ({"header": "true", "header_line": "3"}, ["4", "Rome", "1,5"], ["Paris", "2,5"]),
    ],
)
def test_a_changed_choice_shows_at_once(
    pages: PageClient, choice: dict[str, str], row: list[str], names: list[str]
) -> None:
    page = send(pages, PRICES)
    read_next()
    page = change(pages, pages.get(page.path), **choice)
    assert page.find("#check-progress")
    assert rows(page)[0] == row
    assert [name.partition(" Number")[0] for name in heads(page)] == names


def test_of_two_quick_changes_the_last_one_shows(pages: PageClient) -> None:
    page = send(pages, PRICES)
    read_next()
    page = change(pages, pages.get(page.path), header="false")
    page = change(pages, page, header="true", decimal=".")
    assert heads(page) == ["town", "price"]
    read_next()
    page = pages.get(page.path)
    assert facts(page)["Decimal sign"] == "Point (1.5)"
    assert stored(int(page.path.rsplit("/", 1)[1])).state == "ready"


def test_a_choice_with_which_there_are_no_rows_says_so_and_shows_the_file(
    pages: PageClient,
) -> None:
    page = send(pages, PRICES)
    read_next()
    page = change(pages, pages.get(page.path), delimiter="|")
    words = words_of(page.find(".again .notice"))
    assert words.startswith("No row can be shown with these settings.")
    assert "We found only one column" in words
    assert page.find("#check-progress")
    assert words_of(page.find("#first-lines tbody td + td")) == "town;price"
    assert page.find("#field-delimiter option[selected]")["value"] == "|"
    assert page.find("#save-dataset").has_attr("disabled")


def test_an_answer_about_a_column_keeps_the_rows_and_questions(pages: PageClient) -> None:
    page = send(pages, b"a,b\n" + b"$1,x\n2,y\n3,z\n" * 30)
    read_next()
    page = pages.get(page.path)
    before = rows(page)
    assert page.select("[data-answers]")
    page = pages.follow(
        pages.post(page.path, {"answer-0": "text", "only": "answer-0"}, status=303)
    )
    assert page.find("#check-progress")
    assert page.select("[data-answers]")
    assert rows(page) == before
    assert "These rows are as they were read before." in words_of(page.find(".again"))


def test_parquet_and_what_is_gone_show_what_was_there(pages: PageClient, member: User) -> None:
    made = make_upload(member, state="reading", columns=columns_of(None))
    assert rows(pages.get(f"/uploads/{made.id}"))[0][:2] == ["2", "1"]


def test_a_fault_of_the_reader_does_not_stop_the_page(
    pages: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(first_rows, "_read", fail)
    page = send(pages, PRICES)
    assert page.find("#check-progress")
    assert not page.select("#check-rows")


def test_discarded_meanwhile(pages: PageClient) -> None:
    page = send(pages, PRICES)
    key = stored(int(page.path.rsplit("/", 1)[1])).original_key
    pages.post(f"{page.path}/discard", {}, status=303)
    pages.get(page.path, status=404)
    assert key
    assert not get_storage().exists(key)


def test_only_the_beginning_is_read(stored_app: Flask) -> None:
    """From a folder and from a bucket alike."""
    from tests.factories import make_user

    pages = PageClient(stored_app, make_user())
    page = send(pages, PRICES)
    assert rows(page)[0] == ["2", "Rome", "1,5"]
