"""Keys of short forms that make a job, so that two clicks on a page make one.

A page's key is the number of the newest job when it was shown. It is not drawn by chance, as a
part that polls must stay as it is while nothing changes; and once a form made a job, the next page
has another key, so who asks again on purpose gets another job.
"""

import json
from hashlib import sha256

from sqlalchemy import func, select

from dashboard.db import Job
from dashboard.extensions import db


def find_page_key() -> str:
    """Return the key for the forms of a page that is shown now."""
    return str(db.session.scalar(select(func.max(Job.id))) or 0)


def idempotency_key_of(page_key: str, *asked: object) -> str | None:
    """Return the key of a form that was sent, or None when it came without one.

    Parameters
    ----------
    page_key : str
        As it was sent.
    *asked
        What the form asks for: a form that was changed makes a job of its own.
    """
    if not page_key:
        return None
    return sha256(json.dumps([page_key, *asked]).encode()).hexdigest()
