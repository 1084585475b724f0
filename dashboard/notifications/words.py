"""What a notification says: the words for a browser, the page that they lead to."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from dashboard.db import Job
from dashboard.db.notification import BATCH
from dashboard.extensions import db
from dashboard.filters import plural, score
from dashboard.jobs.views import JobView
from dashboard.notifications.ended import End
from dashboard.notifications.outcomes import FAILED, read_outcomes

NAMED = 3  # of several, how many by their names


def describe(end: End) -> dict[str, Any] | None:
    """Return what is told of an end; None when the job or batch is gone or goes on again.

    Returns
    -------
    dict
        ``title``, ``text`` (the name), ``path`` of its page, whether it ``failed``; and for
        webhooks ``event``, ``name`` and the facts.
    """
    return _batch(end) if end.kind == BATCH else _job(end)


def _job(end: End) -> dict[str, Any] | None:
    job = db.session.get(Job, end.subject_id)
    if job is None or job.finished_at != end.ended_at:
        return None
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


def _batch(end: End) -> dict[str, Any] | None:
    outcome = read_outcomes([end.subject_id]).get(end.subject_id)
    if outcome is None:
        return None
    batch, summary = outcome.batch, outcome.summary
    words = "Batch is over"
    if summary.best:
        words += f", best {score(summary.best.score)}"
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
        "best": asdict(summary.best) if summary.best else None,
    }


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
