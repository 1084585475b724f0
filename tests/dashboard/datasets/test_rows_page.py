"""The rows tab of a dataset, and the same rows as a file."""

import csv
import io
from pathlib import Path

import pytest
from flask import Flask

from dashboard.datasets.look import row_views
from dashboard.db import Dataset, User
from tasks.engine.rows import cells as row_cells
from tests.dashboard.datasets.profiled import FORMULA, NASTY, change, make_read_dataset
from tests.page import Page, PageClient, words_of

ROWS = 250


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def make_text() -> str:
    lines = ["n,price,day,city.name"]
    for n in range(ROWS):
        price = "" if n % 50 == 7 else f"{(n * 37) % 100}.5"
        city = ("Oslo", "Rome", '"Bern, CH"')[n % 3]
        lines.append(f"{n % 10},{price},{n % 28 + 1:02d}/{n % 12 + 1:02d}/2026,{city}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def dataset(app: Flask, member: User, tmp_path: Path) -> Dataset:
    return make_read_dataset(member, make_text(), tmp_path)


def column(page: Page, n: int) -> list[str]:
    return [words_of(row.select("th, td")[n]) for row in page.select(".rows-sheet tbody tr")]


def as_rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_a_page_has_a_hundred_rows_with_their_lines(pages: PageClient, dataset: Dataset) -> None:
    page = pages.get(f"/datasets/{dataset.id}/rows?page=3")
    assert column(page, 0) == [str(n) for n in range(202, 252)]
    assert "201–250 of 250 rows" in words_of(page.find(".pager"))
    assert "There is no page 9" in pages.get(f"/datasets/{dataset.id}/rows?page=9").text


def test_cells_that_mean_missing_are_marked(pages: PageClient, dataset: Dataset) -> None:
    change(dataset, dialect={**dataset.dialect, "missing": ["Rome", "0.5"]})
    page = pages.get(f"/datasets/{dataset.id}/rows")
    marked = {words_of(cell) for cell in page.select("td.gone")}
    assert marked == {"missing", "Rome missing", "0.5 missing"}
    assert column(page, 4)[:3] == ["Oslo", "Rome missing", "Bern, CH"]


def test_filter_and_sort_survive_a_reload(pages: PageClient, dataset: Dataset) -> None:
    """DS-4: the address holds all of it."""
    start = pages.get(f"/datasets/{dataset.id}/rows?col.city.name.eq=Oslo")
    header = next(th for th in start.select("thead th") if words_of(th) == "price")
    assert header["aria-sort"] == "none"
    address = str(header.select("a")[0]["href"])
    for _ in range(2):
        page = pages.get(address)
        prices = column(page, 2)
        numbers = [float(price) for price in prices if price != "missing"]
        assert len(prices) == 84
        assert numbers == sorted(numbers)
        assert prices[-1] == "missing"
        assert set(column(page, 4)) == {"Oslo"}
        sorted_by = next(th for th in page.select("thead th") if words_of(th) == "price")
        assert sorted_by["aria-sort"] == "ascending"
    down = pages.get(str(sorted_by.select("a")[0]["href"]))
    assert column(down, 2)[0] == "99.5"
    chip = down.find(".filter-chips .chip")
    assert words_of(chip) == "city.name is Oslo , remove this filter"
    without = pages.get(str(chip["href"]))
    assert "1–100 of 250 rows" in words_of(without.find(".pager"))
    assert column(without, 2)[0] == "99.5"


def test_conditions_compare_numbers_as_numbers_and_dates_as_dates(
    pages: PageClient, dataset: Dataset
) -> None:
    url = f"/datasets/{dataset.id}/rows"
    page = pages.get(f"{url}?col.price.gt=9&col.price.lt=20.5")
    assert {float(p) for p in column(page, 2)} <= {n + 0.5 for n in range(9, 20)}
    assert len(column(page, 2)) > 10
    page = pages.get(f"{url}?col.day.gt=01/11/2026&sort=-day")
    assert {day[3:5] for day in column(page, 3)} == {"11", "12"}
    assert column(page, 3)[0][3:] == "12/2026"
    page = pages.get(f"{url}?col.price.missing=1")
    assert "5 of 250 rows match" in page.text
    assert "price is missing" in words_of(page.find(".filter-chips .chip"))
    page = pages.get(f"{url}?col.price.ge=10.5&col.price.le=12.5&col.price.ne=11.5")
    assert {float(p) for p in column(page, 2)} == {10.5, 12.5}
    chips = [words_of(chip) for chip in page.select(".filter-chips .chip")]
    assert [chip.split(" ,")[0] for chip in chips] == [
        "price at least 10.5", "price at most 12.5", "price is not 11.5",
    ]  # fmt: skip
    page = pages.get(f"{url}?col.city.name.contains=bern")
    assert set(column(page, 4)) == {"Bern, CH"}


def test_what_cannot_be_understood_is_left_out_with_a_note(
    pages: PageClient, dataset: Dataset
) -> None:
    bad = ("col.nobody.eq=1", "col.price.gt=dear", "col.day.lt=soon", "col.price.like=3",
           "col.price.missing=maybe", "sort=colour", "col.=3", "page=x", "columns=-1")  # fmt: skip
    page = pages.get(f"/datasets/{dataset.id}/rows?{'&'.join(bad)}")
    notes = " ".join(words_of(note) for note in page.select(".notice[data-kind=warn]"))
    words = ("nobody", "dear", "soon", "like", "missing must be", "colour")
    assert [word for word in words if word not in notes] == []
    assert len(column(page, 0)) == 100


def test_the_form_adds_a_filter_to_the_address(pages: PageClient, dataset: Dataset) -> None:
    page = pages.get(f"/datasets/{dataset.id}/rows?sort=-price&col.n.eq=3")
    added = pages.get(
        f"/datasets/{dataset.id}/rows?sort=-price&col.n.eq=3&column=city.name&op=contains&value=o",
        status=302,
    )
    assert added.response.headers["Location"].endswith(
        "/rows?sort=-price&col.n.eq=3&col.city.name.contains=o"
    )
    assert page.find("form[aria-label='Filter rows'] input[name='col.n.eq']")["value"] == "3"
    chips = pages.follow(added).select(".filter-chips .chip")
    assert len(chips) == 2


def test_a_line_leads_to_its_page(pages: PageClient, dataset: Dataset) -> None:
    page = pages.get(f"/datasets/{dataset.id}/rows?line=203", status=302)
    assert page.response.headers["Location"].endswith("/rows?page=3#row-202")
    assert column(pages.follow(page), 0)[1] == "203"


def test_these_rows_as_a_file_are_the_rows_of_the_page(
    pages: PageClient, dataset: Dataset
) -> None:
    page = pages.get(f"/datasets/{dataset.id}/rows?col.city.name.eq=Oslo&sort=-price")
    link = next(a for a in page.select("a") if words_of(a) == "Download these rows as CSV")
    answer = pages.http.get(str(link["href"]))
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    header, *rows = as_rows(answer.get_data(as_text=True))
    assert header == ["n", "price", "day", "city.name"]
    assert [row[1] or "missing" for row in rows] == column(page, 2)
    assert len(rows) == 84
    everything = pages.http.get(f"/datasets/{dataset.id}/rows.csv").get_data(as_text=True)
    assert as_rows(everything) == as_rows(make_text())


def test_a_search_that_takes_too_long_says_how_far_it_came(
    pages: PageClient, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_cells, "BATCH_ROWS", 60)
    monkeypatch.setattr(row_views, "BUDGET_S", 0.0)
    page = pages.get(f"/datasets/{dataset.id}/rows?col.city.name.eq=Oslo")
    assert "Searched 60 of 250 rows. 20 match so far." in page.text
    page = pages.get(str(next(a for a in page.select("a") if "Search all" in words_of(a))["href"]))
    assert "84 of 250 rows match" in page.text
    page = pages.get(f"/datasets/{dataset.id}/rows?sort=price")
    assert "The order is of the first 60 of 250 rows." in page.text
    page = pages.get(f"/datasets/{dataset.id}/rows?col.price.gt=1000")
    assert "No row matches so far" in page.text


def test_markup_and_formulas_are_text_everywhere(
    app: Flask, pages: PageClient, member: User, tmp_path: Path
) -> None:
    text = f'"{NASTY}","{FORMULA}"\n' + "".join(
        f'"{(NASTY, FORMULA, "<b>x</b>")[n % 3]}","-{n % 4}"\n' for n in range(90)
    )
    dataset = make_read_dataset(member, text, tmp_path, name=NASTY)
    paths = (
        f"?open={NASTY}",
        f"?open={FORMULA}&as=text&target={NASTY}",
        f"/rows?col.{NASTY}.eq={NASTY}&sort={FORMULA}",
        f"/rows?sort={NASTY}x",
    )
    for path in paths:
        page = pages.get(f"/datasets/{dataset.id}{path}")
        assert page.select("script:not([src])") == []
        assert NASTY in page.text
    # Drawn as text by the page's own charts: see `test_dataset_page` of the browser.
    answer = pages.http.get(f"/datasets/{dataset.id}/column.json?name={NASTY}")
    assert answer.mimetype == "application/json"
    figure = answer.get_json()
    assert NASTY in figure["traces"][0]["x"]
    assert NASTY in [row[0] for row in figure["table"]["rows"]]
    safe = as_rows(pages.http.get(f"/datasets/{dataset.id}/rows.csv").get_data(as_text=True))
    assert safe[0] == [NASTY, f"'{FORMULA}"]
    assert {row[0] for row in safe[1:]} == {NASTY, f"'{FORMULA}", "<b>x</b>"}
    assert "-1" in {row[1] for row in safe}
    raw = pages.http.get(f"/datasets/{dataset.id}/rows.csv?raw=true").get_data(as_text=True)
    assert as_rows(raw) == as_rows(text)


def test_long_cells_and_wide_tables_are_cut_and_say_so(
    pages: PageClient, member: User, tmp_path: Path
) -> None:
    names = ",".join(f"c{n}" for n in range(230))
    text = f"{names}\n{'é' * 5000},{','.join('1' for _ in range(229))}\n" * 1
    dataset = make_read_dataset(member, text, tmp_path)
    page = pages.get(f"/datasets/{dataset.id}/rows")
    assert column(page, 1)[0] == "é" * 300 + "…"
    assert "Columns 1–100 of 230" in page.text
    after = pages.get(str(page.find(".columns-shown a")["href"]))
    assert [words_of(th) for th in after.select("thead th")][1] == "c100"
    kept = pages.get(f"/datasets/{dataset.id}/rows?columns=3&sort=c4")
    assert [words_of(th) for th in kept.select("thead th")][1:3] == ["c4", "c200"]
