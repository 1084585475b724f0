"""The columns tab of a dataset."""

from pathlib import Path
from typing import Any

import pytest
from bs4 import Tag
from flask import Flask

from dashboard.datasets.look import relations
from dashboard.datasets.version import versions
from dashboard.db import Dataset, Relation, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.storage import get_storage
from tests.dashboard.datasets.profiled import change, details_of, make_read_dataset
from tests.engine.tables import mixed_csv
from tests.factories import make_dataset, make_job
from tests.page import Page, PageClient, words_of
from tests.uploads import make_upload


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


@pytest.fixture
def dataset(app: Flask, member: User, tmp_path: Path) -> Dataset:
    return make_read_dataset(member, mixed_csv(130), tmp_path)


def row_of(page: Page, name: str) -> Tag:
    rows = page.select(".columns-table > tbody > tr[data-column-url]")
    return next(row for row in rows if words_of(row.find("th").find("a")) == name)  # type: ignore[union-attr]


def problem(code: str, message: str, **more: Any) -> dict[str, Any]:
    empty = {"severity": "warning", "line": None, "column": None, "count": None}
    return empty | {"code": code, "message": message} | more


def test_header_counts_equal_the_file(pages: PageClient, dataset: Dataset) -> None:
    """DS-1."""
    page = pages.get(f"/datasets/{dataset.id}")
    tabs = [words_of(tab) for tab in page.select("nav.tabs a")]
    assert tabs[:2] == ["Columns 10", "Rows 130"]
    assert len(page.select(".columns-table tbody tr")) == 10
    assert words_of(page.find(".pager")).startswith("1–10 of 10 columns")


def test_as_a_target_opens_a_new_job_with_dataset_and_target(
    pages: PageClient, dataset: Dataset
) -> None:
    """DS-2."""
    link = row_of(pages.get(f"/datasets/{dataset.id}"), "y_class").select("a")[-1]
    assert words_of(link) == "Predict two classes , y_class"
    form = pages.get(str(link["href"]))
    assert form.find("#field-dataset_id option[selected]")["value"] == str(dataset.id)
    assert form.find("#field-target option[selected]")["value"] == "y_class"


def test_small_charts_say_the_same_numbers(pages: PageClient, dataset: Dataset) -> None:
    """DS-3."""
    page = pages.get(f"/datasets/{dataset.id}")
    for column in dataset.columns:
        svg = row_of(page, column["name"]).select_one("svg.minihist")
        if column["kind"] == "identifier":
            assert svg is None
            continue
        counts = details_of(dataset, column["name"])["small"]["counts"]
        assert svg is not None
        words = str(svg["aria-label"])
        assert [c for c in counts if f"{c:,}" not in words] == []
        assert svg["role"] == "img"
        bars = sum(str(path["d"]).count("M") for path in svg.select("path"))
        assert bars == sum(1 for count in counts if count)


@pytest.mark.parametrize(
    ("column", "words"),
    [("age", ["Rows, greatest first", "Rows, least first"]),
     ("since", ["Rows, latest first", "Rows, earliest first"]), ("city", ["Rows, sorted by it"])],
)  # fmt: skip
def test_rows_are_offered_in_an_order_that_the_column_has(
    pages: PageClient, dataset: Dataset, column: str, words: list[str]
) -> None:
    page = pages.get(f"/datasets/{dataset.id}?open={column}")
    assert [words_of(link) for link in page.select(".column-links a")] == words


def test_larger_chart_says_the_same_numbers(pages: PageClient, dataset: Dataset) -> None:
    page = pages.get(f"/datasets/{dataset.id}?open=city")
    column = details_of(dataset, "city")
    figure = pages.http.get(page.find("#column-chart")["data-chart-url"]).get_json()
    assert figure["traces"][0]["y"] == column["histogram"]["counts"]
    assert [row[1] for row in figure["table"]["rows"]] == column["histogram"]["counts"]
    shown = [words_of(cell) for cell in page.select("#column-chart-table td:nth-child(2)")]
    assert shown == [str(count) for count in column["histogram"]["counts"]]
    for label in column["histogram"]["labels"]:
        assert label in figure["alt"]


