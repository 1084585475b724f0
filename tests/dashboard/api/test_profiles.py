"""What the API tells of a dataset's columns, as the pages do."""

import re
from pathlib import Path

import pytest
from flask import Flask

from dashboard import queue
from dashboard.api import profile_schemas, schemas
from dashboard.api.routes import make_document
from dashboard.datasets.look import row_answers
from dashboard.db import Relation, User
from dashboard.db.transaction import writing
from tasks.engine.rows.cells import OpenTable
from tasks.engine.rows.conditions import OPERATORS
from tests.dashboard.api.test_datasets import Api
from tests.dashboard.datasets.profiled import make_read_dataset
from tests.factories import make_dataset

TEXT = "price,2,a/b\n" + "".join(f"{n % 41}.5,x{n % 3},{n % 7}\n" for n in range(100))


@pytest.fixture(autouse=True)
def taken_hints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)


def test_a_column_is_found_by_name_or_number(app: Flask, member: User, tmp_path: Path) -> None:
    dataset = make_read_dataset(member, TEXT, tmp_path)
    api, url = Api(app, member), f"/datasets/{dataset.id}/columns"
    found = api("GET", f"{url}/price")
    profile_schemas.ColumnDetail.model_validate(found)
    assert (found["number"], found["name"], found["profile"]["kind"]) == (1, "price", "number")
    assert sum(found["details"]["histogram"]["counts"]) == 100
    assert found["details"]["quantiles"]
    assert api("GET", f"{url}/1") == found
    assert api("GET", f"{url}/a/b")["number"] == 3
    named = api("GET", f"{url}/2")  # its name, though 2 is a place too
    assert (named["name"], named["number"]) == ("2", 2)
    assert named["details"]["top"][0] == {"value": "x0", "count": 34}
    for wrong in ("nope", "4", "0", "9" * 30):
        words = api("GET", f"{url}/{wrong}", 404)["error"]["message"]
        assert words.endswith("Give one of its names, or a number from 1 to 3")
        assert f'"{wrong}"' in words


def test_of_very_many_columns_the_first_are_given_and_where_all_are(
    app: Flask, member: User
) -> None:
    columns = [{"name": f"c{n}", "kind": "number"} for n in range(1001)]
    many = make_dataset(member, columns=columns, n_columns=1001)
    few = make_dataset(member, columns=columns[:1000], n_columns=1000)
    api, url = Api(app, member), f"/datasets/{many.id}"
    found = api("GET", url)
    assert (found["n_columns"], found["columns"]) == (1001, columns[:1000])
    assert found["all_columns"] == f"/api/v1{url}/columns"
    whole = api("GET", f"/datasets/{few.id}")
    assert (whole["columns"], whole["all_columns"]) == (columns[:1000], None)
    listed = {item["id"]: item for item in api("GET", "/datasets")["items"]}
    for made in (many, few):
        assert listed[made.id]["columns"] == columns[:50]
        assert listed[made.id]["all_columns"] == f"/api/v1/datasets/{made.id}/columns"
    first = api("GET", f"{url}/columns")
    schemas.ColumnPage.model_validate(first)
    assert first["items"] == columns[:1000]
    rest = api("GET", f"{url}/columns?cursor={first['next_cursor']}")
    assert rest == {"items": columns[1000:], "next_cursor": None}
    assert api("GET", f"{url}/columns?limit=5000")["items"] == columns
    api("GET", f"{url}/columns?cursor=no", 400)


def test_the_table_as_a_whole(app: Flask, member: User, tmp_path: Path) -> None:
    pairs = {"columns": ["price"], "values": [[1.0]], "kinds": ["number"]}
    summary = {"rows": 100, "sampled_rows": None, "duplicate_rows": 3, "correlations": pairs,
               "likely_target": "price"}  # fmt: skip
    dataset = make_read_dataset(member, TEXT, tmp_path, summary=summary)
    found = Api(app, member)("GET", f"/datasets/{dataset.id}/profile")
    profile_schemas.TableProfile.model_validate(found)
    assert found == summary
    bare = make_read_dataset(member, TEXT, tmp_path, details=False)
    assert Api(app, member)("GET", f"/datasets/{bare.id}/profile") == {}
    assert Api(app, member)("GET", f"/datasets/{bare.id}/columns/price")["details"] == {}


