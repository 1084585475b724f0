"""What is said of the best job: a lead, or no more than noise of the folds."""

from collections.abc import Sequence
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.auth.tokens import create_token
from dashboard.compare.comparison import compare_jobs
from dashboard.db import Dataset, Job, JobFold, User
from dashboard.db.transaction import writing
from tests.factories import make_dataset, make_succeeded_job
from tests.page import PageClient

BEST = (0.840, 0.846, 0.843, 0.850, 0.851)
CLOSE = (0.841, 0.842, 0.845, 0.845, 0.847)
FAR = (0.80, 0.81, 0.80, 0.81, 0.80)


@pytest.fixture
def dataset(app: Flask, member: User) -> Dataset:
    return make_dataset(member, name="people")


def scored(
    dataset: Dataset,
    name: str,
    scores: Sequence[float | None],
    **asked: Any,
) -> Job:
    """Make a job with such scores of its folds by its main metric."""
    metric = asked.get("metric", "roc_auc")
    known = [score for score in scores if score is not None]
    mean = {"mean": sum(known) / len(known), "std": 0.004}
    job = make_succeeded_job(dataset=dataset, name=name, metrics={metric: mean}, **asked)
    with writing() as session:
        folds = session.scalars(select(JobFold).where(JobFold.job_id == job.id)).all()
        for fold, score in zip(folds, scores, strict=True):
            fold.scores = {} if score is None else {metric: score}
    return job


def test_a_lead_within_noise_is_a_tie_and_the_page_says_so(
    app: Flask, dataset: Dataset, member: User
) -> None:
    best, close = scored(dataset, "lr005", BEST), scored(dataset, "default", CLOSE)
    far, farther = scored(dataset, "forest", FAR), scored(dataset, "logit", [s - 0.1 for s in FAR])
    ids = [far.id, close.id, best.id, farther.id]
    verdict = compare_jobs(user=member, job_ids=ids).verdict
    assert verdict is not None
    assert (verdict.best, verdict.tied, verdict.beaten) == (best, [close], [far, farther])
    page = PageClient(app, member).get(f"/compare?jobs={','.join(map(str, ids))}")
    words = page.text
    assert "lr005 scores best, but its lead over default is within noise" in words
    assert "It beats 2 others beyond noise" in words
    assert "How this is worked out" in words
    tags = [node.get_text() for node in page.soup.select("td .tag")]
    assert tags == ["tied", "best"]


def test_a_lead_beyond_noise_is_told_for_errors_too(dataset: Dataset, member: User) -> None:
    asked: dict[str, Any] = {"task": "regression", "metric": "rmse", "estimator": "Ridge"}
    low = scored(dataset, "low", FAR, **asked)
    high = scored(dataset, "high", BEST, **asked)
    verdict = compare_jobs(user=member, job_ids=[high.id, low.id]).verdict
    assert verdict is not None
    assert verdict.headline == "low scores best, and its lead over high is beyond noise"
    assert verdict.leads[high.id].mean == pytest.approx(0.042)


def test_equal_ones_are_called_so(dataset: Dataset, member: User) -> None:
    one, other = scored(dataset, "one", BEST), scored(dataset, "other", BEST)
    verdict = compare_jobs(user=member, job_ids=[one.id, other.id]).verdict
    assert verdict is not None
    assert verdict.headline == "one and other score the same in every fold"


def test_several_that_are_best_alike_are_all_marked(
    app: Flask, dataset: Dataset, member: User
) -> None:
    one, other = scored(dataset, "one", BEST), scored(dataset, "other", BEST)
    far = scored(dataset, "far", FAR)
    ids = [far.id, one.id, other.id]
    verdict = compare_jobs(user=member, job_ids=ids).verdict
    assert verdict is not None
    assert verdict.headline == "one and other score best, the same in every fold"
    assert verdict.rest == "They beat far beyond noise"
    assert verdict.figures.startswith("+0.042 against")
    page = PageClient(app, member).get(f"/compare?jobs={','.join(map(str, ids))}")
    assert [node.get_text() for node in page.soup.select("td .tag")] == ["best", "best"]


@pytest.mark.parametrize("change", ["split_hash", "dataset", "folds"])
def test_what_cannot_be_compared_has_no_verdict(
    app: Flask, dataset: Dataset, member: User, change: str
) -> None:
    one = scored(dataset, "one", BEST)
    scores: list[float | None] = list(CLOSE)
    if change == "folds":
        scores[2:] = [None] * 3
        one = scored(dataset, "one", [*BEST[:2], None, None, None])
    place = (
        make_dataset(member, name="others", sha256="f" * 64) if change == "dataset" else dataset
    )
    other = scored(
        place, "other", scores, split_hash=("x" if change == "split_hash" else "e") * 64
    )
    ids = [one.id, other.id]
    assert compare_jobs(user=member, job_ids=ids).verdict is None
    page = PageClient(app, member).get(f"/compare?jobs={one.id},{other.id}")
    assert "scores best" not in page.text
    assert not page.soup.select("td .tag:-soup-contains('tied')")


def test_the_api_gives_every_pair(app: Flask, dataset: Dataset, member: User) -> None:
    jobs = [scored(dataset, name, scores)
            for name, scores in (("a", BEST), ("b", CLOSE), ("c", FAR))]  # fmt: skip
    token = create_token(user=member, name="t").text
    answer = app.test_client().get(
        f"/api/v1/compare?jobs={','.join(str(j.id) for j in jobs)}",
        headers={"Authorization": f"Bearer {token}"},
    )
    told = answer.get_json()
    assert told["verdict"]["best_job_id"] == jobs[0].id
    assert told["verdict"]["tied_job_ids"] == [jobs[1].id]
    pairs = {(d["job_id"], d["other_job_id"]): d for d in told["differences"]}
    assert len(pairs) == 3
    lead = pairs[jobs[0].id, jobs[2].id]
    assert lead["mean"] == pytest.approx(0.042)
    assert 0 < lead["low"] < lead["mean"] < lead["high"]
    assert lead["p_value"] < 0.01


def test_the_figures_are_of_the_next_one_and_who_cannot_be_judged_is_named(
    dataset: Dataset, member: User
) -> None:
    noisy = (0.60, 0.99, 0.70, 0.95, 0.93)
    jobs = [scored(dataset, name, scores)
            for name, scores in (("best", BEST), ("noisy", noisy), ("close", CLOSE))]  # fmt: skip
    lacks = scored(dataset, "lacks", [0.8, 0.8, 0.8, 0.8, None])
    ids = [job.id for job in (*jobs, lacks)]
    verdict = compare_jobs(user=member, job_ids=ids).verdict
    assert verdict is not None
    least = verdict.leads[jobs[2].id]
    assert least.mean < verdict.leads[jobs[1].id].mean
    assert verdict.figures.startswith(f"+{least.mean:.3f} ")
    assert verdict.rest == "lacks cannot be judged, as a fold has no such score"
