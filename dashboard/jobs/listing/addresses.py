"""Addresses of jobs for the rows of long lists."""

from flask import g, url_for

_PLACE = 2**62  # of a number, in the address that Flask builds; no job has it


def job_url(job_id: int) -> str:
    """Return the address of a job's page, for which Flask is asked once in a request."""
    if "job_url" not in g:
        before, _, after = url_for("jobs.detail", job_id=_PLACE).partition(str(_PLACE))
        g.job_url = (before, after)
    before, after = g.job_url
    return f"{before}{job_id}{after}"
