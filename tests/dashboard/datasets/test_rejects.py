"""Lines that were left out or mended, and cells that disagree with their column."""

import csv
import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from flask import Flask

from dashboard.db import Dataset, User
from dashboard.db.transaction import writing
from dashboard.storage import get_storage, keys
from tasks.engine.profile.misfits import list_misfits
from tasks.engine.rows.values import CellType, cell_type
from tasks.engine.table.tables import LINE
from tests.dashboard.api.test_api import Api
from tests.factories import make_dataset
from tests.page import PageClient, words_of
from tests.uploads import ABOUT_DATES, ABOUT_PRICE, columns_of, make_upload, read_next, stored

pytestmark = pytest.mark.usefixtures("no_broker")  # the worker is this test

LINES = [
    ("5", "it has 3 cells, the table has 4", "=cmd(),2,3"),
    ("7", "it has 5 cells, the table has 4", "<script>alert(1)</script>,2,3,4,5"),
    ("9", "it has 3 cells, the table has 4", "-1,2,3"),
    ("12", "it has 1 cells, the table has 4", "-1"),
    ("14", "it has 1 cells, the table has 4", 'a "quoted"\nline, \u00e9'),
]
RAGGED = {
    "severity": "warning", "code": "CSV_RAGGED", "line": 5, "column": None, "count": 5,
    "message": "5 lines have a different number of cells. They were left out",
}  # fmt: skip


def write_rejects(dataset: Dataset, lines: list[tuple[str, str, str]] = LINES) -> None:
    """Store what a reader leaves of the lines that it left out."""
    out = io.StringIO()
    csv.writer(out).writerows([("line", "reason", "text"), *lines])
    key = keys.dataset_rejects(dataset.id, dataset.token, dataset.reading)
    get_storage().write(key, io.BytesIO(out.getvalue().encode()))
    with writing() as session:
        session.get_one(Dataset, dataset.id).rejects_key = key


