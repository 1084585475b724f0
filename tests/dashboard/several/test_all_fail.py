"""Where the first jobs fail by what all share, the others do not start."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.batches import service
from dashboard.db import Batch, Job, User
from dashboard.db.states import JobState
from dashboard.jobs.running import execution
from dashboard.jobs.service import retry_job
from dashboard.plans.alike import find_common_failure
from dashboard.plans.step import look_at
from tests.dashboard.searches import acts
from tests.dashboard.searches.acts import finish, go_on, jobs_of, read, take, tell_folds
from tests.factories import make_dataset
from tests.page import PageClient

pytestmark = pytest.mark.usefixtures("no_broker")

FEW = "3 rows with a target are too few for 5 folds"
SHARED = "The first job failed, and this one would fail alike"


def submit(user: User) -> Batch:
    request = {"dataset_id": make_dataset(user).id, "target": "churned", "several": True}
    return service.submit_batch(user=user, request=request)


def fail(code: str, message: str) -> int:
    claim = take()
    failure = {"code": code, "message": message, "hint": "Upload more rows"}
    assert execution.fail_job(claim=claim, failure=failure)
    return claim.job_id


def states(batch: Batch) -> list[str]:
    return [job.state for job in jobs_of(batch)]


def test_a_failure_of_the_table_is_the_only_one(user: User) -> None:
    batch = submit(user)
    fail("TOO_FEW_ROWS", FEW)
    go_on(batch)
    first, *others = jobs_of(batch)
    assert (first.state, {job.state for job in others}) == (JobState.FAILED, {JobState.CANCELLED})
    assert {job.message for job in others} == {f"{SHARED}: {FEW}"}
    assert {job.started_at for job in others} == {None}
    assert (read(batch).plan_state, read(batch).plan_message) == ("over", (
        "0 jobs were scored. There is nothing to make a model of. The first failure: "
        f"{FEW}. Upload more rows"
    ))  # fmt: skip


def test_what_three_say_in_the_same_words_the_others_would_say(user: User) -> None:
    batch = submit(user)
    for n in range(3):
        go_on(batch)
        assert states(batch).count(JobState.FAILED) == n
        assert JobState.CANCELLED not in states(batch)
        fail("COLUMNS_CONSTANT", "Every column is the same in all rows")
    go_on(batch)
    assert set(states(batch)) == {JobState.FAILED, JobState.CANCELLED}
    assert jobs_of(batch)[-1].message.startswith("The first 3 jobs failed, and this one")


def test_other_words_or_a_score_let_the_others_start(user: User) -> None:
    batch, scored = submit(user), submit(user)
    for n in range(3):
        fail("UNKNOWN", f"Reason {n}")
    go_on(batch)
    assert set(states(batch)) == {JobState.FAILED, JobState.QUEUED}
    service.cancel_batch(user=user, batch_id=batch.id)
    claim = take()
    tell_folds(claim, [0.8] * 5)
    finish(claim, 0.8, out_of_fold_key="x", split_hash="the same")
    for _ in range(3):
        fail("UNKNOWN", "The same reason")
    go_on(scored)
    assert JobState.CANCELLED not in states(scored)


@pytest.mark.parametrize(
    "code", ["TIME_LIMIT", "MEM_LIMIT", "DISK_FULL", "STORAGE_AWAY", "UNKNOWN", "FILE_DAMAGED"]
)
def test_what_another_estimator_or_moment_may_be_without_ends_nothing(
    user: User, code: str
) -> None:
    batch = submit(user)
    for _ in range(4):
        fail(code, "The same words")
    go_on(batch)
    assert JobState.CANCELLED not in states(batch)


@pytest.mark.parametrize(("code", "n"), [("COLUMNS_CONSTANT", 3), ("TOO_FEW_ROWS", 1)])
def test_a_fold_scored_by_a_job_that_still_runs_lets_the_others_start(
    user: User, code: str, n: int
) -> None:
    batch = submit(user)
    tell_folds(take("worker-2"), [0.8] * 4)
    for _ in range(n):
        fail(code, FEW)
    go_on(batch)
    assert JobState.CANCELLED not in states(batch)


def test_of_what_was_run_again_meanwhile_nothing_is_said(user: User) -> None:
    batch = submit(user)
    first = fail("TOO_FEW_ROWS", FEW)
    look = look_at(batch.id)
    assert look is not None
    retry_job(user=user, job_id=first)
    assert find_common_failure(look, are_different=True) is None


def test_a_job_that_runs_again_starts_though_it_failed_before(user: User) -> None:
    batch = submit(user)
    first = fail("TOO_FEW_ROWS", FEW)
    go_on(batch)
    retry_job(user=user, job_id=first)
    second = next(job for job in jobs_of(batch) if job.state == JobState.CANCELLED)
    retry_job(user=user, job_id=second.id)
    assert take().job_id == first
    go_on(batch)
    fail("TOO_FEW_ROWS", FEW)
    go_on(batch)
    assert states(batch).count(JobState.QUEUED) == 0


@pytest.mark.parametrize(("code", "ends"), [("TARGET_ONE_CLASS", True), ("NU_TOO_HIGH", False)])
def test_a_search_ends_by_what_is_wrong_with_the_table_alone(
    user: User, code: str, ends: bool
) -> None:
    batch: Any = acts.submit(user, jobs=6)
    for _ in range(1 if ends else 3):
        fail(code, "The same reason")
    go_on(batch)
    waiting = select(Job.id).where(Job.batch_id == batch.id, Job.state == JobState.QUEUED)
    assert (acts.db.session.scalars(waiting).first() is None) == ends
    if ends:
        assert "The first failure: The same reason" in (read(batch).plan_message or "")


def test_the_page_says_that_none_was_scored(app: Flask, member: User) -> None:
    batch = submit(member)
    fail("TOO_FEW_ROWS", FEW)
    go_on(batch)
    page = PageClient(app, member).get(f"/batches/{batch.id}")
    assert "No job was scored" in page.text
    assert "can give" in page.text
    assert "% of it" not in page.text  # what failed says nothing of the machine
