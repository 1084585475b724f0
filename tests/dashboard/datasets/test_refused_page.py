"""The check page of a file that could not be read, or did not come."""

from pathlib import Path

import pytest
from flask import Flask

from dashboard.db import User
from dashboard.storage import get_storage, keys
from tests.page import PageClient, words_of
from tests.uploads import make_upload

ONE_COLUMN = {"severity": "error", "code": "CSV_ONE_COLUMN", "line": None, "column": None,
              "message": "We found only one column", "count": None}  # fmt: skip
NOT_FETCHED = {**ONE_COLUMN, "code": "ADDRESS_SILENT", "message": "The server answered 503"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_the_first_lines_are_shown_as_they_stand(
    app: Flask, member: User, tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("a;b;é\n" + "1;2;3\n" * 20, encoding=encoding)
    key = keys.dataset_original(1, "ab" * 8)
    get_storage().put_file(key, path)
    made = make_upload(
        member, state="refused", problems=[ONE_COLUMN], preview=[], original_key=key
    )
    page = PageClient(app, member).get(f"/uploads/{made.id}")
    rows = [words_of(row) for row in page.select("#first-lines tbody tr")]
    assert rows[:2] == ["1 a;b;é", "2 1;2;3"]
    assert len(rows) == 10
    assert page.find("#check").get_text().count("We found only one column") == 1


def test_a_file_that_did_not_come_is_tried_again(app: Flask, member: User) -> None:
    address = "https://data.example.org/a.csv?key=secret"
    made = make_upload(
        member, state="refused", problems=[NOT_FETCHED], preview=[], original_key=None,
        source={"kind": "address", "address": address},
    )  # fmt: skip
    pages = PageClient(app, member)
    page = pages.get(f"/uploads/{made.id}")
    assert not page.select("#how")
    assert "secret" not in page.text
    button = page.find("form[data-once] button")
    assert words_of(button) == "Try again"
    answer = pages.follow(pages.submit(page, {}, form="form[data-once]", status=303))
    assert "Waiting to be read" in answer.text
