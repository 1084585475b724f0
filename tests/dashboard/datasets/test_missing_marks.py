"""Cells of the check page that mean that a value is missing, and which cells do."""

import pytest
from flask import Flask

from dashboard.datasets.check.form import tell_markers
from dashboard.datasets.words import name_markers
from dashboard.db import User
from tasks.engine.table.cell_text import MISSING
from tests.dashboard.datasets.test_check_page import change, facts, upload
from tests.page import PageClient, words_of
from tests.uploads import read_next

CONTENT = b"a,b\n1,x\n,n/a\n3,Null\n4,y\n5,none\n6, \n"


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def test_missing_cells_are_marked(pages: PageClient) -> None:
    page = upload(pages, CONTENT)
    shown = [words_of(cell) for cell in page.select("#check-rows td.gone")]
    assert shown == ["missing", "n/a missing", "Null missing", "missing"]
    page = change(pages, page, missing="none, y")
    shown = [words_of(cell) for cell in page.select("#check-rows td.gone")]
    assert shown == ["missing", "y missing", "none missing", "missing"]


def test_all_markers_that_are_in_force_are_shown(pages: PageClient) -> None:
    page = upload(pages, CONTENT)
    named = facts(page)["Missing when"]
    assert named == "empty, NA, N/A, n/a, #N/A, NaN, nan, null and 5 more"
    every = "empty, NA, N/A, n/a, #N/A, NaN, nan, null, NULL, Null, None, ?, -"
    assert every.split(", ")[1:] == list(MISSING)[1:]
    assert f"count now: {every}." in words_of(page.find(".reading-form"))
    assert page.find("#field-missing")["placeholder"] == every.removeprefix("empty, ")
    page = change(pages, page, missing="none, y")
    assert facts(page)["Missing when"] == "empty, none, y"
    assert "count now: empty, none, y." in words_of(page.find(".reading-form"))


@pytest.mark.parametrize(
    ("chosen", "words"),
    [([], "empty"), (["a"], "empty, a"), (["b", "", "a"], "empty, b, a"), ([""], "empty")],
)
def test_an_empty_cell_is_always_told(chosen: list[str], words: str) -> None:
    assert tell_markers({"missing": chosen})["all"] == words
    assert name_markers(chosen) == words
    assert tell_markers({"missing": None}) == tell_markers(None)


@pytest.mark.parametrize(
    ("rows", "marker"),
    [
        ("k.A.,1\nk.A.,2\nx,3\ny,4\nx,5\n", "k.A."),
        ("".join(f"{n},x\n" for n in range(1, 30)) + "-999.0,x\n" * 4, "-999.0"),
    ],
)
def test_a_marker_is_counted_as_missing_by_a_press_beside_the_others(
    pages: PageClient, rows: str, marker: str
) -> None:
    page = upload(pages, f"a,b\n{rows}".encode())
    assert "may stand for a missing value" in page.text
    button = page.find("form[data-reread] input[name=missing][type=hidden] ~ button")
    assert words_of(button) == f"Count “{marker}” as missing"
    form = f"form:has(input[type=hidden][name=missing][value$='{marker}'])"
    answer = pages.submit(page, {}, form=form, status=303)
    read_next()
    page = pages.follow(answer)
    assert "may stand for a missing value" not in page.text
    every = words_of(page.find(".reading-form"))
    assert f"None, ?, -, {marker}." in every
