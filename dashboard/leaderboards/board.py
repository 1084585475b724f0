"""One leaderboard: the jobs of a group with their ranks, and the baselines in their places."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sqlalchemy import func, select

from dashboard.compare.verdict import Folds
from dashboard.db import Batch, Dataset, Job, JobScore, Model
from dashboard.extensions import db
from dashboard.filters import duration
from dashboard.jobs.page.baselines import Baseline, list_baselines
from dashboard.jobs.page.blends import is_blend, title_of
from dashboard.jobs.queries import UNLISTED, find_models, get_jobs, list_folds_of
from dashboard.leaderboards.groups import Group, list_group_ids, list_groups, list_versions
from dashboard.leaderboards.ranks import Rank, give_ranks
from dashboard.leaderboards.scores import ON_BOARD
from dashboard.leaderboards.unranked import Unranked, find_unranked
from dashboard.leaderboards.winners import find_batches_won
from dashboard.ordinals import ordinal
from tasks.engine.estimators.catalogue import METRICS, Metric

MORE_METRICS = 2
DEFAULT_METRICS = ("roc_auc", "r2")


@dataclass(frozen=True)
class Query:
    """What of a leaderboard is asked for; without a `group_id` the first group."""

    metric: str | None = None
    group_id: int | None = None
    owner_id: int | None = None
    positive: str | None = None
    best_per_estimator: bool = False
    per: int = 50


@dataclass(frozen=True)
class Place:
    """One job of a leaderboard; `won` is the batch that it is the winner of."""

    rank: Rank
    job: Job
    score: float
    spread: float | None
    more: Sequence[float | None]
    fit_s: float | None
    model: Model | None
    won: Batch | None
    # Of a winner: its folds were fitted by the candidate that it was made of.
    has_folds_of_another: bool = False
    # By the score alone, from 1: of those with one rank it tells which is which.
    by_score: int = 1

    @property
    def noise(self) -> str:
        """Where its score stands within a rank that it shares; empty where it shares none."""
        if not self.rank.shared:
            return ""
        if self.by_score == self.rank.number:
            return f"{ordinal(self.by_score)} by score, with others within noise"
        first = "the best" if self.rank.number == 1 else f"the {ordinal(self.rank.number)}"
        return f"{ordinal(self.by_score)} by score, within noise of {first}"

    @property
    def title(self) -> str:
        """The estimator in plain words."""
        return title_of(self.job)

    @property
    def predict_s(self) -> float | None:
        """Seconds that predicting 1,000 rows took, as measured on its folds."""
        seconds: float | None = (self.job.details or {}).get("predict_s_per_1000")
        return seconds

    @property
    def predict_words(self) -> str:
        """The same, in milliseconds where it is less than a second."""
        if self.predict_s is None or self.predict_s >= 1:
            return duration(self.predict_s)
        return f"{self.predict_s * 1000:.2g} ms" if self.predict_s < 0.0995 else (
            f"{self.predict_s * 1000:.0f} ms"
        )  # fmt: skip

    @property
    def can_be_duplicated(self) -> bool:
        """Whether a form can be filled from it; of a blend only its members' could."""
        return not is_blend(self.job)