def test_opened_column_shows_values_that_lead_to_their_rows(
    pages: PageClient, dataset: Dataset
) -> None:
    page = pages.get(f"/datasets/{dataset.id}?open=city")
    assert row_of(page, "city").select_one("[aria-expanded=true]") is not None
    link = page.find("#column-details .top-values a")
    share = words_of(page.find("#column-details .top-values tbody tr"))
    rows = pages.get(str(link["href"]))
    count = share.split()[1]
    assert f"{count} of 130 rows match" in rows.text
    assert {words_of(c) for c in rows.select(".rows-sheet tbody td:nth-child(5)")} == {
        words_of(link)
    }
    fragment = pages.live(f"/_live/datasets/{dataset.id}/column?name=city")
    assert words_of(link) in fragment.get_data(as_text=True)


def test_columns_are_filtered_by_name_and_type_in_the_address(
    pages: PageClient, dataset: Dataset
) -> None:
    page = pages.get(f"/datasets/{dataset.id}?q=Y_&kind=number")
    names = [words_of(a) for a in page.select(".columns-table .column-name")]
    assert names == ["y_number"]
    assert page.find("#filter-q")["value"] == "Y_"
    assert page.find("#filter-kind option[selected]")["value"] == "number"
    page = pages.get(f"/datasets/{dataset.id}?q=nothing")
    assert "No column matches" in page.text


def test_what_is_not_known_is_left_out_with_a_note(pages: PageClient, dataset: Dataset) -> None:
    page = pages.get(f"/datasets/{dataset.id}?kind=colour&target=nobody&open=nothing&as=bird")
    notes = [words_of(note) for note in page.select(".notice[data-kind=warn]")]
    for word, note in zip(("colour", "nobody", "nothing"), notes[-3:], strict=True):
        assert word in note
    assert len(page.select(".columns-table tbody tr")) == 10
    pages.get(f"/_live/datasets/{dataset.id}/column?name=nothing", status=404)


def test_jobs_of_a_target_are_counted(pages: PageClient, member: User, dataset: Dataset) -> None:
    for _ in range(3):
        make_job(member, dataset, target="y_class")
    page = pages.get(f"/datasets/{dataset.id}")
    assert words_of(row_of(page, "y_class").find("th")) == "y_class target of 3 jobs"


def test_five_things_worth_checking_the_gravest_first(pages: PageClient, dataset: Dataset) -> None:
    change(dataset, problems=[
        problem("CONSTANT", '"a" has one value'),
        problem("IDENTIFIER", '"id" is different in every row. It is left out', column="id"),
        problem("CORRELATED", '"age" follows "income". Correlation 0.9', column="age"),
        problem("MOSTLY_MISSING", '13 cells of "income" are missing', column="income"),
        problem("MIXED_TYPES", '"age" has text. First: line 7, "x. y"', column="age", line=7),
        problem("TARGET_LEAK", '"y_number" predicts "y_class" alone', column="y_number"),
        {**problem("X", "refused"), "severity": "error"},
    ])  # fmt: skip
    page = pages.get(f"/datasets/{dataset.id}")
    assert "6 things worth checking" in page.text
    items = page.select(".check-list > li")
    titles = [words_of(item.find("strong")) for item in items]
    assert titles == [
        '"y_number" predicts "y_class" alone', '"age" has text',
        '13 cells of "income" are missing', '"id" is different in every row',
        '"age" follows "income"',
    ]  # fmt: skip
    hrefs = [str(item.select("a")[0]["href"]) for item in items]
    assert "open=y_number" in hrefs[0]
    assert words_of(items[1].select("a")[0]) == "Show line 7"
    assert "missing=1" in hrefs[2]
    assert words_of(items[3].select("a")[0]).startswith("Use it anyway")
    assert "/correlations?column=age" in hrefs[4]
    for href in hrefs:
        pages.get(href.partition("#")[0], follow_redirects=True)
    assert len(page.select(".all-checks li")) == 6


def test_what_only_the_check_page_has_is_not_pointed_to(
    pages: PageClient, dataset: Dataset
) -> None:
    words = 'It was read as Windows-1252. If that looks wrong, choose another encoding under "How'
    told = problem("ENCODING_ASSUMED", f'{words} we read the file"')
    change(dataset, problems=[told])
    page = pages.get(f"/datasets/{dataset.id}")
    assert "choose another encoding when you upload the file again as a new" in page.text
    assert "How we read" not in page.text
    change(dataset, state="refused", problems=[{**told, "severity": "error"}])
    page = pages.get(f"/datasets/{dataset.id}")
    assert "upload the file again as a new version" in page.text
    assert "How we read" not in page.text


