"""The pages of predictions without a worker: the form of a row, tries, states of a file."""

import io
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from flask import Flask

from dashboard.db import Model, Prediction, User
from dashboard.db.transaction import writing
from dashboard.predictions import service
from dashboard.predictions.row_form import MOST_FIELDS, list_fields, read_row, typical_row
from dashboard.predictions.tries import list_tries
from dashboard.storage import get_storage, keys
from tasks.engine.table.coercion import features_from_text
from tests.factories import make_dataset, make_model, make_succeeded_job
from tests.page import PageClient, words_of

PROFILE = [
    {"name": "age", "kind": "number", "median": 41.0},
    {"name": "city", "kind": "category", "top": [{"value": "Oslo", "count": 5}]},
    {"name": "member", "kind": "boolean", "top": [{"value": "yes", "count": 9}]},
]
COLUMNS = [
    {"name": "age", "kind": "number", "range": [18.0, 80.0], "decimal": "."},
    {"name": "city", "kind": "category", "values": ["Bern", "Oslo"]},
    {"name": "member", "kind": "boolean", "true": "yes", "false": "no"},
]


@pytest.fixture
def model(app: Flask, member: User) -> Model:
    dataset = make_dataset(member, columns=PROFILE)
    schema = {"features": [c["name"] for c in COLUMNS], "columns": COLUMNS, "dialect": {}}
    return make_model(make_succeeded_job(member, dataset=dataset), schema=schema)


def asked(model: Model, user: User, row: dict[str, Any], share: float = 0.71) -> Prediction:
    """Make the answer about a row, as a worker writes it."""
    answer = {
        "predictions": ["yes"],
        "probabilities": [{"no": 1 - share, "yes": share}],
        "warnings": [{"code": "UNSEEN_CATEGORY", "column": "city", "count": 1, "message": "New"}],
    }
    made = Prediction(
        model_id=model.id, owner_id=user.id, kind="rows", rows=[row], n_rows=1, token="t",
        state="ready", answer=answer,
    )  # fmt: skip
    with writing() as session:
        session.add(made)
    return made


def test_a_field_stands_for_each_column_under_its_name(
    app: Flask, member: User, model: Model
) -> None:
    page = PageClient(app, member).get(f"/models/{model.id}/predict?fill=typical")
    labels = [label.get_text() for label in page.soup.select("form.stack label")]
    assert labels == ["age", "city", "member"]
    assert page.find("#field-c0")["value"] == "41"
    chosen = [option["value"] for option in page.soup.select("form.stack option[selected]")]
    assert chosen == ["Oslo", "yes"]
    assert "18 to 80" in page.text


def test_a_range_is_written_as_the_field_takes_numbers(app: Flask, member: User) -> None:
    column = {"name": "fee", "kind": "number", "range": [3.61, 1234.56], "decimal": ","}
    schema = {"features": ["fee"], "columns": [column], "dialect": {}}
    model = make_model(make_succeeded_job(member), schema=schema)
    (field,) = list_fields(model) or ()
    assert field.hint == "3,61 to 1234,56"
    assert [field.read(end) for end in field.hint.split(" to ")] == ["3,61", "1234,56"]


def test_what_was_typed_is_read_and_what_is_wrong_is_named(model: Model) -> None:
    fields = list_fields(model)
    assert fields is not None
    row, errors = read_row(fields, {"c0": " 41.5 ", "c1": "", "c2": "yes"})
    assert (row, errors) == ({"age": "41.5", "city": None, "member": "yes"}, {})
    for wrong in ("old", "nan", "inf", "1e999", "0x10", "1_000"):
        _row, errors = read_row(fields, {"c0": wrong})
        assert errors == {"c0": "age must be a number, such as 41"}
    german = replace(fields[0], decimal=",", thousands=".")
    assert german.read("1.234,5") == "1.234,5"
    assert typical_row(model, fields) == {"c0": "41", "c1": "Oslo", "c2": "yes"}


@pytest.mark.parametrize(
    ("column", "hint", "typed"),
    [
        (
            {"format": "%Y-%m-%d", "range": ["2021-01-02", "2024-10-23"]},
            "2021-01-02 to 2024-10-23, such as 2023-01-16",
            "2023-01-16",
        ),
        (
            {"format": "%d/%m/%Y %H:%M", "range": ["2021-01-02", "2024-10-23"]},
            "02/01/2021 00:00 to 23/10/2024 00:00, such as 16/01/2023 00:00",
            "16/01/2023 00:00",
        ),
        # Models that are older have no range of dates.
        ({"format": "%d.%m.%Y"}, "such as 16.01.2023", "16.01.2023"),
    ],
    ids=["as in ISO", "another format", "an older model"],
)
def test_a_date_has_its_range_an_example_and_a_typical_one(
    app: Flask, member: User, column: dict[str, Any], hint: str, typed: str
) -> None:
    date = {"name": "since", "kind": "date"} | column
    schema = {"features": ["since"], "columns": [date], "dialect": {}}
    profile = [{"name": "since", "kind": "date", "median": "2023-01-16"}]
    job = make_succeeded_job(member, dataset=make_dataset(member, columns=profile))
    model = make_model(job, schema=schema)
    page = PageClient(app, member).get(f"/models/{model.id}/predict?fill=typical")
    assert page.find("#field-c0")["value"] == typed
    assert page.find("#field-c0-hint").get_text().strip() == hint
    _X, warnings = features_from_text(pd.DataFrame({"since": [typed]}, dtype=object), schema)
    assert warnings == []


