"""Which of some jobs are the best on their leaderboards."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from dashboard.db import Job, JobScore
from dashboard.db.planning import in_index_order
from dashboard.extensions import db
from dashboard.leaderboards.scores import ON_BOARD
from tasks.engine.estimators.catalogue import find_metric


def find_best_on_boards(jobs: Sequence[Job]) -> set[int]:
    """Return the ids of the jobs that no other has a better score than, by their main metric.

    Held against each other are jobs of one version and target that were scored on the same folds;
    a job that is alone is not called the best. One query, two rows of an index for each job.
    """
    by_id = {job.id: job for job in jobs if job.score is not None}
    if not by_id:
        return set()
    highest, second_highest, lowest, second_lowest = _ends()
    found = (
        select(JobScore.job_id, JobScore.score, highest, second_highest, lowest, second_lowest)
        .join(Job, Job.id == JobScore.job_id)
        .where(JobScore.job_id.in_(by_id), JobScore.metric == Job.metric, ON_BOARD)
    )
    best = set()
    # By its statistics PostgreSQL would read and sort a group for each of the jobs.
    with in_index_order(db.session()):
        rows = db.session.execute(found).all()
    for job_id, score, *ends in rows:
        metric = find_metric(by_id[job_id].task, by_id[job_id].metric)
        first, second = ends[:2] if metric is None or metric.greater_is_better else ends[2:]
        if second is not None and score == first:
            best.add(job_id)
    return best


def _ends() -> list[Any]:
    """Return the two highest and the two lowest scores of a job's group, as queries."""
    other = aliased(JobScore)
    same = (
        select(other.score)
        .where(
            other.group_id == JobScore.group_id,
            other.metric == JobScore.metric,
            other.winner_id.is_(None),
            other.positive.is_not_distinct_from(JobScore.positive),
        )
        .correlate(JobScore)
        .limit(1)
    )
    orders = (other.score.desc(), other.score.asc())
    return [
        same.order_by(order).offset(skipped).scalar_subquery()
        for order in orders
        for skipped in (0, 1)
    ]
