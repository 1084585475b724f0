"""Trying several: what is tried, when that ends, and what is made of it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from dashboard.batches import service
from dashboard.batches.keeping import keep_best
from dashboard.batches.queries import summarise
from dashboard.batches.views import BatchView
from dashboard.db import Batch, Job, JobAttempt, JobFold, JobUsage, User
from dashboard.db.states import JobState
from dashboard.db.transaction import writing
from dashboard.errors import Conflict, Forbidden, ValidationFailed
from dashboard.jobs.page.views import JobView
from dashboard.jobs.running.execution import finish_cancel
from dashboard.several.compute import measure
from dashboard.several.members import find_blend
from dashboard.several.views import see_several
from tests.dashboard.searches.acts import (
    fail,
    finish,
    go_on,
    jobs_of,
    read,
    start_long_ago,
    take,
    tell_folds,
)
from tests.factories import make_dataset, make_user

pytestmark = pytest.mark.usefixtures("no_broker")


def submit(user: User, several: Any = True, **asked: Any) -> Batch:
    """Ask for several on the dataset of the factories: 200 rows, two classes, the rarer 50."""
    request = {"dataset_id": make_dataset(user).id, "target": "churned", "several": several}
    return service.submit_batch(user=user, request=request | asked)


def score(value: float) -> int:
    """Let the next job be scored, and return its id."""
    claim = take()
    tell_folds(claim, [value] * 5)
    finish(claim, value, out_of_fold_key="x", split_hash="the same")
    return claim.job_id


def refusals(user: User, several: Any, **asked: Any) -> dict[str, str]:
    with pytest.raises(ValidationFailed) as refused:
        submit(user, several, **asked)
    return refused.value.fields


def test_tuned_estimators_wait_in_the_order_of_their_worth(user: User) -> None:
    batch = submit(user, {"time_limit_s": 120}, metric="log_loss", seed=5)
    jobs = jobs_of(batch)
    assert jobs[0].estimator == "LogisticRegression"
    assert jobs[1].estimator == "HistGradientBoostingClassifier"
    assert jobs[1].parameters["learning_rate"] == 0.03
    assert len({(job.estimator, str(job.parameters)) for job in jobs}) == len(jobs) > 8
    assert len({job.name for job in jobs}) == len(jobs)
    assert {(job.score_only, job.metric, job.seed) for job in jobs} == {(True, "log_loss", 5)}
    assert {job.validation["scheme"] for job in jobs} == {"stratified"}
    assert batch.name.endswith("several tried for 2 min")
    assert (batch.plan_state, batch.plan["time_limit_s"]) == ("going", 120)


def preprocessing_of(batch: Batch) -> dict[str, Any]:
    return {job.estimator: job.preprocessing for job in jobs_of(batch)}


def test_some_have_settings_of_preprocessing_that_they_alone_need(user: User) -> None:
    batch = submit(user, target="age", task="regression")
    asked = preprocessing_of(batch)
    assert asked["SVR"] == asked["MLPRegressor"] == {"target": "standardize"}
    assert {name for name, chosen in asked.items() if chosen} == {"SVR", "MLPRegressor"}
    names = {job.name: job.preprocessing for job in jobs_of(batch)}
    assert len(names) == len(jobs_of(batch))
    assert {"scale quantile" in name for name, own in names.items() if "scale" in own} == {True}
    made = submit(user, target="age", task="regression",
                  preprocessing={"target": "log1p", "scale": "robust"})  # fmt: skip
    chosen = preprocessing_of(made)
    assert chosen["SVR"] == chosen["RidgeCV"] == {"target": "log1p", "scale": "robust"}
    fields = refusals(user, True, preprocessing={"target": "log1p"})
    assert fields == {"preprocessing.target": "target must be none: classes are predicted"}


def test_the_last_job_is_given_them_and_has_none_itself(user: User) -> None:
    batch = submit(user, target="age", task="regression")
    with writing() as session:  # those that need settings stand first, and alone are scored
        for job in session.scalars(select(Job).where(Job.batch_id == batch.id)):
            needs = job.preprocessing == {"target": "standardize"}
            job.rank = 0 if needs and job.parameters.get("alpha") != 0.01 else 1
    scored = [score(0.8) for _ in range(3)]
    service.cancel_batch(user=user, batch_id=batch.id)
    keep_best(user=user, batch_id=batch.id)
    final = jobs_of(batch)[-1]
    assert (final.estimator, final.preprocessing) == ("VotingRegressor", {})
    blend = find_blend(final)
    assert blend is not None
    asked = {one["job_id"]: one["asked"]["preprocessing"] for one in blend["members"]}
    assert sorted(asked) == sorted(scored)
    assert [asked[n] for n in scored] == [{"target": "standardize"}] * 2 + [{}]


def test_folds_that_were_chosen_are_used(user: User) -> None:
    batch = submit(user, True, validation={"scheme": "kfold", "folds": 4})
    assert {(j.validation["scheme"], j.validation["folds"]) for j in jobs_of(batch)} == {
        ("kfold", 4)
    }
    assert batch.plan["time_limit_s"] == 60


def test_a_class_of_one_row_is_no_reason_to_refuse(user: User) -> None:
    """As in tables of 64 rows, 6,832 columns and 14 classes: folds take rows as they come."""
    classes = [9, 8, 7, 6, 6, 6, 6, 5, 3, 2, 2, 2, 1, 1]
    target = {"name": "tissue", "kind": "category", "missing": 0, "distinct": 14, "count": 64,
              "top": [{"value": f"T{n}", "count": rows} for n, rows in enumerate(classes[:10])],
              "rarest": {"value": "T13", "count": 1}}  # fmt: skip
    genes = [
        {"name": f"g{n}", "kind": "number", "missing": 0, "distinct": 64} for n in range(6830)
    ]
    dataset = make_dataset(user, columns=[*genes, target], rows=64)
    request = {"dataset_id": dataset.id, "target": "tissue", "several": True}
    jobs = jobs_of(service.submit_batch(user=user, request=request))
    assert jobs[0].estimator == "LogisticRegression"
    assert jobs[0].parameters["C"] == 0.01
    assert len(jobs) >= 5
    assert {job.validation["scheme"] for job in jobs} == {"kfold"}
    assert 'class "T13" has 1 row' in jobs[0].validation["note"]


def test_what_cannot_be_asked_is_refused_in_words(user: User) -> None:
    assert "10 to 86400" in refusals(user, {"time_limit_s": 5})["several.time_limit_s"]
    assert "10 to 86400" in refusals(user, {"time_limit_s": "soon"})["several.time_limit_s"]
    assert "true, or" in refusals(user, {"budget": 60})["several"]
    assert "leave out estimator" in refusals(user, True, estimator="Ridge")["estimator"]
    assert "leave out search" in refusals(user, True, search={"strategy": "tpe"})["search"]


def test_the_model_is_made_when_all_were_tried(user: User) -> None:
    batch = submit(user)
    n = len(jobs_of(batch))
    for place in range(n):
        score(0.5 + place / 1000)
    go_on(batch)
    *_, final = jobs_of(batch)
    assert (final.estimator, final.parameters, final.score_only) == ("VotingClassifier", {}, False)
    assert final.name.endswith(f"best of {n}")
    found = find_blend(final)
    assert found is not None
    assert len(found["members"]) == n
    assert found["threads"] >= 1
    assert 0 < found["seconds"] <= 60
    assert found["warnings"] == []  # the first one looked at the table
    first = found["members"][0]
    assert first["asked"]["estimator"] == "LogisticRegression"
    # 5 folds of a second on 80 rows each: 200 rows take two and a half.
    assert first["fit_seconds"] == pytest.approx(2.5)
    assert first["fold_seconds"] == {str(fold): 1.0 for fold in range(1, 6)}
    assert find_blend(jobs_of(batch)[0]) is None
    finish(take(), 0.9)
    go_on(batch)
    assert read(batch).plan_state == "over"
    assert read(batch).final_job_id == final.id
    assert read(batch).plan_message == f"{n} jobs were scored. The model is a blend of the best"


def test_when_the_time_is_up_nothing_starts_and_what_runs_ends(user: User) -> None:
    batch = submit(user)
    score(0.8)
    claim = take()
    tell_folds(claim, [0.7])
    go_on(batch)
    assert jobs_of(batch)[1].state == JobState.RUNNING
    start_long_ago(batch, 57)
    go_on(batch)
    states = [job.state for job in jobs_of(batch)]
    assert states[:2] == [JobState.SUCCEEDED, JobState.CANCELLING]
    assert set(states[2:-1]) == {JobState.CANCELLED}
    # The last job waits for no other to end.
    assert (states[-1], jobs_of(batch)[-1].score_only) == (JobState.QUEUED, False)
    late = jobs_of(batch)[2]
    assert late.message == "The time of the batch, 1 min, was up before it started"
    assert JobView(late).badge == ("cancelled", "Skipped")
    assert finish_cancel(claim=claim)
    go_on(batch)
    final = jobs_of(batch)[-1]
    assert final.state == JobState.QUEUED
    assert [one["job_id"] for one in (find_blend(final) or {})["members"]] == [
        jobs_of(batch)[0].id
    ]
    finish(take(), 0.8, estimator="LogisticRegression", parameters={"C": 1.0})
    go_on(batch)
    assert read(batch).plan_message == (
        "1 job was scored within 1 min. The model is the best one of them"
    )


def test_on_a_machine_too_busy_for_any_the_first_ones_may_end(user: User) -> None:
    batch = submit(user)
    first, second = take(), take("worker-2")
    start_long_ago(batch, 100)
    go_on(batch)
    states = [job.state for job in jobs_of(batch)]
    assert states[:2] == [JobState.RUNNING, JobState.RUNNING]
    assert set(states[2:]) == {JobState.CANCELLED}
    tell_folds(first, [0.8] * 5)
    finish(first, 0.8, out_of_fold_key="x", split_hash="the same")
    go_on(batch)
    assert jobs_of(batch)[1].state == JobState.CANCELLING
    assert finish_cancel(claim=second)
    go_on(batch)
    assert jobs_of(batch)[-1].estimator == "VotingClassifier"


def test_time_is_kept_for_the_fit_on_all_rows(user: User) -> None:
    batch = submit(user)
    claim = take()
    folds = [{"fold": n, "scores": {"roc_auc": 0.8}, "fit_seconds": 10.0, "n_train": 160,
              "n_test": 40, "key": "x"} for n in range(1, 6)]  # fmt: skip
    with writing() as session:
        session.add_all(JobFold(job_id=claim.job_id, attempt=1, **fold) for fold in folds)
    finish(claim, 0.8)
    take()
    start_long_ago(batch, 45)  # a fit on all rows takes 25 s, and 4 s are needed around it
    go_on(batch)
    waiting = [job for job in jobs_of(batch) if job.state == JobState.QUEUED]
    assert [job.score_only for job in waiting] == [False]


def test_what_scores_nothing_ends_at_three_times_the_limit(user: User) -> None:
    batch = submit(user)
    claim = take()
    start_long_ago(batch, 170)
    go_on(batch)
    assert jobs_of(batch)[0].state == JobState.RUNNING
    start_long_ago(batch, 181)
    go_on(batch)
    running = jobs_of(batch)[0]
    assert running.state == JobState.CANCELLING
    assert running.message.startswith("Nothing was scored within 3 min, 3 times the time")
    assert finish_cancel(claim=claim)
    go_on(batch)
    found = read(batch)
    assert found.plan_state == "over"
    assert found.plan_message.endswith("There is nothing to make a model of")


NOTHING = "0 jobs were scored. There is nothing to make a model of. The first failure: boom"


def test_without_any_score_there_is_no_model(user: User) -> None:
    batch = submit(user)
    for _ in jobs_of(batch):
        fail(take())
    go_on(batch)
    assert read(batch).plan_state == "over"
    assert (read(batch).plan_message or "").startswith(NOTHING)


def test_what_failed_before_the_time_was_up_is_not_put_down_to_the_time(user: User) -> None:
    batch = submit(user)
    fail(take())
    start_long_ago(batch, 181)
    go_on(batch)
    go_on(batch)
    assert {job.state for job in jobs_of(batch)} == {JobState.FAILED, JobState.CANCELLED}
    assert (read(batch).plan_message or "").startswith(NOTHING)


def test_who_cancels_gets_no_model(user: User) -> None:
    batch = submit(user)
    score(0.8)
    service.cancel_batch(user=user, batch_id=batch.id)
    go_on(batch)
    assert "No model was made" in (read(batch).plan_message or "")
    assert read(batch).final_job_id is None


def test_it_says_how_much_it_had_of_the_machine(user: User) -> None:
    batch = submit(user)
    claim = take()
    tell_folds(claim, [0.8] * 5)
    finish(claim, 0.8, details={"cpu_seconds": 8.0})
    running = take("worker-2")
    with writing() as session:
        attempt = session.scalars(select(JobAttempt).filter_by(job_id=running.job_id)).one()
        for n in (1, 2, 3):
            at = attempt.started_at + timedelta(seconds=2 * n)
            session.add(JobUsage(job_id=running.job_id, attempt=1, at=at, cpu_cores=0.5,
                                 memory_bytes=1))  # fmt: skip
    found = measure(read(batch))
    assert found.used_s == pytest.approx(8.0 + 3.0, abs=0.2)
    assert found.possible_s == 60.0  # no worker is there, so one is counted on
    assert found.is_little
    view = see_several(read(batch))
    assert view is not None
    assert view.compute_words == (
        "Training used 11 s of processor time; 1 worker for 1 min can give 1 min"
    )
    assert [place.title for place in view.places] == ["Logistic regression"]


def test_of_a_batch_that_was_stopped_only_the_time_until_then_was_possible(user: User) -> None:
    batch = submit(user)
    score(0.8)
    start_long_ago(batch, 20)
    keep_best(user=user, batch_id=batch.id)
    assert measure(read(batch)).possible_s == pytest.approx(20.0, abs=5)
    unused = submit(user)
    service.cancel_batch(user=user, batch_id=unused.id)
    assert measure(read(unused)).possible_s == 0.0


def test_who_keeps_the_best_while_it_is_made_a_model_of_stops_nothing(user: User) -> None:
    batch = submit(user)
    n = len([score(0.8) for _ in jobs_of(batch)])
    go_on(batch)
    claim = take()
    keep_best(user=user, batch_id=batch.id)
    finish(claim, 0.8)
    go_on(batch)
    found = read(batch)
    assert "stopped" not in found.plan
    assert found.plan_message == f"{n} jobs were scored. The model is a blend of the best"


def test_who_has_enough_stops_and_keeps_the_best(user: User) -> None:
    batch = submit(user)
    score(0.8)
    claim = take()
    with pytest.raises(Forbidden):
        keep_best(user=make_user(), batch_id=batch.id)
    keep_best(user=user, batch_id=batch.id)
    states = {job.state for job in jobs_of(batch)[1:]}
    assert states == {JobState.CANCELLING, JobState.CANCELLED}
    assert finish_cancel(claim=claim)
    go_on(batch)
    final = jobs_of(batch)[-1]
    assert (final.state, final.score_only) == (JobState.QUEUED, False)
    assert not BatchView(summarise(read(batch))).may_keep
    finish(take(), 0.8, estimator="LogisticRegression")
    go_on(batch)
    assert read(batch).plan_message == (
        "Stopped by Ana after 1 job. The model is the best one of them"
    )


def test_the_model_can_be_made_once_all_was_cancelled(user: User) -> None:
    batch = submit(user)
    with pytest.raises(Conflict, match="No candidate is scored"):
        keep_best(user=user, batch_id=batch.id)
    assert read(batch).plan_state == "going"
    score(0.8)
    service.cancel_batch(user=user, batch_id=batch.id)
    go_on(batch)
    assert read(batch).plan_message == "Stopped by Ana after 1 job. No model was made"
    assert BatchView(summarise(read(batch))).may_keep
    keep_best(user=user, batch_id=batch.id)
    assert jobs_of(batch)[-1].estimator == "VotingClassifier"
