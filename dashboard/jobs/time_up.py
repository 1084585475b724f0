"""Jobs that ended because the time of their batch was up: nobody cancelled them."""

from sqlalchemy import and_

from dashboard.db import Job
from dashboard.db.states import JobState

# Who stops them, as a job's row says it: no person's name is empty.
NOBODY = ""
TIME_WAS_UP = and_(Job.state == JobState.CANCELLED, Job.stopped_by == NOBODY)


def word_of_end(job: Job) -> str | None:
    """Return what a badge says of such a job; None of any other."""
    if job.state != JobState.CANCELLED or job.stopped_by != NOBODY:
        return None
    return "Stopped" if job.started_at else "Not tried"
