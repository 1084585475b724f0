"""The task of the training workers: take the next job and train it."""

from dashboard import queue
from dashboard.jobs.claiming import claim_next_job
from tasks.attempt import Attempt
from tasks.celery_app import celery, draining, worker_name
from tasks.presence import Presence


@celery.task(name=queue.TASK_NAMES[queue.TRAIN])
def train_next_job() -> None:
    """Train the next job.

    One message, one job: so the jobs that were hinted at and still wait are about as many as the
    messages on their way. A message that comes when nothing waits does nothing.
    """
    if draining.is_set():
        return
    claim = claim_next_job(worker=worker_name())
    if claim is None:
        return
    with Presence.working(claim.job_id):
        Attempt(claim).run()
    queue.wake(queue.LIGHT)
