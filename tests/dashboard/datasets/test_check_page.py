"""The check page: what it shows of a file, and that nothing is saved before Save."""

import io
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from dashboard.datasets.check.notes import say_become
from dashboard.db import Dataset, User
from dashboard.extensions import db
from tests.page import Page, PageClient, words_of
from tests.uploads import (
    ABOUT_DATES,
    ABOUT_PRICE,
    columns_of,
    make_upload,
    preview_of,
    read_next,
    stored,
)

pytestmark = pytest.mark.usefixtures("no_broker")  # the worker is this test

EVIL = "<script>alert(1)</script>"
FORMULA = "=cmd()|' /C calc'!A0"


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def upload(pages: PageClient, content: bytes, name: str = "file.csv") -> Page:
    """Upload a file by the form, have it read, and open its check page."""
    answer = pages.post("/datasets/new", {"file": (io.BytesIO(content), name)}, status=303)
    read_next()
    return pages.follow(answer)


def change(pages: PageClient, page: Page, status: int = 303, **fields: str) -> Page:
    """Send the form that says how the file is read; have it read, and open the page again."""
    answer = pages.submit(page, fields, form=".reading-form", status=status)
    if status != 303:
        return answer
    read_next()
    return pages.follow(answer)


def facts(page: Page) -> dict[str, str]:
    """Return how the file was read, as the page says it."""
    names, values = page.select("#how .facts dt"), page.select("#how .facts dd")
    return {words_of(n): words_of(v) for n, v in zip(names, values, strict=True)}


def rows(page: Page) -> list[list[str]]:
    """Return the rows that the page shows, each with its line first."""
    return [[words_of(cell) for cell in row.select("th, td")] for row in page.select("tbody tr")]


def test_uc_1_semicolons_and_decimal_commas_are_read_without_help(pages: PageClient) -> None:
    page = upload(pages, b"name;price\nAnna;1,5\nBob;2,75\nCarla;10,25\n")
    read = facts(page)
    assert (read["Separator"], read["Decimal sign"]) == ("Semicolon", "Comma (1,5)")
    assert (read["Rows"], read["Columns"], read["Header"]) == ("3", "2", "Line 1")
    assert rows(page)[1] == ["3", "Bob", "2,75"]
    assert "Number" in words_of(page.select("thead th")[2])


def test_what_may_stand_for_missing_leads_to_where_that_is_said(pages: PageClient) -> None:
    rows = "".join(f"r{n},{'k.A.' if n % 5 == 0 else n / 4} A\n" for n in range(60))
    page = upload(pages, f"id,size\n{rows}".replace("k.A. A", "k.A.").encode())
    assert '"k.A."' in page.find('.found a[href="#field-missing"]').text
    assert page.select("#field-missing")


@pytest.mark.parametrize("word", ["Total", "Everybody", ""])
def test_a_row_of_sums_is_told_above_the_rows_and_among_the_first_things_to_check(
    pages: PageClient, word: str
) -> None:
    rows = "".join(f"Town {n},{n},{n * n}\n" for n in range(11, 21))
    page = upload(pages, f"town,a,b\n{rows}{word},155,2485\n".encode())
    notice = words_of(page.find("#check .notice[data-kind=warn]"))
    assert "line 12" in notice
    assert "taken out of the file" in notice
    assert page.text.count("taken out of the file") == 1
    answer = pages.submit(page, {}, form="#check-form", status=303)
    page = pages.follow(answer)
    assert "line 12" in words_of(page.select(".check-list li")[0])
    assert "Show line 12" in words_of(page.find(".check-list a"))


def test_uc_2_encoding_is_shown_changed_and_kept_in_the_address(pages: PageClient) -> None:
    page = upload(pages, "name,town\nJosé,Orléans\nZoë,Besançon\nAna,Nîmes\n".encode("latin-1"))
    assert facts(page)["Encoding"] == "Windows-1252"
    assert rows(page)[0] == ["2", "José", "Orléans"]
    assert "José" in page.find('.found a[href="#field-encoding"]').text
    page = change(pages, page, encoding="cp1251")
    assert rows(page)[0][1] != "José"
    again = pages.get(f"{page.path}?{page.response.request.query_string.decode()}")
    assert parse_qs(again.response.request.query_string.decode()) == {"encoding": ["cp1251"]}
    assert facts(again)["Encoding"] == "Windows-1251"
    assert again.find("#field-encoding option[selected]")["value"] == "cp1251"
    page = change(pages, again, encoding="other", encoding_other="iso8859-15")
    assert facts(page)["Encoding"] == "Latin-9"
    assert rows(page)[0][1] == "José"


