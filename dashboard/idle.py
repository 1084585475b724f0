"""What live parts depend on while nothing trains, known from a few rows of indexes."""

from sqlalchemy import func, select

from dashboard.clock import now
from dashboard.db import Dataset, Job, JobEvent
from dashboard.db.states import ACTIVE
from dashboard.extensions import db
from dashboard.jobs.listing.counting import count_states
from dashboard.workers.queries import list_workers, state_of, summarise_queue

# A name that was changed, or a note, leaves no trace here: it is seen after so long.
LONGEST_S = 60


def idle_state() -> tuple[object, ...] | None:
    """Return what pages of jobs depend on; None while a job runs or waits.

    Returns
    -------
    tuple or None
        Equal ones look alike: the same jobs in the same states, the same workers and datasets,
        within a minute.
    """
    if any(count_states(ACTIVE).values()):
        return None
    summary = summarise_queue()
    last = select(
        select(func.max(Job.id)).scalar_subquery(),
        select(func.max(JobEvent.id)).scalar_subquery(),
        select(func.max(Dataset.id)).scalar_subquery(),
    )
    workers = tuple((worker.id, state_of(worker), worker.drain) for worker in list_workers())
    return (current_minute(), summary, workers, *db.session.execute(last).one())


def current_minute() -> int:
    """Return what is another one after `LONGEST_S`, for what leaves no trace."""
    return int(now().timestamp() // LONGEST_S)
