"""Warnings that many columns of a wide file share are said once."""

from typing import Any

import pytest
from flask import Flask

from dashboard.datasets.look.alike import gather
from dashboard.db import User
from tests.factories import make_dataset
from tests.page import PageClient, words_of
from tests.uploads import make_upload

EVIL = "<b>x"


def problem(column: str | None, message: str, **more: Any) -> dict[str, Any]:
    return {"severity": "warning", "code": "CONSTANT", "message": message, "line": None,
            "column": column, "count": None, **more}  # fmt: skip


def same_in(*names: str) -> list[dict[str, Any]]:
    return [problem(name, f'"{name}" has one value only') for name in names]


NAMES = [f"c{n}" for n in range(1, 58)]


def test_the_check_page_names_the_columns_once(app: Flask, member: User) -> None:
    columns = [{"name": name, "kind": "number", "missing": 0, "count": 9, "distinct": 1}
               for name in (*NAMES, EVIL)]  # fmt: skip
    upload = make_upload(member, columns=columns, problems=same_in(*NAMES, EVIL), preview=[])
    page = PageClient(app, member).get(f"/uploads/{upload.id}")
    assert [words_of(item) for item in page.select(".found")] == [
        '"c1" has one value only The same in 57 more columns: c2, c3, c4, c5, c6 and 52 more'
    ]


def test_the_page_of_a_dataset_counts_them_once(app: Flask, member: User) -> None:
    unlike = problem(None, "12 rows are copies", code="DUPLICATE_ROWS")
    dataset = make_dataset(member, problems=[*same_in(*NAMES), unlike])
    page = PageClient(app, member).get(f"/datasets/{dataset.id}")
    assert "2 things worth checking" in page.text
    assert "The same in 56 more columns: c2, c3, c4, c5, c6 and 51 more" in page.text


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ('3 cells of "{}" are missing', "The same in 2 more columns: b, c"),
        (
            '{n} cells of "{}" are "{n}x"',
            "Alike, with other numbers or values, in 2 more columns: b, c",
        ),
    ],
)
def test_other_numbers_are_told(messages: str, words: str) -> None:
    found = [(name, [problem(name, messages.format(name, n=n))]) for n, name in enumerate("abc")]
    [one] = gather(found)
    assert (one.column, one.words) == ("a", words)


def test_what_differs_stays_apart() -> None:
    errors = [(name, [problem(name, "same", severity="error")]) for name in "abc"]
    two = [(name, [problem(name, f'"{name}" is so')]) for name in "de"]
    whole: list[Any] = [(None, [problem(None, "of the file")])] * 3
    codes = [(n, [problem(n, f'"{n}" is so', code=n)]) for n in "fgh"]
    found = gather([*errors, *two, *whole, *codes])
    assert [one.words for one in found] == [None] * 11
    assert "".join(one.column or "-" for one in found) == "abcde---fgh"
