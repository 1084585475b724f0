"""What of a person's jobs runs or waits; of a batch that has several waiting ones, one line."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from dashboard.db import Batch, Job
from dashboard.db.states import JobState
from dashboard.extensions import db
from dashboard.jobs.listing.filtering import WITHOUT, JobFilters
from dashboard.jobs.listing.lists import view_jobs
from dashboard.jobs.listing.pages import list_active_ids
from dashboard.jobs.page.views import JobView
from dashboard.jobs.queries import get_jobs
from dashboard.jobs.running.order import find_places

SHOWN = 8


@dataclass(frozen=True)
class WaitingBatch:
    """A batch of which several jobs wait."""

    id: int
    name: str
    n_waiting: int


@dataclass(frozen=True)
class InProgress:
    """The jobs that run or wait, `SHOWN` and one more at most, and batches for some of them."""

    views: Sequence[JobView]
    batches: Sequence[WaitingBatch] = ()

    @property
    def alone(self) -> Sequence[JobView]:
        """The jobs that have a line of their own."""
        of_lines = {batch.id for batch in self.batches}
        return [view for view in self.views if not _is_in(view.job, of_lines)][:SHOWN]

    @property
    def is_whole(self) -> bool:
        """Whether these are all that run or wait."""
        return len(self.views) <= SHOWN


def read_in_progress(user_id: int) -> InProgress:
    """Read what runs or waits of a person's jobs, candidates left out."""
    filters, places = JobFilters(owner_id=user_id, candidates=WITHOUT), find_places()
    ids = list_active_ids(filters, places)
    batch_of = _find_batches(ids)
    several = {batch_id for batch_id, n in Counter(batch_of.values()).items() if n > 1}
    # Those with a line come first: a sweep must not take the room of what else waits.
    ordered = sorted(ids, key=lambda job_id: batch_of.get(job_id) in several)
    views = view_jobs(get_jobs(ordered[: SHOWN + 1]), places=places)
    return InProgress(views, _count_waiting(several) if several else ())


def _find_batches(ids: Sequence[int]) -> dict[int, int]:
    """Return the batch of each of some jobs that waits in one."""
    if not ids:
        return {}
    found = select(Job.id, Job.batch_id).where(
        Job.id.in_(ids), Job.state == JobState.QUEUED, Job.batch_id.is_not(None)
    )
    return {job_id: batch_id for job_id, batch_id in db.session.execute(found) if batch_id}


def _count_waiting(batch_ids: set[int]) -> list[WaitingBatch]:
    found = (
        select(Batch.id, Batch.name, func.count())
        .join(Job, Job.batch_id == Batch.id)
        .where(Batch.id.in_(batch_ids), Job.state == JobState.QUEUED)
        .group_by(Batch.id, Batch.name)
        .order_by(Batch.id)
        .limit(SHOWN)
    )
    return [WaitingBatch(*row) for row in db.session.execute(found)]


def _is_in(job: Job, batch_ids: set[int]) -> bool:
    return job.state == JobState.QUEUED and job.batch_id in batch_ids
