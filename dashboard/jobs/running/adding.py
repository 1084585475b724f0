"""Adding to the file of a job's results: a new file is written beside it, and then named.

No file is read or written while the database is held, as on SQLite everybody who writes would wait
for it. The new file lies below the lease of the former one, so that the look through the storage
knows whose it is, should nothing come to name it.
"""

import io
import json
import logging
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.db import Job
from dashboard.db.transaction import writing
from dashboard.errors import DomainError
from dashboard.extensions import db
from dashboard.storage import get_storage, keys

NUMBERS = 10**9
log = logging.getLogger(__name__)


def add_to_results(
    job_id: int, found: Mapping[str, Any], end: Callable[[Session], bool] = lambda _session: True
) -> None:
    """Add to a job's results, unless the job is gone.

    Parameters
    ----------
    job_id : int
        The job.
    found : Mapping
        What is added, by name. An answer ends what was said about a former try.
    end : callable, optional
        Writes in the same transaction, before the job is locked; when it answers False nothing is
        added.

    Raises
    ------
    DomainError, OSError
        When the storage gives or takes no file; `end` was not called then.
    """
    while not _try_to_add(job_id, found, end):
        log.info("job %s: somebody else added to its results at the same moment", job_id)


def _try_to_add(job_id: int, found: Mapping[str, Any], end: Callable[[Session], bool]) -> bool:
    """Return False when the results are others by now than those that were read."""
    db.session.rollback()
    former = db.session.scalar(select(Job.results_key).where(Job.id == job_id))
    db.session.rollback()
    written = _write_beside(former, found) if former else None
    is_named = False
    with writing() as session:
        is_wanted = end(session)
        job = session.get(Job, job_id, with_for_update={"of": Job}, populate_existing=True)
        is_overtaken = is_wanted and job is not None and job.results_key != former
        if is_overtaken:
            session.rollback()
        elif is_wanted and job is not None and written:
            job.results_key, is_named = written, True
    _discard(former if is_named else written)
    return not is_overtaken


def _write_beside(former: str, found: Mapping[str, Any]) -> str:
    with get_storage().open(former) as stream:
        results: dict[str, Any] = json.load(stream)
    results = {n: r for n, r in results.items() if n.removesuffix("_failure") not in found}
    text = json.dumps(results | dict(found), allow_nan=False)
    key = keys.beside(former, "results", secrets.randbelow(NUMBERS))
    get_storage().write(key, io.BytesIO(text.encode()))
    return key


def _discard(key: str | None) -> None:
    try:
        if key:
            get_storage().delete(key)
    except (DomainError, OSError) as problem:  # the look through the storage finds it
        log.warning("%s stays for now: %s", key, problem)
