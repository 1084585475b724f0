"""What the form of a new job says of its fields: what was changed, and what the columns hold."""

from typing import Any

import pytest
from flask import Flask

from dashboard.db import Dataset, User
from dashboard.jobs.form.targets import list_target_choices, say_unused
from tests.dashboard.jobs.test_at_once import draw
from tests.factories import COLUMNS, make_dataset, make_job
from tests.page import Page, PageClient, words_of

FOREST = "RandomForestClassifier"
RATE = '[id="field-parameters.n_estimators"]'


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


@pytest.fixture
def dataset(member: User) -> Dataset:
    return make_dataset(member)


def marks(page: Page) -> list[str]:
    return [words_of(m) for m in page.select(".changed-from") if not m.has_attr("hidden")]


def test_reset_gives_settings_their_defaults_and_keeps_the_rest(
    pages: PageClient, dataset: Dataset
) -> None:
    page = pages.get(f"/jobs/new?dataset={dataset.id}&target=churned&estimator={FOREST}")
    assert marks(page) == []
    typed = {"parameters.n_estimators": "70", "preprocessing.scale": "robust", "name": "mine",
             "validation.folds": "4"}  # fmt: skip
    page = draw(pages, page, typed)
    assert "changed from 100" in marks(page)
    page = draw(pages, page, {"action": "reset"})
    assert marks(page) == []
    assert page.find(RATE)["value"] == ""
    assert page.find("#field-name")["value"] == "mine"
    assert page.find('[id="field-validation.folds"]')["value"] == "4"
    # Enter presses the first button: it must not be the one that resets.
    assert page.select("#job-form button")[0]["value"] == "update"


def test_a_copy_says_what_differs_from_its_job(
    pages: PageClient, member: User, dataset: Dataset
) -> None:
    given: dict[str, Any] = {"state": "failed", "estimator": FOREST}
    given["parameters"] = {"n_estimators": 33}
    job = make_job(member, dataset, **given)
    page = pages.get(f"/jobs/new?from={job.id}")
    assert marks(page) == ["changed from 100"]
    typed = {"parameters.n_estimators": "70", "preprocessing.scale": "robust",
             "validation.folds": "4", "validation.scheme": "kfold"}  # fmt: skip
    page = draw(pages, page, typed)
    assert [m for m in marks(page) if m.startswith("was ")] == [
        f"was 33 in #{job.id}",
        f"was auto in #{job.id}",
        f"was k folds, stratified in #{job.id}",
        f"was 5 in #{job.id}",
    ]
    page = draw(pages, page, {"estimator": "LogisticRegression"})
    assert f"was Random forest in #{job.id}" in marks(page)
    assert not any("33" in mark for mark in marks(page))


def test_targets_say_what_they_hold() -> None:
    many = {**COLUMNS[1], "name": "town", "distinct": 40}
    bare = {"name": "bare", "kind": "number", "distinct": 9}
    texts = [text for _, text, _ in list_target_choices([*COLUMNS, many, bare])]
    assert texts[1:] == [
        "age (18 to 90)",
        "city (Oslo 50%, Rome 30%, Bern 20%)",
        "churned (yes 25%, no 75%)",
        "income (1,000 to 9,000)",
        "town (40 values)",
        "bare",
    ]


def test_shares_are_of_the_cells_that_are_there_and_rare_classes_are_not_none() -> None:
    def words_for(yes: int, no: int, missing: int) -> str:
        top = [{"value": "yes", "count": yes}, {"value": "no", "count": no}]
        column = {**COLUMNS[2], "count": yes + no, "missing": missing, "top": top}
        return list_target_choices([column])[1][1]

    assert words_for(60, 40, missing=50) == "churned (yes 60%, no 40%)"
    assert words_for(3, 997, missing=0) == "churned (yes 0.3%, no 99.7%)"


def test_columns_that_are_left_out_are_named_with_the_reason() -> None:
    number, target = COLUMNS[0], COLUMNS[2]
    key = {"name": "customerID", "kind": "identifier"}
    columns = [number, target, key]
    assert say_unused(columns, ["age"], target) == "customerID left out: identifier"
    assert say_unused([number, target], ["age"], target) is None
    columns += [{**number, "name": "x", "role": "left_out"}, {**number, "name": "y"},
                {**number, "name": "z"}]  # fmt: skip
    assert say_unused(columns, ["age"], target) == (
        "customerID left out: identifier; x left out: by the dataset; y left out: not chosen; "
        "1 more left out"
    )


def test_the_form_says_so(pages: PageClient, member: User) -> None:
    key = {**COLUMNS[0], "name": "customerID", "kind": "identifier"}
    dataset = make_dataset(member, columns=[*COLUMNS, key])
    page = pages.get(f"/jobs/new?dataset={dataset.id}&target=churned")
    assert words_of(page.find("#columns-unused")) == "customerID left out: identifier"
    assert words_of(page.find("#field-target option[selected]")) == "churned (yes 25%, no 75%)"
