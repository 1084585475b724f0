"""Two versions that are compared: from what is asked to what the page says."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from flask import Flask, current_app
from sqlalchemy import select

from dashboard import queue
from dashboard.chores.service import claim_next_chore
from dashboard.datasets import service
from dashboard.datasets.check import checking
from dashboard.datasets.reading import Reading, finish_reading
from dashboard.datasets.version import comparing
from dashboard.datasets.version.comparing import ask_difference, find_difference
from dashboard.db import Chore, Dataset, Difference
from dashboard.db.transaction import writing
from dashboard.errors import Conflict, Forbidden, NotFound
from dashboard.extensions import db
from dashboard.storage import get_storage, keys, storage_address
from tasks.chore_kinds import KINDS
from tasks.comparing import compare_versions
from tasks.engine.errors import EngineError
from tests.engine.tables import write_rows
from tests.factories import COLUMNS, make_dataset, make_user, make_version
from tests.page import PageClient, words_of


@pytest.fixture(autouse=True)
def taken_hints(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that takes every hint."""
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)


def with_table(dataset: Dataset, folder: Path, rows: list[list[str | None]]) -> Dataset:
    """Write a table of the columns age and city, and no profile."""
    path = write_rows(folder / f"{dataset.id}.parquet", ["age", "city"], rows)
    key = keys.dataset_table(dataset.id, dataset.token, 1)
    get_storage().put_file(key, path)
    with writing() as session:
        row = session.get_one(Dataset, dataset.id)
        row.table_key, row.rows = key, len(rows)
    return dataset


def do_chore() -> list[dict[str, Any]]:
    """Do the next chore in this process; return the events that it told."""
    claim = claim_next_chore(worker="light")
    assert claim is not None
    kind, told = KINDS[claim.kind](claim), []
    payload = kind.payload()
    assert payload is not None
    json.dumps(payload)  # it travels to the child as JSON
    payload["storage"] = storage_address(current_app.config["SETTINGS"])
    assert kind.work == "compare_versions"
    compare_versions(payload, told.append)
    kind.finish(told[-1]["values"])
    return told


def questions() -> list[tuple[int, int, str]]:
    db.session.expire_all()
    rows = select(Difference.from_id, Difference.to_id, Difference.state)
    return [tuple(row) for row in db.session.execute(rows.order_by(Difference.id))]  # type: ignore[misc]


def test_from_the_button_to_the_page(any_app: Flask, tmp_path: Path) -> None:
    first = with_table(make_dataset(), tmp_path, [["1", "Oslo"], ["2", "Rome"], ["2", "Rome"]])
    top = [{"value": "Oslo", "count": 190}, {"value": "Rome", "count": 10}]
    new = {"name": "new", "kind": "constant", "missing": 0}
    moved = [COLUMNS[1] | {"top": top}, COLUMNS[0] | {"kind": "text"}, new]
    second = make_version(first, columns=moved)
    with_table(second, tmp_path, [["2", "Rome"], ["1", "Oslo"], ["3", "Bern"], ["4", None]])
    with writing() as session:  # as when the versions are older than comparing is
        session.query(Difference).delete()
        session.query(Chore).delete()
    pages = PageClient(any_app, first.owner)
    page = pages.get(f"/datasets/{second.id}/versions?from={first.id}&to={second.id}")
    assert "churned income" in page.text
    assert "age : number → text" in page.text
    assert "Rows added" not in page.text
    page = pages.submit(page, {}, form="#difference form", status=303)
    page = pages.follow(page)
    assert "Comparing rows and distributions." in page.text
    live = str(page.find("#difference")["hx-get"])
    assert b"Comparing" in pages.live(live).data
    told = do_chore()
    assert [event["type"] for event in told] == ["progress", "progress", "done"]
    text = words_of(pages.get(page.response.request.full_path).find("#difference"))
    assert "Rows 3 → 4 Rows added 2 Rows removed 1 Rows that are the same 2" in text
    assert "Both versions have no identifier column of the same name" in text
    assert "by the 2 columns that both versions have" in text
    assert "1 distribution moved 0 about the same" in text
    assert "city Moved 45% “Oslo” 50%, now 95%" in text
    assert b"hx-get" not in pages.live(live).data


def test_rows_are_matched_by_an_identifier_and_what_changed_is_shown(
    app: Flask, tmp_path: Path
) -> None:
    columns = [COLUMNS[0] | {"kind": "identifier"}, COLUMNS[1]]
    first = make_dataset(columns=columns)
    with_table(first, tmp_path, [["1", "Oslo"], ["2", "Rome"], ["3", None]])
    second = make_version(first, columns=columns)
    with_table(second, tmp_path, [["4", "Graz"], ["3", "<b>Bern"], ["2", "Rome"]])
    do_chore()
    page = PageClient(app, first.owner).get(
        f"/datasets/{second.id}/versions?from={first.id}&to={second.id}"
    )
    text = words_of(page.find("#difference"))
    assert "Rows added 1 Rows removed 1 Rows changed 1 Rows that are the same 1" in text
    assert 'Rows are matched by "age", which is filled and different in every row' in text
    assert "Cells changed in 1 column In 1 row that both versions have" in text
    assert "city 1 50% 3: missing → <b>Bern" in text