@dataclass(frozen=True)
class Board:
    """A leaderboard as it is asked for; `group` is None while no job has ended well."""

    dataset: Dataset
    target: str
    metric: Metric
    metrics: Sequence[Metric]
    groups: Sequence[Group]
    group: Group | None = None
    # The classes that the metric may be about, where it is about one; and the one that it is.
    positives: Sequence[str] = ()
    positive: str | None = None
    places: Sequence[Place] = ()
    total: int = 0
    more_metrics: Sequence[Metric] = ()
    baselines: Sequence[Baseline] = ()
    unranked: Unranked = Unranked()

    @property
    def lines(self) -> list[Place | Baseline]:
        """The places with the baselines between them, where their scores belong."""
        sign = 1 if self.metric.greater_is_better else -1
        # A baseline never stands before a job that has its score, nor in place of jobs not shown.
        last = sign * self.places[-1].score if self.places else 0.0
        cut = self.total > len(self.places)
        shown = [b for b in self.baselines if not cut or sign * b.score > last]
        both: list[Place | Baseline] = [*self.places, *shown]
        return sorted(both, key=lambda line: (-sign * line.score, isinstance(line, Baseline)))

    @cached_property
    def has_predict_times(self) -> bool:
        """Whether any job's folds were large enough to time predicting 1,000 rows."""
        return any(place.predict_s is not None for place in self.places)

    @property
    def metric_choices(self) -> list[tuple[str, str]]:
        """The metrics of the page's choice."""
        return [(metric.name, metric.title) for metric in self.metrics]

    @property
    def group_choices(self) -> list[tuple[int, str]]:
        """The groups of the page's choice."""
        return [(group.id, group.label) for group in self.groups]

    @property
    def positive_choices(self) -> list[tuple[str, str]]:
        """The positive classes of the page's choice."""
        return [(name, f"About {name}") for name in self.positives]

    @cached_property
    def scale(self) -> tuple[float, float]:
        """The ends of the bars: the least and the greatest score, with their spreads."""
        low = [p.score - (p.spread or 0) for p in self.places] + [b.score for b in self.baselines]
        high = [p.score + (p.spread or 0) for p in self.places] + [b.score for b in self.baselines]
        return (min(low), max(high)) if low else (0.0, 1.0)


def read_board(*, dataset_id: int, target: str, query: Query) -> Board | None:
    """Read a leaderboard; None where no dataset of this number is there.

    Parameters
    ----------
    dataset_id : int
        Any version of the table.
    target : str
        The column that is predicted.
    query : Query
        Which metric, which folds, whose jobs, how many. What is unknown is the default.
    """
    versions = list_versions(dataset_id)
    if not versions:
        return None
    group_ids = list_group_ids(versions, target)
    metrics = _list_metrics(group_ids)
    metric = _choose_metric(metrics, query.metric)
    groups = list_groups(group_ids, metric.name)
    group = next((g for g in groups if g.id == query.group_id), groups[0] if groups else None)
    n_ranked = sum(group.n_jobs for group in groups)
    unranked = find_unranked(versions, target, owner_id=query.owner_id, n_ranked=n_ranked)
    board = Board(versions[0], target, metric, metrics, groups, group, unranked=unranked)
    return board if group is None else _fill(board, group, query)


def _list_metrics(group_ids: Sequence[int]) -> list[Metric]:
    """List the metrics by which some job was scored: one look into the index for each."""
    every = [metric for metrics in METRICS.values() for metric in metrics]
    looks = [
        select(JobScore.id)
        .where(JobScore.group_id.in_(group_ids), JobScore.metric == metric.name)
        .exists()
        for metric in every
    ]
    known = db.session.execute(select(*looks)).one()
    return [metric for metric, is_there in zip(every, known, strict=True) if is_there]


def _choose_metric(metrics: Sequence[Metric], asked: str | None) -> Metric:
    by_name = {metric.name: metric for metric in metrics}
    for name in (asked, *DEFAULT_METRICS):
        if name in by_name:
            return by_name[name]
    return metrics[0] if metrics else METRICS["classification"][0]


