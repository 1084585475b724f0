"""What the overview shows of one person's jobs, in parts that fail alone."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.exc import SQLAlchemyError

from dashboard.clock import now
from dashboard.datasets.selections import LIVING
from dashboard.db import Dataset, Job, User
from dashboard.db.personal import Dismissal
from dashboard.db.states import ACTIVE, JobState
from dashboard.extensions import db
from dashboard.filters import plural
from dashboard.jobs.listing.filtering import JobFilters
from dashboard.jobs.listing.folded import Folded, list_folded
from dashboard.jobs.page.views import JobView
from dashboard.jobs.queries import get_jobs
from dashboard.jobs.running.order import PLACES_SHOWN, count_running
from dashboard.jobs.times.all_done import say_all_done
from dashboard.overview.failed_batches import FailedBatch, list_failed_batches
from dashboard.overview.in_progress import InProgress, read_in_progress
from dashboard.storage import get_storage
from dashboard.workers.queries import QueueSummary, summarise_queue

Found = TypeVar("Found")
LOOK_AT_FAILURES_OF = timedelta(days=7)
RECENT = 10
FAILURES = 3
MOST_COUNTED = 100
BEST = 5
# The best are looked for where a person worked last.
LAST_SUCCESSES = 200
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Failures:
    """What failed and was not dismissed: the last jobs, how many there are, and batches.

    Of more than `MOST_COUNTED` jobs that alone is known: `total` is one more than it.
    """

    jobs: Sequence[Job]
    total: int
    batches: Sequence[FailedBatch] = ()

    @property
    def first_batches(self) -> Sequence[FailedBatch]:
        """The batches that are shown."""
        return self.batches[:FAILURES]

    @property
    def more_batches(self) -> int:
        """How many batches are not shown."""
        return len(self.batches) - len(self.first_batches)

    @property
    def is_counted(self) -> bool:
        """Whether there are no more than were counted."""
        return self.total <= MOST_COUNTED

    @property
    def count(self) -> str:
        """How many there are: ``12``, ``more than 100``."""
        return f"{self.total}" if self.is_counted else f"more than {MOST_COUNTED}"

    @property
    def amounts(self) -> str:
        """How many of each: ``2 jobs and 1 batch``; empty where there are none."""
        jobs = f"{self.count} {'job' if self.total == 1 else 'jobs'}" if self.total else ""
        batches = plural(len(self.batches), "batch", "batches") if self.batches else ""
        return " and ".join(one for one in (jobs, batches) if one)

    @property
    def headline(self) -> str:
        """That they failed, as a sentence; empty where there are none."""
        if not self.amounts:
            return ""
        if self.total + len(self.batches) == 1:
            return f"One of your {'jobs' if self.total else 'batches'} failed"
        words = self.amounts if self.total and self.batches else self._of_one_kind
        return f"{words[0].upper()}{words[1:]} failed"

    @property
    def _of_one_kind(self) -> str:
        if self.total:
            return f"{self.count} of your jobs"
        return f"{len(self.batches)} of your batches"


@dataclass(frozen=True)
class ThisServer:
    """What the server does, and what room is left; None where the storage has no end."""

    queue: QueueSummary
    free_bytes: int | None


@dataclass(frozen=True)
class FirstSteps:
    """What the page shows to who has no job yet; its live part shows nothing of it."""

    has_datasets: bool
    has_own_datasets: bool
    is_new_here: bool


@dataclass(frozen=True)
class Overview:
    """Everything in the live part; a part is None when it could not be read.

    Candidates are in no part of it: `folded` are the batches that they are of.
    """

    in_progress: InProgress | None
    folded: Folded | None
    n_running: int
    failures: Failures | None
    recent: Sequence[JobView] | None
    best: Sequence[JobView] | None
    server: ThisServer | None
    is_mine: bool

    @property
    def goes_on(self) -> bool:
        """Whether anything of it runs or waits, as far as it could be read."""
        has_jobs = bool(self.in_progress and self.in_progress.views)
        return has_jobs or bool(self.folded and self.folded.lines)

    @property
    def all_done(self) -> str | None:
        """When all that run or wait are over; None where some may not have been read."""
        queued = self.server.queue.queued if self.server else PLACES_SHOWN + 1
        if (
            self.folded is None
            or self.folded.lines
            or not self.in_progress
            or not self.in_progress.views
            or not self.in_progress.is_whole
            or queued > PLACES_SHOWN
        ):
            return None
        return say_all_done((view.job, view.estimate) for view in self.in_progress.views)

    @property
    def headline(self) -> str:
        """What is to be known at once."""
        if self.failures and self.failures.headline:
            return self.failures.headline
        if self.n_running:
            return f"{self.n_running:,} of your jobs {'runs' if self.n_running == 1 else 'run'}"
        return "Nothing needs your attention"


def read_first_steps(user: User) -> FirstSteps:
    """Read whether a person is new here, and which tables there are."""
    user_id, may_submit = user.id, user.has_role("member")  # known also after a part failed
    own = select(Dataset.id).where(LIVING, Dataset.owner_id == user_id)
    return FirstSteps(
        has_datasets=_part(lambda: _has(select(Dataset.id).where(LIVING))) is not False,
        has_own_datasets=_part(lambda: _has(own)) is not False,
        # Who may only look is shown no steps that they cannot take.
        is_new_here=may_submit
        and _part(lambda: _has(select(Job.id).where(Job.owner_id == user_id))) is False,
    )


def read_overview(user: User, *, is_mine: bool = True) -> Overview:
    """Read what the overview shows to a person.

    Parameters
    ----------
    user : User
        Whose jobs.
    is_mine : bool, default True
        Whether the jobs that ended last are those of this person, or of everyone.
    """
    user_id = user.id  # known also after a part failed
    return Overview(
        in_progress=_part(lambda: read_in_progress(user_id)),
        folded=_part(lambda: list_folded(JobFilters(owner_id=user_id), only_going=True)),
        n_running=_part(lambda: _count_running(user_id)) or 0,
        failures=_part(lambda: _failures(user_id)),
        recent=_part(lambda: _recent(user_id if is_mine else None)),
        best=_part(lambda: _best(user_id)),
        server=_part(_this_server),
        is_mine=is_mine,
    )


def _part(read: Callable[[], Found]) -> Found | None:
    """Read a part; None, and a word in the log, where that fails, so that the others stand."""
    try:
        return read()
    except (SQLAlchemyError, OSError):
        log.exception("a part of the overview cannot be read")
        db.session.rollback()
        return None


def _has(found: Select[Any]) -> bool:
    return db.session.scalar(found.limit(1)) is not None


def _count_running(user_id: int) -> int:
    return count_running(db.session()).get(user_id, 0)


def _failures(user_id: int) -> Failures:
    """Read the jobs of a person that failed in the last week; candidates stand for their batch."""
    seen = select(Dismissal.id).where(
        Dismissal.user_id == user_id,
        Dismissal.job_id == Job.id,
        Dismissal.attempt >= Job.attempt,
    )
    is_to_be_seen = (
        Job.finished_at > now() - LOOK_AT_FAILURES_OF,
        Job.archived_at.is_(None),
        ~exists(seen),
    )
    failed = (JobState.FAILED, JobState.LOST)
    ids = _last_ended(user_id, failed, MOST_COUNTED + 1, *is_to_be_seen)
    batches = list_failed_batches(user_id, now() - LOOK_AT_FAILURES_OF)
    return Failures(get_jobs(ids[:FAILURES]), len(ids), batches)


def _recent(user_id: int | None) -> Sequence[JobView]:
    """Read the jobs that ended last; candidates of a search would fill the list alone."""
    if user_id is not None:
        over = [state for state in JobState if state not in ACTIVE]
        return [JobView(job) for job in get_jobs(_last_ended(user_id, over, RECENT))]
    found = select(Job.id).where(
        Job.state.not_in(ACTIVE), Job.finished_at.is_not(None), ~Job.score_only
    )
    ids = db.session.scalars(found.order_by(Job.finished_at.desc(), Job.id.desc()).limit(RECENT))
    return [JobView(job) for job in get_jobs(ids.all())]


def _last_ended(
    user_id: int, states: Sequence[JobState], limit: int, *wanted: ColumnElement[bool]
) -> list[int]:
    """Return the ids of a person's jobs that ended last in one of some states.

    The index knows the last ones of each state, so each is asked for its own: of all together
    every one would be read and sorted.
    """
    ended: list[tuple[Any, int]] = []
    for state in states:
        found = select(Job.finished_at, Job.id).where(
            Job.owner_id == user_id,
            Job.state == state,
            Job.finished_at.is_not(None),
            ~Job.score_only,
            *wanted,
        )
        last = found.order_by(Job.finished_at.desc(), Job.id.desc()).limit(limit)
        ended += [(at, job_id) for at, job_id in db.session.execute(last)]
    return [job_id for _, job_id in sorted(ended, reverse=True)[:limit]]


def _best(user_id: int) -> Sequence[JobView]:
    """Read a person's best job for each target that they worked on last, by ROC AUC or R2."""
    scored = select(Job.id, Job.dataset_id, Job.target, Job.task, Job.score).where(
        Job.owner_id == user_id,
        Job.state == JobState.SUCCEEDED,
        Job.metric.in_(("roc_auc", "r2")),
        Job.score.is_not(None),
        Job.finished_at.is_not(None),
        ~Job.score_only,
    )
    last = scored.order_by(Job.finished_at.desc(), Job.id.desc()).limit(LAST_SUCCESSES)
    best: dict[tuple[int, str, str], tuple[float, int]] = {}
    found: Sequence[Any] = db.session.execute(last).all()
    for job_id, dataset_id, target, task, score in found:
        asked = (dataset_id, target, task)
        if asked not in best or score > best[asked][0]:
            best[asked] = (score, job_id)
    return [JobView(job) for job in get_jobs([job_id for _, job_id in list(best.values())[:BEST]])]


def _this_server() -> ThisServer:
    return ThisServer(summarise_queue(), get_storage().free_bytes())
