"""`/models` of the API: filters, what may be changed, aliases."""

from typing import Any

import pytest
from flask import Flask

from dashboard.api import model_schemas
from dashboard.db import Model, Prediction, User
from dashboard.db.transaction import writing
from dashboard.predictions import service
from tests.dashboard.api.test_api import Api
from tests.factories import make_dataset, make_model, make_succeeded_job, make_user


@pytest.fixture
def api(app: Flask, member: User) -> Api:
    return Api(app, member)


@pytest.fixture
def model(app: Flask, member: User) -> Model:
    return make_model(make_succeeded_job(member, name="one"))


def test_what_is_left_out_of_a_change_stays(api: Api, model: Model) -> None:
    path = f"/models/{model.id}"
    changed = api.call("PATCH", path, json={"alias": "champion", "note": "good", "starred": True})
    model_schemas.Model.model_validate(changed)
    assert (changed["alias"], changed["note"], changed["starred"]) == ("champion", "good", True)
    changed = api.call("PATCH", path, json={"name": "two", "archived": True})
    assert (changed["alias"], changed["note"], changed["name"]) == ("champion", "good", "two")
    assert changed["archived_at"].endswith("Z")
    changed = api.call("PATCH", path, json={"alias": None, "archived": False, "starred": False})
    assert (changed["alias"], changed["archived_at"], changed["starred"]) == (None, None, False)


def test_nothing_is_changed_where_a_part_cannot_be(api: Api, model: Model) -> None:
    wrong = api.call("PATCH", f"/models/{model.id}", 422, json={"name": "x", "alias": "A b"})
    assert "cannot be an alias" in wrong["error"]["fields"]["alias"]
    assert api.call("GET", f"/models/{model.id}")["name"] == "one"
    for body in ({"name": ""}, {"other": 1}, {"note": "x" * 2001}):
        api.call("PATCH", f"/models/{model.id}", 422, json=body)
    api.call("PATCH", "/models/999", 404, json={"starred": True})


def test_somebody_elses_model_may_be_starred_and_no_more(app: Flask, model: Model) -> None:
    other = Api(app, make_user(role="viewer"))
    assert other.call("PATCH", f"/models/{model.id}", json={"starred": True})["starred"] is True
    for body in ({"note": "x"}, {"alias": None}, {"archived": True}, {"alias": "x"}):
        other.call("PATCH", f"/models/{model.id}", 403, json=body)
    other.call("DELETE", f"/models/{model.id}", 403)


def test_models_are_found_by_filters(api: Api, model: Model, member: User) -> None:
    second = make_model(make_succeeded_job(member, dataset=model.job.dataset, target="age"))
    api.call("PATCH", f"/models/{model.id}", json={"alias": "champion", "starred": True})

    def ids(query: str) -> list[int]:
        page = api.call("GET", f"/models?{query}")
        model_schemas.ModelPage.model_validate(page)
        return [one["id"] for one in page["items"]]

    dataset = model.job.dataset_id
    assert ids("") == [second.id, model.id]
    assert ids(f"dataset_id={dataset}&target=churned&alias=champion") == [model.id]
    assert ids("target=age") == [second.id]
    assert ids("starred=true") == [model.id]
    assert ids("q=ONE") == [model.id]
    assert ids("archived=true") == []
    assert ids(f"dataset_id={dataset + 1}") == []


def test_rows_are_predicted_by_an_alias(
    api: Api, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    answer = {"predictions": ["yes"], "probabilities": [{"yes": 0.7, "no": 0.3}], "warnings": []}

    def predict(*, user: User, model_id: int, rows: list[dict[str, Any]]) -> Prediction:
        asked.append(model_id)
        return Prediction(answer=answer)

    monkeypatch.setattr(service, "predict_rows", predict)
    body = {"dataset_id": model.job.dataset_id, "target": "churned", "alias": "champion",
            "rows": [{"age": 1}]}  # fmt: skip
    missing = api.call("POST", "/models/predict", 404, json=body)
    assert 'has the alias "champion"' in missing["error"]["message"]
    api.call("PATCH", f"/models/{model.id}", json={"alias": "champion"})
    found = api.call("POST", "/models/predict", json=body)
    model_schemas.AliasPredictions.model_validate(found)
    assert (found["model_id"], found["predictions"], asked) == (model.id, ["yes"], [model.id])
    api.call("POST", "/models/predict", 404, json=body | {"dataset_id": 2**63 - 1})
    api.call("POST", "/models/predict", 422, json=body | {"dataset_id": 2**63})


def test_a_model_that_predicted_stays_until_that_was_seen(
    api: Api, model: Model, member: User
) -> None:
    one = Prediction(model_id=model.id, owner_id=member.id, kind="file", file_name="new.csv",
                     token="ab" * 8)  # fmt: skip
    with writing() as session:
        session.add(one)
    kept = api.call("DELETE", f"/models/{model.id}", 409)
    assert f'"new.csv" (#{one.id})' in kept["error"]["message"]
    seen, model_id = one.id, model.id
    api.call("DELETE", f"/models/{model_id}?seen={seen}", 204)
    api.call("GET", f"/models/{model_id}", 404)
    empty = make_model(make_succeeded_job(member, dataset=make_dataset(member)))
    api.call("DELETE", f"/models/{empty.id}", 204)


@pytest.mark.parametrize("body", [{"note": "\x00"}, {"alias": "\x00"}, {"name": "\x00"}])
def test_no_text_breaks_the_server(api: Api, model: Model, body: dict[str, str]) -> None:
    api.call("PATCH", f"/models/{model.id}", 422, json=body)
