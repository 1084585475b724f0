"""Settings of what is inside another estimator, and what is not offered: form, API, copies."""

from typing import Any

import pytest
from flask import Flask

from dashboard.db import Job, User
from dashboard.extensions import db
from tasks.engine.estimators import catalogue
from tests.dashboard.api.test_api import Api, body
from tests.factories import make_dataset, make_job, make_user
from tests.page import Page, PageClient, words_of

TREE = {"name": "DecisionTreeClassifier", "parameters": {"max_depth": 3}}
DEPTH = "parameters.estimator.max_depth"


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


@pytest.fixture
def api(any_app: Flask) -> Api:
    return Api(any_app, make_user())


def open_form(pages: PageClient, member: User, estimator: str) -> Page:
    dataset = make_dataset(member, name="churn.csv")
    return pages.get(f"/jobs/new?dataset_id={dataset.id}&target=churned&estimator={estimator}")


def update(pages: PageClient, page: Page, **values: str) -> Page:
    sent = {name.replace("__", "."): value for name, value in values.items()}
    return pages.submit(page, {**sent, "action": "update"}, form="#job-form", status=200)


def queue(pages: PageClient, page: Page, values: dict[str, str], status: int = 303) -> Page:
    return pages.submit(page, values, form="#job-form", status=status)


def last_job() -> Job:
    job = db.session.query(Job).order_by(Job.id.desc()).first()
    assert job is not None
    return job


def test_what_is_chosen_inside_has_fields_of_its_own(pages: PageClient, member: User) -> None:
    page = open_form(pages, member, "BaggingClassifier")
    assert not page.select(f'[name="{DEPTH}"]')
    page = update(pages, page, parameters__estimator="DecisionTreeClassifier")
    assert words_of(page.find("details.inside summary")) == "Settings of Decision tree"
    assert not page.find("details.inside").has_attr("open")
    queue(pages, page, {DEPTH: "3"})
    assert last_job().parameters == {"estimator": TREE}


def test_a_bad_setting_inside_stands_at_its_field(pages: PageClient, member: User) -> None:
    page = open_form(pages, member, "BaggingClassifier")
    page = update(pages, page, parameters__estimator="DecisionTreeClassifier")
    page = queue(pages, page, {DEPTH: "<b>3</b>, 4"}, status=422)
    assert "max_depth must be a whole number from 1" in words_of(
        page.find(f'[id="field-{DEPTH}-error"]')
    )
    assert page.find(f'[name="{DEPTH}"]')["value"] == "<b>3</b>, 4"
    assert page.find("details.inside").has_attr("open")


def test_another_choice_inside_drops_its_settings(pages: PageClient, member: User) -> None:
    page = open_form(pages, member, "BaggingClassifier")
    page = update(pages, page, parameters__estimator="DecisionTreeClassifier")
    sent = {"parameters.estimator": "LogisticRegression", DEPTH: "4", "action": "update"}
    page = pages.submit(page, sent, form="#job-form", status=200)
    assert "max_depth goes with another choice of estimator; removed" in page.text
    assert page.select('[name="parameters.estimator.C"]')
    sent = {"estimator": "GaussianNB", "parameters.estimator.C": "7", "action": "update"}
    page = pages.submit(page, sent, form="#job-form", status=200)
    assert "C does not exist for Naive Bayes; removed" in page.text


def test_members_with_settings_are_typed_in_brackets(pages: PageClient, member: User) -> None:
    page = open_form(pages, member, "VotingClassifier")
    offered = words_of(page.select("details.inside")[0])
    assert "What estimators can hold" in offered
    assert "RandomForestClassifier n_estimators, max_depth" in offered
    hint = words_of(page.find('[id="field-parameters.estimators-hint"]'))
    assert len(hint) < 300
    text = "(GaussianNB, DecisionTreeClassifier(max_depth=3))"
    queue(pages, page, {"parameters.estimators": text})
    assert last_job().parameters == {"estimators": ["GaussianNB", TREE]}
    page = pages.get(f"/jobs/new?from={last_job().id}")
    assert page.find('[name="parameters.estimators"]')["value"] == text
    page = queue(pages, page, {"parameters.estimators": "(GaussianNB, Nope(x=1))"}, status=422)
    assert '"Nope" is not offered here' in page.text


