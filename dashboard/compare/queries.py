"""What a comparison reads that no other page does: columns of jobs, and jobs to add to it."""

from collections.abc import Sequence

from sqlalchemy import select

from dashboard.db import Job
from dashboard.extensions import db
from dashboard.jobs.listing.filtering import JobFilters
from dashboard.jobs.listing.pages import list_jobs_before

MOST_FOUND = 10


def find_features(job_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the columns that jobs learn from, by job: their records leave them unread."""
    found = select(Job.id, Job.features).where(Job.id.in_(job_ids))
    return {job_id: features or [] for job_id, features in db.session.execute(found)}


def find_to_add(q: str, jobs: Sequence[Job]) -> list[Job]:
    """Find jobs by name, number, target or message: the newest, of the same question first.

    Parameters
    ----------
    q : str
        What is looked for, as on the page of jobs.
    jobs : sequence of Job
        Those that are compared already.
    """
    there = {job.id for job in jobs}
    found = list_jobs_before(filters=JobFilters(q=q), before=None, limit=MOST_FOUND + len(there))
    asked = {(job.dataset_id, job.target) for job in jobs}
    others = [job for job in found if job.id not in there]
    others.sort(key=lambda job: (job.dataset_id, job.target) not in asked)
    return others[:MOST_FOUND]
