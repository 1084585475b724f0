"""Recipes: settings of a job that are kept under a name and used on other datasets."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.api import recipe_schemas as schemas
from dashboard.db import Job, Recipe, User
from dashboard.db.transaction import writing
from dashboard.errors import Conflict, Forbidden, NotFound, ValidationFailed
from dashboard.extensions import db
from dashboard.jobs.form.values import values_of
from dashboard.recipes import service
from dashboard.recipes.queries import get_recipe, list_recipes
from tests.dashboard.api.test_api import Api
from tests.factories import COLUMNS, make_dataset, make_job, make_user
from tests.page import PageClient, words_of

pytestmark = [pytest.mark.usefixtures("no_broker"), pytest.mark.both_databases]
ASKED: dict[str, Any] = {
    "estimator": "HistGradientBoostingClassifier", "task": "classification",
    "parameters": {"learning_rate": {"values": [0.05, 0.1]}, "max_iter": 50},
    "preprocessing": {}, "metric": "f1", "seed": 7, "tags": ["slow", "b"], "time_limit_s": 600,
    "validation": {"scheme": "group", "folds": 3, "group_column": "city"},
}  # fmt: skip


def save(user: User, name: str = "boosted", **changes: Any) -> Recipe:
    return service.save_recipe(user=user, name=name, request=ASKED | changes)


def test_a_recipe_keeps_the_settings_and_nothing_of_the_dataset(any_app: Flask) -> None:
    user = make_user()
    job = make_job(user, parameters={"C": 2.0}, seed=5)
    recipe = service.save_job_as_recipe(user=user, name="  my   logit ", job_id=job.id)
    assert recipe.name == "my logit"
    assert recipe.request["parameters"] == {"C": 2.0}
    assert recipe.request["seed"] == 5
    assert not {"dataset_id", "target", "features", "name"} & set(recipe.request)


def test_the_form_is_filled_and_makes_the_same_jobs(app: Flask, member: User) -> None:
    recipe, dataset = save(member), make_dataset(member)
    browser = PageClient(app, member)
    query = f"recipe={recipe.id}&dataset_id={dataset.id}&target=churned"
    page = browser.get(f"/jobs/new?{query}")
    assert 'The settings of the recipe "boosted" stand in the form' in page.text
    assert page.find('[id="field-parameters.learning_rate"]')["value"] == "0.05, 0.1"
    assert page.find("#field-time_limit_min")["value"] == "10"
    browser.submit(page, {"ask": None}, form="#job-form", status=303)
    jobs = db.session.scalars(select(Job).order_by(Job.id)).all()
    assert [job.parameters for job in jobs] == [
        {"learning_rate": rate, "max_iter": 50} for rate in (0.05, 0.1)
    ]
    assert {(job.metric, job.seed, job.time_limit_s) for job in jobs} == {("f1", 7, 600)}
    assert jobs[0].validation["group_column"] == "city"
    assert jobs[0].tags == ["slow", "b"]


def test_what_does_not_fit_the_dataset_is_named(app: Flask, member: User) -> None:
    recipe = save(member)
    columns = [c for c in COLUMNS if c["name"] != "city"]
    dataset = make_dataset(member, columns=columns)
    browser = PageClient(app, member)
    query = f"recipe={recipe.id}&dataset_id={dataset.id}&target=income"
    page = browser.get(f"/jobs/new?{query}")
    assert 'The column "city" is not in this dataset' in page.text
    assert "does not go with this target" in page.text
    assert page.find("#job-form")
    browser.submit(page, {"ask": None}, form="#job-form", status=303)
    assert {job.task for job in db.session.scalars(select(Job))} == {"regression"}


def test_the_form_is_saved_and_comes_back_filled(app: Flask, member: User) -> None:
    dataset, browser = make_dataset(member), PageClient(app, member)
    page = browser.get(
        f"/jobs/new?dataset_id={dataset.id}&target=churned&estimator=LogisticRegression"
    )
    page = browser.submit(
        page, {"parameters.C": "0.5, 2"}, form="#job-form", action="/recipes/from-form", status=422
    )
    assert page.errors["recipe_name"].startswith("Enter a name")
    assert page.find('[id="field-parameters.C"]')["value"] == "0.5, 2"
    answer = browser.submit(
        page, {"recipe_name": "<b>two</b>"}, form="#job-form", action="/recipes/from-form",
        status=303,
    )  # fmt: skip
    page = browser.follow(answer)
    assert page.find('[id="field-parameters.C"]')["value"] == "0.5, 2"
    assert page.find("#field-dataset_id option[selected]")["value"] == str(dataset.id)
    assert "<b>two</b>" in browser.get("/recipes").text


def test_a_search_is_no_recipe(app: Flask, member: User) -> None:
    with pytest.raises(ValidationFailed, match="A search"):
        save(member, search={"strategy": "grid"})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"estimator": "Nothing"}, "estimator"),
        ({"estimator": None}, "estimator"),
        ({"parameters": [1]}, "parameters"),
        ({"tags": [1]}, "tags"),
        ({"seed": "x"}, "seed"),
        ({"time_limit_s": True}, "time_limit_s"),
        ({"parameters": {"C": "x" * 60_000}}, "parameters"),
        ({"parameters": {"C": float("nan")}}, "parameters"),
        ({"parameters": {"max_iter": {"values": 5}}}, "parameters.max_iter"),
        ({"parameters": {"max_iter": {"x": 1}}}, "parameters.max_iter"),
        ({"parameters": {"max_iter": {"name": 3}}}, "parameters.max_iter"),
        ({"parameters": {"nothing": 3}}, "parameters.nothing"),
        ({"preprocessing": {"nothing": 3}}, "preprocessing.nothing"),
        ({"validation": {"folds": [3]}}, "validation"),
        ({"time_limit_s": 10**400}, "time_limit_s"),
        ({"memory_limit_bytes": 1}, "memory_limit_bytes"),
        ({"task": "regression"}, "estimator"),
        ({"metric": "r2"}, "metric"),
        ({"priority": "first"}, "priority"),
    ],
)
def test_what_no_form_could_hold_is_refused(
    app: Flask, member: User, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationFailed) as refused:
        save(member, **changes)
    assert field in refused.value.fields


def test_a_time_that_no_number_of_the_computer_holds_stands_in_the_form() -> None:
    assert values_of({"time_limit_s": 6 * 10**400})["time_limit_min"] == f"1{'0' * 399}"
    assert values_of({"time_limit_s": 90})["time_limit_min"] == "1.5"


def test_names_are_ones_own(any_app: Flask) -> None:
    user = make_user()
    save(user)
    save(make_user())
    for name, said in (("boosted", "already"), (" ", "Enter a name"), ("x" * 101, "room for 100")):
        with pytest.raises(ValidationFailed) as refused:
            save(user, name)
        assert said in refused.value.fields["name"]
    other = save(user, "other")
    with pytest.raises(ValidationFailed):
        service.change_recipe(user=user, recipe_id=other.id, name="boosted")
    assert get_recipe(user=user, recipe_id=other.id).name == "other"


def test_others_see_what_is_shared_and_change_nothing(any_app: Flask) -> None:
    user, other = make_user(), make_user()
    recipe = save(user)
    assert list_recipes(other) == []
    with pytest.raises(NotFound):
        get_recipe(user=other, recipe_id=recipe.id)
    service.change_recipe(user=user, recipe_id=recipe.id, shared=True)
    assert [found.id for found in list_recipes(other)] == [recipe.id]
    for act in (service.change_recipe, service.delete_recipe):
        with pytest.raises(Forbidden):
            act(user=other, recipe_id=recipe.id)
    assert service.delete_recipe(user=user, recipe_id=recipe.id) == "boosted"
    assert list_recipes(user) == []


def test_there_is_an_end_to_them(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_OF_A_PERSON", 1)
    save(member)
    with pytest.raises(Conflict, match="Delete one first"):
        save(member, "second")


def test_the_page_renames_shares_and_deletes(app: Flask, member: User) -> None:
    recipe, browser = save(member), PageClient(app, member)
    page = browser.get("/recipes")
    row = words_of(page.find(f"tr[data-recipe-id='{recipe.id}']"))
    assert "learning_rate = 0.05, 0.1" in row
    action = f"form[action='/recipes/{recipe.id}']"
    page = browser.submit(page, {"name": " "}, form=action, status=422)
    assert page.errors["name"].startswith("Enter a name")
    browser.submit(page, {"name": "fast"}, form=action, status=303)
    browser.submit(browser.get("/recipes"), {}, form="form[action$='/share']", status=303)
    stranger = PageClient(app, make_user())
    assert "fast" in stranger.get("/recipes").text
    assert not stranger.get("/recipes").select("a[href$='/delete']")
    browser.sure(str(browser.get("/recipes").find("a[href$='/delete']")["href"]))
    assert "No recipes yet" in browser.get("/recipes").text


def test_the_api_keeps_lists_changes_and_deletes(app: Flask, member: User) -> None:
    api, dataset = Api(app, member), make_dataset(member)
    made = api.call("POST", "/recipes", 201, json={"name": "boosted", "request": ASKED})
    schemas.Recipe.model_validate(made)
    job = make_job(member)
    api.call("POST", "/recipes", 201, json={"name": "of a job", "job_id": job.id})
    api.call("POST", "/recipes", 422, json={"name": "neither"})
    api.call("POST", "/recipes", 404, json={"name": "gone", "job_id": 2**62})
    first = api.call("GET", "/recipes?limit=1")
    schemas.RecipePage.model_validate(first)
    second = api.call("GET", f"/recipes?limit=1&cursor={first['next_cursor']}")
    assert [r["name"] for r in first["items"] + second["items"]] == ["of a job", "boosted"]
    address = f"/recipes/{made['id']}"
    assert api.call("PATCH", address, json={"shared": True})["shared"]
    request = api.call("GET", address)["request"] | {"dataset_id": dataset.id, "target": "churned"}
    assert len(api.call("POST", "/jobs", 201, json=request)["jobs"]) == 2
    api.call("DELETE", address, 204)
    api.call("GET", address, 404)


@pytest.mark.parametrize(
    "value", [{"values": 5}, {"x": 1}, {"name": 3}, {"name": "a", "parameters": 1}]
)
def test_whatever_a_recipe_holds_is_shown(app: Flask, member: User, value: Any) -> None:
    recipe = save(member)
    with writing() as session:
        held = session.get_one(Recipe, recipe.id)
        held.request = held.request | {"parameters": {"max_iter": value}}
    browser = PageClient(app, member)
    assert "max_iter = " in browser.get("/recipes").text
    browser.get(f"/jobs/new?recipe={recipe.id}")


def test_two_clicks_on_share_share(app: Flask, member: User) -> None:
    save(member)
    browser, share = PageClient(app, member), "form[action$='/share']"
    page = browser.get("/recipes")
    for _ in range(2):
        browser.submit(page, {}, form=share, status=303)
        assert db.session.scalars(select(Recipe.shared)).one()
    browser.submit(browser.get("/recipes"), {}, form=share, status=303)
    assert not db.session.scalars(select(Recipe.shared)).one()
