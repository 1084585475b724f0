"""How long jobs take: before they start, while they wait and while they run. Guesses, in words.

What others took stands in `history.py`, what a running job's own folds say in `time_left.py`. What
is not known is None, and the words never hold seconds.
"""

import heapq
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select

from dashboard.clock import now
from dashboard.db import Job, JobAttempt, JobFold, QueueState, Worker
from dashboard.db.states import ACTIVE, HELD, JobState
from dashboard.extensions import db
from dashboard.filters import about
from dashboard.jobs.asking.choices import count_combinations, is_sweep
from dashboard.jobs.more_to_come import is_any_going
from dashboard.jobs.queries import list_folds_of
from dashboard.jobs.running.order import PLACES_SHOWN, find_places
from dashboard.jobs.times.history import History, Work, estimate_total, read_history, work_of
from dashboard.jobs.times.time_left import TimeLeft, estimate_left
from dashboard.workers.queries import SILENT_AFTER

MOST_COMBINATIONS = 10_000  # a sweep of more is not looked at
COMBINATIONS_LOOKED_AT = 50


@dataclass(frozen=True)
class Estimate:
    """What is guessed about one job; `left` while it runs, `starts_in_s` while it waits."""

    total_s: float | None = None
    left: TimeLeft | None = None
    starts_in_s: float | None = None

    @property
    def ends_in_s(self) -> float | None:
        """Seconds until the job is over: from now, or from its start; None: unknown."""
        if self.left is not None:
            return self.left.seconds
        if self.starts_in_s is None or self.total_s is None:
            return None
        return self.starts_in_s + self.total_s


def estimate_request(*, parameters: Mapping[str, Any], **asked: Any) -> str | None:
    """Say how long a job would take, or each job of a sweep.

    Parameters
    ----------
    parameters : Mapping
        Of the estimator, as a request gives them: a value, or ``{"values": [...]}``.
    **asked
        The other arguments of `Work.of`.

    Returns
    -------
    str or None
        ``about 3 min``, ``about 1 to 5 min each``, ``not run on this size yet``; None while the
        request is incomplete, or when only some jobs of a sweep can be told.
    """
    if not count_combinations(parameters) <= MOST_COMBINATIONS:
        return None
    works = [Work.of(parameters=given, **asked) for given in _spread(parameters)]
    if any(work is None for work in works):
        return None
    history = read_history([asked["estimator"]])
    totals = [estimate_total(work, history) for work in works]
    known = [total for total in totals if total is not None]
    if not known:
        return "not run on this size yet"
    if len(totals) == 1:
        return about(known[0])
    return f"{_say_range(min(known), max(known))} each" if len(known) == len(totals) else None


def estimate_all_done(*, parameters: Mapping[str, Any], **asked: Any) -> str | None:
    """Say when all jobs of a request would be over, behind all that wait now.

    The arguments are those of `estimate_request`. None where anything of it is unknown: a job's
    time, who works, what waits, or what comes before them.
    """
    if not count_combinations(parameters) <= COMBINATIONS_LOOKED_AT or _may_more_come():
        return None
    works = [Work.of(parameters=given, **asked) for given in _spread(parameters)]
    history = dict(read_history([asked["estimator"]]))
    totals = [estimate_total(work, history) for work in works]
    known, places = [total for total in totals if total is not None], find_places()
    if len(known) < len(totals) or len(places) >= PLACES_SHOWN:
        return None
    end = _Queue(places).end_behind(history, known)
    return None if end is None else about(end)


def _may_more_come() -> bool:
    """Tell whether a job is to run again, or a batch that runs or waits gets more of them."""
    active = Job.state.in_(ACTIVE)
    again = select(Job.id).where(active, Job.stop_request == "again").limit(1)
    batches = select(Job.batch_id).where(active, Job.batch_id.is_not(None))
    return db.session.scalar(again) is not None or is_any_going(batches)


def estimate_each(estimators: Iterable[str], **asked: Any) -> dict[str, str]:
    """Say how long a job of each of some estimators would take, all at their defaults.

    One query, however many they are. Those of which nothing like it was run are left out; `asked`
    are the other arguments of `Work.of`.
    """
    works = {name: Work.of(estimator=name, parameters={}, **asked) for name in estimators}
    history = read_history(works)
    totals = {name: estimate_total(work, history) for name, work in works.items()}
    return {name: about(total) for name, total in totals.items() if total is not None}


