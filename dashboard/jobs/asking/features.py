"""What jobs learn from: it may be thousands of names, so lists of jobs are read without it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import lazyload, load_only

from dashboard.db import Job
from dashboard.extensions import db


def load_features(job_ids: Sequence[int]) -> None:
    """Read the names of several jobs at once, into the records that are there already."""
    found = select(Job).where(Job.id.in_(job_ids))
    db.session.scalars(found.options(load_only(Job.features), lazyload("*"))).all()
