"""What is said of how far an answer about one row can be relied on, and promised before."""

from typing import Any

import pytest
from flask import Flask

from dashboard.db import Job, Prediction, User
from dashboard.db.transaction import writing
from dashboard.predictions import service
from dashboard.predictions.how_sure import say_to_come, say_typical_error
from tests.factories import make_model, make_succeeded_job
from tests.page import PageClient, words_of

OFF = "On rows it had not seen it was off by 197 on average"
RMSE = "On rows it had not seen its typical error (RMSE) was 0.0123"


@pytest.mark.parametrize(
    ("metrics", "words"),
    [
        ({"rmse": 250.2, "mae": 196.71}, OFF),
        ({"mae": 12345.6}, "On rows it had not seen it was off by 12,300 on average"),
        ({"mae": None, "rmse": 0.01234}, RMSE),
        ({"r2": 0.9}, None),
    ],
)
def test_of_numbers_it_is_said_how_far_off_they_were(
    app: Flask, metrics: dict[str, float | None], words: str | None
) -> None:
    means = {name: {"mean": mean, "std": 0.1} for name, mean in metrics.items()}
    assert say_typical_error(Job(task="regression", metrics=means)) == words
    assert say_typical_error(Job(task="classification", metrics=means)) is None


@pytest.mark.parametrize(
    ("task", "metric", "more"),
    [
        ("regression", "mae", "here, with how far off it was on rows it had not seen."),
        ("regression", "r2", "here."),
        ("classification", "log_loss", "here, with how sure it is."),
        ("classification", "accuracy", "here."),
    ],
)
def test_only_what_comes_is_promised(app: Flask, task: str, metric: str, more: str) -> None:
    found = say_to_come(Job(task=task, metrics={metric: {"mean": 0.5, "std": 0.1}}))
    assert found == f"Press Predict, and what the model says of the row stands {more}"


def test_the_answer_of_a_regression_says_how_far_off_it_was(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    metrics = {"mae": {"mean": 196.71, "std": 3.0}}
    job = make_succeeded_job(member, task="regression", metric="mae", metrics=metrics)
    column = {"name": "age", "kind": "number", "range": [18.0, 80.0], "decimal": "."}
    model = make_model(job, schema={"features": ["age"], "columns": [column], "dialect": {}})

    def answer(*, user: User, model_id: int, rows: list[dict[str, Any]]) -> Prediction:
        made = Prediction(
            model_id=model_id, owner_id=user.id, kind="rows", rows=rows, n_rows=1, token="t",
            state="ready", answer={"predictions": [1234.5], "probabilities": None},
        )  # fmt: skip
        with writing() as session:
            session.add(made)
        return made

    monkeypatch.setattr(service, "predict_rows", answer)
    pages, url = PageClient(app, member), f"/models/{model.id}/predict"
    empty = words_of(pages.get(url).find("#no-answer"))
    assert "stands here, with how far off it was on rows it had not seen. Each try is" in empty
    assert f"{OFF}." in words_of(pages.post(url, {"c0": "30"}, status=200).find("#answer"))