def _spread(parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the combinations of a sweep; of many some, the first and the last among them."""
    choices = [v["values"] if is_sweep(v) else [v] for v in parameters.values()]
    every = list(itertools.product(*choices))
    if len(every) > COMBINATIONS_LOOKED_AT:
        step = (len(every) - 1) / (COMBINATIONS_LOOKED_AT - 1)
        every = [every[round(n * step)] for n in range(COMBINATIONS_LOOKED_AT)]
    return [dict(zip(parameters, values, strict=True)) for values in every]


def _say_range(least: float, most: float) -> str:
    low, high = about(least), about(most)
    if low == high:
        return low
    same_unit = low.startswith("about") and low.split()[-1] == high.split()[-1]
    return f"{low.rsplit(' ', 1)[0] if same_unit else low} to {high.removeprefix('about ')}"


def estimate_jobs(
    jobs: Sequence[Job], folds: Mapping[int, Sequence[JobFold]], places: Mapping[int, int]
) -> dict[int, Estimate]:
    """Estimate every job that runs or waits among some, with a fixed number of queries.

    Parameters
    ----------
    jobs : sequence of Job
        In any state; those that are over get no estimate.
    folds : Mapping of int to sequence of JobFold
        The folds of those that run, by job.
    places : Mapping of int to int
        The places in the queue by job.
    """
    running = [job for job in jobs if job.state in HELD]
    waiting = [job for job in jobs if job.state == JobState.QUEUED]
    if not running and not waiting:
        return {}
    history = dict(read_history(job.estimator for job in [*running, *waiting]))
    # Who waits behind all of them changes nothing of when they start.
    last = max((places[job.id] for job in waiting if job.id in places), default=0)
    queue = _Queue({job_id: place for job_id, place in places.items() if place <= last})
    starts = queue.starts(history) if queue.ids else {}
    totals = dict(queue.totals)  # of jobs that wait, told once
    missing = [job for job in [*running, *waiting] if job.id not in totals]
    totals |= {job.id: estimate_total(work_of(job), history) for job in missing}
    left = _estimate_running(running, folds, totals)
    return {
        job.id: Estimate(totals[job.id], left.get(job.id), starts.get(job.id))
        for job in [*running, *waiting]
    }


def _estimate_running(
    jobs: Sequence[Job],
    folds: Mapping[int, Sequence[JobFold]],
    totals: Mapping[int, float | None],
) -> dict[int, TimeLeft]:
    if not jobs:
        return {}
    began = dict(
        db.session.execute(
            select(JobAttempt.job_id, JobAttempt.started_at).where(
                JobAttempt.job_id.in_([job.id for job in jobs]), JobAttempt.ended_at.is_(None)
            )
        ).all()
    )
    return {
        job.id: estimate_left(
            job, folds.get(job.id, ()), began.get(job.id) or job.started_at, totals[job.id]
        )
        for job in jobs
    }


class _Queue:
    """The queue, played forward: each waiting job starts where a worker is free first.

    `totals` are the seconds that each of them takes, once it was played.
    """

    def __init__(self, places: Mapping[int, int]) -> None:
        self.ids = sorted(places, key=lambda job_id: places[job_id])
        self.totals: dict[int, float | None] = {}

    def starts(self, history: dict[str, Any]) -> dict[int, float]:
        """Return the seconds until the start by job; `history` gains what it lacks."""
        return self._play_now(history)[0]

    def end_behind(self, history: dict[str, Any], totals: Sequence[float]) -> float | None:
        """Return the seconds until jobs are over that wait behind all others; None: unknown."""
        free = self._play_now(history)[1]
        ends = [heapq.heapreplace(free, free[0] + total) + total for total in totals if free]
        return max(ends, default=None)

    def _play_now(self, history: dict[str, Any]) -> tuple[dict[int, float], list[float]]:
        """Return the starts, and when each worker is free then; nothing where that is unknown."""
        workers = _list_takers()
        if not workers:
            return {}, []
        running = db.session.scalars(
            select(Job).where(Job.state.in_(HELD), Job.worker.in_(workers))
        ).all()
        works = self._works()
        missing = {w.estimator for w in works.values() if w} | {job.estimator for job in running}
        history.update(read_history(missing - set(history)))
        slots = self._slots(running, history)
        slots += [0.0] * (len(workers) - len(running))
        return self._play(slots, works, history)

    def _works(self) -> dict[int, Work | None]:
        columns = (Job.estimator, Job.parameters, Job.n_rows, Job.n_columns, Job.validation)
        rows = db.session.execute(select(Job.id, *columns).where(Job.id.in_(self.ids)))
        keys = [column.key for column in columns]
        return {job_id: Work.of(**dict(zip(keys, given, strict=True))) for job_id, *given in rows}

    def _slots(self, running: Sequence[Job], history: History) -> list[float | None]:
        folds = list_folds_of([job.id for job in running])
        totals = {job.id: estimate_total(work_of(job), history) for job in running}
        left = _estimate_running(running, folds, totals)
        is_stopping = {j.id for j in running if j.stop_request in {"cancel", "again"}}
        return [0.0 if job.id in is_stopping else left[job.id].seconds for job in running]

    def _play(
        self,
        slots: list[float | None],
        works: Mapping[int, Work | None],
        history: History,
    ) -> tuple[dict[int, float], list[float]]:
        free = [seconds for seconds in slots if seconds is not None]
        if len(free) < len(slots):  # nobody knows whether that one comes first
            return {}, []
        heapq.heapify(free)
        found: dict[int, float] = {}
        for job_id in self.ids:
            found[job_id] = free[0]
            total = self.totals[job_id] = estimate_total(works.get(job_id), history)
            if total is None:
                return found, []
            heapq.heapreplace(free, free[0] + total)
        return found, free


def _list_takers() -> list[str]:
    """List the workers that live and will take another job; none while the queue is paused."""
    living = select(Worker.name).where(
        ~exists().where(QueueState.paused_at.is_not(None)),
        Worker.queue == "train",
        Worker.state.in_(("idle", "busy")),
        Worker.drain.is_(False),
        Worker.seen_at > now() - SILENT_AFTER,
    )
    return list(db.session.scalars(living))