def test_a_new_version_is_compared_with_the_one_before_it(any_app: Flask) -> None:
    first = make_dataset()
    upload = make_dataset(first.owner, saved_at=None, family_id=first.family_id)
    second = checking.save_upload(user=first.owner, dataset_id=upload.id, name="x")
    assert questions() == [(first.id, second.id, "queued")]
    third = make_version(second, state="reading")
    assert len(questions()) == 1
    with writing() as session:
        session.query(Chore).delete()
        session.add(Chore(kind="read_dataset", subject_id=third.id))
    claim = claim_next_chore(worker="light")
    assert claim is not None
    assert finish_reading(
        claim=claim, reading=Reading(third.token, 1), values={"state": "ready", "columns": []}
    )
    assert questions()[1:] == [(second.id, third.id, "queued")]


def test_what_is_asked_twice_is_done_once_and_what_failed_again(any_app: Flask) -> None:
    first = make_dataset()
    second = make_version(first)
    ask = {"user": make_user(), "from_id": second.id, "to_id": first.id}
    ask_difference(**ask)
    ask_difference(**ask)
    assert questions() == [(first.id, second.id, "queued"), (second.id, first.id, "queued")]
    assert db.session.query(Chore).count() == 2
    backwards = find_difference(second.id, first.id)
    assert backwards is not None
    with writing() as session:
        comparing.fail_difference(session, backwards.id, {"code": "X", "message": "boom"})
    page = PageClient(any_app, first.owner).get(
        f"/datasets/{first.id}/versions?from={second.id}&to={first.id}"
    )
    assert "Rows could not be compared. boom" in page.text
    ask_difference(**ask)
    assert questions()[1] == (second.id, first.id, "queued")
    assert db.session.query(Chore).count() == 3


def test_what_cannot_be_compared_is_refused(any_app: Flask) -> None:
    first, other = make_dataset(), make_dataset()
    second = make_version(first, state="refused")
    user = first.owner
    with pytest.raises(Conflict, match="v2 could not be read"):
        ask_difference(user=user, from_id=first.id, to_id=second.id)
    with pytest.raises(Conflict, match="two versions of one dataset"):
        ask_difference(user=user, from_id=first.id, to_id=other.id)
    with pytest.raises(Conflict, match="two versions of one dataset"):
        ask_difference(user=user, from_id=first.id, to_id=first.id)
    with pytest.raises(Forbidden):
        ask_difference(user=make_user(role="viewer"), from_id=first.id, to_id=second.id)
    service.delete_dataset(user=user, dataset_id=second.id)
    with pytest.raises(NotFound):
        ask_difference(user=user, from_id=first.id, to_id=second.id)
    pages = PageClient(any_app, user)
    for sides in (f"from={first.id}&to={other.id}", f"from={second.id}&to={first.id}"):
        pages.get(f"/datasets/{first.id}/versions?{sides}", status=404)
    assert (
        "does not differ from itself"
        in pages.get(f"/datasets/{first.id}/versions?from={first.id}&to={first.id}").text
    )


def test_the_details_of_a_profile_are_used(app: Flask, tmp_path: Path) -> None:
    """What the columns of a dataset say is short; the profile says more."""
    first, second = make_dataset(), make_dataset()
    sides = []
    for dataset, share in ((first, 0.5), (second, 0.8)):
        with_table(dataset, tmp_path, [["1", "Oslo"]])
        top = [{"value": "a", "count": int(1000 * share)}]
        top += [{"value": "b", "count": 1000 - top[0]["count"]}]  # type: ignore[operator]
        path, key = tmp_path / "profile", keys.dataset_profile(dataset.id, dataset.token, 1)
        table = pa.table({"name": ["city"], "details": [json.dumps({"top": top})]})
        pq.write_table(table, path, row_group_size=200)
        get_storage().put_file(key, path)
        columns = [{"name": "city", "kind": "category", "missing": 0, "count": 1000}]
        sides.append({"name": dataset.label, "table_key": dataset.table_key,
                      "profile_key": key, "columns": columns})  # fmt: skip
    told: list[dict[str, Any]] = []
    address = storage_address(app.config["SETTINGS"])
    payload = {"storage": address, "before": sides[0], "after": sides[1]}
    compare_versions(payload, told.append)
    (column,) = told[-1]["values"]["answer"]["distributions"]["columns"]
    assert (column["name"], column["distance"], column["moved"]) == ("city", 0.3, True)
    get_storage().delete(sides[1]["profile_key"])
    with pytest.raises(EngineError, match="The profile of .* is missing from the storage"):
        compare_versions(payload, told.append)