def test_relations_are_asked_for_once_and_then_known(
    app: Flask, member: User, viewer: User, tmp_path: Path
) -> None:
    dataset = make_read_dataset(member, TEXT, tmp_path)
    api, url = Api(app, member), f"/datasets/{dataset.id}/relations"
    asked = api("POST", url, 202, json={"target": "price"})
    assert asked == {"target": "price", "state": "queued", "columns": [], "failure": None}
    columns = [{"name": "2", "strength": 0.9, "measure": "AUC", "chart": {}}]
    with writing() as session:
        relation = session.query(Relation).one()
        relation.state, relation.answer = "ready", {"target": "price", "columns": columns}
    known = api("POST", url, 202, json={"target": "price"})
    profile_schemas.Relation.model_validate(known)
    assert (known["state"], known["columns"]) == ("ready", columns)
    api("POST", url, 422, json={"target": "nope"})
    Api(app, viewer)("POST", url, 403, json={"target": "price"})


def test_the_document_says_that_a_column_is_named_by_text() -> None:
    path = make_document()["paths"]["/datasets/{dataset_id}/columns/{column}"]["get"]
    kinds = {part["name"]: part["schema"]["type"] for part in path["parameters"]}
    assert kinds == {"dataset_id": "integer", "column": "string"}


def test_rows_are_filtered_and_ordered_as_on_the_page(
    app: Flask, member: User, tmp_path: Path
) -> None:
    dataset = make_read_dataset(member, TEXT, tmp_path)
    api, url = Api(app, member), f"/datasets/{dataset.id}/rows"
    found = api("GET", f"{url}?col.2.eq=x1&col.price.ge=37&sort=-price&limit=2")
    schemas.TableRows.model_validate(found)
    assert found["columns"] == ["price", "2", "a/b"]
    assert found["rows"] == [["40.5", "x1", "5"], ["38.5", "x1", "2"]]
    assert found["lines"] == [42, 81]
    assert (found["matched"], found["searched"], found["total"]) == (3, 100, 100)
    after = api("GET", f"{url}?col.2.eq=x1&col.price.ge=37&sort=-price&limit=2&offset=2")
    assert [row[:2] for row in after["rows"]] == [["37.5", "x1"]]
    plain = api("GET", f"{url}?limit=1")
    assert (plain["rows"], plain["matched"]) == ([["0.5", "x0", "0"]], 100)


def test_what_rows_cannot_be_found_by_is_refused_with_its_name(
    app: Flask, member: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = make_read_dataset(member, TEXT, tmp_path)
    api, url = Api(app, member), f"/datasets/{dataset.id}/rows"
    for query, field, words in (
        ("sort=-boat", "sort", 'no column "boat" to sort by'),
        ("col.boat.eq=1", "col.boat.eq", 'no column "boat" to filter by'),
        ("col.price.eq=dear", "col.price.eq", '"dear" is not a number'),
        ("col.price.like=1", "col.price.like", 'there is no "like"'),
        ("&".join(["col.price.ge=1"] * 21), "col.price.ge", "Only 20 filters count"),
        ("sort=price&offset=99999", "offset", "Reverse it"),
    ):
        assert words in api("GET", f"{url}?{query}", 422)["error"]["fields"][field]
    monkeypatch.setattr(row_answers, "PIECES_AT_MOST", 2)
    monkeypatch.setattr(OpenTable, "groups_of", lambda *_: {0, 1})
    fields = api("GET", f"{url}?sort=price", 422)["error"]["fields"]
    assert fields["limit"].endswith("Ask for fewer rows at once")


def test_the_document_says_how_rows_are_filtered() -> None:
    path = make_document()["paths"]["/datasets/{dataset_id}/rows"]["get"]
    filters = next(part for part in path["parameters"] if part["name"] == "filters")
    names = filters["schema"]["propertyNames"]["pattern"]
    for operator in OPERATORS:
        assert re.match(names, f"col.age.{operator}")
    assert not re.match(names, "offset")
