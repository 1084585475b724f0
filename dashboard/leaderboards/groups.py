"""The groups of a leaderboard: jobs of one version that were scored on the same folds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from dashboard.datasets.selections import LIVING
from dashboard.db import Dataset, Job, JobScore, ScoreGroup
from dashboard.db.lookup import LARGEST_ID
from dashboard.extensions import db
from dashboard.filters import plural, validation
from dashboard.jobs.queries import get_jobs
from dashboard.leaderboards.scores import ON_BOARD


@dataclass(frozen=True)
class Group:
    """Jobs that may be ranked together; `of` is one of them.

    The first ended at `began_at`, the last at `ended_at`.
    """

    id: int
    dataset: Dataset
    split_hash: str
    n_jobs: int
    of: Job
    began_at: datetime
    ended_at: datetime

    @property
    def words(self) -> str:
        """Its version and folds: ``v3, 5 folds, stratified, seed 0``."""
        return tell_folds(self.dataset.version, self.of.validation, self.of.seed)

    @property
    def label(self) -> str:
        """The same with its number of jobs."""
        return f"{self.words}: {plural(self.n_jobs, 'job')}"


def tell_folds(version: int, split: Mapping[str, Any], seed: int) -> str:
    """Return in words what tells the groups of a leaderboard apart."""
    return f"v{version}, {validation(split)}, seed {seed}"


def list_versions(dataset_id: int) -> Sequence[Dataset]:
    """List all versions of a dataset's table that are there, the newest first."""
    if dataset_id > LARGEST_ID:
        return []
    family = select(Dataset.family_id).where(Dataset.id == dataset_id).scalar_subquery()
    found = select(Dataset).where(Dataset.family_id == family, LIVING)
    return db.session.scalars(found.order_by(Dataset.version.desc())).all()


def list_group_ids(versions: Sequence[Dataset], target: str) -> Sequence[int]:
    """List the groups of a target, of whatever metric."""
    if "\x00" in target:  # PostgreSQL's texts hold none
        return []
    found = select(ScoreGroup.id).where(
        ScoreGroup.dataset_id.in_([dataset.id for dataset in versions]),
        ScoreGroup.target == target,
    )
    return db.session.scalars(found).all()


def list_groups(group_ids: Sequence[int], metric: str) -> list[Group]:
    """List groups with jobs that have a metric: the newest version first, and then the largest."""
    counted = (
        select(
            JobScore.group_id,
            func.count().label("n"),
            func.max(JobScore.job_id).label("of"),
            func.min(JobScore.finished_at).label("began_at"),
            func.max(JobScore.finished_at).label("ended_at"),
        )
        .where(JobScore.group_id.in_(group_ids), JobScore.metric == metric, ON_BOARD)
        .group_by(JobScore.group_id)
    )
    rows = db.session.execute(counted).all()
    jobs = {job.id: job for job in get_jobs([row.of for row in rows])}
    found = {
        group.id: group
        for group in db.session.scalars(select(ScoreGroup).where(ScoreGroup.id.in_(group_ids)))
    }
    groups = [
        Group(
            row.group_id,
            group.dataset,
            group.split_hash,
            row.n,
            jobs[row.of],
            row.began_at,
            row.ended_at,
        )  # fmt: skip
        for row in rows
        if row.of in jobs and (group := found.get(row.group_id))
    ]
    return sorted(groups, key=lambda g: (-g.dataset.version, -g.n_jobs, -g.of.id))