def _fill(board: Board, group: Group, query: Query) -> Board:
    scored = [JobScore.group_id == group.id, JobScore.metric == board.metric.name, ON_BOARD]
    positives = _list_positives(group, board.metric)
    positive = query.positive if query.positive in positives else next(iter(positives), None)
    if positive is not None:
        scored.append(JobScore.positive == positive)
    if query.owner_id is not None:
        scored.append(JobScore.owner_id == query.owner_id)
    if query.best_per_estimator:
        rows, total = _find_bests(scored, board.metric, query.per)
    else:
        is_whole = positive is None and query.owner_id is None
        rows = _find_all(scored, board.metric, query.per)
        total = group.n_jobs if is_whole else _count(scored)
    jobs = get_jobs([row.job_id for row in rows], without=UNLISTED)
    folds = list_folds_of([job.id for job in jobs])
    # Beside each other stand only numbers about the same.
    about_one = len({job.details.get("positive_class") for job in jobs}) == 1
    known = [m for m in METRICS[group.of.task] if m in board.metrics and m != board.metric]
    more = [m for m in known if about_one or not m.of_positive][:MORE_METRICS]
    return replace(
        board, positives=positives, positive=positive, total=total, more_metrics=more,
        places=_make_places(jobs, folds, board.metric, more),
        baselines=list_baselines(jobs[0], board.metric.name) if jobs else (),
    )  # fmt: skip


def _list_positives(group: Group, metric: Metric) -> list[str]:
    """List the classes that a metric was about in some job of a group, the newest job's first."""
    if not metric.of_positive:
        return []
    asked = select(JobScore.positive).where(
        JobScore.group_id == group.id, JobScore.metric == metric.name,
        JobScore.positive.is_not(None),
    )  # fmt: skip
    known = sorted(name for name in db.session.scalars(asked.distinct()) if name is not None)
    return sorted(known, key=lambda name: name != group.of.details.get("positive_class"))


def _count(scored: Sequence[Any]) -> int:
    return db.session.scalar(select(func.count(JobScore.id)).where(*scored)) or 0


def _find_all(scored: Sequence[Any], metric: Metric, per: int) -> Sequence[Any]:
    """Return the best rows of scores."""
    best_first = JobScore.score.desc() if metric.greater_is_better else JobScore.score
    found = select(JobScore.job_id).where(*scored).order_by(best_first, JobScore.job_id.desc())
    return db.session.execute(found.limit(per)).all()


def _find_bests(scored: Sequence[Any], metric: Metric, per: int) -> tuple[Sequence[Any], int]:
    """Return the best row of each estimator, of equal ones the last.

    In two questions, each of which the index answers: what is the best score of each, and who has
    these scores. As one question it took PostgreSQL minutes, while its statistics were old.
    """
    best = func.max if metric.greater_is_better else func.min
    asked = select(JobScore.estimator, best(JobScore.score)).where(*scored)
    bests = dict(db.session.execute(asked.group_by(JobScore.estimator)).all())
    who = select(JobScore.job_id, JobScore.estimator, JobScore.score).where(
        *scored, JobScore.score.in_(list(bests.values()))
    )
    first: dict[str, Any] = {}
    for row in db.session.execute(who.order_by(JobScore.job_id.desc())):
        if row.score == bests[row.estimator]:
            first.setdefault(row.estimator, row)
    sign = -1 if metric.greater_is_better else 1
    rows = sorted(first.values(), key=lambda row: (sign * row.score, -row.job_id))
    return rows[:per], len(rows)


def _make_places(
    jobs: Sequence[Job], folds: Folds, metric: Metric, more: Sequence[Metric]
) -> list[Place]:
    models = find_models([job.id for job in jobs])
    won = find_batches_won(jobs)
    ranks = give_ranks([(job.id, folds[job.id]) for job in jobs], metric)
    scores = [job.metrics[metric.name]["mean"] for job in jobs]
    return [
        Place(
            rank, job, score, job.metrics[metric.name].get("std"),
            [job.metrics.get(m.name, {}).get("mean") for m in more],
            sum(fold.fit_seconds for fold in folds[job.id]) or None, models.get(job.id),
            won.get(job.id), any(fold.attempt == 0 for fold in folds[job.id]),
            scores.index(score) + 1,
        )
        for rank, job, score in zip(ranks, jobs, scores, strict=True)
    ]  # fmt: skip
