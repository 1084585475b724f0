"""What comes next in a search: candidates, the fit of the best one on all rows, its end."""

import threading

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.batches import service as batches
from dashboard.batches.keeping import keep_best
from dashboard.batches.queries import summarise
from dashboard.db import JobFold, Model, User
from dashboard.db.transaction import writing
from dashboard.errors import Conflict, Forbidden, ValidationFailed
from dashboard.extensions import db
from dashboard.jobs import service as jobs
from dashboard.jobs.page.views import JobView
from dashboard.jobs.running import execution
from dashboard.plans import advance as plans
from dashboard.plans.advance import advance, advance_all
from dashboard.searches import service
from tests.dashboard.searches.acts import (
    fail,
    finish,
    go_on,
    jobs_of,
    read,
    run,
    search_to_end,
    start_long_ago,
    submit,
    take,
    tell_folds,
)
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("no_broker")


def test_the_best_is_fitted_on_all_rows_and_its_folds_are_kept(user: User) -> None:
    batch = submit(user, 3)
    for score in (0.7, 0.9, 0.8):
        assert not advance(batch.id)  # there is something to wait for
        run(score)
    go_on(batch)
    *candidates, winner = jobs_of(batch)
    best = candidates[1]
    assert winner.parameters == best.parameters
    assert winner.name == f"{best.name} (best of 3)"
    assert (winner.state, winner.score_only, winner.attempt) == ("queued", False, 0)
    folds = db.session.scalars(select(JobFold).where(JobFold.job_id == winner.id)).all()
    assert [(fold.fold, fold.attempt) for fold in folds] == [(n, 0) for n in range(1, 6)]
    assert folds[0].key.startswith(f"jobs/{best.id}/")
    assert read(batch).plan_state == "going"
    finish(take(), 0.9)
    go_on(batch)
    found = read(batch)
    assert (found.plan_state, found.n_jobs, found.final_job_id) == ("over", 4, winner.id)
    assert found.plan_message == "3 candidates were scored. The best one was fitted on all rows"
    assert db.session.scalars(select(Model.job_id)).all() == [winner.id]
    assert summarise(found).best.id == winner.id
    assert not advance(batch.id)


def test_a_lower_score_wins_where_less_is_better(user: User) -> None:
    batch = submit(user, 2)
    with writing() as session:
        for job in jobs_of(batch):
            session.merge(job).metric = "log_loss"
    run(0.7)
    low = run(0.2)
    go_on(batch)
    assert jobs_of(batch)[-1].parameters == next(
        job.parameters for job in jobs_of(batch) if job.id == low
    )


def test_when_every_candidate_fails_it_says_so(user: User) -> None:
    batch = submit(user, 2)
    run(None)
    run(None)
    go_on(batch)
    found = read(batch)
    assert (found.plan_state, found.n_jobs, found.final_job_id) == ("over", 2, None)
    words = "No candidate could be scored, so there is no best one. The first failure: boom"
    assert (found.plan_message or "").startswith(words)


def test_a_candidate_that_failed_and_runs_again_may_become_the_best(user: User) -> None:
    batch = submit(user, 2)
    failed = run(None)
    run(0.6)
    go_on(batch)
    finish(take(), 0.6)
    go_on(batch)
    assert read(batch).plan_state == "over"
    jobs.retry_job(user=user, job_id=failed)
    assert read(batch).plan_state == "going"
    run(0.9)
    go_on(batch)
    *_, first, second = jobs_of(batch)
    assert (first.state, second.state) == ("succeeded", "queued")
    assert read(batch).final_job_id == second.id


def test_guesses_are_made_as_candidates_end(user: User) -> None:
    batch = submit(user, 14, strategy="tpe")
    for n in range(14):
        go_on(batch)
        waiting = [job for job in jobs_of(batch) if job.state == "queued"]
        assert len(waiting) == min(2, 14 - n)
        run(0.5 + n / 100)
    go_on(batch)
    *candidates, winner = jobs_of(batch)
    assert len(candidates) == len({job.parameters["C"] for job in candidates}) == 14
    assert winner.parameters == candidates[-1].parameters