def test_an_answer_shows_the_class_its_share_and_what_is_doubtful(
    app: Flask, member: User, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(*, user: User, model_id: int, rows: list[dict[str, Any]]) -> Prediction:
        return asked(model, user, rows[0])

    monkeypatch.setattr(service, "predict_rows", answer)
    browser = PageClient(app, member)
    form = {"c0": "90", "c1": "Oslo", "c2": "yes"}
    page = browser.post(f"/models/{model.id}/predict", form, status=200)
    assert "yes, 71%" in page.find("#answer").get_text()
    warnings = [line.get_text().strip() for line in page.soup.select("#answer .warning-line")]
    assert warnings == ["New"]
    assert page.find("#field-c0")["value"] == "90"
    page = browser.post(f"/models/{model.id}/predict", {**form, "c0": "old"}, status=422)
    assert "age must be a number" in page.find(".error-summary").get_text()
    assert page.find("#field-c0")["value"] == "old"


def test_earlier_tries_are_one_persons_and_say_what_changed(
    member: User, admin: User, model: Model
) -> None:
    assert list_tries(user=member, model_id=model.id) == []
    asked(model, admin, {"age": 1.0, "city": "Oslo"})
    asked(model, member, {"age": 29.0, "city": "Oslo"})
    asked(model, member, {"age": 60.0, "city": None}, share=0.88)
    tries = list_tries(user=member, model_id=model.id)
    assert [one.changes for one in tries] == [["age 60", "city missing"], []]
    assert [one.answer.words for one in tries] == ["yes, 88%", "yes, 71%"]


def test_a_model_of_too_many_columns_takes_a_file(app: Flask, member: User) -> None:
    names = [f"x{n}" for n in range(MOST_FIELDS + 1)]
    columns = [{"name": name, "kind": "number", "range": [0, 1]} for name in names]
    model = make_model(schema={"features": names, "columns": columns})
    browser = PageClient(app, member)
    page = browser.get(f"/models/{model.id}/predict")
    assert "This model needs too many columns for a form" in page.text
    browser.post(f"/models/{model.id}/predict", {}, status=404)


@pytest.mark.parametrize("state", ["verifying", "refused"])
def test_a_model_that_is_not_offered_predicts_nothing(
    app: Flask, member: User, state: str
) -> None:
    model = make_model(state=state)
    PageClient(app, member).get(f"/models/{model.id}/predict", status=409)


def file_prediction(model: Model, **values: Any) -> Prediction:
    made = Prediction(
        **{"model_id": model.id, "owner_id": model.job.owner_id, "kind": "file",
           "file_name": "new.csv", "token": "t"} | values
    )  # fmt: skip
    with writing() as session:
        session.add(made)
    return made


def test_a_file_shows_how_far_it_is_and_why_it_failed(
    app: Flask, member: User, model: Model
) -> None:
    browser = PageClient(app, member)
    waits = file_prediction(model)
    page = browser.get(f"/predictions/{waits.id}")
    assert page.find("#prediction")["hx-trigger"] == "every 2s"
    assert words_of(page.find("#prediction .lead")).startswith("To be predicted with ")
    failure = {"code": "COLUMNS_MISSING", "message": "It needs <b>", "hint": "Add it"}
    failed = file_prediction(model, state="failed", failure=failure)
    page = browser.get(f"/predictions/{failed.id}")
    assert "It needs <b>. Add it" in page.text
    assert "hx-trigger" not in page.find("#prediction").attrs
    browser.get("/predictions/999", status=404)
    one_row = asked(model, member, {"age": 1.0})
    browser.get(f"/predictions/{one_row.id}", status=404)


@pytest.mark.parametrize(
    ("task", "answer", "shown"),
    [
        ("classification", "12345678901", "12345678901"),
        ("classification", "0012345678901", "0012345678901"),
        ("classification", "1.234567890123", "1.234567890123"),
        ("regression", "123456789.12", "123456789"),
        ("regression", "-1234567.891", "-1234568"),
        ("regression", "0.123456789", "0.123457"),
        ("regression", "1.23456789e-05", "1.23457e-05"),
    ],
)
def test_first_rows_show_classes_as_they_are_and_numbers_with_few_decimals(
    app: Flask, member: User, task: str, answer: str, shown: str
) -> None:
    model = make_model(make_succeeded_job(member, task=task))
    key = keys.prediction_file(7, "ab" * 8, "output")
    get_storage().write(key, io.BytesIO(f"a,prediction\n1234567890.5,{answer}\n".encode()))
    found = file_prediction(
        model, state="ready", n_rows=1, output_key=key, answer={"delimiter": ",", "n_columns": 1}
    )
    page = PageClient(app, member).get(f"/predictions/{found.id}")
    cells = [cell.get_text() for cell in page.select("#prediction tbody td")]
    assert cells == [shown, "1234567890.5"]


def test_first_rows_keep_the_decimal_sign_of_the_table(app: Flask, member: User) -> None:
    model = make_model(make_succeeded_job(member, task="regression"))
    key = keys.prediction_file(7, "ab" * 8, "output")
    get_storage().write(key, io.BytesIO(b"a;prediction\n1,5;-0,123456789\n"))
    answer = {"delimiter": ";", "decimal": ",", "n_columns": 1}
    found = file_prediction(model, state="ready", n_rows=1, output_key=key, answer=answer)
    page = PageClient(app, member).get(f"/predictions/{found.id}")
    cells = page.select("#prediction tbody td")
    assert [cell.get_text() for cell in cells] == ["-0,123457", "1,5"]
    assert cells[0]["class"] == cells[1]["class"]


def test_a_finished_file_shows_its_first_rows_and_is_handed_out(
    app: Flask, member: User, model: Model
) -> None:
    # A name with commas, and a column of the file's own called as the answer is.
    lines = ["a, b, c;prediction;prediction;probability_no"]
    lines += [f"=x{n};<i>;yes;0.{n}23456789012" for n in range(20)]
    key = keys.prediction_file(7, "ab" * 8, "output")
    get_storage().write(key, io.BytesIO(("\n".join(lines) + "\n").encode()))
    told = {"delimiter": ";", "n_columns": 2}
    found = file_prediction(model, state="ready", n_rows=20, output_key=key, answer=told)
    browser = PageClient(app, member)
    page = browser.get(f"/predictions/{found.id}")
    heads = [cell.get_text() for cell in page.soup.select("#prediction th")]
    assert heads == ["prediction", "probability_no", "a, b, c", "prediction"]
    live = BeautifulSoup(browser.live(f"/_live/predictions/{found.id}").text, "html5lib")
    assert words_of(live.select(".lead")[0]).startswith("Predicted with ")
    assert "the answers first" in page.text
    rows = page.soup.select("#prediction tbody tr")
    assert len(rows) == 10
    assert [cell.get_text() for cell in rows[1].select("td")] == ["yes", "0.123457", "=x1", "<i>"]
    # Numbers stand under each other at the right, and so does their name.
    for row in (page.soup.select("#prediction th"), rows[1].select("td")):
        assert ["number" in cell.get("class", []) for cell in row] == [False, True, False, False]
    answer = browser.http.get(f"/predictions/{found.id}/file")
    assert "new-predicted.csv" in answer.headers["Content-Disposition"]
    assert answer.get_data(as_text=True).splitlines()[2] == "'=x1;<i>;yes;0.123456789012"
    raw = browser.http.get(f"/predictions/{found.id}/file?raw=1")
    assert raw.get_data(as_text=True).splitlines() == lines


def test_without_a_file_nothing_is_sent(app: Flask, member: User, model: Model) -> None:
    page = PageClient(app, member).post(f"/models/{model.id}/predict/file", {}, status=422)
    assert "Choose a CSV file" in page.find(".error-summary").get_text()


def test_an_answer_names_the_decision_threshold(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    details = {"decision": {"threshold": 0.3, "costs": {}}, "positive_class": "yes"}
    job = make_succeeded_job(
        member, dataset=make_dataset(member, columns=PROFILE), details=details
    )
    schema = {"features": [c["name"] for c in COLUMNS], "columns": COLUMNS, "dialect": {}}
    model = make_model(job, schema=schema)

    def answer(*, user: User, model_id: int, rows: list[dict[str, Any]]) -> Prediction:
        return asked(model, user, rows[0], share=0.35)

    monkeypatch.setattr(service, "predict_rows", answer)
    page = PageClient(app, member).post(f"/models/{model.id}/predict", {"c0": "30"}, status=200)
    words = " ".join(page.find("#answer").get_text().split())
    assert "yes, 35%" in words
    assert "It says yes from 0.3 on, the decision threshold of its job." in words


def test_cells_are_counted_of_a_column(app: Flask, member: User, model: Model) -> None:
    told = [{"code": "X", "column": c, "count": 2, "message": "m"} for c in ("age", None)]
    found = file_prediction(model, state="ready", n_rows=2, warnings=told)
    page = PageClient(app, member).get(f"/predictions/{found.id}")
    assert page.text.count("(2 cells)") == 1