def test_uc_2_a_former_address_offers_its_reading(pages: PageClient) -> None:
    page = upload(pages, b"a;b\n1,2;3\n4,5;6\n")
    page = change(pages, page, delimiter=",")
    assert facts(page)["Separator"] == "Comma"
    assert not page.select("[data-offer]")
    for former, separator in (("delimiter=%3B", "Semicolon"), ("delimiter=", "Semicolon")):
        back = pages.get(f"{page.path}?{former}")
        assert facts(back)["Separator"] == "Comma"  # to look changes nothing
        answer = pages.submit(back, {}, form="[data-offer]", status=303)
        read_next()
        there = pages.follow(answer)
        assert facts(there)["Separator"] == separator
        assert urlsplit(answer.response.headers["Location"]).query == former
        change(pages, there, delimiter=",")
    assert not pages.get(f"{page.path}?delimiter=nonsense").select("[data-offer]")


def test_uc_3_nothing_is_a_dataset_before_save(pages: PageClient, member: User) -> None:
    page = upload(pages, b"a,b\n1,2\n3,4\n", "secret.csv")
    datasets = pages.get("/datasets")
    assert not datasets.select(".datasets-table")
    assert "secret.csv" in datasets.find(".waiting-list").text  # it waits, and is no dataset
    assert "Nothing is saved until you press Save" in page.text
    answer = pages.submit(page, {"name": "kept"}, form="#check-form", status=303)
    assert "Saved kept" in pages.follow(answer).html
    assert "kept" in pages.get("/datasets").text


def test_uc_4_line_numbers_are_those_of_the_file(pages: PageClient) -> None:
    content = b'id,note\n1,"two\nlines"\n2,plain\n3,"three\n\nlines"\n4,last\n'
    page = upload(pages, content)
    lines = content.decode().split("\n")
    found = {row[1]: int(row[0]) for row in rows(page)}
    assert found == {"1": 2, "2": 4, "3": 5, "4": 8}
    assert all(lines[line - 1].startswith(f"{name},") for name, line in found.items())
    assert words_of(page.find("thead th")) == "1 line"


def test_uc_5_repeated_names_are_said_with_their_columns(pages: PageClient) -> None:
    page = upload(pages, b"age,b,age\n1,2,3\n4,5,6\n")
    assert 'Two columns are called "age" (columns 1 and 3)' in page.text


def test_uc_6_what_looks_like_markup_or_a_formula_is_text(pages: PageClient, member: User) -> None:
    question = {"about": "number", "become": 1, "missing": 1, "left": 1, "of": 3, "from": EVIL,
                "to": FORMULA, "hidden": EVIL, "chosen": None}  # fmt: skip
    column = {"name": EVIL, "kind": "text", "missing": 0, "count": 3, "distinct": 3}
    marked = {"line": 2, "cells": [EVIL, FORMULA], "marks": {"0": EVIL}, "problem": True}
    problem = {"severity": "warning", "code": EVIL, "message": f"{EVIL} {FORMULA}", "line": 2,
               "column": EVIL, "count": 1}  # fmt: skip
    made = make_upload(
        member, file_name=f"{EVIL}.csv", rows=3, preview=[marked], problems=[problem],
        columns=[{**column, "question": question}, {**column, "name": FORMULA}],
        dialect={"delimiter": "<", "quote": "'", "encoding": EVIL, "header": True,
                 "decimal": ".", "missing": [EVIL, FORMULA]},
    )  # fmt: skip
    page = pages.get(f"/uploads/{made.id}?rows=problems&q={EVIL[:5]}")
    assert not page.select("main script")
    assert page.html.count(EVIL) == 0
    assert page.text.count(EVIL) > 8
    assert words_of(page.find("td.bad span")) == EVIL
    page = upload(
        pages, f"{EVIL},{FORMULA}\n{FORMULA},{EVIL}\nx,y\n".encode(), f"{EVIL}=cmd().csv"
    )
    assert page.html.count(EVIL) == 0
    assert rows(page)[0] == ["2", FORMULA, EVIL]


def test_uc_7_a_wide_file_stays_usable(pages: PageClient) -> None:
    names = [f"c{n}" for n in range(2000)]
    content = "\n".join([",".join(names)] + [",".join(["1"] * 1999 + [str(n)]) for n in range(30)])
    page = upload(pages, content.encode())
    region = page.find(".sheet")
    assert (region["role"], region["tabindex"]) == ("region", "0")
    assert len(page.select("thead th")) == 201
    assert len(page.html) < 1_500_000
    assert "Columns 1–200 of 2,000" in page.text
    page = pages.get(str(page.find("a[rel=next]")["href"]))
    assert words_of(page.select("thead th")[1]).startswith("c200 ")
    page = pages.submit_get(page, {"q": "c1999"}, form="[data-rows]")
    assert [words_of(h).split()[0] for h in page.select("thead th")[1:]] == ["c1999"]
    page = pages.submit_get(page, {"q": "nothing"}, form="[data-rows]")
    assert "No column matches “nothing”" in page.text


