"""What is made of a dataset's files while it is sent, from a folder and from a bucket."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from dashboard import downloads
from dashboard.db import Dataset, User
from dashboard.storage import get_storage, keys
from tests.dashboard.datasets.profiled import change, make_read_dataset
from tests.factories import make_user
from tests.page import PageClient
from tests.uploads import ABOUT_PRICE, DIALECT

ROWS = [["1", "=x"], ["10", "b"], ["9", "$5"]]
TEXT = "n,t\n" + "".join(",".join(row) + "\n" for row in ROWS)


@pytest.fixture
def owner(stored_app: Flask) -> User:
    return make_user()


@pytest.fixture
def dataset(owner: User, tmp_path: Path) -> Dataset:
    return make_read_dataset(owner, TEXT, tmp_path)


def parsed(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True), newline="")))


def test_tables_and_rows_come_as_csv(stored_app: Flask, owner: User, dataset: Dataset) -> None:
    http = PageClient(stored_app, owner).http
    assert parsed(http.get(f"/datasets/{dataset.id}/table.csv")) == [["n", "t"], *ROWS]
    found = parsed(http.get(f"/datasets/{dataset.id}/rows.csv?sort=-n"))
    assert found == [["n", "t"], ["10", "b"], ["9", "$5"], ["1", "'=x"]]


def test_cells_that_disagree_come_as_csv(stored_app: Flask, owner: User, dataset: Dataset) -> None:
    question = dataset.columns[1] | {"question": ABOUT_PRICE}
    change(dataset, saved_at=None, dialect=DIALECT, columns=[dataset.columns[0], question])
    found = parsed(PageClient(stored_app, owner).http.get(f"/uploads/{dataset.id}/problems.csv"))
    assert [row[2] for row in found] == ["cell", "'=x", "b", "$5"]


def test_lines_that_were_left_out_come_as_csv(
    stored_app: Flask, owner: User, dataset: Dataset
) -> None:
    key = f"datasets/{dataset.id}/{dataset.token}/rejects-1"
    get_storage().write(key, io.BytesIO(b'line,reason,text\r\n5,Has 3 cells,"=a\nb"\r\n'))
    change(dataset, rejects_key=key)
    http = PageClient(stored_app, owner).http
    found = parsed(http.get(f"/datasets/{dataset.id}/rejects.csv"))
    assert found == [["line", "reason", "text"], ["5", "Has 3 cells", "'=a\nb"]]
    raw = parsed(http.get(f"/datasets/{dataset.id}/rejects.csv?raw=true"))
    assert raw[1][2] == "=a\nb"


def test_of_a_profile_only_what_is_shown_is_fetched(
    stored_app: Flask, owner: User, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def whole(*_: Any) -> None:
        raise AssertionError("the whole file was fetched")

    monkeypatch.setattr(type(get_storage()), "local_copy", whole)
    pages = PageClient(stored_app, owner)
    assert pages.get(f"/datasets/{dataset.id}?open=n").find("#columns, main")
    pages.get(f"/datasets/{dataset.id}/correlations")


def test_more_tables_than_can_be_at_once_are_refused_until_one_is_done(
    stored_app: Flask, owner: User, dataset: Dataset
) -> None:
    url, http = f"/datasets/{dataset.id}/table.csv", PageClient(stored_app, owner).http
    begun = [http.get(url, buffered=False) for _ in range(downloads.FILES_AT_ONCE)]
    refused = http.get(url)
    assert refused.status_code == 503
    assert "Try again in a minute" in refused.get_data(as_text=True)
    begun.pop().close()  # whoever asked for it went away
    assert parsed(begun.pop())[1:] == ROWS
    for _ in range(5):
        assert parsed(http.get(url))[1:] == ROWS
    for answer in begun:
        answer.close()


def test_large_originals_take_the_same_places(
    stored_app: Flask, owner: User, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = keys.dataset_original(dataset.id, dataset.token)
    stored = get_storage().write(key, io.BytesIO(TEXT.encode()))
    change(dataset, original_key=key, size_bytes=stored.size_bytes)
    url, http = f"/datasets/{dataset.id}/file", PageClient(stored_app, owner).http
    begun = [http.get(url, buffered=False) for _ in range(downloads.FILES_AT_ONCE + 1)]
    assert {answer.status_code for answer in begun} == {200}  # small ones take none
    monkeypatch.setattr(downloads, "SMALL_BYTES", 0)
    whole = begun.pop().get_data()
    begun = [http.get(url, buffered=False) for _ in range(downloads.FILES_AT_ONCE)]
    refused = http.get(url)
    assert refused.status_code == 503
    assert "4 files are being downloaded" in refused.get_data(as_text=True)
    begun.pop().close()
    assert begun.pop().get_data() == whole
    for answer in begun:
        answer.close()
    assert http.get(url).get_data() == whole


def test_a_table_that_is_gone_is_told_and_takes_no_place(
    stored_app: Flask, owner: User, dataset: Dataset
) -> None:
    get_storage().delete(str(dataset.table_key))
    http = PageClient(stored_app, owner).http
    for _ in range(downloads.FILES_AT_ONCE + 1):
        answer = http.get(f"/datasets/{dataset.id}/table.csv")
        assert answer.status_code == 404
        assert "missing from the storage" in answer.get_data(as_text=True)
