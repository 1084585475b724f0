"""A job's score held against what guesses and what is simple, on the same folds."""

from dataclasses import dataclass

from dashboard.db import Job
from dashboard.preferences import score_for_reader as score
from tasks.engine.catalogue import LINEAR, find_metric, get_estimator, metric_title

TITLES = {
    ("dummy", "regression"): "predicting the mean",
    ("dummy", "classification"): "predicting class frequencies",
    ("linear", "regression"): "a linear model",
    ("linear", "classification"): "a linear model",
}
CALIBRATED = "CalibratedClassifierCV"
WORDS = {"dummy": "guessing", "linear": "a linear model"}


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


@dataclass(frozen=True)
class Against:
    """The simplest baseline that a job does not beat; `is_worse` where the baseline beats it."""

    name: str
    is_worse: bool

    @property
    def words(self) -> str:
        """What is said of the job: ``tied with guessing``, ``worse than a linear model``."""
        return f"{'worse than' if self.is_worse else 'tied with'} {self.name}"

    @property
    def reason(self) -> str:
        """Why that is said."""
        if self.is_worse:
            return "the difference is beyond the noise of the folds"
        return "the difference is within the noise of the folds"


def hold_against(job: Job) -> Against | None:
    """Return the simplest baseline that a job does not beat; None when it beats all.

    One beats the other when its lead on paired folds is beyond noise, as comparisons and
    leaderboards judge it. Of jobs of older versions, and with fewer than three folds, that is not
    known: then the lead must be more than the spread over folds of either.
    """
    metric = find_metric(job.task, job.metric)
    if job.score is None or metric is None:
        return None
    sign = 1 if metric.greater_is_better else -1
    for baseline in list_baselines(job):
        if baseline.kind == "linear" and job.estimator == LINEAR[job.task]:
            continue  # it is one itself
        judged = job.details.get("leads", {}).get(baseline.kind)
        if judged:
            lead, noise = judged["mean"], judged["reach"]
        else:
            lead = sign * (job.score - baseline.score)
            noise = max(job.score_std or 0.0, baseline.spread or 0.0)
        if lead <= noise:
            return Against(WORDS[baseline.kind], lead < -noise)
    return None