@pytest.mark.locks
def test_two_who_go_on_at_the_same_moment_make_nothing_twice(any_app: Flask, user: User) -> None:
    batch = submit(user, 20, strategy="tpe")
    run(0.5)
    run(0.6)
    barrier, errors, batch_id = threading.Barrier(4), [], batch.id

    def act() -> None:
        with any_app.app_context():
            barrier.wait()
            try:
                advance(batch_id)
            except Exception as problem:
                errors.append(problem)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=act) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    found = jobs_of(batch)
    assert len(found) == read(batch).n_jobs == 4
    assert read(batch).plan["made"] == 4


def test_a_stop_while_it_is_decided_wins(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = submit(user, 20, strategy="tpe")
    run(0.5)
    decide = plans.DECIDE["search"]

    def slowly(look: plans.Look) -> plans.Step | None:
        step = decide(look)
        batches.cancel_batch(user=user, batch_id=batch.id)
        return step

    monkeypatch.setattr(plans, "DECIDE", {"search": slowly})
    assert not advance(batch.id)
    assert [job.state for job in jobs_of(batch)] == ["succeeded", "cancelled"]


def test_the_dispatcher_goes_on_when_a_worker_died_before_it_could(user: User) -> None:
    batch = submit(user, 2)
    run(0.7)
    run(0.8)
    assert advance_all() == 1
    assert advance_all() == 0
    assert jobs_of(batch)[-1].state == "queued"


def test_after_its_time_nothing_starts_and_what_runs_ends(user: User) -> None:
    batch = submit(user, 4, time_limit_s=60)
    run(0.7)
    running = take()
    start_long_ago(batch, 61)
    go_on(batch)
    assert [job.state for job in jobs_of(batch)] == ["succeeded", "running"] + ["cancelled"] * 2
    late = jobs_of(batch)[2]
    assert late.message == "The time of the search, 1 min, was up before it started"
    assert JobView(late).badge == ("cancelled", "Skipped")
    late.stopped_by = "dispatcher"  # a person may be called so
    assert JobView(late).badge == ("cancelled", None)
    finish(running, 0.8)
    go_on(batch)
    winner = jobs_of(batch)[-1]
    assert (winner.state, winner.score_only) == ("queued", False)
    go_on(batch)
    finish(take(), 0.8)
    go_on(batch)
    assert read(batch).plan_message.startswith(
        "Its time, 1 min, was up after 2 candidates. The best"
    )


def test_no_guess_is_made_after_its_time(user: User) -> None:
    batch = submit(user, 9, strategy="tpe", time_limit_s=60)
    run(0.7)
    start_long_ago(batch, 61)
    go_on(batch)
    assert [job.state for job in jobs_of(batch)] == ["succeeded", "cancelled", "queued"]
    assert not jobs_of(batch)[-1].score_only


def test_cancel_ends_a_search_without_a_model(user: User) -> None:
    batch = submit(user, 9, strategy="tpe")
    run(0.7)
    go_on(batch)
    batches.cancel_batch(user=user, batch_id=batch.id)
    go_on(batch)
    assert [job.state for job in jobs_of(batch)] == ["succeeded", "cancelled", "cancelled"]
    found = read(batch)
    assert (found.plan_state, found.final_job_id) == ("over", None)
    assert found.plan_message == "Stopped by Ana after 1 candidate. No model was made"


def test_stop_and_keep_fits_the_best_so_far(user: User) -> None:
    batch = submit(user, 5)
    with pytest.raises(Conflict, match="No candidate is scored"):
        keep_best(user=user, batch_id=batch.id)
    assert "stopped" not in read(batch).plan
    run(0.7)
    run(0.8)
    running = take()
    keep_best(user=user, batch_id=batch.id)
    states = [job.state for job in jobs_of(batch)]
    assert states == ["succeeded", "succeeded", "cancelling", "cancelled", "cancelled"]
    execution.finish_cancel(claim=running)
    go_on(batch)
    assert jobs_of(batch)[-1].parameters == jobs_of(batch)[1].parameters
    finish(take(), 0.8)
    go_on(batch)
    assert read(batch).plan_message == (
        "Stopped by Ana after 2 candidates. The best one was fitted on all rows"
    )


def test_what_was_cancelled_can_still_be_kept(user: User) -> None:
    batch = submit(user, 3)
    run(0.7)
    batches.cancel_batch(user=user, batch_id=batch.id)
    go_on(batch)
    keep_best(user=user, batch_id=batch.id)
    assert jobs_of(batch)[-1].state == "queued"


def test_a_search_is_extended_and_a_better_one_is_fitted_too(user: User) -> None:
    batch = search_to_end(user, 0.7, 0.6)
    service.extend_search(user=user, batch_id=batch.id, jobs=2, limit=100)
    go_on(batch)
    run(0.5)
    run(0.9)
    go_on(batch)
    *_, better, winner = jobs_of(batch)
    assert winner.parameters == better.parameters
    assert winner.name.endswith("(best of 4)")
    assert read(batch).n_jobs == 6


def test_the_same_best_is_not_fitted_twice(user: User) -> None:
    batch = search_to_end(user, 0.7)
    service.extend_search(user=user, batch_id=batch.id, jobs=1, limit=100)
    go_on(batch)
    run(0.5)
    go_on(batch)
    assert [job.score_only for job in jobs_of(batch)] == [True, False, True]
    assert read(batch).plan_state == "over"


def test_a_stopped_search_goes_on_when_it_is_extended(user: User) -> None:
    batch = submit(user, 9, strategy="tpe")
    run(0.7)
    batches.cancel_batch(user=user, batch_id=batch.id)
    go_on(batch)
    service.extend_search(user=user, batch_id=batch.id, jobs=3, limit=100)
    go_on(batch)
    assert read(batch).plan["jobs"] == 2 + 3
    assert [job.state for job in jobs_of(batch)] == ["succeeded", "cancelled", "queued", "queued"]


def test_what_cannot_be_extended_is_told(user: User) -> None:
    batch = submit(user, 9, strategy="grid", space={"C": [1, 2]})
    with pytest.raises(ValidationFailed, match="1 to 100"):
        service.extend_search(user=user, batch_id=batch.id, jobs=101, limit=100)
    with pytest.raises(ValidationFailed, match="seconds"):
        service.extend_search(user=user, batch_id=batch.id, jobs=1, limit=9, time_limit_s="x")
    with pytest.raises(Conflict, match="tried already"):
        service.extend_search(user=user, batch_id=batch.id, jobs=1, limit=100)
    with pytest.raises(Forbidden):
        service.extend_search(user=make_user(), batch_id=batch.id, jobs=1, limit=100)
    with pytest.raises(Forbidden):
        keep_best(user=make_user(), batch_id=batch.id)


def test_a_batch_without_a_search_cannot_be_extended(user: User) -> None:
    request = {"dataset_id": submit(user).id, "target": "churned",
               "estimator": "LogisticRegression"}  # fmt: skip
    batch = batches.submit_batch(user=user, request=request)
    with pytest.raises(Conflict, match="is no search"):
        service.extend_search(user=user, batch_id=batch.id, jobs=1, limit=100)
    with pytest.raises(Conflict, match="is no search"):
        keep_best(user=user, batch_id=batch.id)


def test_a_fit_of_the_best_that_fails_is_told_and_runs_again(user: User) -> None:
    batch = submit(user, 1)
    run(0.7)
    go_on(batch)
    claim = take()
    fail(claim)
    go_on(batch)
    assert read(batch).plan_message.endswith("The fit of the best one on all rows failed")
    batches.retry_failed(user=user, batch_id=batch.id)
    finish(take(), 0.7)
    go_on(batch)
    assert read(batch).plan_message.endswith("The best one was fitted on all rows")


def test_deleted_candidates_are_neither_tried_again_nor_made_up_for(user: User) -> None:
    batch = submit(user, 3, strategy="tpe")
    first = run(0.7)
    jobs.delete_job(user=user, job_id=first)
    go_on(batch)
    assert read(batch).plan["made"] == 3
    run(0.8)
    run(0.6)
    go_on(batch)
    assert len(jobs_of(batch)) == 3  # two candidates and the fit of the better one


def test_a_candidate_is_not_kept_as_a_model(user: User) -> None:
    submit(user, 1)
    claim = take()
    tell_folds(claim, [0.6])
    with pytest.raises(Conflict, match="has no model"):
        jobs.cancel_job(user=user, job_id=claim.job_id, keep=True)
