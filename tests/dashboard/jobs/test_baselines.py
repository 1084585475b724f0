"""What a score is held against, on pages and by the API."""

from typing import Any

import pytest
from flask import Flask

from dashboard.db import Job, User
from dashboard.jobs.page.baselines import hold_against, list_baselines
from tests.factories import make_dataset, make_job, make_model, make_succeeded_job
from tests.page import PageClient, words_of


def known(dummy: float, linear: float | None, metric: str = "roc_auc") -> dict[str, Any]:
    """Return the details of a job with baselines."""
    scored = {metric: {"mean": linear, "std": 0.01}} if linear is not None else {}
    found = {"dummy": {metric: {"mean": dummy, "std": 0.0}}, "linear": scored, "note": ""}
    return {"baselines": found}


@pytest.mark.parametrize(
    ("score", "spread", "metric", "details", "words"),
    [
        (0.84, 0.02, "roc_auc", known(0.5, 0.78), None),
        (0.79, 0.02, "roc_auc", known(0.5, 0.78), "tied with a linear model"),
        (0.51, 0.02, "roc_auc", known(0.5, 0.78), "tied with guessing"),
        (0.50, 0.02, "roc_auc", known(0.5, 0.78), "tied with guessing"),
        (0.49, 0.02, "roc_auc", known(0.5, 0.78), "worse than guessing, within noise"),
        (0.70, 0.02, "roc_auc", known(0.5, 0.78), "worse than a linear model"),
        (0.40, 0.02, "roc_auc", known(0.5, 0.78), "worse than guessing"),
        (
            0.785,
            0.001,
            "roc_auc",
            known(0.5, 0.78),
            "tied with a linear model",
        ),  # the baseline's spread
        (0.84, None, "roc_auc", known(0.5, None), None),
        (0.30, 0.05, "log_loss", known(0.69, 0.42, "log_loss"), None),
        (0.40, 0.05, "log_loss", known(0.69, 0.42, "log_loss"), "tied with a linear model"),
        (0.90, 0.05, "log_loss", known(0.69, 0.42, "log_loss"), "worse than guessing"),
    ],
)
def test_score_within_the_spread_is_no_better(
    score: float, spread: float | None, metric: str, details: dict[str, Any], words: str | None
) -> None:
    job = Job(task="classification", estimator="GaussianNB", metric=metric, score=score,
              score_std=spread, details=details)  # fmt: skip
    found = hold_against(job)
    assert (found and found.words) == words


def test_linear_model_is_not_held_against_itself() -> None:
    job = Job(task="classification", estimator="LogisticRegression", metric="roc_auc",
              score=0.78, score_std=0.02, details=known(0.5, 0.78))  # fmt: skip
    assert hold_against(job) is None


def test_job_of_before_has_the_guess_alone() -> None:
    job = Job(task="regression", metric="r2", baseline_score=-0.01, details={})
    assert [(b.title, b.score) for b in list_baselines(job)] == [("predicting the mean", -0.01)]


