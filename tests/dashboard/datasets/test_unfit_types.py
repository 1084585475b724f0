"""A type that no cell of its column can have is refused alike wherever it is chosen."""

import io
import json
from pathlib import Path

import pytest
from flask import Flask

from dashboard.datasets.version import type_fit
from dashboard.db import Dataset, User
from dashboard.extensions import db
from tests.dashboard.api.test_datasets import Api
from tests.dashboard.datasets.profiled import make_read_dataset
from tests.dashboard.datasets.test_check_page import upload
from tests.page import PageClient, words_of
from tests.uploads import read_next, stored

pytestmark = pytest.mark.usefixtures("no_broker")  # the worker is this test

TEXT = "house,day,y\n" + "".join(f"{n} A,day {n},{n % 3}\n" for n in range(1, 21))
HOUSE = (
    'None of the 20 filled cells of "house" is a number: the first is "1 A". '
    "Choose another type, or mend the file"
)
DAY = (
    'None of the 20 filled cells of "day" is a date in this format: the first is "day 1". '
    "Choose another type, or mend the file"
)
CHOICES = {"house": {"kind": "number"}, "day": {"kind": "date", "format": "%d.%m.%Y"},
           "y": {"kind": "category"}}  # fmt: skip


def count_datasets() -> int:
    return db.session.query(Dataset).count()


def test_the_api_refuses_all_at_once_and_makes_no_version(
    app: Flask, member: User, tmp_path: Path
) -> None:
    dataset = make_read_dataset(member, TEXT, tmp_path, original_key="k")
    api, made = Api(app, member), count_datasets()
    answer = api("PATCH", f"/datasets/{dataset.id}", 422, json={"columns": CHOICES})
    assert answer["error"]["fields"] == {"columns.house.kind": HOUSE, "columns.day.kind": DAY}
    assert count_datasets() == made
    # Read with other separators it has other cells, of which nothing is known yet.
    columns = {"house": {"kind": "number"}}
    api("PATCH", f"/datasets/{dataset.id}", 202, json={"columns": columns, "decimal": ","})


def test_an_uploaded_file_is_refused_in_the_same_words_and_stays(app: Flask, member: User) -> None:
    api = Api(app, member)
    form = {"file": (io.BytesIO(TEXT.encode()), "x.csv"), "columns": json.dumps(CHOICES)}
    made = api("POST", "/datasets", 202, data=form)
    read_next()
    found = api("GET", f"/datasets/{made['id']}")
    assert found["state"] == "refused"
    told = {p["column"]: p["message"] for p in found["problems"] if p["severity"] == "error"}
    assert told == {"house": HOUSE, "day": DAY}
    # Its page has a button for each; the rest of what was chosen stays.
    pages = PageClient(app, member)
    page = pages.get(f"/datasets/{made['id']}")
    assert HOUSE in page.text
    answer = pages.submit(page, {}, form="form[action$='/type']", status=303)
    page = pages.follow(answer)
    second = db.session.query(Dataset).order_by(Dataset.id.desc()).first()
    assert second is not None
    assert second.options["columns"] == {name: CHOICES[name] for name in ("day", "y")}
    read_next()
    api("PATCH", f"/datasets/{second.id}", 202, json={"columns": {"day": None}})
    read_next()
    third = api("GET", "/datasets")["items"][0]
    assert third["state"] == "ready"
    assert stored(third["id"]).options == {"columns": {"y": CHOICES["y"]}}


def test_the_check_page_refuses_it_and_what_was_chosen_before_can_be_taken_back(
    app: Flask, member: User
) -> None:
    pages = PageClient(app, member)
    page = upload(pages, TEXT.encode())
    address = page.find(".reading-form")["action"]
    sent = {"columns.house.kind": "number", "columns.y.kind": "category", "missing": "day 3"}
    page = pages.post(str(address), sent | {"missing": ""}, status=422)
    assert HOUSE in page.text
    upload_id = int(str(address).rpartition("/")[2])
    assert stored(upload_id).options == {}
    # With other markers it has other cells: the reading tells.
    answer = pages.post(str(address), sent, status=303)
    read_next()
    page = pages.follow(answer)
    assert stored(upload_id).state == "refused"
    summary = page.find(".error-summary")
    assert 'None of the 20 filled cells of "house" is a number' in words_of(summary)
    assert "Read “house” as what it was found to be" in words_of(summary)
    answer = pages.submit(page, {}, form=".error-summary form", status=303)
    read_next()
    pages.follow(answer)
    read = stored(upload_id)
    assert read.state == "ready"
    assert read.options == {"columns": {"y": {"kind": "category"}}, "missing": ["", "day 3"]}


def test_of_many_columns_some_are_looked_at_in_the_request(
    app: Flask, member: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type_fit, "LOOKED_AT_ONCE", 1)
    dataset = make_read_dataset(member, TEXT, tmp_path)
    url = f"/datasets/{dataset.id}"
    answer = Api(app, member)("PATCH", url, 422, json={"columns": CHOICES})
    assert answer["error"]["fields"] == {"columns.house.kind": HOUSE}
