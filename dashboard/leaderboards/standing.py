"""Where one job stands among those that were scored on the same folds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, and_, func, select

from dashboard.db import Job, JobScore
from dashboard.extensions import db
from dashboard.jobs.queries import get_jobs, list_folds_of
from dashboard.leaderboards.ranks import give_ranks
from dashboard.leaderboards.scores import ON_BOARD
from dashboard.ordinals import ordinal
from tasks.engine.estimators.catalogue import METRICS, Metric

# Farther down only the place is told: who is tied there takes the folds of all above.
RANKED_AT_MOST = 50
NAMED_AT_MOST = 2


@dataclass(frozen=True)
class Standing:
    """A job's place by its score, of so many.

    `ahead` is the first of its rank, where that one's score is better; `is_best` where that is the
    best of all. Else `tied` are those that noise does not tell apart from it.
    """

    place: int
    total: int
    tied: Sequence[Job] = ()
    ahead: Job | None = None
    is_best: bool = False

    @property
    def ordinal(self) -> str:
        """The place in words: ``1st``, ``12th``."""
        return ordinal(self.place)

    @property
    def named(self) -> Sequence[Job]:
        """Those of the tied that are named."""
        return self.tied[:NAMED_AT_MOST]

    @property
    def n_others(self) -> int:
        """How many are tied and not named."""
        return len(self.tied) - len(self.named)


def find_standing(job: Job) -> Standing | None:
    """Return where a job stands by its main metric; None of one that is on no leaderboard.

    A candidate that a winner was made of stands where that one does.

    Parameters
    ----------
    job : Job
        A job that succeeded.
    """
    metric = next((m for m in METRICS[job.task] if m.name == job.metric), None)
    mine = _score_of(job)
    if mine is None or metric is None:
        return None
    if mine.winner_id is not None:
        return find_standing(get_jobs([mine.winner_id])[0])
    scored = _scored_as(mine)
    upwards = metric.greater_is_better
    above, below = JobScore.score > mine.score, JobScore.score < mine.score
    same = JobScore.score == mine.score
    # As a leaderboard has them: of equal ones the last comes first.
    level = and_(same, JobScore.job_id > job.id)
    count = select(func.count()).select_from(JobScore).where(*scored)
    # Each a part of an index, and each row of it is passed over once.
    parts = [count.where(part) for part in (above, below, same, level)]
    n_above, n_below, n_same, n_level = db.session.execute(
        select(*[one.scalar_subquery() for one in parts])
    ).one()
    n_better, total = n_above if upwards else n_below, n_above + n_below + n_same
    if n_better + n_level >= RANKED_AT_MOST:
        return Standing(n_better + 1, total)
    best_first = JobScore.score.desc() if upwards else JobScore.score
    ids = db.session.scalars(
        select(JobScore.job_id).where(*scored).order_by(best_first, JobScore.job_id.desc())
        .limit(RANKED_AT_MOST)
    ).all()  # fmt: skip
    return _rank(job, ids, metric, Standing(n_better + 1, total))


def find_rival(job: Job) -> int | None:
    """Return the best other job that was scored on the same folds; None where there is none.

    The winner that a candidate was made into has the candidate's own folds: it is no other job.
    """
    metric = next((m for m in METRICS[job.task] if m.name == job.metric), None)
    mine = _score_of(job)
    if mine is None or metric is None:
        return None
    best_first = JobScore.score.desc() if metric.greater_is_better else JobScore.score
    own = [job.id] if mine.winner_id is None else [job.id, mine.winner_id]
    others = select(JobScore.job_id).where(*_scored_as(mine), JobScore.job_id.not_in(own))
    return db.session.scalar(others.order_by(best_first, JobScore.job_id.desc()).limit(1))


def _score_of(job: Job) -> JobScore | None:
    of_job = JobScore.job_id == job.id
    return db.session.scalar(select(JobScore).where(of_job, JobScore.metric == job.metric))


def _scored_as(mine: JobScore) -> list[ColumnElement[bool]]:
    """Return what holds for those that are ranked with a job."""
    scored = [JobScore.group_id == mine.group_id, JobScore.metric == mine.metric, ON_BOARD]
    if mine.positive is not None:
        scored.append(JobScore.positive == mine.positive)
    return scored


def _rank(job: Job, ids: Sequence[int], metric: Metric, by_score: Standing) -> Standing:
    """Add who shares the job's rank; by its score alone it may be the last of them."""
    folds = list_folds_of(ids)
    ranks = dict(zip(ids, give_ranks([(n, folds[n]) for n in ids], metric), strict=True))
    rank = ranks[job.id].number
    same = [n for n in ids if ranks[n].number == rank]
    if by_score.place > rank:
        return replace(by_score, ahead=get_jobs(same[:1])[0], is_best=rank == 1)
    return replace(by_score, tied=get_jobs([n for n in same if n != job.id]))