@pytest.mark.parametrize(
    ("estimator", "parameters"),
    [
        ("BaggingClassifier", {"estimator": TREE, "n_estimators": 5}),
        ("BaggingClassifier",
         {"estimator": {"name": "DecisionTreeClassifier", "parameters": {"splitter": "random"}}}),
        ("OneVsRestClassifier", {"estimator": {"name": "HistGradientBoostingClassifier",
                                               "parameters": {"max_iter": 20}}}),
        ("GaussianProcessClassifier",
         {"kernel": {"name": "Matern", "parameters": {"nu": 0.5, "noise_level": 0.1}}}),
        ("BaggingClassifier", {"estimator": {
            "name": "GaussianProcessClassifier",
            "parameters": {"kernel": {"name": "RBF", "parameters": {"length_scale": 2.0}}}}}),
    ],
)  # fmt: skip
def test_a_duplicate_has_what_was_set_inside(
    estimator: str, parameters: dict[str, Any], pages: PageClient, member: User
) -> None:
    job = make_job(member, estimator=estimator, parameters=parameters)
    queue(pages, pages.get(f"/jobs/new?from={job.id}"), {})
    assert last_job().id != job.id
    assert last_job().parameters == parameters
    shown = words_of(pages.get(f"/jobs/{job.id}").find("main"))
    assert "changed" in shown
    inner = next(value for value in parameters.values() if isinstance(value, dict))
    assert f"{inner['name']}({next(iter(inner['parameters']))}=" in shown
    copy = pages.get(f"/compare?jobs={job.id},{last_job().id}&diff=0")
    assert f"{inner['name']}({next(iter(inner['parameters']))}=" in words_of(copy.find("main"))


def test_kernels_are_chosen_with_their_values(pages: PageClient, member: User) -> None:
    page = open_form(pages, member, "GaussianProcessClassifier")
    page = update(pages, page, parameters__kernel="Matern")
    assert words_of(page.find("details.inside summary")) == "Settings of Matérn"
    queue(pages, page, {"parameters.kernel.nu": "2.5", "parameters.kernel.noise_level": "0.3"})
    assert last_job().parameters == {
        "kernel": {"name": "Matern", "parameters": {"nu": 2.5, "noise_level": 0.3}}
    }


def test_a_search_takes_what_is_inside_as_text(pages: PageClient, member: User) -> None:
    page = open_form(pages, member, "BaggingClassifier")
    page = update(pages, page, parameters__estimator="DecisionTreeClassifier")
    sent = {DEPTH: "3", "search.strategy": "grid", "action": "update"}
    page = pages.submit(page, sent, form="#job-form", status=200)
    field = page.find('[name="parameters.estimator"]')
    assert field["value"] == "DecisionTreeClassifier(max_depth=3)"
    tried = "DecisionTreeClassifier(max_depth=3), LogisticRegression(C=2, max_iter=50)"
    queue(pages, page, {"parameters.estimator": tried})
    assert db.session.query(Job).count() == 2
    assert TREE in [job.parameters["estimator"] for job in db.session.query(Job)]
    bad = {
        "parameters.estimator": "DecisionTreeClassifier(max_depth=0)",
        "parameters.n_estimators": "1, 2",
        "key": "f" * 32,
    }
    page = queue(pages, page, bad, status=422)
    error = words_of(page.find('[id="field-parameters.estimator-error"]'))
    assert "max_depth must be a whole number from 1" in error
    back = {"parameters.estimator": "DecisionTreeClassifier(max_depth=3)", "search.strategy": ""}
    page = pages.submit(page, {**back, "action": "update"}, form="#job-form", status=200)
    assert page.find(f'[name="{DEPTH}"]')["value"] == "3"


@pytest.mark.parametrize(
    ("estimator", "typed", "instead"),
    [
        ("BaggingClassifier", "DecisionTreeClassifier(max_depth=2..5)",
         "DecisionTreeClassifier(max_depth=2), DecisionTreeClassifier(max_depth=5)"),
        ("BaggingClassifier", "GaussianNB, LogisticRegression(C=0.1..1 log)",
         "LogisticRegression(C=0.1), LogisticRegression(C=1)"),
        ("VotingClassifier", "(GaussianNB, LogisticRegression(C=0.1..1))",
         "(GaussianNB, LogisticRegression(C=0.1)), (GaussianNB, LogisticRegression(C=1))"),
    ],
)  # fmt: skip
def test_a_range_in_brackets_is_refused_with_the_list_to_write(
    estimator: str, typed: str, instead: str, pages: PageClient, member: User
) -> None:
    field = "estimators" if estimator == "VotingClassifier" else "estimator"
    page = open_form(pages, member, estimator)
    sent = {"search.strategy": "random", "action": "update"}
    page = pages.submit(page, sent, form="#job-form", status=200)
    page = queue(pages, page, {f"parameters.{field}": typed}, status=422)
    error = words_of(page.find(f'[id="field-parameters.{field}-error"]'))
    assert f"{field}: " in error
    assert "is a range, and none can stand in brackets" in error
    assert error.endswith(f"with commas between them: {instead}")


