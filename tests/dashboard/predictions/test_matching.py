"""A file whose columns are looked at before anything is predicted."""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import select

from dashboard.api import model_schemas
from dashboard.chores.service import ChoreClaim, claim_next_chore
from dashboard.clock import now
from dashboard.db import Chore, Model, Prediction, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.predictions.match_view import say_unreadable, view_match
from dashboard.predictions.matching import finish_match
from dashboard.predictions.service import discard_abandoned_predictions
from dashboard.storage import get_storage, keys, storage_address
from tasks import model_work
from tasks.engine.table.tabular import read_table
from tasks.model_chores import MatchFile
from tests.dashboard.api.test_api import Api
from tests.every_page import MATCHING
from tests.factories import make_dataset, make_model, make_succeeded_job, make_user
from tests.page import PageClient, words_of

COLUMNS = [
    {"name": "age", "kind": "number", "range": [18.0, 80.0], "decimal": "."},
    {"name": "Home City", "kind": "category", "values": ["Bern", "Oslo"]},
    {"name": "member", "kind": "boolean", "true": "yes", "false": "no"},
]
DIALECT = {"header": True, "decimal": ".", "delimiter": ",", "encoding": "utf-8"}
TRAINING = "age,Home City,member\n" + "".join(
    f"{18 + n % 63},{'Bern' if n % 3 else 'Oslo'},{'yes' if n % 2 else 'no'}\n" for n in range(600)
)


@pytest.fixture
def model(app: Flask, member: User, tmp_path: Any) -> Model:
    """A model whose training table is there."""
    source, table = tmp_path / "a.csv", tmp_path / "a.parquet"
    source.write_text(TRAINING)
    read_table(source, table, file_name="a.csv")
    key = keys.dataset_table(1, "ab" * 8, 1)
    get_storage().put_file(key, table)
    schema = {"features": [c["name"] for c in COLUMNS], "columns": COLUMNS, "dialect": DIALECT,
              "task": "classification", "target": "y"}  # fmt: skip
    job = make_succeeded_job(member, dataset=make_dataset(member, table_key=key))
    return make_model(job, schema=schema)


def work() -> None:
    """Do the next chore as the light worker and its child do."""
    claim = claim_next_chore(worker="light")
    assert isinstance(claim, ChoreClaim)
    chore = MatchFile(claim)
    events: list[dict[str, Any]] = []
    payload = chore.payload()
    assert payload is not None
    payload["storage"] = storage_address(current_app.config["SETTINGS"])
    model_work.match_file(payload, events.append)
    assert chore.progress(0.5, "")
    chore.finish(events[-1]["values"])


def send(pages: PageClient, model: Model, text: str) -> str:
    """Send a file by the form; return the address of its page."""
    form = {"file": (io.BytesIO(text.encode()), "new.csv")}
    answer = pages.post(f"/models/{model.id}/predict/file", form, status=303)
    return str(answer.response.headers["Location"])


def test_a_file_whose_columns_fit_waits_for_a_word(app: Flask, member: User, model: Model) -> None:
    pages = PageClient(app, member)
    url = send(pages, model, TRAINING)
    page = pages.get(url)
    assert "Looking at the columns" in page.text
    assert page.find("#prediction")["hx-trigger"] == "every 2s"
    work()
    page = pages.get(url)
    assert "Ready to predict 600 rows 3 found. None of 3 columns moved." in page.text
    assert "hx-trigger" not in page.find("#prediction").attrs
    start = f'form[action="{url}/start"]'
    assert words_of(page.find(f"{start} button")) == "Predict 600 rows"
    pages.submit(page, {}, form=start, status=303)
    assert "Waiting for the worker that predicts files" in pages.get(url).text
    assert db.session.scalars(select(Chore.kind).where(Chore.state == "queued")).all() == [
        "predict"
    ]
    pages.submit(page, {}, form=start, status=303)


