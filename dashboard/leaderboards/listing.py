"""The list of leaderboards: one for each table and target, the one that changed last first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Label, Row, func, select

from dashboard.datasets.selections import LIVING
from dashboard.db import Dataset, Job, JobScore, ScoreGroup
from dashboard.db.lookup import LARGEST_ID
from dashboard.extensions import db
from dashboard.filters import plural
from dashboard.jobs.queries import get_jobs
from dashboard.leaderboards.board import DEFAULT_METRICS
from dashboard.leaderboards.groups import tell_folds
from dashboard.leaderboards.scores import ON_BOARD
from tasks.engine.estimators.catalogue import Metric, find_metric, metric_title

Key = tuple[int, str, str]  # family, target, metric
OTHERS_SHOWN = 4


@dataclass(frozen=True)
class Ranking:
    """Jobs of a leaderboard on other folds, or of another version: which, and their best score."""

    group_id: int
    words: str
    n_jobs: int
    score: float


@dataclass(frozen=True)
class Entry:
    """One leaderboard of the list; `best` is the best job of the group that it opens with.

    `n_jobs` are in all of its groups, `n_first` in that one. `others` are some of the other
    groups, of `n_others`: the one with the best score is among them.
    """

    dataset: Dataset
    target: str
    metric: Metric
    n_jobs: int
    best: Job
    score: float
    newest: Job
    n_first: int
    others: Sequence[Ranking]
    n_others: int

    @property
    def metric_title(self) -> str:
        """The metric in plain words."""
        return metric_title(self.metric.name)


@dataclass(frozen=True)
class _Group:
    id: int
    metric: str
    n: int
    newest: int
    best: float
    target: str
    family_id: int
    version: int

    @property
    def order(self) -> tuple[int, int, int]:
        """What the group stands by, as `groups.list_groups` orders them: the greatest first."""
        return self.version, self.n, self.newest


def list_leaderboards(
    *, page: int = 1, per: int = 50, dataset_id: int | None = None
) -> tuple[list[Entry], int]:
    """List a page of the leaderboards, and count all.

    Parameters
    ----------
    page, per : int
        Which page, from 1, of how many.
    dataset_id : int, optional
        Those of this table alone, in all of its versions.
    """
    if dataset_id is not None and dataset_id > LARGEST_ID:
        return [], 0
    boards: dict[Key, list[_Group]] = {}
    for group in _read_groups(dataset_id):
        boards.setdefault((group.family_id, group.target, group.metric), []).append(group)
    newest_first = sorted(boards.values(), key=lambda groups: -max(g.newest for g in groups))
    return _make_entries(newest_first[(page - 1) * per : page * per]), len(boards)


def _read_groups(dataset_id: int | None) -> list[_Group]:
    """Read what is known of each group by each default metric that it has.

    Each group is asked by itself, which its index answers. Of all together every score would be
    read from the table.
    """
    groups = (
        select(ScoreGroup.id, ScoreGroup.target, Dataset.family_id, Dataset.version)
        .join(Dataset, Dataset.id == ScoreGroup.dataset_id)
        .where(LIVING)
    )
    if dataset_id is not None:
        family = select(Dataset.family_id).where(Dataset.id == dataset_id).scalar_subquery()
        groups = groups.where(Dataset.family_id == family)
    return [
        _Group(row.id, metric, row.n, row.newest, row.best, row.target, row.family_id, row.version)
        for metric in DEFAULT_METRICS
        for row in db.session.execute(groups.add_columns(*_known_of(metric)))
        if row.n
    ]


def _known_of(metric: str) -> list[Label[Any]]:
    """Return what is asked of a group's scores by a metric."""
    asked: dict[str, ColumnElement[int] | ColumnElement[float]] = {
        "n": func.count(JobScore.job_id),
        "newest": func.max(JobScore.job_id),
        "best": func.max(JobScore.score),
    }
    of = (JobScore.group_id == ScoreGroup.id, JobScore.metric == metric, ON_BOARD)
    return [
        select(value).where(*of).scalar_subquery().label(name) for name, value in asked.items()
    ]


