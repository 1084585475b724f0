"""One row without all values: which are missing, and what stands for each of them."""

from typing import Any

import pytest
from flask import Flask

from dashboard.db import Model, Prediction, User
from dashboard.predictions import service
from dashboard.predictions.filled import say_filled
from tests.dashboard.predictions.test_pages import COLUMNS, asked
from tests.factories import make_model, make_succeeded_job
from tests.page import PageClient

SINCE = {"name": "since", "kind": "date", "format": "%Y-%m-%d"}
FREQUENT = "the most frequent one of the training rows"
OWN, NOTHING = "a category of its own", "nothing: the estimator takes what is missing as it is"


def made(user: User, estimator: str = "LogisticRegression", **preprocessing: Any) -> Model:
    columns = [*COLUMNS, SINCE, {"name": "note", "kind": "text"}]
    schema = {"features": [c["name"] for c in columns], "columns": columns, "dialect": {}}
    job = make_succeeded_job(user, estimator=estimator, parameters={}, preprocessing=preprocessing)
    return make_model(job, schema=schema)


EMPTY = dict.fromkeys(("age", "city", "member", "since", "note"))


@pytest.mark.parametrize(
    ("estimator", "preprocessing", "stands_for"),
    [
        ("LogisticRegression", {},
         {"age": "the median of the training rows", "city": OWN, "member": FREQUENT}),
        ("LogisticRegression", {"numbers_missing": "constant", "numbers_fill": -1.0,
                                "categories_missing": "most_frequent"},
         {"age": "\N{MINUS SIGN}1", "city": FREQUENT, "member": FREQUENT}),
        ("HistGradientBoostingClassifier", {}, {"age": NOTHING, "city": OWN, "member": NOTHING}),
        ("HistGradientBoostingClassifier", {"numbers_missing": "mean"},
         {"age": "the mean of the training rows", "city": OWN, "member": FREQUENT}),
    ],
)  # fmt: skip
def test_what_stands_for_each_kind_is_what_the_model_does(
    member: User, estimator: str, preprocessing: dict[str, Any], stands_for: dict[str, str]
) -> None:
    said = say_filled(made(member, estimator, **preprocessing), EMPTY)
    assert said[0] == "5 columns of 5 had no value: age, city, member, since, note"
    stands = {}
    for words in said[1:]:
        names, _, what = words.removeprefix("What stands for ").partition(": ")
        stands |= dict.fromkeys(names.split(", "), what)
    assert stands == stands_for | {"since": stands_for["age"], "note": "an empty text"}


def test_the_page_says_it_beside_the_answer(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = made(member)

    def answer(**given: Any) -> Prediction:
        return asked(model, given["user"], given["rows"][0])

    monkeypatch.setattr(service, "predict_rows", answer)
    pages = PageClient(app, member)
    page = pages.get(f"/models/{model.id}/predict")
    some = {"c0": "41", "c1": "Oslo", "c2": "yes", "c3": "2023-01-16"}
    told = pages.submit(page, some, form="form.stack", status=200)
    assert "1 column of 5 had no value: note" in told.text
    assert "What stands for note: an empty text" in told.text
    whole = pages.submit(page, some | {"c4": "good"}, form="form.stack", status=200)
    assert "had no value" not in whole.text
