"""Name, note, alias, archive and delete: who may, what moves, what goes along."""

import io
from typing import Any

import pytest
from flask import Flask

from dashboard.clock import now
from dashboard.db import Model, Prediction, User
from dashboard.db.transaction import writing
from dashboard.errors import Conflict, Forbidden, NotFound, ValidationFailed
from dashboard.extensions import db
from dashboard.jobs.service import delete_job
from dashboard.models import changes
from dashboard.models.deleting import delete_model
from dashboard.models.queries import find_by_alias
from dashboard.models.service import file_name_of, shorten
from dashboard.storage import get_storage, keys
from tests.dashboard.api.test_api import Api
from tests.factories import make_dataset, make_model, make_succeeded_job, make_user, make_version
from tests.page import PageClient


def made(user: User, name: str = "one", **job: object) -> Model:
    return make_model(make_succeeded_job(user, name=name, **job))


def test_an_alias_stands_for_one_model_of_a_table_and_target(any_app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    first = made(member, "first", dataset=dataset)
    second = made(member, "second", dataset=make_version(dataset))
    other = made(member, "other", dataset=dataset, target="age")
    change = changes.change_model
    assert change(user=member, model_id=first.id, alias=" champion ") is None
    assert change(user=member, model_id=other.id, alias="champion") is None
    assert change(user=member, model_id=first.id, alias="champion") is None
    former = change(user=member, model_id=second.id, alias="champion")
    assert former is not None
    assert former.name == "first"
    asked = {"user": member, "target": "churned", "alias": "champion"}
    for version in (first.job.dataset_id, second.job.dataset_id):
        assert find_by_alias(dataset_id=version, **asked).id == second.id
    assert change(user=member, model_id=second.id, alias="") is None
    with pytest.raises(NotFound, match='predicts "churned" has the alias "champion"'):
        find_by_alias(dataset_id=dataset.id, **asked)
    assert find_by_alias(dataset_id=dataset.id, **asked | {"target": "age"}).id == other.id


@pytest.mark.parametrize("alias", ["Champion", "1st", "a b", "x" * 61, "a/b", "é"])
def test_what_is_no_alias_is_refused(app: Flask, member: User, alias: str) -> None:
    model = made(member)
    with pytest.raises(ValidationFailed, match="cannot be an alias"):
        changes.change_model(user=member, model_id=model.id, alias=alias)


def test_the_page_says_from_which_model_an_alias_moved(app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    first, second = (made(member, name, dataset=dataset) for name in ("first", "second"))
    changes.change_model(user=member, model_id=first.id, alias="champion")
    pages = PageClient(app, member)
    page = pages.get(f"/models/{second.id}/edit")
    assert "champion first" in page.text
    answer = pages.submit(page, {"alias": "champion", "note": "a\r\nb"}, status=303)
    shown = pages.follow(answer)
    assert f"champion moved here from first (model #{first.id})" in shown.html
    assert shown.find(".model-note").get_text() == "a\nb"
    wrong = pages.submit(page, {"alias": "Best One", "name": "third"}, status=422)
    assert 'Best One" cannot be an alias' in wrong.errors["alias"]
    assert wrong.find("#field-name")["value"] == "third"
    # Nothing was changed.
    assert pages.get(f"/models/{second.id}").find("h1").get_text() == "second"


def test_a_name_is_changed_and_found(app: Flask, member: User) -> None:
    model = made(member, "old")
    pages = PageClient(app, member)
    page = pages.get(f"/models/{model.id}/edit")
    pages.submit(page, {"name": "  New <b> name\x07 "}, status=303)
    assert pages.get(f"/models/{model.id}").find("h1").get_text() == "New <b> name"
    assert "New <b> name" in pages.get("/models?q=new+%3Cb").text
    assert pages.submit(page, {"name": " "}, status=422).errors == {
        "name": "Give the model a name"
    }
    long = pages.submit(page, {"name": "x" * 201, "note": "y" * 2001}, status=422)
    assert long.errors == {
        "name": "The name has 201 characters; 200 is the most",
        "note": "The note has 2,001 characters; 2,000 is the most",
    }


def test_an_archived_model_is_taken_back_by_undo(app: Flask, member: User) -> None:
    model = made(member, "quiet")
    changes.change_model(user=member, model_id=model.id, alias="champion")
    pages = PageClient(app, member)
    form = f'form[action="/models/{model.id}/archive"]'
    answer = pages.submit(pages.get("/models"), {}, form=form, status=303)
    page = pages.follow(answer)
    assert "No models yet" in page.text
    undo = page.find(f'form[action^="/models/{model.id}/restore"]')
    shown = pages.get(f"/models/{model.id}")
    assert "This model is archived. It is in no list" in shown.text
    assert "quiet" in pages.get("/models?archived=true").text
    asked = {"user": member, "dataset_id": model.job.dataset_id, "target": "churned"}
    assert find_by_alias(**asked, alias="champion").id == model.id
    pages.post(str(undo["action"]), status=303)
    assert "quiet" in pages.get("/models").text


def file_of(model: Model, name: str) -> Prediction:
    prediction = Prediction(
        model_id=model.id, owner_id=model.owner_id, kind="file", file_name=name, token="ab" * 8,
        state="ready", n_rows=12_400,
    )  # fmt: skip
    with writing() as session:
        session.add(prediction)
        session.flush()
        prediction.output_key = keys.prediction_file(prediction.id, prediction.token, "output")
    get_storage().write(prediction.output_key, io.BytesIO(b"a,prediction\n"))
    return prediction


def test_mo_5_deleting_a_model_asks_and_names_what_it_predicted(app: Flask, member: User) -> None:
    key = keys.job_artefact(7, "ab" * 8, "joblib")
    get_storage().write(key, io.BytesIO(b"model"))
    file = {"key": key, "size_bytes": 5, "sha256": "ab" * 32}
    model = make_model(make_succeeded_job(member, name="gone"), files={"joblib": file})
    prediction = file_of(model, "new.csv")
    pages = PageClient(app, member)
    page = pages.get(f"/models/{model.id}/delete")
    assert "1 predicted file that it made Among it: new.csv 12,400 rows" in page.text
    later = file_of(model, "later.csv")
    refused = pages.submit(page, {}, status=409)
    assert "More was predicted with it meanwhile" in refused.text
    assert "later.csv" in refused.text
    assert get_storage().exists(key)
    files = [key, str(prediction.output_key), str(later.output_key)]
    model_id, job_id, prediction_id = model.id, model.job_id, prediction.id
    answer = pages.submit(refused, {}, status=303)
    assert "Deleted gone" in pages.follow(answer).html
    assert [gone for gone in files if get_storage().exists(gone)] == []
    pages.get(f"/models/{model_id}", status=404)
    pages.get(f"/predictions/{prediction_id}", status=404)
    assert f"#{job_id}" in pages.get(f"/jobs/{job_id}").text


def test_a_model_with_predictions_stays_where_nobody_was_asked(
    any_app: Flask, member: User
) -> None:
    model = made(member, "kept")
    prediction = file_of(model, "new.csv")
    with pytest.raises(
        Conflict, match=rf'kept made 1 predicted file.*"new.csv" \(#{prediction.id}'
    ):
        delete_model(user=member, model_id=model.id)
    empty = made(member, "empty")
    delete_model(user=member, model_id=empty.id)
    assert db.session.get(Model, empty.id) is None


def test_only_its_owner_and_admins_change_a_model(app: Flask, member: User, admin: User) -> None:
    model, other = made(member), make_user()
    asked = {"user": other, "model_id": model.id}
    for act in (
        lambda: changes.change_model(**asked, name="x"),
        lambda: changes.change_model(**asked, alias="x"),
        lambda: changes.archive_model(**asked),
        lambda: delete_model(**asked),
    ):
        with pytest.raises(Forbidden):
            act()
    pages = PageClient(app, other)
    assert not pages.get("/models").select(".menu-cell button")
    pages.get(f"/models/{model.id}/edit", status=403)
    pages.get(f"/models/{model.id}/delete", status=403)
    changes.change_model(user=admin, model_id=model.id, name="by an admin")
    assert changes.find_starred(user=other, model_ids=[model.id]) == set()


def test_nobody_takes_an_alias_from_somebody_elses_model(any_app: Flask, member: User) -> None:
    dataset, other = make_dataset(member), make_user()
    first, second = (made(owner, dataset=dataset) for owner in (member, other))
    changes.change_model(user=member, model_id=first.id, alias="champion")
    with pytest.raises(Forbidden, match="This alias belongs to somebody else"):
        changes.change_model(user=other, model_id=second.id, alias="champion")
    db.session.rollback()
    assert db.session.get_one(Model, first.id).alias == "champion"


def test_an_alias_of_somebody_else_leaves_the_name_as_it_was(app: Flask, member: User) -> None:
    dataset, other = make_dataset(member), make_user()
    first, second = (made(owner, "old", dataset=dataset) for owner in (member, other))
    changes.change_model(user=member, model_id=first.id, alias="champion")
    pages = PageClient(app, other)
    typed = {"name": "new", "alias": "champion"}
    page = pages.submit(pages.get(f"/models/{second.id}/edit"), typed, status=403)
    assert "belongs to somebody else" in page.errors["alias"]
    assert page.find("#field-name")["value"] == "new"
    Api(app, other).call("PATCH", f"/models/{second.id}", 403, json=typed)
    assert pages.get(f"/models/{second.id}").find("h1").get_text() == "old"


def test_two_give_the_same_new_alias_at_once(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = make_dataset(member)
    first, second = (made(member, name, dataset=dataset) for name in ("first", "second"))
    changes.change_model(user=member, model_id=first.id, alias="champion")
    find, asked = changes._holder_of, []

    def find_late(*given: Any) -> Model | None:
        asked.append(given)
        return None if len(asked) == 1 else find(*given)  # what the other wrote is not seen yet

    monkeypatch.setattr(changes, "_holder_of", find_late)
    former = changes.change_model(user=member, model_id=second.id, alias="champion")
    assert former is not None
    assert (former.id, len(asked)) == (first.id, 2)


def test_files_are_named_by_data_target_and_estimator(app: Flask, member: User) -> None:
    job = make_succeeded_job(
        member, dataset=make_dataset(member, name="telco churn.csv"),
        estimator="GradientBoostingClassifier",
    )  # fmt: skip
    model = make_model(job)
    assert file_name_of(model, "joblib") == f"telco_churn-churned-gb-{job.id}.joblib"
    short = {
        name: shorten(name)
        for name in ("HistGradientBoostingRegressor", "Ridge", "SVC", "RidgeCV")
    }
    assert list(short.values()) == ["hgb", "ridge", "svc", "ridge"]


def test_mo_4_a_model_opens_whose_job_is_archived_and_says_where_it_went(
    app: Flask, member: User
) -> None:
    model = made(member, "old", archived_at=now())
    pages = PageClient(app, member)
    assert f"#{model.job_id} old archived" in pages.get(f"/models/{model.id}").text
    assert "old" in pages.get("/models").text
    model_id = model.id
    delete_job(user=member, job_id=model.job_id)
    gone = pages.get(f"/models/{model_id}", status=404)
    words = f"There is no model {model_id}. It may have been deleted, alone or with its job"
    assert words in gone.text