def _make_entries(boards: Sequence[Sequence[_Group]]) -> list[Entry]:
    boards = [sorted(groups, key=lambda g: g.order, reverse=True) for groups in boards]
    best = _find_best([groups[0] for groups in boards])  # of what each opens with
    words = _tell_apart([[groups[0], *_choose_others(groups)] for groups in boards])
    newest = [max(group.newest for group in groups) for groups in boards]
    jobs = {job.id: job for job in get_jobs([*best, *newest])}
    entries = []
    for groups, best_id, newest_id in zip(boards, best, newest, strict=True):
        job, first = jobs.get(best_id), groups[0]
        metric = find_metric(job.task, first.metric) if job else None
        if job and metric and newest_id in jobs:  # else it was deleted since
            n_jobs, chosen = sum(g.n for g in groups), _choose_others(groups)
            others = [Ranking(g.id, words[g.id], g.n, g.best) for g in chosen if g.id in words]
            found = (metric, n_jobs, job, first.best, jobs[newest_id], first.n, others)
            entries.append(Entry(job.dataset, first.target, *found, len(groups) - 1))
    return entries


def _choose_others(groups: Sequence[_Group]) -> Sequence[_Group]:
    """Choose which groups behind the first one are shown; the one with the best score is."""
    others = groups[1:]
    if len(others) <= OTHERS_SHOWN:
        return others
    best = max(others, key=lambda g: g.best)  # of equal ones the first
    shown = others[:OTHERS_SHOWN]
    return shown if best in shown else [*shown[:-1], best]


def _tell_apart(boards: Sequence[Sequence[_Group]]) -> dict[int, str]:
    """Return groups in words that differ within a board; of what was deleted since, nothing."""
    newest = [group.newest for groups in boards for group in groups]
    columns = (Job.id, Job.validation, Job.seed, Job.n_rows, Job.n_columns)
    asked = db.session.execute(select(*columns).where(Job.id.in_(newest)))
    found = {row.id: row for row in asked}
    words: dict[int, str] = {}
    for groups in boards:
        known = [group for group in groups if group.newest in found]
        words |= _tell_folds([(group, found[group.newest]) for group in known])
    return words


def _tell_folds(groups: Sequence[tuple[_Group, Row[Any]]]) -> dict[int, str]:
    """Return in words the version and folds of a board's groups, and what else differs."""
    told = {g.id: tell_folds(g.version, of.validation, of.seed) for g, of in groups}
    for tell in (_tell_rows, _tell_columns, _tell_newest):
        for words in set(told.values()):
            more = {g.id: tell(of) for g, of in groups if told[g.id] == words}
            if len(set(more.values())) > 1:
                told |= {group_id: f"{words}, {word}" for group_id, word in more.items()}
    return told


def _tell_rows(job: Row[Any]) -> str:
    return plural(job.n_rows or 0, "row")


def _tell_columns(job: Row[Any]) -> str:
    return plural(job.n_columns or 0, "column")


def _tell_newest(job: Row[Any]) -> str:
    return f"as job #{job.id}"


def _find_best(groups: Sequence[_Group]) -> list[int]:
    """Return the best job of each group; of both default metrics more is better."""
    best = [
        select(JobScore.job_id)
        .where(JobScore.group_id == ScoreGroup.id, JobScore.metric == metric, ON_BOARD)
        .order_by(JobScore.score.desc(), JobScore.job_id.desc())
        .limit(1)
        .scalar_subquery()
        .label(metric)
        for metric in DEFAULT_METRICS
    ]
    asked = select(ScoreGroup.id, *best).where(ScoreGroup.id.in_([g.id for g in groups]))
    found = {row.id: row._mapping for row in db.session.execute(asked)}
    return [found[g.id][g.metric] or 0 if g.id in found else 0 for g in groups]
