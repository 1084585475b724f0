"""Trying several keeps its time on a busy machine."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from dashboard.clock import now
from dashboard.db import Batch, Job, JobFold, User
from dashboard.db.states import JobState
from dashboard.db.transaction import writing
from dashboard.jobs.page.views import JobView
from dashboard.several.members import find_blend
from tests.dashboard.searches.acts import go_on, jobs_of, take
from tests.dashboard.several.test_steps import score, submit

pytestmark = pytest.mark.usefixtures("no_broker")


def let_it_have_taken(job_id: int, seconds: float, *, ago: float) -> None:
    """Let a job that is done have begun so long ago, and have taken so long."""
    with writing() as session:
        job = session.get_one(Job, job_id)
        job.started_at = now() - timedelta(seconds=ago)
        job.finished_at = job.started_at + timedelta(seconds=seconds)


def waiting_of(batch: Batch) -> list[bool]:
    """Return of each job that waits whether it is a candidate."""
    return [job.score_only for job in jobs_of(batch) if job.state == JobState.QUEUED]


def test_a_busy_machine_is_busy_for_the_last_job_too(user: User) -> None:
    batch = submit(user)
    first = score(0.8)  # its fits took 5 s
    let_it_have_taken(first, 10.0, ago=10)
    go_on(batch)
    assert waiting_of(batch) == [True] * (len(jobs_of(batch)) - 1)
    # Around its fits are 29 s, so the last one needs half of the time: no other is begun.
    let_it_have_taken(first, 34.0, ago=34)
    go_on(batch)
    assert waiting_of(batch) == [False]
    told = find_blend(jobs_of(batch)[-1])
    assert told is not None
    assert told["around_s"] == pytest.approx(1.2 * 29, abs=0.1)
    assert 16 < told["seconds"] <= 26  # a machine may be slow
    assert (told["is_strict"], told["least_s"]) == (True, 3.0)


def test_nothing_starts_in_less_time_than_the_quickest_job_took(user: User) -> None:
    batch = submit(user, {"time_limit_s": 100})
    first, second = score(0.8), score(0.8)
    running = take()
    with writing() as session:
        session.execute(update(JobFold).values(fit_seconds=0.001))
    for job_id, took in ((first, 10.0), (second, 7.5)):
        let_it_have_taken(job_id, took, ago=64)
    # The last one needs four times the 7.5 s of the second job, of 36 s.
    go_on(batch)
    assert waiting_of(batch) == []
    assert jobs_of(batch)[2].id == running.job_id
    assert jobs_of(batch)[2].state == JobState.RUNNING
    late = jobs_of(batch)[-1]
    assert late.message == "Too little of the batch's 1 min 40 s was left to start it"
    assert JobView(late).badge == ("cancelled", "Skipped")
