"""Words are made for what a page shows, not for each of 20,000 columns."""

from typing import Any

import pytest
from flask import Flask

from dashboard.datasets.check import notes as check_notes
from dashboard.datasets.check import questions
from dashboard.datasets.check import view as check_view
from dashboard.datasets.check.answers import read_answers
from dashboard.datasets.check.view import Wanted, view_upload
from dashboard.datasets.look import relation_views
from dashboard.datasets.look.column_page import COLUMNS_PER_PAGE, read_columns
from dashboard.db import Relation, User
from dashboard.db.transaction import writing
from tests.factories import make_dataset
from tests.page import PageClient

MANY = 300


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def make_columns(kind: str = "text", **facts: Any) -> list[dict[str, Any]]:
    base = {"kind": kind, "missing": 0, "count": 50, "distinct": 9} | facts
    return [{"name": f"c{n}"} | base for n in range(MANY)]


QUESTION = {"about": "number", "of": 2, "become": 1, "missing": 0, "left": 1, "from": "$1",
            "to": "1"}  # fmt: skip
PROBLEMS = [
    {"severity": "warning", "code": f"ODD_{n}", "message": f"c{n} is odd", "column": f"c{n}",
     "line": 2, "count": 1}
    for n in range(MANY)
]  # fmt: skip


def counted(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[Any]:
    """Return a list that grows with each call of a function."""
    calls: list[Any] = []
    real = getattr(module, name)

    def count(*args: Any) -> Any:
        calls.append(args)
        return real(*args)

    monkeypatch.setattr(module, name, count)
    return calls


def test_check_page_words_the_questions_that_it_shows(
    pages: PageClient, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    preview = [{"line": 2, "cells": ["$1"] * MANY, "marks": {"0": "Not a number"}}]
    upload = make_dataset(member, columns=make_columns(question=QUESTION), problems=PROBLEMS,
                          preview=preview, saved_at=None)  # fmt: skip
    worded = counted(monkeypatch, questions, "_effects")
    noted = counted(monkeypatch, check_notes, "_note")
    page = pages.get(f"/uploads/{upload.id}")
    assert len(worded) == check_view.QUESTIONS_AT_ONCE
    assert len(noted) == check_notes.GROUPS_AT_ONCE
    assert "There is a problem with 300 columns" in page.text
    assert "and 295 more columns" in page.text
    assert "300 columns look like number columns and hold text" in page.text
    assert "280 more columns have a question, shown when these are answered" in page.text
    assert "and 270 more columns; once it is saved" in page.text
    assert "Download all 600" in page.text


def test_one_answer_for_all_reaches_columns_that_are_not_shown(app: Flask, member: User) -> None:
    columns = make_columns(question=QUESTION)
    columns[299]["question"] = {"about": "date", "formats": ["%d/%m/%Y"], "meanings": ["x"],
                                "example": "1/2/3"}  # fmt: skip
    upload = make_dataset(member, columns=columns, saved_at=None)
    found = read_answers(upload, {"all": "number"})
    assert set(found) == {f"c{n}" for n in range(299)}  # a date cannot be read as a number
    assert found["c298"] == {"kind": "number"}
    assert read_answers(upload, {"answer-299": "%d/%m/%Y"}) == {
        "c299": {"kind": "date", "format": "%d/%m/%Y"}
    }


def test_what_stops_a_file_is_shown_however_much_else_was_found(app: Flask, member: User) -> None:
    error = PROBLEMS[250] | {"severity": "error", "message": "c250 stops it"}
    problems = [*PROBLEMS[:250], error]
    upload = make_dataset(member, columns=make_columns(), problems=problems, saved_at=None)
    view = view_upload(upload, Wanted())
    assert [note.message for note in view.blocking] == ["c250 stops it"]
    assert view.groups[0].column == "c250"
    assert (len(view.groups), view.more_groups) == (30, 221)


def test_columns_page_draws_the_relations_that_it_shows(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = make_dataset(member, columns=make_columns("number"))
    found = [
        {"name": f"c{n}", "strength": n / MANY, "measure": "AUC",
         "chart": {"edges": [0, 1, 2], "values": [n, 1]}}
        for n in range(MANY - 1, 0, -1)
    ]  # fmt: skip
    answer = {"target": "c0", "columns": found}
    with writing() as session:
        session.add(Relation(dataset_id=dataset.id, target="c0", state="ready", answer=answer))
    drawn = counted(monkeypatch, relation_views, "_heights")
    page = read_columns(dataset, {"target": "c0"})
    assert len(drawn) == len(page.columns) == COLUMNS_PER_PAGE
    assert [c.name for c in page.columns[:2]] == ["c299", "c298"]
    assert page.columns[1].relation is not None
    assert page.columns[1].relation.place == 2
    last = read_columns(dataset, {"target": "c0", "page": "3"})
    assert last.columns[-1].name == "c0"  # the target itself has no strength
