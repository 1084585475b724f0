"""What pages say of a file in words, and that it is true."""

import re
from pathlib import Path

from flask import Flask

from dashboard.datasets.check_view import PLACES
from dashboard.db import User
from tests.factories import make_dataset
from tests.page import PageClient
from tests.uploads import DIALECT, make_upload

ENGINE = Path(__file__).parents[3] / "tasks" / "engine"


def test_an_encoding_has_one_name_on_all_pages(app: Flask, member: User) -> None:
    dialect = {**DIALECT, "encoding": "cp1252", "delimiter": "\t"}
    pages = PageClient(app, member)
    dataset = make_dataset(member, dialect=dialect)
    assert "Tab-separated, Windows-1252" in pages.get(f"/datasets/{dataset.id}").text
    upload = make_upload(member, dialect=dialect)
    assert "Windows-1252" in pages.get(f"/uploads/{upload.id}").find("#how .facts").text


def test_every_place_of_a_problem_is_of_one_that_there_is() -> None:
    source = "".join(path.read_text() for path in ENGINE.rglob("*.py"))
    assert [code for code in PLACES if f'"{code}"' not in source] == []


def test_what_is_listed_is_what_is_said(app: Flask, member: User) -> None:
    found = [
        {"severity": "warning", "code": "CONSTANT", "message": f"c{n} is always the same",
         "line": None, "column": f"c{n}", "count": None} for n in range(300)
    ]  # fmt: skip
    dataset = make_dataset(member, problems=found)
    page = PageClient(app, member).get(f"/datasets/{dataset.id}")
    words = page.find(".all-checks summary").text
    assert re.fullmatch(r"The first 200 of 300; each column has its own", words)
    assert len(page.select(".all-checks li")) == 200
