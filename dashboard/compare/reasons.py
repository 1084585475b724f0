"""Why scores of jobs may not be held against each other."""

from collections.abc import Iterable, Sequence

from dashboard.db import Job
from dashboard.filters import validation
from tasks.engine.estimators.catalogue import find_metric

NAMED = 4


def find_reasons(jobs: Sequence[Job], metric: str | None = None) -> list[str]:
    """Say why scores may not be compared; nothing when they may.

    Parameters
    ----------
    jobs : sequence of Job
        Those that are not over have no folds to judge by, and are judged by the rest.
    metric : str, optional
        What they are compared by.
    """
    reasons = find_other_questions(jobs, metric)
    scored = [job for job in jobs if job.split_hash]
    if not reasons and len({job.split_hash for job in scored}) > 1:
        folds = (f"{validation(j.validation)}, seed {j.seed}" for j in scored)
        reasons.append(_with("They were scored on different folds", folds, "; "))
    if any(job.partial for job in jobs):
        reasons.append("Some were stopped early, so not every fold was scored")
    return reasons


def find_other_questions(jobs: Sequence[Job], metric: str | None = None) -> list[str]:
    """Say why scores are answers to different questions; parameters as in `find_reasons`."""
    reasons = []
    if len({job.task for job in jobs}) > 1:
        reasons.append("Some predict classes, others numbers")
    if len({job.target for job in jobs}) > 1:
        reasons.append(_with("They predict different columns", (job.target for job in jobs)))
    if len({job.dataset.sha256 for job in jobs}) > 1:
        reasons.append(_with("They were trained on different data", map(_data_of, jobs)))
    found = find_metric(jobs[0].task, metric) if metric else None
    if found and found.of_positive and len(positive_classes(jobs)) > 1:
        reasons.append(f"{found.title} is about different classes")
    return reasons


def positive_classes(jobs: Sequence[Job]) -> set[str | None]:
    """Return the positive classes that the scores of jobs are about."""
    return {job.details.get("positive_class") for job in jobs if job.split_hash}


def _data_of(job: Job) -> str:
    return job.dataset.label


def _with(words: str, named: Iterable[str], between: str = ", ") -> str:
    """Add what they are of, where that tells them apart."""
    names = list(dict.fromkeys(named))
    if len(names) < 2:
        return words
    more = f"{between}and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{words}: {between.join(names[:NAMED])}{more}"