def test_the_api_takes_settings_inside_and_names_what_is_wrong(api: Api) -> None:
    dataset = make_dataset(name="churn.csv")
    request = body(dataset, estimator="BaggingClassifier")
    job = api.call("POST", "/jobs", 201, json={**request, "parameters": {"estimator": TREE}})
    assert job["parameters"] == {"estimator": TREE}
    several = {"estimator": {"values": ["GaussianNB", TREE]}}
    found = api.call("POST", "/jobs", 201, json={**request, "parameters": several})
    assert [one["parameters"]["estimator"] for one in found["jobs"]] == ["GaussianNB", TREE]
    assert "DecisionTreeClassifier(max_depth=3)" in found["jobs"][1]["name"]
    deep: Any = "LinearSVC"
    for _ in range(100):
        deep = {"name": "BaggingClassifier", "parameters": {"estimator": deep}}
    for given, field, words in [
        ({"name": "DecisionTreeClassifier", "parameters": {"max_depth": 0}}, "estimator.max_depth",
         "max_depth must be"),
        ({"name": "Nope"}, "estimator", '"Nope" is not offered here'),
        ({"name": "LinearSVC", "values": [1]}, "estimator", "a name, or"),
        (deep, "estimator", '"BaggingClassifier" is not offered here'),
        ({"values": ["GaussianNB", "GaussianNB"]}, "estimator", "twice"),
        ({"values": [{"name": "Nope"}]}, "estimator", "is not"),
        ({"max_depth": 3}, "estimator", "one value, or several"),
    ]:  # fmt: skip
        request["parameters"] = {"estimator": given}
        problem = api.call("POST", "/jobs", 422, json=request)["error"]
        assert words in problem["fields"][f"parameters.{field}"]
    request = body(dataset, estimator="VotingClassifier",
                   parameters={"estimators": ["GaussianNB"] * 100})  # fmt: skip
    problem = api.call("POST", "/jobs", 422, json=request)["error"]
    assert "at most 20" in problem["fields"]["parameters.estimators"]
    request = body(dataset, parameters={"C": {"name": "x"}})
    assert "C must be" in api.call("POST", "/jobs", 422, json=request)["error"]["message"]


def test_those_left_out_are_told_with_the_reason(
    api: Api, pages: PageClient, member: User
) -> None:
    offered = api.call("GET", "/estimators?task=regression")
    assert {one["left_out"] for one in offered} == {None}
    every = api.call("GET", "/estimators?left_out=true")
    others = {one["id"]: one["left_out"] for one in every if one["left_out"]}
    assert len(others) >= 19
    assert others["IsotonicRegression"] == "takes one column"
    kernel = next(one for one in offered if one["id"] == "GaussianProcessRegressor")
    parameter = next(p for p in kernel["parameters"] if p["name"] == "kernel")
    assert [p["name"] for p in parameter["inside"]["Matern"]][:2] == ["length_scale", "nu"]
    page = open_form(pages, member, "GaussianNB")
    assert "CategoricalNB takes codes of categories alone" in words_of(page.find(".left-out"))


def test_a_library_that_is_not_installed_is_refused_and_told(
    api: Api, pages: PageClient, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "_is_installed", lambda _library: False)
    request = body(make_dataset(name="churn.csv"), estimator="XGBClassifier")
    problem = api.call("POST", "/jobs", 422, json=request)["error"]
    words = "XGBoost is not installed here; make extra installs it"
    assert problem["fields"]["estimator"] == words
    every = api.call("GET", "/estimators?left_out=true&task=classification")
    assert {one["id"]: one["left_out"] for one in every}["XGBClassifier"] == words
    page = open_form(pages, member, "GaussianNB")
    assert f"XGBClassifier {words}" in words_of(page.find(".left-out"))
    job = make_job(member, estimator="XGBClassifier", parameters={"max_depth": 3})
    assert "XGBoost" in words_of(pages.get(f"/jobs/{job.id}").find("main"))
    assert f"{words}. Another estimator is chosen" in pages.get(f"/jobs/new?from={job.id}").text


def test_a_library_that_is_installed_is_offered(
    api: Api, pages: PageClient, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "_is_installed", lambda _library: True)
    page = open_form(pages, member, "CatBoostClassifier")
    queue(pages, page, {"parameters.depth": "4"})
    assert (last_job().estimator, last_job().parameters) == ("CatBoostClassifier", {"depth": 4})
    request = body(make_dataset(name="churn.csv"), estimator="LGBMClassifier",
                   class_weight="balanced", parameters={"num_leaves": 1})  # fmt: skip
    fields = api.call("POST", "/jobs", 422, json=request)["error"]["fields"]
    assert list(fields) == ["parameters.num_leaves"]
    assert "from 2 to 131072" in fields["parameters.num_leaves"]