def parsed(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_the_page_shows_bad_lines_with_the_choices_beside_them(app: Flask, member: User) -> None:
    upload = make_upload(member, problems=[RAGGED], dialect={"delimiter": ",", "header": True,
                         "decimal": ".", "encoding": "utf-8", "quote": '"'})  # fmt: skip
    write_rejects(upload)
    pages = PageClient(app, member)
    page = pages.get(f"/uploads/{upload.id}")
    shown = [[words_of(c) for c in row.select("td")] for row in page.select(".rejects-table tr")]
    assert shown[1:4] == [list(line) for line in LINES[:3]]
    assert page.html.count("<script>alert") == 0
    assert page.find('.found a[href="#bad-lines"]')
    assert not page.select("#field-bad_lines")  # asked once on a page
    pages.submit(page, {"bad_lines": "pad"}, form="#bad-lines form", status=303)
    assert stored(upload.id).options == {"bad_lines": "pad"}
    page = pages.get(f"/uploads/{upload.id}")
    assert page.select("#check-progress")


def test_broken_json_lines_can_be_left_out_and_are_not_said_to_have_too_few_cells(
    app: Flask, member: User
) -> None:
    message = "Line 3 is no JSON: Expecting value in column 6"
    broken = RAGGED | {"severity": "error", "code": "JSON_LINE", "count": None, "message": message}
    upload = make_upload(member, state="refused", problems=[broken])
    pages = PageClient(app, member)
    page = pages.get(f"/uploads/{upload.id}")
    choices = [radio["value"] for radio in page.select("#bad-lines input[type=radio]")]
    assert choices == ["", "skip"]
    assert "Lines that cannot be read" in page.find("#bad-lines").text
    pages.submit(page, {"bad_lines": "skip"}, form="#bad-lines form", status=303)
    assert stored(upload.id).options == {"bad_lines": "skip"}


def test_only_lines_that_the_choice_is_about_stand_beside_it(app: Flask, member: User) -> None:
    quotes = RAGGED | {"code": "CSV_QUOTES", "message": "The quote in line 6 is never closed",
                       "count": 1}  # fmt: skip
    upload = make_upload(member, problems=[RAGGED, quotes])
    broken = ("6", "its quotes are broken: unexpected end of data", '1,"2')
    write_rejects(upload, [("3", "it has a separator of its own", "1;2;3;4"), broken, *LINES[:2]])
    page = PageClient(app, member).get(f"/uploads/{upload.id}")
    shown = [words_of(row.find("td")) for row in page.select("#bad-lines tbody tr")]
    assert shown == ["6", "5", "7"]
    card = page.find("#bad-lines").text
    assert "too few or too many cells, or broken quotes" in card
    assert "6 lines" in card
    assert quotes["message"] in card
    assert len(page.select('.found a[href="#bad-lines"]')) == 2


def test_a_file_with_one_broken_json_line_shows_that_line(app: Flask, member: User) -> None:
    content = '{"a": 1}\n' * 56 + '{"a": nope}\n' + '{"a": 2}\n' * 9
    pages = PageClient(app, member)
    file = (io.BytesIO(content.encode()), "events.jsonl")
    answer = pages.post("/datasets/new", {"file": file}, status=303)
    read_next()
    page = pages.follow(answer)
    assert [words_of(c) for c in page.select("#bad-lines tbody td")][::2] == ["57", '{"a": nope}']
    assert not page.select("#first-lines")  # they are not to blame
    assert "Choose what to do with the lines that do not fit" in page.text


def test_types_are_not_shown_before_anybody_looked_at_them(app: Flask, member: User) -> None:
    upload = make_upload(member, state="refused", problems=[RAGGED | {"severity": "error"}])
    page = PageClient(app, member).get(f"/uploads/{upload.id}")
    assert page.select("#check-rows thead th")
    assert not page.select("#check-rows thead th small")


def test_rejects_are_handed_out_safe_for_a_spreadsheet(app: Flask, member: User) -> None:
    upload = make_upload(member)
    write_rejects(upload)
    http = PageClient(app, member).http
    answer = http.get(f"/uploads/{upload.id}/rejects.csv")
    assert answer.mimetype == "text/csv"
    assert 'filename="kc_house-rejects.csv"' in answer.headers["Content-Disposition"]
    texts = [row[2] for row in parsed(answer.get_data(as_text=True))[1:]]
    assert texts == ["'=cmd(),2,3", LINES[1][2], "'-1,2,3", "-1", LINES[4][2]]
    raw = parsed(http.get(f"/uploads/{upload.id}/rejects.csv?raw=true").get_data(as_text=True))
    assert raw == [["line", "reason", "text"], *map(list, LINES)]


def test_a_line_of_megabytes_is_handed_out_and_cut_on_the_page(app: Flask, member: User) -> None:
    long = "x" * 3_000_000
    upload = make_upload(member, problems=[RAGGED])
    write_rejects(
        upload,
        [
            ("5", "it has 1 cells, the table has 4", "short"),
            ("6", "it has 1 cells, the table has 4", long),
        ],
    )
    pages = PageClient(app, member)
    page = pages.get(f"/uploads/{upload.id}")
    assert len(page.html) < 100_000
    assert "short" in words_of(page.find(".rejects-table"))
    found = parsed(pages.http.get(f"/uploads/{upload.id}/rejects.csv").get_data(as_text=True))
    assert found[2][2] == long


def test_a_dataset_has_its_rejects_on_its_page_and_in_the_api(app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    api, http = Api(app, member), PageClient(app, member).http
    nothing = "line,reason,text\r\n"
    assert api.call("GET", f"/datasets/{dataset.id}/rejects").get_data(as_text=True) == nothing
    assert http.get(f"/datasets/{dataset.id}/rejects.csv").get_data(as_text=True) == nothing
    write_rejects(dataset)
    safe = api.call("GET", f"/datasets/{dataset.id}/rejects").get_data(as_text=True)
    assert parsed(safe)[1] == ["5", "it has 3 cells, the table has 4", "'=cmd(),2,3"]
    raw = api.call("GET", f"/datasets/{dataset.id}/rejects?raw=true").get_data(as_text=True)
    assert parsed(raw)[1] == list(LINES[0])
    api.call("GET", f"/datasets/{dataset.id}/rejects?raw=perhaps", 422)
    api.call("GET", "/datasets/999/rejects", 404)
    reading = make_dataset(member, state="reading")
    api.call("GET", f"/datasets/{reading.id}/rejects", 409)


def table(path: Path, **columns: list[Any]) -> Path:
    rows = len(next(iter(columns.values())))
    names = [name.replace("_", ".") for name in columns]
    cells = [pa.array(column, pa.string()) for column in columns.values()]
    lines = pa.array(range(2, 2 + rows), pa.int64())
    pq.write_table(pa.table([lines, *cells], names=[LINE, *names]), path, row_group_size=2)
    return path


def test_misfits_are_cells_that_are_neither_numbers_nor_missing(tmp_path: Path) -> None:
    path = table(
        tmp_path / "t.parquet",
        unit_price=["1", " 2.5e3 ", "$5", None, "N/A", "1,5"],
        b=["1,5", "x", "", "2", "?", "1.5"],
    )
    plain, comma = CellType("number"), CellType("number", ",")
    found = list(list_misfits(path, {"unit.price": [plain], "b": [comma], "gone": [plain]}))
    assert found == [(3, "b", "x"), (4, "unit.price", "$5"), (7, "unit.price", "1,5"),
                     (7, "b", "1.5")]  # fmt: skip
    other = CellType("number", missing=("", "$5"))
    found = list(list_misfits(path, {"unit.price": [other]}))
    assert found == [(6, "unit.price", "N/A"), (7, "unit.price", "1,5")]
    assert list(list_misfits(path, {})) == []


def test_cells_written_as_a_columns_numbers_are_no_misfits(
    tmp_path: Path,
) -> None:
    path = table(tmp_path / "t.parquet", price=["$1,050", "1,234.5", "−3", "12-", "1,2", "x"])
    written = {"kind": "number", "thousands": ",", "symbols": True}
    found = list(list_misfits(path, {"price": [cell_type(written, None)]}))
    assert found == [(6, "price", "1,2"), (7, "price", "x")]


def test_cells_that_one_of_several_formats_reads_are_no_misfits(tmp_path: Path) -> None:
    path = table(tmp_path / "t.parquet", day=["03/04/2026", "13/04/2026", "04/13/2026", "soon"])
    ways = [cell_type({"kind": "date", "format": f}, None) for f in ("%d/%m/%Y", "%m/%d/%Y")]
    assert list(list_misfits(path, {"day": ways})) == [(5, "day", "soon")]


def test_cells_that_are_no_dates_are_handed_out(app: Flask, member: User, tmp_path: Path) -> None:
    question = {**ABOUT_DATES, "formats": ["%d/%m/%Y"], "meanings": ["3 April 2026"], "of": 1}
    upload = make_upload(member, columns=columns_of(question), rows=2)
    key = keys.dataset_table(upload.id, upload.token, 1)
    get_storage().put_file(key, table(tmp_path / "t.parquet", price=["03/04/2026", "soon"]))
    with writing() as session:
        session.get_one(Dataset, upload.id).table_key = key
    answer = PageClient(app, member).http.get(f"/uploads/{upload.id}/problems.csv")
    rows = parsed(answer.get_data(as_text=True))
    assert rows == [["line", "column", "cell"], ["3", "price", "soon"]]


def test_every_cell_with_a_problem_is_handed_out(app: Flask, member: User, tmp_path: Path) -> None:
    question = {**ABOUT_PRICE, "become": 1, "missing": 0, "of": 2}
    upload = make_upload(member, columns=columns_of(question), rows=4)
    pages = PageClient(app, member)
    pages.get(f"/uploads/{upload.id}/problems.csv", status=409)
    key = keys.dataset_table(upload.id, upload.token, 1)
    get_storage().put_file(key, table(tmp_path / "t.parquet", price=["1", "$5", "=x", "NA"]))
    with writing() as session:
        session.get_one(Dataset, upload.id).table_key = key
    url = str(pages.get(f"/uploads/{upload.id}").find("#check-rows p a")["href"])
    rows = parsed(pages.http.get(url).get_data(as_text=True))
    assert rows == [["line", "column", "cell"], ["3", "price", "$5"], ["4", "price", "'=x"]]
    rows = parsed(pages.http.get(f"{url}?raw=true").get_data(as_text=True))
    assert rows[2] == ["4", "price", "=x"]


def test_a_dataset_hands_out_the_lines_that_it_was_saved_without(app: Flask, member: User) -> None:
    dataset = make_dataset(member, problems=[RAGGED])
    write_rejects(dataset)
    pages = PageClient(app, member)
    page = pages.get(f"/datasets/{dataset.id}")
    address = f"/datasets/{dataset.id}/rejects.csv"
    links = [words_of(link) for link in page.select("a[href]") if link["href"] == address]
    assert [words.split(",")[0] for words in links] == [
        "Lines that were left out or mended", "Download these lines",
    ]  # fmt: skip
    assert not page.select('a[href*="line=5"]')
    assert pages.http.get(address).status_code == 200