def test_changing_a_type_asks_and_then_makes_a_version(
    pages: PageClient, member: User, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DS-6."""
    asked: list[dict[str, Any]] = []

    def make_reading(**given: Any) -> Dataset:
        asked.append(given)
        return make_dataset(member, version=2)

    monkeypatch.setattr(versions, "make_reading", make_reading)
    page = pages.get(f"/datasets/{dataset.id}?open=since")
    assert "It makes a new version" in page.text
    page = pages.get(f"/datasets/{dataset.id}?open=since&as=date")
    assert "Make a new version in which since has the type Date?" in page.text
    assert asked == []
    made = pages.submit(page, {"format": "%Y-%m-%d"}, form="form[action$='/type']", status=303)
    assert asked[0]["dataset_id"] == dataset.id
    assert asked[0]["options"] == {
        "columns": {"since": {"kind": "date", "use": None, "format": "%Y-%m-%d"}}
    }
    assert made.response.headers["Location"] != f"/datasets/{dataset.id}"
    page = pages.get(f"/datasets/{dataset.id}?open=age&as=left_out")
    pages.submit(page, {}, form="form[action$='/type']", status=303)
    assert asked[1]["options"]["columns"]["age"] == {"use": False}


def test_a_type_that_does_not_exist_makes_nothing(pages: PageClient, dataset: Dataset) -> None:
    url = f"/datasets/{dataset.id}/type"
    page = pages.follow(pages.post(url, {"name": "age", "kind": "bird"}, status=303))
    assert "The type must be one of" in page.text
    page = pages.follow(pages.post(url, {"name": "nobody", "kind": "text"}, status=303))
    assert "has no column called" in page.text


def test_viewers_change_nothing(app: Flask, viewer: User, dataset: Dataset) -> None:
    pages = PageClient(app, viewer)
    page = pages.get(f"/datasets/{dataset.id}?open=age&target=y_class")
    assert not page.select("#column-details form, #relation form")
    pages.post(f"/datasets/{dataset.id}/type", {"name": "age", "kind": "text"}, status=403)
    pages.post(f"/datasets/{dataset.id}/relation", {"target": "y_class"}, status=403)


def test_choosing_a_target_asks_for_its_relation_with_one_press(
    pages: PageClient, dataset: Dataset
) -> None:
    page = pages.get(f"/datasets/{dataset.id}")
    chosen = {"target": "y_class", "q": "a", "kind": "number"}
    sent = pages.submit(page, chosen, form="form.filters", status=303)
    assert db.session.query(Relation).one().target == "y_class"
    page = pages.follow(sent)
    assert "Looking how every column relates to y_class" in page.text
    assert page.find("#filter-q")["value"] == "a"
    assert page.find("#filter-kind option[selected]")["value"] == "number"
    pages.follow(pages.submit(page, {"target": ""}, form="form.filters", status=303))
    assert db.session.query(Relation).count() == 1


def test_relation_is_asked_for_waited_for_and_shown(
    pages: PageClient, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(*, user: User, dataset_id: int, target: str) -> Relation:
        with writing() as session:
            session.add(Relation(dataset_id=dataset_id, target=target))
        return Relation()

    monkeypatch.setattr(relations, "ask_relation", ask)
    page = pages.get(f"/datasets/{dataset.id}?target=y_class")
    waiting = pages.follow(pages.submit(page, {}, form="#relation form", status=303))
    assert waiting.find("#relation")["hx-trigger"] == "every 2s"
    with writing() as session:
        relation = session.query(Relation).one()
        relation.state = "ready"
        relation.answer = {"target": "y_class", "classes": ["low", "high"], "columns": [
            {"name": "member", "strength": 0.81, "measure": "AUC", "score": 0.905,
             "chart": {"labels": ["yes", "<b>no"], "shares": [[0.7, 0.3], [0.2, 0.8]]}},
            {"name": "age", "strength": 0.6, "measure": "AUC",
             "chart": {"edges": [18, 40, 80], "values": [0.4, 0.5]}},
        ]}  # fmt: skip
    done = pages.live(waiting.find("#relation")["hx-get"]).get_data(as_text=True)
    assert "hx-trigger" not in done
    assert "data-reload-when-shown" in done
    page = pages.get(f"/datasets/{dataset.id}?target=y_class&open=member")
    names = [words_of(a) for a in page.select(".columns-table .column-name")]
    assert names[:2] == ["member", "age"]
    assert not page.select("[data-reload-when-shown]")
    chart = row_of(page, "member").select_one(".relation svg")
    assert chart is not None
    assert chart["aria-label"] == "Share of high. yes: 0.3, <b>no: 0.8"
    assert "0.81" in words_of(row_of(page, "member"))
    assert "the target" in words_of(row_of(page, "y_class"))
    assert "It is 2 × ROC AUC − 1, on rows that were not looked at" in page.text
    assert "the ROC AUC 0.905 is that of this column alone" in page.text
    there = pages.get(f"/datasets/{dataset.id}?target=y_class&sort=file")
    names = [words_of(a) for a in there.select(".columns-table .column-name")]
    assert names.index("age") < names.index("member")
    assert there.find('.columns-tools input[name="sort"]')["value"] == "file"


def test_relation_that_failed_says_why(pages: PageClient, dataset: Dataset) -> None:
    with writing() as session:
        session.add(Relation(dataset_id=dataset.id, target="age", state="failed",
                             failure={"code": "X", "message": "The table is gone"}))  # fmt: skip
    page = pages.get(f"/datasets/{dataset.id}?target=age")
    assert "The table is gone" in page.text
    assert words_of(page.find("#relation button")) == "Try again"
    pages.submit(page, {"q": "a"}, form="form.filters", status=303)  # asks nothing again
    assert db.session.query(Relation).one().state == "failed"
    pages.submit(page, {}, form="#relation form", status=303)
    db.session.expire_all()
    assert db.session.query(Relation).one().state == "queued"


def test_an_older_dataset_without_a_profile_file_shows_what_there_is(
    pages: PageClient, member: User
) -> None:
    dataset = make_dataset(member)
    page = pages.get(f"/datasets/{dataset.id}?open=city")
    assert "Oslo: 100, Rome: 60, Bern: 40" in str(row_of(page, "city"))
    assert "Oslo" in words_of(page.find("#column-details .top-values"))


def test_files_that_are_gone_are_named(pages: PageClient, dataset: Dataset) -> None:
    for key in (dataset.table_key, dataset.profile_key):
        get_storage().delete(str(key))
    page = pages.get(f"/datasets/{dataset.id}?open=age")
    assert "The table of this dataset is missing from the storage" in page.text
    assert "The profile of this dataset is missing from the storage" in page.text
    assert "missing from the storage" in pages.get(f"/datasets/{dataset.id}/rows?sort=age").text


def test_states_are_said_in_words(pages: PageClient, member: User) -> None:
    reading = make_dataset(member, state="reading", progress=0.6, columns=[], dialect=None,
                           rows=None, message="Reading columns, 14 of 21 done")  # fmt: skip
    assert "Reading columns, 14 of 21 done" in pages.get(f"/datasets/{reading.id}").text
    assert "still being read" in pages.get(f"/datasets/{reading.id}/rows").text
    picture = {**problem("X", "It is a picture"), "severity": "error"}
    refused = make_dataset(member, state="refused", columns=[], dialect=None, rows=None,
                           problems=[picture])  # fmt: skip
    assert "It is a picture" in pages.get(f"/datasets/{refused.id}").text
    assert "The file was refused" in pages.get(f"/datasets/{refused.id}/rows").text


def test_ten_frequent_values_stand_there_and_the_others_are_a_click_away(
    pages: PageClient, member: User, tmp_path: Path
) -> None:
    text = "n,c\n" + "".join(f"{n},v{n % 13}\n" for n in range(130))
    made = make_read_dataset(member, text, tmp_path)
    page = pages.get(f"/datasets/{made.id}?open=c")
    first, others = page.select("#column-details .top-values")
    assert (len(first.select(".value")), len(others.select(".value"))) == (10, 3)
    assert words_of(page.find("#column-details .top-values + details summary")) == "3 more"


def test_save_is_near_on_a_phone(pages: PageClient, member: User) -> None:
    upload = make_upload(member)
    page = pages.get(f"/uploads/{upload.id}")
    assert page.find('#check .phone-only a[href="#save"]')
    assert page.find("#save #save-dataset")


@pytest.mark.parametrize("code", ["PREAMBLE", "HEADER_LINES", "NAME_BLANK"])
def test_no_row_is_shown_of_lines_above_the_first_one(
    pages: PageClient, dataset: Dataset, code: str
) -> None:
    change(dataset, problems=[problem(code, "1 line above was left out", line=1)])
    page = pages.get(f"/datasets/{dataset.id}")
    assert "1 line above was left out" in page.text
    assert "Show line" not in page.text
