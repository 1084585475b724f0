"""The chore that changes many jobs: slice by slice, by the worker itself and not in a child.

Nothing of it is long or runs somebody's data, so there is nothing to kill.
"""

import logging
from collections.abc import Callable

from dashboard.chores.service import ChoreClaim, beat, end_chore, put_back
from dashboard.db.transaction import writing
from dashboard.errors import DomainError
from dashboard.jobs.bulk.many import do_slice, fail_bulk
from tasks.celery_app import draining

log = logging.getLogger(__name__)


def act_on_jobs(claim: ChoreClaim, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Change the jobs of a bulk action until it is over, or this worker is to stop."""
    while not draining.is_set():
        if not beat(claim=claim):  # somebody else goes on with it
            return
        try:
            if not do_slice(claim.subject_id, claim):
                return
        except DomainError as problem:
            _give_up(claim, problem)
            return
        meanwhile()
    put_back(claim=claim)


def _give_up(claim: ChoreClaim, problem: DomainError) -> None:
    log.warning("bulk action %s is given up: %s", claim.subject_id, problem.message)
    failure = {"code": problem.code, "message": problem.message, "hint": ""}
    with writing() as session:
        if end_chore(session, claim, failure=failure):
            fail_bulk(session, claim.subject_id, failure)
