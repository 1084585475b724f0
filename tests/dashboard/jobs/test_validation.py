"""How rows are split: what is filled in where nobody chose it, and the form's fields."""

from typing import Any

import pytest
from flask import Flask

from dashboard.db import Job, User
from dashboard.extensions import db
from tasks.engine.folds.usual import Classes, Rarest, suggest_validation
from tests.dashboard.api.test_api import Api, body
from tests.factories import COLUMNS, make_dataset
from tests.page import PageClient


@pytest.fixture
def api(app: Flask, member: User) -> Api:
    return Api(app, member)


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def with_rare(count: int) -> list[dict[str, Any]]:
    """Return columns whose target has a class of so many rows."""
    top = [{"value": "no", "count": 200 - count}, {"value": "yes", "count": count}]
    return [{**c, "top": top} if c["name"] == "churned" else c for c in COLUMNS]


@pytest.mark.parametrize(
    ("given", "scheme", "folds", "words"),
    [
        ({"rows": 99_999}, "stratified", 5, None),
        ({"rows": 9}, "stratified", 4, "4 folds are used, not 5: there are 9 rows"),
        ({"rows": 5, "rarest": Rarest("x", 2)}, "stratified", 2, "2 folds are used, not 5"),
        ({"rows": 8, "rarest": Rarest("x", 1)}, "kfold", 4, 'class "x" has 1 row'),
        ({"rows": 3}, "stratified", 5, None),
        ({"rows": 5, "folds": 5}, "stratified", 5, None),
        ({"rows": 100_000}, "stratified", 3, "3 folds are used, not 5: they tell as much of 100,"),
        ({"rows": 200_000, "folds": 5}, "stratified", 5, None),
        ({"rows": 200_000, "scheme": "time"}, "time", 3, "3 folds"),
        ({"rows": 200_000, "scheme": "holdout"}, "holdout", 5, None),
        ({"rarest": Rarest("x", 4)}, "stratified", 4, '4 folds .*, not 5: class "x" has 4 rows'),
        ({"rarest": Rarest("x", 3), "scheme": "stratified"}, "stratified", 3, "3 folds are used"),
        ({"rarest": Rarest("x", 2)}, "kfold", 5, 'not stratified: class "x" has 2 rows, too few'),
        ({"rarest": Rarest("x", 1)}, "kfold", 5, 'class "x" has 1 row, too few for 5 folds'),
        ({"rarest": Rarest("x", 3), "folds": 4}, "kfold", 4, "3 rows, too few for 4 folds"),
        ({"rarest": Rarest("x", 3), "folds": 3}, "stratified", 3, None),
        ({"rarest": Rarest("x", 1), "scheme": "stratified"}, "stratified", 5, None),
        ({"rarest": Rarest("x", 2), "scheme": "stratified"}, "stratified", 2, "2 folds"),
        ({"classes": Classes(14, 64)}, "stratified", 4, "4 folds are used, not 5: 64 rows"),
        ({"classes": Classes(14, 64), "rarest": Rarest("x", 1)}, "kfold", 4,
         '64 rows have 14 classes. Folds are not stratified: class "x" has 1 row, too few for 4'),
        ({"classes": Classes(14, 64), "folds": 5}, "stratified", 5, None),
        ({"classes": Classes(30, 64)}, "stratified", 5, None),  # which is refused
        ({"scheme": "group", "groups": 3}, "group", 3, "3 folds .* there are 3 groups"),
        ({"scheme": "group", "groups": 30}, "group", 5, None),
    ],
)  # fmt: skip
def test_fewer_folds_are_used_only_where_nobody_chose_and_it_is_told(
    given: dict[str, Any], scheme: str, folds: int, words: str | None
) -> None:
    found = suggest_validation("classification", given.pop("rows", 500), **given)
    assert (found["scheme"], found["folds"]) == (scheme, folds)
    assert (found["note"] is None) == (words is None)
    if words:
        with pytest.raises(ValueError, match=words):
            raise ValueError(found["note"])


def test_a_rare_class_is_refused_only_where_folds_were_chosen(api: Api, member: User) -> None:
    dataset = make_dataset(member, columns=with_rare(3))
    job = api.call("POST", "/jobs", 201, json=body(dataset))
    assert job["validation"]["folds"] == 3
    assert job["validation"]["note"] == '3 folds are used, not 5: class "yes" has 3 rows'
    again = api.call("POST", "/jobs", 201, json=body(dataset, validation=job["validation"]))
    assert again["validation"] == {**job["validation"], "note": None}
    chosen = {"scheme": "stratified", "folds": 5}
    found = api.call("POST", "/jobs", 422, json=body(dataset, validation=chosen))
    assert found["error"]["fields"]["validation.folds"] == (
        'Class "yes" has 3 rows; 5-fold validation needs at least 5. '
        "Use fewer folds or join classes"
    )


def test_fewer_folds_are_not_advised_where_they_cannot_help(api: Api, member: User) -> None:
    dataset = make_dataset(member, columns=with_rare(1))
    chosen = {"scheme": "stratified", "folds": 5}
    found = api.call("POST", "/jobs", 422, json=body(dataset, validation=chosen))
    assert found["error"]["fields"]["validation.folds"] == (
        'Class "yes" has 1 row; 5-fold validation needs at least 5. '
        "Choose another target, or upload more rows of that class"
    )
    alone = [{**c, "distinct": 1, "missing": 0} if c["name"] == "age" else c for c in COLUMNS]
    chosen = {"scheme": "group", "group_column": "age"}
    request = body(make_dataset(member, columns=alone), validation=chosen)
    found = api.call("POST", "/jobs", 422, json=request)
    assert found["error"]["fields"]["validation.folds"] == (
        '"age" has 1 group; 5 folds need at least 5. Use another column'
    )