def test_rows_with_problems_come_first_and_all_are_a_click_away(
    pages: PageClient, member: User
) -> None:
    made = make_upload(member)
    page = pages.get(f"/uploads/{made.id}")
    assert page.title.startswith("Error: Check your file")
    assert [row[0] for row in rows(page)] == ["118", "133", "240", "902", "1417"]
    assert words_of(page.find("td.bad")) == "Has a currency sign $1,050,000"
    assert "Showing 5 of 214 rows with problems. Download all 214" in page.text
    assert words_of(page.find("th.asked")) == "price Number?"
    link = page.find(".error-summary a")
    assert words_of(link) == "“price” looks like a number column, but 214 of 21,613 cells are text"
    assert words_of(page.find(f"{link['href']} h2")) == "What should we do with “price”?"
    page = pages.submit_get(page, {"rows": "all"}, form="[data-rows]")
    assert [row[0] for row in rows(page)] == ["2", "3"]
    assert not page.find("#rows-problems").has_attr("checked")


def test_many_rows_with_problems_are_shown_on_demand(pages: PageClient, member: User) -> None:
    bad = [{"line": n, "cells": ["x"] * 7, "marks": {"2": "Is text"}, "problem": True}
           for n in range(100, 150)]  # fmt: skip
    made = make_upload(member, preview=preview_of()[:2] + bad)
    page = pages.get(f"/uploads/{made.id}")
    assert len(rows(page)) == 5
    page = pages.get(str(page.find("#check-rows p a")["href"]))
    assert len(rows(page)) == 50
    both = columns_of()
    both[3]["question"] = both[2]["question"]
    made = make_upload(member, preview=preview_of()[:2] + bad, columns=both)
    page = pages.get(f"/uploads/{made.id}")
    assert "There is a problem with 2 columns" in page.text
    assert "Showing 5 of more than 50 rows with problems" in page.text


def test_thousands_are_asked_with_both_meanings(pages: PageClient, member: User) -> None:
    asked = {"about": "number", "become": 8, "missing": 0, "left": 0, "of": 8, "from": "1,107",
             "to": "1107", "or": "1.107", "hidden": None, "chosen": None}  # fmt: skip
    page = pages.get(f"/uploads/{make_upload(member, columns=columns_of(asked)).id}")
    words = words_of(page.find(".error-summary a"))
    assert words == "“price” has numbers such as 1,107, which may mean 1107 or 1.107"
    assert "Read as decimals: 1,107 is 1.107" in words_of(page.find("#question-2"))
    lines = make_upload(member, columns=columns_of(asked), dialect={"format": "jsonl"})
    question = pages.get(f"/uploads/{lines.id}").find("#question-2")
    assert "Read it as a number" in words_of(question)
    assert "Read as decimals" not in words_of(question)
    assert page.find("#question-2 form input[name=decimal]")["value"] == ","
    assert page.find("#question-2 input[checked]")["value"] == "text"


def test_dates_are_asked_with_both_meanings(pages: PageClient, member: User) -> None:
    made = make_upload(member, columns=columns_of(ABOUT_DATES))
    page = pages.get(f"/uploads/{made.id}")
    words = words_of(page.find("#question-2"))
    assert "Day first, then month 03/04/2026 means 3 April 2026" in words
    assert "Month first, then day 03/04/2026 means 4 March 2026" in words
    assert page.find("#question-2 input[checked]")["value"] == "text"  # a guess is no proposal
    only = {"answer-2": "%d/%m/%Y", "only": "answer-2", "reading": str(made.reading)}
    pages.post(f"/uploads/{made.id}", only, status=303)
    assert stored(made.id).options["columns"] == {"price": {"kind": "date", "format": "%d/%m/%Y"}}


def test_one_cell_of_many_is_said_so(pages: PageClient, member: User) -> None:
    made = make_upload(member, columns=columns_of({**ABOUT_PRICE, "of": 1, "become": 1}))
    page = pages.get(f"/uploads/{made.id}")
    assert "but 1 of 21,613 cells is text" in page.text
    made = make_upload(
        member, columns=columns_of({**ABOUT_DATES, "formats": ["%Y-%m-%d"], "of": 1})
    )
    assert "but 1 of 21,613 cells is no date" in pages.get(f"/uploads/{made.id}").text