def test_pr_3_missing_columns_are_named_and_chosen_by_a_person(
    app: Flask, member: User, model: Model
) -> None:
    pages = PageClient(app, member)
    text = TRAINING.replace("Home City", "home_city").replace("age,", "years,x<y>,", 1)
    head, *rows = text.splitlines()
    text = "\n".join([head, *(row.replace(",", ",1,", 1) for row in rows)])
    url = send(pages, model, text)
    work()
    page = pages.get(url)
    assert "2 columns are missing, so nothing can be predicted yet. age, Home City" in page.text
    assert not page.select(f'form[action="{url}/start"]')
    chosen = [words_of(one) for one in page.select("option[selected]")]
    assert chosen == ["not in the file", "home_city"]
    assert "A guess by its name; check it" in page.text
    pages.post(f"{url}/start", status=303)
    form = f'form[action="{url}/columns"]'
    wrong = pages.submit(page, {"c0": "home_city"}, form=form, status=422)
    assert wrong.errors == {"c1": '"home_city" cannot stand for both "age" and "Home City"'}
    wrong = pages.submit(page, {"c0": "nothing"}, form=form, status=422)
    assert wrong.errors == {"c0": 'The file has no column "nothing"'}
    # Where one is left, the page would come back as it is: it says what to do instead.
    again = pages.submit(page, {}, form=form, status=422)
    assert list(again.errors) == ["c0"]
    assert again.errors["c0"].startswith(
        'Choose which column of the file is "age". If it has none'
    )
    assert "2 columns are missing" in again.text
    assert db.session.scalars(select(Prediction.state)).one() == "matched"
    pages.submit(page, {"c0": "years"}, form=form, status=303)
    work()
    page = pages.get(url)
    rows_shown = [words_of(row) for row in page.select(".match-table tbody tr")][:3]
    assert rows_shown[0].startswith("age Number years Found")
    assert "They stay in the table and are not used: x<y>" in page.text
    prediction = db.session.scalars(select(Prediction)).one()
    assert prediction.mapping == {"age": "years", "Home City": "home_city"}
    pages.submit(page, {}, form=f'form[action="{url}/start"]', status=303)


def test_what_is_doubtful_stands_first_with_its_count(
    app: Flask, member: User, model: Model
) -> None:
    pages = PageClient(app, member)
    rows = "".join(f"{'many' if n % 3 else 300},Lima,yes\n" for n in range(300))
    url = send(pages, model, f"age,Home City,member,more\n{rows}".replace("yes\n", "yes,1\n"))
    work()
    page = pages.get(url)
    lines = [words_of(row) for row in page.select(".match-table tbody tr")]
    assert lines[0].startswith("age Number age Wrong type 200 unreadable cells")
    assert '; 100 cells outside of training (18 to 80), such as "300"' in lines[0]
    assert '300 cells that training never saw, such as "Lima"' in lines[1]
    assert "Look" in lines[1]
    moved = [line for line in lines[3:] if "Moved" in line]
    assert len(moved) == 3
    assert any('"no" 50% in training, 0% here' in line for line in moved)
    assert "3 of 3 columns moved: predictions may be worse than the score says" in page.text


WHOLLY = "2 of 3 columns cannot be read and count as missing: age, member"
MOSTLY = "1 of 3 columns cannot be read in most cells, which count as missing: age"


@pytest.mark.parametrize(
    ("lines", "told"),
    [(["x,Bern,?!", "x,Bern,"], WHOLLY), (["x,Bern,no", "y,Bern,no", "30,Bern,no"], MOSTLY)],
)
def test_columns_of_the_wrong_type_are_named_above_all_before_and_after(
    app: Flask, member: User, model: Model, lines: list[str], told: str
) -> None:
    pages = PageClient(app, member)
    rows = "".join(f"{lines[n % len(lines)]}\n" for n in range(60))
    url = send(pages, model, f"age,Home City,member\n{rows}")
    work()
    prediction = db.session.scalars(select(Prediction)).one()
    for state in ("matched", "ready"):
        with writing() as session:
            session.get_one(Prediction, prediction.id).state = state
        page = pages.get(url)
        shown = page.find("#prediction .notice")
        assert shown["data-kind"] == "warn"
        assert words_of(shown) == told
        assert page.text.index(told) < page.text.index("60 rows")


def test_nothing_is_said_of_unreadable_columns_where_none_is_or_none_was_looked_at(
    app: Flask, member: User, model: Model
) -> None:
    assert say_unreadable({}) is None
    pages = PageClient(app, member)
    url = send(pages, model, TRAINING.replace("18,", "x,"))
    work()
    assert not pages.get(url).select("#prediction .notice")


def test_of_many_unreadable_columns_some_are_named() -> None:
    column = {"wrong_type": True, "unreadable": 2, "missing": 1}
    every = [column | {"name": f"c{n}"} for n in range(22)]
    title, names = say_unreadable({"n_rows": 3, "columns": every}) or ("", "")
    assert title == "22 of 22 columns cannot be read and count as missing:"
    assert names.endswith(", c19 and 2 more")


def test_others_look_and_do_not_start(app: Flask, member: User, model: Model) -> None:
    url = send(PageClient(app, member), model, TRAINING)
    work()
    other = PageClient(app, make_user())
    page = other.get(url)
    assert "Ready to predict 600 rows" in page.text
    assert not page.select("main form")
    other.post(f"{url}/start", status=403)
    other.post(f"{url}/columns", status=403)


