"""A job's score held against what guesses and what is simple, on the same folds."""

from dataclasses import dataclass

from dashboard.db import Job
from dashboard.preferences import score_for_reader as score
from tasks.engine.estimators.catalogue import get_estimator, metric_title
from tasks.engine.scores.unbeaten import Against, Scored, find_unbeaten

TITLES = {
    ("dummy", "regression"): "predicting the mean",
    ("dummy", "classification"): "predicting class frequencies",
    ("linear", "regression"): "a linear model",
    ("linear", "classification"): "a linear model",
}
CALIBRATED = "CalibratedClassifierCV"


@dataclass(frozen=True)
class Baseline:
    """The score of a baseline by one metric; `spread` is None where it is not known."""

    kind: str
    title: str
    score: float
    spread: float | None


def list_baselines(job: Job, metric: str | None = None) -> list[Baseline]:
    """List a job's baselines by a metric, its main one by default: the guess, then the linear."""
    known = job.details.get("baselines")
    if known is None:  # a job of a version that scored the guess alone
        known = {"dummy": {job.metric: {"mean": job.baseline_score, "std": None}}}
    found = []
    for kind in ("dummy", "linear"):
        scored = (known.get(kind) or {}).get(metric or job.metric)
        if scored and scored["mean"] is not None:
            title = TITLES[kind, job.task]
            found.append(Baseline(kind, title, scored["mean"], scored["std"]))
    return found


def find_linear_score(job: Job) -> float | None:
    """Return the linear model's score by the job's main metric."""
    return next((b.score for b in list_baselines(job) if b.kind == "linear"), None)


def find_poor_probabilities(job: Job) -> str | None:
    """Say that probabilities are worse than a guess's, which ranks and classes do not show.

    None where they are not, and where they are the main metric, which says so itself.
    """
    for name in ("log_loss", "brier"):
        found = job.metrics.get(name)
        guess = next((b for b in list_baselines(job, name) if b.kind == "dummy"), None)
        if not found or guess is None or name == job.metric or found["mean"] <= guess.score:
            continue
        words = (
            f"{metric_title(name)} is {score(found['mean'])}, worse than a guess's "
            f"{score(guess.score)}: the probabilities are too sure of themselves"
        )
        if job.estimator == CALIBRATED:
            return words
        title = get_estimator(CALIBRATED).title
        return f"{words}. The estimator {title}, with this one inside, may mend them"
    return None


def hold_against(job: Job) -> Against | None:
    """Return the simplest baseline that a job does not beat; None when it beats all."""
    scored = Scored(job.task, job.metric, job.estimator, job.score, job.score_std)
    baselines = ((known.kind, known.score, known.spread) for known in list_baselines(job))
    return find_unbeaten(scored, baselines, job.details.get("leads", {}))
