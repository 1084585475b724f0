"""Where one job stands among those that were scored on the same folds."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select

from dashboard.db import Job, JobScore
from dashboard.extensions import db
from dashboard.jobs.queries import get_jobs, list_folds_of
from dashboard.leaderboards.ranks import give_ranks
from dashboard.leaderboards.scores import ON_BOARD
from dashboard.ordinals import ordinal
from tasks.engine.catalogue import METRICS, Metric

# Farther down only the place is told: who is tied there takes the folds of all above.
RANKED_AT_MOST = 50
NAMED_AT_MOST = 2


@dataclass(frozen=True)
class Standing:
    """A job's place of so many; `tied` are jobs that noise does not tell it apart from."""

    place: int
    total: int
    tied: Sequence[Job] = ()

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
    mine = db.session.scalar(
        select(JobScore).where(JobScore.job_id == job.id, JobScore.metric == job.metric)
    )
    if mine is None or metric is None:
        return None
    if mine.winner_id is not None:
        return find_standing(get_jobs([mine.winner_id])[0])
    scored = [JobScore.group_id == mine.group_id, JobScore.metric == mine.metric, ON_BOARD]
    if mine.positive is not None:
        scored.append(JobScore.positive == mine.positive)
    upwards = metric.greater_is_better
    better = JobScore.score > mine.score if upwards else JobScore.score < mine.score
    # As a leaderboard has them: of equal ones the last comes first.
    level = and_(JobScore.score == mine.score, JobScore.job_id > job.id)
    count = select(func.count()).select_from(JobScore).where(*scored)
    counts = (count, count.where(better), count.where(level))  # each a part of an index
    total, n_better, n_level = db.session.execute(
        select(*[one.scalar_subquery() for one in counts])
    ).one()
    if n_better + n_level >= RANKED_AT_MOST:
        return Standing(n_better + 1, total)
    best_first = JobScore.score.desc() if upwards else JobScore.score
    ids = db.session.scalars(
        select(JobScore.job_id).where(*scored).order_by(best_first, JobScore.job_id.desc())
        .limit(RANKED_AT_MOST)
    ).all()  # fmt: skip
    return _rank(job, ids, metric, total)


def _rank(job: Job, ids: Sequence[int], metric: Metric, total: int) -> Standing:
    folds = list_folds_of(ids)
    ranks = dict(zip(ids, give_ranks([(n, folds[n]) for n in ids], metric), strict=True))
    place = ranks[job.id].number
    tied = [n for n in ids if ranks[n].number == place and n != job.id]
    return Standing(place, total, get_jobs(tied))