def test_the_api_looks_first_where_it_is_asked(app: Flask, member: User, model: Model) -> None:
    api = Api(app, member)
    text = TRAINING.replace("age,", "AGE,", 1)
    form = {"model_id": str(model.id), "file": (io.BytesIO(text.encode()), "new.csv")}
    made = api.call("POST", "/predictions", 202, data=form | {"look_first": "true"})
    model_schemas.Prediction.model_validate(made)
    path = f"/predictions/{made['id']}"
    assert made["state"] == "checking"
    api.call("POST", f"{path}/start", 409)
    work()
    found = api.call("GET", path)
    model_schemas.Prediction.model_validate(found)
    assert found["state"] == "matched"
    assert found["matching"]["columns"][0] == {
        "name": "age", "kind": "number", "source": None, "guess": "AGE", "wrong_type": False,
        "missing": 0, "unreadable": 0, "unseen": 0, "outside": 0, "range": [18.0, 80.0],
        "examples": {},
    }  # fmt: skip
    lacking = api.call("POST", f"{path}/start", 409)
    assert '"age"' in lacking["error"]["message"]
    wrong = api.call("POST", f"{path}/columns", 422, json={"columns": {"height": "AGE"}})
    assert wrong["error"]["fields"] == {"height": 'The model needs no column "height"'}
    api.call("POST", f"{path}/columns", 202, json={"columns": {"age": "AGE"}})
    work()
    assert api.call("POST", f"{path}/start", 202)["state"] == "queued"
    form["file"] = (io.BytesIO(text.encode()), "new.csv")
    assert api.call("POST", "/predictions", 202, data=form)["state"] == "queued"


def test_a_file_that_nobody_had_predicted_goes_a_day_after_its_last_look(
    app: Flask, member: User, model: Model
) -> None:
    pages = PageClient(app, member)
    url = send(pages, model, TRAINING)
    prediction = db.session.scalars(select(Prediction)).one()
    with writing() as session:
        session.get_one(Prediction, prediction.id).created_at = now() - timedelta(days=3)
    work()
    page = pages.get(url)
    assert "If nobody has it predicted by then, it is deleted" in page.text
    until = page.find("#prediction p.small time")["datetime"]
    assert timedelta(hours=23) < datetime.fromisoformat(until) - now() <= timedelta(days=1)
    assert discard_abandoned_predictions(before=now() - timedelta(days=1)) == 0
    key = str(db.session.scalars(select(Prediction.input_key)).one())
    assert discard_abandoned_predictions(before=now()) == 1
    assert not get_storage().exists(key)
    pages.get(url, status=404)


def test_a_file_is_predicted_without_the_training_data(
    app: Flask, member: User, model: Model
) -> None:
    pages = PageClient(app, member)
    get_storage().delete(str(model.job.dataset.table_key))
    url = send(pages, model, TRAINING)
    work()
    page = pages.get(url)
    assert "Ready to predict 600 rows" in page.text
    assert "nobody can say whether columns moved" in page.text


@pytest.mark.parametrize("act", ["start", "columns"])
def test_who_comes_second_is_told_on_the_page(
    app: Flask, member: User, model: Model, act: str
) -> None:
    pages = PageClient(app, member)
    url = send(pages, model, TRAINING)
    work()
    pages.post(f"{url}/start", {}, status=303)
    answer = pages.post(f"{url}/{act}", {}, status=303)
    words = "Its columns were settled already: the prediction is queued"
    assert words in pages.follow(answer).text


def test_an_answer_that_comes_late_changes_nothing(app: Flask, member: User, model: Model) -> None:
    send(PageClient(app, member), model, TRAINING)
    claim = claim_next_chore(worker="light")
    assert claim is not None
    prediction = db.session.scalars(select(Prediction)).one()
    with writing() as session:
        session.get_one(Prediction, prediction.id).state = "failed"
    finish_match(claim=claim, matching={"n_rows": 1, "columns": []})
    db.session.expire_all()
    assert db.session.get_one(Prediction, prediction.id).state == "failed"


def test_a_difference_that_may_be_chance_is_said_where_it_is_above_what_can_be_told() -> None:
    moved = MATCHING["moved"]
    column = moved["columns"][0] | {"moved": False}
    shown = MATCHING | {"moved": moved | {"moved": 0, "columns": [column]}}
    assert "30% or more can be told from chance, and of a column of many values only a" in str(
        view_match(shown).moved_sentence
    )
