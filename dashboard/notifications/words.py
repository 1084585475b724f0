"""What a notification says: the words for a browser, the page that they lead to."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import select

from dashboard.db import Job
from dashboard.db.notification import BATCH, JOB
from dashboard.db.transaction import is_away
from dashboard.extensions import db
from dashboard.filters import plural, score
from dashboard.honest import ANEW, NESTED
from dashboard.jobs.page.views import JobView
from dashboard.notifications.ended import End
from dashboard.notifications.outcomes import FAILED, BatchOutcome, read_outcomes

log = logging.getLogger(__name__)
NAMED = 3  # of several, how many by their names


def describe_all(ends: Sequence[End]) -> list[tuple[End, dict[str, Any]]]:
    """Return what is told of ends, without those whose job or batch is gone or goes on again.

    Returns
    -------
    list of (End, dict)
        ``title``, ``text`` (the name), ``path`` of its page, whether it ``failed``; and for
        webhooks ``event``, ``name`` and the facts.
    """
    job_ids = {end.subject_id for end in ends if end.kind == JOB}
    found = db.session.scalars(select(Job).where(Job.id.in_(job_ids))) if job_ids else ()
    jobs = {job.id: job for job in found}
    outcomes = read_outcomes(end.subject_id for end in ends if end.kind == BATCH)
    told = []
    for end in ends:
        job, outcome = jobs.get(end.subject_id), outcomes.get(end.subject_id)
        if end.kind == BATCH and outcome is not None:
            told.append((end, _try(end, _batch, outcome)))
        elif end.kind == JOB and job is not None and job.finished_at == end.ended_at:
            told.append((end, _try(end, _job, job)))
    return told


def _try(end: End, words: Callable[[Any], dict[str, Any]], found: Any) -> dict[str, Any]:
    """Describe an end; in plain words if that fails, as the others wait behind it."""
    try:
        return words(found)
    except Exception as problem:
        if is_away(problem):
            raise
        log.exception("%s #%d is told of in plain words", end.kind, end.subject_id)
    path = {JOB: "/jobs", BATCH: "/batches"}[end.kind]
    return {
        "title": f"{end.kind.title()} is over",
        "text": f"#{end.subject_id}",
        "path": f"{path}/{end.subject_id}",
        "failed": False,
        "event": f"{end.kind}.ended",
        "id": end.subject_id,
        "name": f"#{end.subject_id}",
    }


def _job(job: Job) -> dict[str, Any]:
    return {
        "title": JobView(job).outcome or "Done",
        "text": job.name,
        "path": f"/jobs/{job.id}",
        "failed": job.state in FAILED,
        "event": "job.ended",
        "id": job.id,
        "name": job.name,
        "state": job.state,
        "metric": job.metric,
        "score": job.score,
        "spread": job.score_std,
    }


def _batch(outcome: BatchOutcome) -> dict[str, Any]:
    batch, summary = outcome.batch, outcome.summary
    words = f"Batch is over{_say_best(outcome)}"
    if summary.n_failed:
        words += f", {summary.n_failed:,} of {plural(summary.n_left, 'job')} failed"
    return {
        "title": words,
        "text": batch.name,
        "path": f"/batches/{batch.id}",
        "failed": outcome.has_failed,
        "event": "batch.ended",
        "id": batch.id,
        "name": batch.name,
        "jobs": dict(summary.counts),
        "best": asdict(outcome.best) if outcome.best else None,
        "nested": asdict(outcome.nested) if outcome.nested else None,
        "candidates": summary.n_scored if outcome.chooses else None,
    }


def _say_best(outcome: BatchOutcome) -> str:
    best, tried = outcome.best, plural(outcome.summary.n_scored, "candidate")
    if outcome.kind == NESTED:
        found = outcome.nested
        return f", nested score {score(found.score)}" if found else ", without a nested score"
    if best is None:
        return ", without a model" if outcome.chooses and outcome.has_failed else ""
    if outcome.kind == ANEW:
        return f", {score(best.score)} on other folds"
    if not outcome.chooses:
        return f", best {score(best.score)}"
    if outcome.final is not None and best.id == outcome.final.id:
        return f", model {score(best.score)}, chosen from {tried}"
    return f", best of {tried} {score(best.score)}"


def describe_several(bodies: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return what is told of several ends together."""
    failed = sum(bool(body["failed"]) for body in bodies)
    names = [body["text"] for body in bodies[:NAMED]]
    rest = len(bodies) - len(names)
    return {
        "title": f"{len(bodies):,} jobs are over" + (f", {failed:,} failed" if failed else ""),
        "text": ", ".join(names) + (f" and {plural(rest, 'other')}" if rest else ""),
        "path": "/jobs",
        "failed": failed > 0,
        "event": "several.ended",
        "name": ", ".join(names),
        "ended": len(bodies),
        "n_failed": failed,
    }