def test_pages_show_both_and_say_what_is_no_better(app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    job, other = (
        make_succeeded_job(member, dataset=dataset, score=s, estimator="GaussianNB",
                           details=known(0.5, 0.84))
        for s in (0.842, 0.9)
    )  # fmt: skip
    model = make_model(job)
    pages = PageClient(app, member)
    page = pages.get(f"/jobs/{job.id}")
    said = words_of(page.select(".answer")[0])
    assert "On the same folds: predicting class frequencies 0.500 , a linear model 0.840" in said
    assert "a linear model 0.840 ± 0.010 . Tied" in said
    assert "Tied with a linear model: the difference is within the noise" in said
    assert "0.840" in words_of(page.select("#job-folds")[0])
    assert "Tied with" not in pages.get(f"/jobs/{other.id}").text
    told_of_model = "a linear model 0.840 . Tied with a linear model: the difference is within"
    assert told_of_model in words_of(pages.get(f"/models/{model.id}").select("main")[0])
    unlike = make_model(other)
    assert "Tied with" not in pages.get(f"/models/{unlike.id}").text
    rows = pages.get("/jobs").select("tr[data-job-id]")
    told = {row["data-job-id"]: "tied with a linear model" in words_of(row) for row in rows}
    assert told == {str(job.id): True, str(other.id): False}
    worse = make_succeeded_job(
        member, dataset=dataset, score=0.7, estimator="GaussianNB", details=known(0.5, 0.84)
    )
    said = pages.get(f"/jobs/{worse.id}").text
    assert "Worse than a linear model: the difference is beyond the noise of the folds" in said
    compared = pages.get(f"/compare?jobs={job.id},{other.id}&diff=0").text
    assert "Linear model" in compared
    assert "a linear model" in pages.get(f"/models/{model.id}").text
    assert "A linear model" in pages.get(f"/jobs/new?dataset_id={dataset.id}&target=churned").text
    assert make_job(member, dataset=dataset).details == {}


@pytest.mark.parametrize(
    ("lead", "words"),
    [({"mean": 0.041, "reach": 0.045}, "tied with"),
     ({"mean": -0.05, "reach": 0.045}, "worse than"),
     ({"mean": 0.05, "reach": 0.045}, None)],
)  # fmt: skip
def test_noise_is_judged_on_paired_folds_as_in_a_comparison(
    lead: dict[str, float], words: str | None, member: User
) -> None:
    details = {**known(0.5, 0.86), "leads": {"linear": lead}}
    job = make_succeeded_job(member, score=0.821, estimator="GaussianNB", details=details)
    against = hold_against(job)
    assert (against and against.words) == (words and f"{words} a linear model")


def test_a_score_far_below_a_guess_is_not_called_tied_however_noisy(
    app: Flask, member: User
) -> None:
    leads = {"dummy": {"mean": -121.0, "reach": 300.0, "spread": 160.0, "folds": 5}}
    details = {**known(-7.0, -0.5, "r2"), "leads": leads}
    job = make_succeeded_job(member, task="regression", metric="r2", score=-128.0, score_std=90.0,
                             estimator="MLPRegressor", details=details)  # fmt: skip
    said = words_of(PageClient(app, member).get(f"/jobs/{job.id}").find(".answer"))
    assert "Worse than guessing, within noise: the folds vary by more than the difference" in said
    assert "ied with" not in said


ON_ALL = "on all 3 folds, too few to be sure"


@pytest.mark.parametrize(
    ("dummy", "linear", "words"),
    [
        ((0.3, 0.1, 3), (0.2, 0.01, 3), f"better than guessing {ON_ALL}"),
        ((0.3, 0.1, 3), (0.2, 0.1, 3), f"better than guessing {ON_ALL}"),
        ((0.3, 0.01, 3), (0.2, 0.1, 3), f"better than a linear model {ON_ALL}"),
        ((0.3, 0.1, 3), (0.01, 0.1, 3), "tied with a linear model"),
        ((0.3, 0.1, 3), (-0.2, 0.1, 3), f"worse than a linear model {ON_ALL}"),
        ((0.3, 0.1, 3), (-0.5, 0.1, 3), "worse than a linear model"),
        ((0.1, 0.1, 3), (0.2, 0.01, 3), "tied with guessing"),
        ((0.1, 0.1, 5), (0.2, 0.01, 5), "tied with guessing"),
        ((0.3, 0.01, 3), (0.2, 0.01, 3), None),
    ],
)
def test_few_folds_are_told_apart_from_a_tie(
    dummy: tuple[float, float, int], linear: tuple[float, float, int], words: str | None,
    app: Flask, member: User,
) -> None:  # fmt: skip
    leads = {
        kind: {"mean": mean, "spread": spread, "folds": folds,
               "reach": spread * {3: 3.93, 5: 1.86}[folds]}
        for kind, (mean, spread, folds) in {"dummy": dummy, "linear": linear}.items()
    }  # fmt: skip
    details = {**known(0.5, 0.6), "leads": leads}
    job = make_succeeded_job(member, score=0.8, estimator="GaussianNB", details=details)
    against = hold_against(job)
    assert (against and against.words) == words
    said = words_of(PageClient(app, member).get(f"/jobs/{job.id}").find(".answer"))
    enough = "too few to be sure: 5 folds that differ as these do would be enough"
    assert (enough in said) == (words is not None and ON_ALL in words)


@pytest.mark.parametrize(
    ("metric", "mean", "words"),
    [("roc_auc", 0.8, "Log loss is 0.800, worse than a guess's 0.690"), ("roc_auc", 0.6, None),
     ("log_loss", 0.8, None)],
)  # fmt: skip
def test_probabilities_worse_than_a_guess_are_told(
    metric: str, mean: float, words: str | None, app: Flask, member: User
) -> None:
    job = make_succeeded_job(member, estimator="GaussianNB", metric=metric,
                             metrics={"log_loss": {"mean": mean, "std": 0.01}},
                             details=known(0.69, None, "log_loss"))  # fmt: skip
    said = words_of(PageClient(app, member).get(f"/jobs/{job.id}").find(".answer"))
    assert ("worse than a guess" in said) == (words is not None)
    assert words is None or words in said
    assert ("Calibrated classifier" in said) == (words is not None)
