"""The rows of a job: which were predicted wrong, and what stands in them."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from dashboard.auth.tokens import create_token
from dashboard.db import Job, User
from dashboard.extensions import db
from dashboard.storage import get_storage
from tests.dashboard.datasets.profiled import change
from tests.dashboard.rows.scored import FORMULA, MARKUP, N, make_class_job, make_number_job
from tests.factories import give_results, make_job
from tests.page import Page, PageClient, words_of


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


@pytest.fixture
def job(member: User, tmp_path: Path) -> Job:
    return make_class_job(member, tmp_path)


def cells(page: Page) -> list[list[str]]:
    rows = page.select(".scored-rows tbody tr")
    return [[words_of(cell) for cell in row.select("th, td")] for row in rows]


def test_the_worst_rows_come_first_with_their_cells(pages: PageClient, job: Job) -> None:
    page = pages.get(f"/jobs/{job.id}/rows")
    heads = [words_of(head) for head in page.select(".scored-rows thead th")]
    assert heads == ["Line", "Fold", "Actual", "Predicted", "Probability of actual",
                     "Of predicted", "age", "note"]  # fmt: skip
    rows = cells(page)
    assert len(rows) == 50
    of_actual = [float(row[4]) for row in rows]
    assert of_actual == sorted(of_actual)
    line = int(rows[0][0])
    assert rows[0][6:] == [str(20 + line - 2), (FORMULA, MARKUP, "plain")[(line - 2) % 3]]
    assert "120 of 120 predictions" in page.text
    assert page.find("tbody th a")["href"] == f"/datasets/{job.dataset_id}/rows?line={line}"


def test_cells_that_mean_missing_are_marked_as_in_the_dataset(pages: PageClient, job: Job) -> None:
    change(job.dataset, dialect={**job.dataset.dialect, "missing": ["plain", "21"]})
    page = pages.get(f"/jobs/{job.id}/rows?per=200")
    marked = [words_of(cell) for cell in page.select(".scored-rows td.gone")]
    assert sorted(marked) == ["21 missing", *["plain missing"] * (N // 3)]


def test_a_cell_of_the_confusion_is_filtered_and_can_be_undone(
    pages: PageClient, job: Job
) -> None:
    page = pages.get(f"/jobs/{job.id}/rows?actual=yes&predicted=no&fold=1&sort=line&per=100")
    rows = cells(page)
    lines = [int(row[0]) for row in rows]
    assert lines == sorted(lines)
    assert {tuple(row[1:3]) for row in rows} == {("1", "yes")}
    assert all("wrong" in row[3] for row in rows)
    chips = {words_of(chip).split(" ,")[0]: chip["href"] for chip in page.select(".chip")}
    assert set(chips) == {"actual yes", "predicted no", "fold 1"}
    assert "fold" not in str(chips["fold 1"])
    assert "actual=yes" in str(chips["fold 1"])


def test_pages_lead_on_and_beyond_the_last_there_is_a_way_back(
    pages: PageClient, job: Job
) -> None:
    first = cells(pages.get(f"/jobs/{job.id}/rows?sort=line"))
    third = pages.get(f"/jobs/{job.id}/rows?sort=line&page=3")
    assert [int(row[0]) for row in cells(third)] == list(range(102, 122))
    assert [int(row[0]) for row in first] == list(range(2, 52))
    assert "There is no page 9" in pages.get(f"/jobs/{job.id}/rows?page=9").text


def test_what_has_no_meaning_is_left_out_and_told(pages: PageClient, job: Job) -> None:
    query = "actual=perhaps&fold=77&least=much&sort=colour&tenth=3&page=x&columns=0"
    page = pages.get(f"/jobs/{job.id}/rows?{query}")
    for words in ('No class is called "perhaps"', 'Fold "77" is none of 1 to 5', '"much" is none',
                  'no order "colour"', '"tenth" was left out'):  # fmt: skip
        assert words in page.text
    assert len(cells(page)) == 50


def test_numbers_are_found_by_how_far_they_are_off_and_by_tenth(
    pages: PageClient, member: User, tmp_path: Path
) -> None:
    job = make_number_job(member, tmp_path)
    rows = cells(pages.get(f"/jobs/{job.id}/rows"))
    assert [row[2:5] for row in rows[:2]] == [
        ["1,190", "1,071", "\N{MINUS SIGN}119.00"], ["1,180", "1,062", "\N{MINUS SIGN}118.00"],
    ]  # fmt: skip
    assert len(cells(pages.get(f"/jobs/{job.id}/rows?least=100"))) == 20
    page = pages.get(f"/jobs/{job.id}/rows?tenth=1&sort=-error")
    assert [int(row[0]) for row in cells(page)] == list(range(2, 14))
    assert "12 of 120 predictions match" in page.text


def test_all_rows_that_match_are_downloaded_with_formulas_defused(
    pages: PageClient, job: Job
) -> None:
    page = pages.get(f"/jobs/{job.id}/rows?actual=no&sort=error&page=2&per=50")
    link = next(a["href"] for a in page.select("main a.btn") if "CSV" in words_of(a))
    answer = pages.http.get(str(link))
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert len(rows) == N * 3 // 4
    errors = [float(row["error"]) for row in rows]
    assert errors == sorted(errors, reverse=True)
    assert {row["note"] for row in rows} == {f"'{FORMULA}", MARKUP, "plain"}
    assert all(int(row["age"]) == int(row["line"]) + 18 for row in rows)
    assert float(rows[0]["probability of yes"]) == pytest.approx(errors[0])
    raw = pages.http.get(f"{link}&raw=true").get_data(as_text=True)
    assert f",{FORMULA}\r\n" in raw


def test_a_download_of_many_rounds_is_in_one_order(
    pages: PageClient, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.rows.download.PIECE_CELLS", 30)
    monkeypatch.setattr("dashboard.rows.download.ROUND_CELLS", 70)
    answer = pages.http.get(f"/jobs/{job.id}/rows.csv?sort=-error").get_data(as_text=True)
    rows = list(csv.DictReader(io.StringIO(answer)))
    errors = [float(row["error"]) for row in rows]
    assert (len(rows), errors) == (N, sorted(errors))
    assert all(int(row["age"]) == int(row["line"]) + 18 for row in rows)


def test_without_the_table_what_was_predicted_is_still_there(pages: PageClient, job: Job) -> None:
    get_storage().delete(str(job.dataset.table_key))
    page = pages.get(f"/jobs/{job.id}/rows")
    assert "its cells are not shown" in page.text
    assert len(cells(page)[0]) == 6
    lines = pages.http.get(f"/jobs/{job.id}/rows.csv").get_data(as_text=True).splitlines()
    assert lines[0] == "line,fold,actual,predicted,error,probability of no,probability of yes"
    assert len(lines) == N + 1


def test_a_limit_that_was_typed_can_be_sent_again(
    pages: PageClient, member: User, tmp_path: Path
) -> None:
    job = make_number_job(member, tmp_path)
    page = pages.get(f"/jobs/{job.id}/rows?least=1500.5")
    assert page.find("#filter-least")["value"] == "1500.5"
    assert "off by 1,500.50 or more" in page.text
    for odd in ("inf", "1e400", "-0", "1_0"):
        pages.get(f"/jobs/{job.id}/rows?least={odd}")


def test_rows_that_are_missing_from_the_storage_are_told(pages: PageClient, job: Job) -> None:
    get_storage().delete(str(job.out_of_fold_key))
    page = pages.get(f"/jobs/{job.id}/rows")
    assert "The rows of this job are missing from the storage." in page.text
    pages.get(f"/jobs/{job.id}/rows.csv", status=404)


def test_a_candidate_has_rows_though_it_has_no_model(
    pages: PageClient, member: User, tmp_path: Path
) -> None:
    job = make_class_job(member, tmp_path, with_model=False, score_only=True)
    give_results(job, confusion={"labels": ["no", "yes"], "counts": [[1, 2], [3, 4]]})
    assert len(cells(pages.get(f"/jobs/{job.id}/rows?actual=yes"))) == 30


def test_a_job_without_rows_says_when_there_will_be_some(pages: PageClient, member: User) -> None:
    job = make_job(member, state="running")
    assert "There are no rows yet" in pages.get(f"/jobs/{job.id}/rows").text
    pages.get(f"/jobs/{job.id}/rows.csv", status=409)
    pages.get("/jobs/999999/rows", status=404)


def test_the_api_has_the_same_rows_by_the_same_names(
    pages: PageClient, app: Flask, member: User, job: Job, tmp_path: Path
) -> None:
    bearer = {"Authorization": f"Bearer {create_token(user=member, name='x').text}"}
    address = f"/api/v1/jobs/{job.id}/rows"

    def ask(query: str, status: int = 200) -> Any:
        answer = pages.http.get(f"{address}?{query}", headers=bearer)
        assert answer.status_code == status
        return answer.get_json()

    found = ask("predicted=no&actual=yes&fold=1&sort=error")["items"]
    page = cells(pages.get(f"/jobs/{job.id}/rows?predicted=no&actual=yes&fold=1"))
    assert [str(row["line"]) for row in found] == [row[0] for row in page]
    assert found[0]["error"] == pytest.approx(1 - found[0]["probabilities"]["yes"])
    first = ask("limit=100&wrong=true")
    assert all(row["actual"] != row["prediction"] for row in first["items"])
    assert first["next_cursor"] is None
    assert ask("limit=100")["next_cursor"]
    assert "no tenths" in ask("tenth=2", 422)["error"]["fields"]["tenth"]


def test_the_page_asks_the_database_a_constant_number_of_times(
    pages: PageClient, job: Job
) -> None:
    def count(url: str) -> int:
        asked = []

        def note(*given: Any) -> None:
            asked.append(given[2])

        event.listen(db.engine, "before_cursor_execute", note)
        pages.get(url)
        event.remove(db.engine, "before_cursor_execute", note)
        return len(asked)

    assert count(f"/jobs/{job.id}/rows?per=200") == count(f"/jobs/{job.id}/rows?fold=1")
