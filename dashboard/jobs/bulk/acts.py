"""What can be done to many jobs, and how it is done to each of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from dashboard.db import Batch, BulkAction, Job
from dashboard.db.states import ACTIVE, TERMINAL, JobState
from dashboard.errors import Conflict
from dashboard.jobs.asking.tags import MOST_TAGS
from dashboard.jobs.changing.once_more import add_once_more
from dashboard.jobs.page.time_up import say_state
from dashboard.jobs.service import begin_anew, check_may_run_again, remove, stop
from dashboard.plans.changing import run_again

OVER = frozenset(TERMINAL)


@dataclass
class Slice:
    """Some jobs of a bulk action, all held in one transaction.

    `held` are their batches, by id; `folders` are deleted after the commit.
    """

    session: Session
    bulk: BulkAction
    held: Mapping[int, Batch]
    reopened: set[int] = field(default_factory=set)
    folders: list[str] = field(default_factory=list)


# Changes one job; True when something changed. Raises Conflict where its state does not allow it.
Act = Callable[[Slice, Job], bool]


@dataclass(frozen=True)
class Action:
    """One thing that can be done to many jobs.

    `states` are those of jobs that it applies to; `verb` and `done` as in "archive 3 jobs" and
    "3 jobs archived".
    """

    name: str
    verb: str
    done: str
    states: frozenset[JobState]
    act: Act
    asks_tag: bool = False
    is_final: bool = False


def _run_again(part: Slice, job: Job) -> bool:
    if job.state == JobState.SUCCEEDED:
        if job.finished_at and job.finished_at > part.bulk.created_at:
            raise Conflict("It has succeeded meanwhile, so it keeps its result")
        add_once_more(part.session, user=part.bulk.user, job=job)
        return True
    check_may_run_again(job)
    begin_anew(part.session, job, by=part.bulk.user.name)
    if job.batch_id is not None and job.batch_id not in part.reopened:
        part.reopened.add(job.batch_id)
        run_again(part.held, job.batch_id)
    return True


def _cancel(part: Slice, job: Job) -> bool:
    stop(part.session, job, by=part.bulk.user.name)
    return True


def _tag(part: Slice, job: Job) -> bool:
    if part.bulk.tag in job.tags:
        return False
    if len(job.tags) >= MOST_TAGS:
        raise Conflict(f"It has {MOST_TAGS} tags, the most that can be")
    job.tags = [*job.tags, part.bulk.tag]
    return True


def _untag(part: Slice, job: Job) -> bool:
    if part.bulk.tag not in job.tags:
        return False
    job.tags = [tag for tag in job.tags if tag != part.bulk.tag]
    return True


def _archive(part: Slice, job: Job) -> bool:
    if job.state not in TERMINAL:
        raise Conflict(f"The job is {say_state(job)}. Only jobs that are over are archived")
    if job.archived_at is not None:
        return False
    job.archived_at = part.bulk.created_at
    return True


def _unarchive(_: Slice, job: Job) -> bool:
    if job.archived_at is None:
        return False
    job.archived_at = None
    return True


def _delete(part: Slice, job: Job) -> bool:
    part.folders += remove(part.session, job)
    return True


_every = OVER | ACTIVE
ACTIONS: Mapping[str, Action] = {
    action.name: action
    for action in (
        Action("again", "run again", "queued again", OVER, _run_again),
        Action("cancel", "cancel", "cancelled or being stopped",
               frozenset({JobState.QUEUED, JobState.RUNNING}), _cancel),
        Action("tag", "tag", "tagged", _every, _tag, asks_tag=True),
        Action("untag", "untag", "untagged", _every, _untag, asks_tag=True),
        Action("archive", "archive", "archived", OVER, _archive),
        Action("unarchive", "unarchive", "in the lists again", _every, _unarchive),
        Action("delete", "delete", "deleted", OVER, _delete, is_final=True),
    )
}  # fmt: skip
