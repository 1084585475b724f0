"""What pages say of a file in words, and that it is true."""

import re
from pathlib import Path

from flask import Flask

from dashboard.datasets.check.notes import PLACES
from dashboard.db import User
from tests.factories import make_dataset, make_version
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


def test_a_difference_uses_the_same_names_and_says_how_many_it_leaves_out(
    app: Flask, member: User
) -> None:
    def columns(kind: str) -> list[dict[str, object]]:
        return [{"name": f"c{n}", "kind": kind, "missing": 0, "count": 9, "distinct": 2}
                for n in range(230)]  # fmt: skip

    first = make_dataset(member, dialect={**DIALECT, "decimal": "."}, columns=columns("text"))
    dialect = {**DIALECT, "encoding": "cp1252", "delimiter": ";", "decimal": ","}
    second = make_version(first, dialect=dialect, columns=columns("category"))
    address = f"/datasets/{second.id}/versions?from={first.id}&to={second.id}"
    text = PageClient(app, member).get(address).text
    for words in ("Comma → Semicolon", "UTF-8 → Windows-1252", "Point (1.5) → Comma (1,5)"):
        assert words in text
    assert "c199 : text → category and 30 more" in text


def test_every_place_of_a_problem_is_of_one_that_there_is() -> None:
    source = "".join(path.read_text() for path in ENGINE.rglob("*.py"))
    assert [code for code in PLACES if f'"{code}"' not in source] == []


def test_what_is_listed_is_what_is_said(app: Flask, member: User) -> None:
    found = [
        {"severity": "warning", "code": f"ODD_{n}", "message": f"c{n} is always the same",
         "line": None, "column": f"c{n}", "count": None} for n in range(300)
    ]  # fmt: skip
    dataset = make_dataset(member, problems=found)
    page = PageClient(app, member).get(f"/datasets/{dataset.id}")
    words = page.find(".all-checks summary").text
    assert re.fullmatch(r"The first 200 of 300; each column has its own", words)
    assert len(page.select(".all-checks li")) == 200