def test_form_says_why_it_has_other_folds_and_the_job_does_too(
    pages: PageClient, member: User
) -> None:
    dataset = make_dataset(member, columns=with_rare(4))
    page = pages.get(f"/jobs/new?dataset_id={dataset.id}&target=churned")
    assert page.find('[name="validation.folds"]')["value"] == "4"
    assert 'class "yes" has 4 rows' in page.find("#field-validation\\.folds-hint").text
    pages.submit(page, {}, form="#job-form", status=303)
    job = db.session.query(Job).one()
    assert 'class "yes" has 4 rows' in job.validation["note"]
    assert job.validation["folds"] == 4


def test_another_target_brings_its_own_folds_unless_some_were_typed(
    pages: PageClient, member: User
) -> None:
    dataset = make_dataset(member, columns=with_rare(4))
    page = pages.get(f"/jobs/new?dataset_id={dataset.id}&target=churned")
    other = {"target": "income", "action": "update"}
    found = pages.submit(page, other, form="#job-form", status=200)
    assert found.find('[name="validation.folds"]')["value"] == "5"
    assert found.find('[name="validation.scheme"] option[selected]')["value"] == "kfold"
    found = pages.submit(page, {**other, "validation.folds": "3"}, form="#job-form", status=200)
    assert found.find('[name="validation.folds"]')["value"] == "3"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"validation.group_column": "city", "validation.folds": "3"},
         {"scheme": "group", "group_column": "city", "folds": 3}),
        ({"validation.time_column": "age", "validation.gap": "4"},
         {"scheme": "time", "time_column": "age", "gap": 4}),
        ({"validation.time_column": ""}, {"scheme": "time", "time_column": None, "gap": 0}),
        ({"validation.test_size": "0.35"}, {"scheme": "holdout", "test_size": 0.35}),
        ({"validation.repeats": "3", "validation.folds": "4"},
         {"scheme": "kfold", "repeats": 3, "folds": 4}),
    ],
)  # fmt: skip
def test_each_way_to_split_can_be_chosen_without_scripts(
    typed: dict[str, str], kept: dict[str, Any], pages: PageClient, member: User
) -> None:
    page = pages.get(f"/jobs/new?dataset_id={make_dataset(member).id}&target=churned")
    scheme = {"validation.scheme": kept["scheme"]}
    page = pages.submit(page, {**scheme, "action": "update"}, form="#job-form", status=200)
    shown = {c["name"] for c in page.select('[name^="validation."]')}
    assert set(typed) <= shown
    pages.submit(page, typed, form="#job-form", status=303)
    assert kept.items() <= db.session.query(Job).one().validation.items()


def test_dates_are_the_order_of_time_unless_another_is_chosen(
    pages: PageClient, member: User
) -> None:
    dates = [{**COLUMNS[0], "name": name, "kind": "date"} for name in ("signup", "last_login")]
    dataset = make_dataset(member, columns=[*COLUMNS, *dates])
    by_time = {"validation.scheme": "time", "action": "update"}
    for typed in ({}, {"validation.time_column": ""}):
        page = pages.get(f"/jobs/new?dataset_id={dataset.id}&target=churned")
        page = pages.submit(page, by_time, form="#job-form", status=200)
        chosen = page.find('[name="validation.time_column"] option[selected]')
        assert chosen["value"] == "signup"
        pages.submit(page, typed, form="#job-form", status=303)
    jobs = db.session.query(Job).order_by(Job.id).all()
    assert [job.validation["time_column"] for job in jobs] == ["signup", None]
    for job, order in zip(jobs, ("signup", "the file"), strict=True):
        words = f"5 folds in the order of {order}, later rows scored by earlier ones"
        assert words in pages.get(f"/jobs/{job.id}").text
        assert words in pages.get(f"/jobs/{job.id}/settings").text


@pytest.mark.parametrize(
    ("scheme", "typed", "field"),
    [
        ("group", {}, "validation.group_column"),
        ("group", {"validation.group_column": "city"}, "validation.folds"),
        ("time", {"validation.gap": "-2"}, "validation.gap"),
        ("holdout", {"validation.test_size": "20%"}, "validation.test_size"),
        ("kfold", {"validation.repeats": "no"}, "validation.repeats"),
    ],
)
def test_what_cannot_be_used_is_told_at_its_field(
    scheme: str, typed: dict[str, str], field: str, pages: PageClient, member: User
) -> None:
    page = pages.get(f"/jobs/new?dataset_id={make_dataset(member).id}&target=churned")
    chosen = {"validation.scheme": scheme, "action": "update"}
    page = pages.submit(page, chosen, form="#job-form", status=200)
    page = pages.submit(page, typed, form="#job-form", status=422)
    assert list(page.errors) == [field]
    assert page.find(f'[name="{field}"]') is not None


def test_few_groups_give_as_many_folds_unless_more_were_asked_for(api: Api, member: User) -> None:
    split: dict[str, Any] = {"scheme": "group", "group_column": "city"}
    job = api.call("POST", "/jobs", 201, json=body(make_dataset(member), validation=split))
    assert job["validation"]["folds"] == 3
    assert "there are 3 groups" in job["validation"]["note"]
    request = body(make_dataset(member), validation={**split, "folds": 4})
    found = api.call("POST", "/jobs", 422, json=request)
    assert '"city" has 3 groups; 4 folds' in found["error"]["fields"]["validation.folds"]
