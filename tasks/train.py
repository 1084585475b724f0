"""The task of the training workers: take the next job and train it."""

import logging

from sqlalchemy.exc import SQLAlchemyError

from dashboard import queue
from dashboard.jobs.running.claiming import claim_next_job
from dashboard.plans.advance import advance_for
from dashboard.workers.queries import is_drained
from tasks.attempt import Attempt
from tasks.celery_app import celery, draining, worker_name
from tasks.presence import Presence

log = logging.getLogger(__name__)


@celery.task(name=queue.TASK_NAMES[queue.TRAIN])
def train_next_job() -> None:
    """Train the next job.

    One message, one job: so the jobs that were hinted at and still wait are about as many as the
    messages on their way. A message that comes when nothing waits does nothing; one that comes to
    a worker that takes no more jobs is passed on.
    """
    if draining.is_set():
        queue.wake(queue.TRAIN)
        return
    with Presence.taking():
        claim = claim_next_job(worker=worker_name())
        if claim is None:
            if is_drained(worker_name()):
                queue.wake(queue.TRAIN)
                Presence.leave()
            return
        with Presence.working(claim.job_id):
            attempt = Attempt(claim)
            attempt.run()
        _go_on(claim.job_id)
    if attempt.has_model:  # which is to be checked
        queue.wake(queue.LIGHT)


def _go_on(job_id: int) -> None:
    """Let the batch of a job that ended go on, if it does so by itself."""
    try:
        advance_for(job_id)
    except SQLAlchemyError as problem:
        log.warning("the batch of job %s goes on later: %s", job_id, problem)
    except Exception:  # the job is over; the dispatcher meets the same error, and tells it too
        log.exception("the batch of job %s could not go on", job_id)