def test_dates_of_which_some_are_none_are_asked_with_what_would_be_lost(
    pages: PageClient, member: User
) -> None:
    some = {
        "about": "date", "formats": ["%Y-%m-%d"], "example": "2026-04-03",
        "meanings": ["3 April 2026"], "of": 2, "left": [2], "from": "2026-02-31", "chosen": None,
    }  # fmt: skip
    made = make_upload(member, columns=columns_of(some))
    page = pages.get(f"/uploads/{made.id}")
    assert "looks like a column of dates, but 2 of 21,613 cells are no dates" in page.text
    words = words_of(page.find("#question-2"))
    assert "Year first, then month 2026-04-03 means 3 April 2026; 2 cells become missing" in words
    assert page.find("#question-2 input[checked]")["value"] == "text"


def test_a_bad_value_is_given_back_with_words(pages: PageClient) -> None:
    page = upload(pages, b"a,b\n1,2\n3,4\n")
    page = change(
        pages, page, status=422, delimiter="other", delimiter_other="ab", header_line="0"
    )
    assert set(page.errors) == {"delimiter", "header_line"}
    assert page.errors["delimiter"].startswith('delimiter is "ab"; it must be one character')
    assert page.find("#field-delimiter_other")["value"] == "ab"
    assert page.find("#how details").has_attr("open")
    page = pages.post(page.path, {"columns.a.kind": "numeric"}, status=422)
    assert 'columns.a.kind is "numeric"' in page.text


def test_the_same_choice_again_reads_nothing(pages: PageClient) -> None:
    page = upload(pages, b"a,b\n1,2\n3,4\n")
    pages.submit(page, {}, form=".reading-form", status=303)
    found = db.session.get_one(Dataset, int(page.path.rsplit("/", 1)[1]))
    assert (found.state, found.reading) == ("ready", 1)


def test_what_was_found_is_grouped_with_what_stops_the_file_first(
    pages: PageClient, member: User
) -> None:
    def problem(code: str, message: str, **more: object) -> dict[str, object]:
        return {"severity": "warning", "code": code, "message": message, "line": None,
                "column": None, "count": None} | more  # fmt: skip

    found = [
        problem("MIXED_TYPES", "Has text", column="price", line=240),
        problem("CONSTANT", "Is always the same", column="zipcode"),
        problem("BLANK_LINES", "3 blank lines were left out", line=7),
        problem("CSV_NO_ROWS", "It has no rows", severity="error"),
    ]
    made = make_upload(member, problems=found)
    page = pages.get(f"/uploads/{made.id}")
    assert words_of(page.find(".error-summary li")) == "It has no rows"
    groups = [words_of(group) for group in page.select("#check .plain-list > li")]
    assert groups == [
        "The file 3 blank lines were left out (line 7)",
        "price Has text (line 240) 187 of 214 cells become numbers if the column is read as one",
        "zipcode Is always the same",
    ]
    links = [str(a["href"]) for a in page.select("#check .plain-list a")]
    assert links == ["#question-2", "#line-240", "#question-2", "#column-6"]


@pytest.mark.parametrize(
    ("kind", "words", "about_lines"),
    [("parquet", "Parquet", "Numbered in the order of the file"),
     ("jsonl", "JSON lines", "Line numbers match your file")],
)  # fmt: skip
def test_files_without_separators_are_not_described_as_csv(
    app: Flask, member: User, kind: str, words: str, about_lines: str
) -> None:
    upload = make_upload(member, dialect={"format": kind, "header": True, "missing": None})
    page = PageClient(app, member).get(f"/uploads/{upload.id}")
    how = words_of(page.find("#how"))
    assert f"Format {words}" in how
    assert not any(word in how for word in ("Separator", "Encoding", "Decimal sign", "Header"))
    assert [field["name"] for field in page.select("#how [name=missing]")] == ["missing"]
    assert about_lines in page.soup.get_text()


@pytest.mark.parametrize(
    ("become", "of", "words"),
    [
        (0, 1, "No cell becomes a number"), (0, 5, "None of 5 cells becomes a number"),
        (1, 1, "1 of 1 cell becomes a number"), (1, 5, "1 of 5 cells becomes a number"),
        (2, 5, "2 of 5 cells become numbers"),
    ],
)  # fmt: skip
def test_how_many_cells_become_numbers_has_the_right_number_of_its_noun_and_verb(
    become: int, of: int, words: str
) -> None:
    assert say_become(become, of) == words
