"""Names and cells that are markup, formulas or paths are text on every page and in every file."""

import csv
import io
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask

from dashboard.db import Dataset, User
from tests.dashboard.datasets.profiled import FORMULA, NASTY, change, make_read_dataset
from tests.factories import make_succeeded_job
from tests.page import PageClient

PATH = "../../x"
WIDE = "\uff1dcmd()"
ROWS = [[(NASTY, FORMULA, PATH, WIDE)[n % 4], (FORMULA, NASTY)[n % 2], str(n)] for n in range(80)]


@pytest.fixture
def dataset(app: Flask, member: User, tmp_path: Path) -> Dataset:
    text = io.StringIO()
    csv.writer(text).writerows([[NASTY, FORMULA, PATH], *ROWS])
    made = make_read_dataset(member, text.getvalue(), tmp_path, name=PATH + NASTY)
    return change(made, file_name=f"{NASTY}{FORMULA}.csv")


def test_no_page_takes_a_name_for_more_than_text(
    app: Flask, member: User, dataset: Dataset
) -> None:
    job = make_succeeded_job(member, dataset=dataset, target=FORMULA, name=NASTY)
    pages = PageClient(app, member)
    here = f"/datasets/{dataset.id}"
    for address in (
        "/datasets", f"/datasets?q={NASTY}", here, f"{here}?target={quote(NASTY)}",
        f"{here}?open={quote(PATH)}", f"{here}/versions", f"{here}/correlations", f"{here}/rows",
        f"/jobs/new?dataset_id={dataset.id}&target={quote(FORMULA)}", f"/jobs/{job.id}", "/jobs",
        f"/datasets/new?version_of={dataset.id}",
    ):  # fmt: skip
        page = pages.get(address)
        assert NASTY not in page.html, address
        assert not page.select("main script"), address


def test_downloads_have_names_without_folders_and_cells_without_formulas(
    app: Flask, member: User, dataset: Dataset
) -> None:
    pages = PageClient(app, member)

    def rows_of(address: str) -> list[list[str]]:
        answer = pages.http.get(f"/datasets/{dataset.id}/{address}")
        assert answer.status_code == 200
        disposition = answer.headers["Content-Disposition"]
        assert "/" not in disposition
        assert "%2F" not in disposition
        return list(csv.reader(io.StringIO(answer.text)))

    safe = rows_of("rows.csv")
    assert safe[0] == [NASTY, f"'{FORMULA}", PATH]
    assert safe[1:5] == [
        [NASTY, f"'{FORMULA}", "0"], [f"'{FORMULA}", NASTY, "1"],
        [PATH, f"'{FORMULA}", "2"], [f"'{WIDE}", NASTY, "3"],
    ]  # fmt: skip
    assert rows_of("rows.csv?raw=true") == rows_of("table.csv") == [[NASTY, FORMULA, PATH], *ROWS]
