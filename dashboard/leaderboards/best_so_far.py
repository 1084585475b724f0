"""How the best score of a group grew: each job that was better than all that ended before it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import select

from dashboard.db import Job, JobScore
from dashboard.extensions import db
from dashboard.figures import table
from dashboard.leaderboards.groups import Group
from dashboard.leaderboards.scores import ON_BOARD
from dashboard.preferences import score_for_reader
from dashboard.telling_apart import tell_apart
from tasks.engine.estimators.catalogue import find_metric, metric_title

MOST_STEPS = 40  # the last ones
NAMED = 50  # letters of a name over a step
KEPT_GROUPS = 200  # what else was asked for is forgotten
# Moments below the chart as they are written everywhere, by how far they are apart; what is below
# the first line stands there once for all that share it.
MINUTE_MS, DAY_MS = 60_000, 86_400_000
TICKS = (
    {"dtickrange": [None, MINUTE_MS], "value": "%H:%M:%S\n%-d %b"},
    {"dtickrange": [MINUTE_MS, DAY_MS], "value": "%H:%M\n%-d %b"},
    {"dtickrange": [DAY_MS, None], "value": "%-d %b\n%Y"},
)


def find_steps(
    group: Group, metric: str, positive: str | None = None
) -> list[tuple[datetime, float, Job]]:
    """Return the jobs that were the best when they ended, the first one first.

    With a `positive` class those alone that were scored for it. They are kept until a job of the
    group ends or is deleted, as the looks take some time with a hundred thousand jobs.
    """
    kept = current_app.extensions.setdefault("best_so_far", {})
    key = (group.id, group.n_jobs, group.of.id, group.ended_at, metric, positive)
    if key not in kept:
        if len(kept) >= KEPT_GROUPS:
            kept.clear()
        kept[key] = _look_for_steps(group, metric, positive)
    steps = kept[key]
    ids = [job_id for _, _, job_id in steps]
    jobs = {job.id: job for job in db.session.scalars(select(Job).where(Job.id.in_(ids)))}
    return [(at, score, jobs[job_id]) for at, score, job_id in reversed(steps) if job_id in jobs]


def _look_for_steps(
    group: Group, metric: str, positive: str | None
) -> list[tuple[datetime, float, int]]:
    """Return when each of the jobs ended, its score and its id, the last one first.

    From the best of all it goes back to the best of those that had ended before, and so on: some
    looks into the index, instead of a walk through all.
    """
    found = find_metric(group.of.task, metric)
    greater = found is None or found.greater_is_better
    best_first = JobScore.score.desc() if greater else JobScore.score
    look = (
        select(JobScore.job_id, JobScore.score, JobScore.finished_at)
        .where(JobScore.group_id == group.id, JobScore.metric == metric, ON_BOARD)
        .order_by(best_first, JobScore.finished_at)
        .limit(1)
    )
    steps: list[tuple[datetime, float, int]] = []
    if positive is not None:
        look = look.where(JobScore.positive == positive)
    row = db.session.execute(look).first()
    while row is not None and len(steps) < MOST_STEPS:
        steps.append((row.finished_at, row.score, row.job_id))
        if row.finished_at <= group.began_at:  # to see that there is none before would read all
            break
        # What is better ended later than this one: nothing of it need be passed over again.
        on = JobScore.score <= row.score if greater else JobScore.score >= row.score
        before = look.where(on, JobScore.finished_at < row.finished_at)
        row = db.session.execute(before).first()
    return steps


def _rises(steps: Sequence[tuple[datetime, float, Job]]) -> bool:
    return steps[-1][1] >= steps[0][1]


def best_so_far_chart(group: Group, metric: str, positive: str | None = None) -> dict[str, Any]:
    """Draw the best score so far as steps, with the job's name at each."""
    steps = find_steps(group, metric, positive)
    title = metric_title(metric)
    points: list[list[Any]] = [
        [at.isoformat(), score, f"{job.name} #{job.id}"] for at, score, job in steps
    ]
    alt = f"Best {title} so far: {len(points)} steps"
    if points:
        alt += f", from {score_for_reader(steps[0][1])} to {score_for_reader(steps[-1][1])}"
    return {
        "traces": [
            {"type": "scatter", "mode": "lines+markers", "name": f"Best {title} so far",
             "line": {"shape": "hv", "color": "c1"}, "marker": {"color": "c1", "size": 8},
             "x": [p[0] for p in points], "y": [p[1] for p in points],
             "text": [p[2] for p in points],
             "meta": {"named": tell_apart([job.name for _, _, job in steps], NAMED),
                      "rises": _rises(steps)}}
        ] if points else [],
        "layout": {"xaxis": {"type": "date", "tickformatstops": TICKS},
                   "yaxis": {"title": {"text": title}, "automargin": True}},
        "table": table(["Ended", title, "Job"],
                       [[at, score_for_reader(score), job] for at, score, job in points]),
        "alt": alt,
    }  # fmt: skip
