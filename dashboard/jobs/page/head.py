"""The head of the pages of a job's parts: its name, its state, and what its tab says of it."""

from typing import Any

from dashboard.db import Job
from dashboard.jobs.page.favicons import favicon_url
from dashboard.jobs.page.views import JobView


def read_head(job: Job) -> dict[str, Any]:
    """Read what `jobs/_head.html` shows of a job."""
    told = JobView(job)
    return {"job": job, "told": told, "favicon": favicon_url(told)}
