"""What the API tells of the difference of two versions."""

import pytest
from flask import Flask

from dashboard import queue
from dashboard.api import difference_schemas
from dashboard.api.routes import make_document
from dashboard.db import Difference, User
from dashboard.db.transaction import writing
from tests.dashboard.api.test_datasets import Api
from tests.factories import COLUMNS, make_dataset, make_version
from tests.page import PageClient

FOUND = {"same": 6700, "added": 343, "removed": 100, "columns": 3, "key": "id", "changed": 1,
         "columns_changed": 1, "changed_columns": [
             {"name": "city", "count": 1, "examples": [
                 {"key": "7", "before": "Oslo", "after": None}]}]}  # fmt: skip
MOVED = {"name": "city", "kind": "category", "distance": 0.23, "moved": True,
         "before": {"value": "Oslo", "share": 0.5, "missing": 0.0},
         "after": {"value": "Oslo", "share": 0.7, "missing": 0.0}}  # fmt: skip
DISTRIBUTIONS = {"compared": 1, "moved": 1, "columns": [MOVED]}


@pytest.fixture(autouse=True)
def taken_hints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)


def end(rows: dict[str, int] | None) -> None:
    with writing() as session:
        difference = session.query(Difference).one()
        difference.state = "ready"
        difference.answer = {"rows": rows, "distributions": DISTRIBUTIONS}


def test_a_difference_is_asked_for_and_then_known(
    any_app: Flask, member: User, viewer: User
) -> None:
    first = make_dataset(member)
    second = make_version(first, columns=[*COLUMNS[1:], {"name": "new", "kind": "number"}])
    with writing() as session:
        session.query(Difference).delete()
    api, url = Api(any_app, member), f"/datasets/{second.id}/difference"
    look = f"{url}?from_id={first.id}"
    nothing = api("GET", look)
    difference_schemas.Difference.model_validate(nothing)
    assert (nothing["state"], nothing["rows"], nothing["distributions"]) == ("none", None, None)
    assert nothing["columns_added"] == ["new"]
    assert nothing["columns_removed"] == [COLUMNS[0]["name"]]
    asked = api("POST", url, 202, json={"from_id": first.id})
    assert asked["state"] == "queued"
    end(FOUND)
    known = api("GET", look)
    difference_schemas.Difference.model_validate(known)
    assert (known["state"], known["rows"]) == ("ready", FOUND)
    assert known["rows_not_compared"] is None
    assert known["distributions"]["columns"] == [MOVED]
    assert Api(any_app, viewer)("GET", look) == known
    Api(any_app, viewer)("POST", url, 403, json={"from_id": first.id})


def test_where_rows_are_not_compared_the_limit_is_told(app: Flask, member: User) -> None:
    first = make_dataset(member)
    second = make_version(first)
    end(None)
    api, look = Api(app, member), f"/datasets/{second.id}/difference?from_id={first.id}"
    words = api("GET", look)["rows_not_compared"]
    assert "up to 5,000,000 rows and 100,000,000 cells" in words
    pages = PageClient(app, member)
    tab = f"/datasets/{second.id}/versions?from={first.id}&to={second.id}"
    assert words in pages.get(tab).text
    assert "counts as moved where 10% of the rows or more lie elsewhere" in pages.get(tab).text
    with writing() as session:
        row = session.get_one(type(second), second.id)
        row.columns = [{"name": "other", "kind": "text"}]
    assert "no column in common" in api("GET", look)["rows_not_compared"]


def test_what_has_no_difference_is_refused(app: Flask, member: User) -> None:
    first, other = make_dataset(member), make_dataset(member)
    api, url = Api(app, member), f"/datasets/{first.id}/difference"
    api("GET", f"{url}?from_id={other.id}", 409)
    api("GET", f"{url}?from_id={first.id}", 409)
    api("POST", url, 409, json={"from_id": other.id})
    api("GET", f"{url}?from_id=999999", 404)
    assert "from_id" in api("GET", url, 422)["error"]["fields"]
    parameters = make_document()["paths"]["/datasets/{dataset_id}/difference"]["get"]["parameters"]
    assert [(part["name"], part["required"]) for part in parameters][1] == ("from_id", True)
