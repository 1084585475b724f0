"""Time estimates on made-up histories: how they scale, and what is never said."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard import filters
from dashboard.clock import isoformat, now
from dashboard.db import Job, JobAttempt, JobFold, QueueState, Worker
from dashboard.db.transaction import writing
from dashboard.jobs.listing.lists import view_jobs
from dashboard.jobs.queries import get_jobs
from dashboard.jobs.running import execution
from dashboard.jobs.running.execution import Progress
from dashboard.jobs.running.order import find_places
from dashboard.jobs.times.estimates import estimate_jobs, estimate_request
from dashboard.jobs.times.history import (
    FIXED_S,
    Run,
    Work,
    count_fits,
    estimate_total,
    read_history,
)
from dashboard.jobs.times.time_left import TimeLeft, estimate_left
from tasks.engine.spec import Validation
from tests.factories import make_dataset, make_job, make_user
from tests.tasks.test_execution import claim, fresh

FOREST = "RandomForestClassifier"


def work(rows: int = 1000, columns: int = 10, folds: int = 5, **parameters: Any) -> Work:
    found = Work.of(
        estimator=parameters.pop("estimator", FOREST),
        parameters=parameters,
        n_rows=rows,
        n_columns=columns,
        validation={"scheme": "stratified", "folds": folds},
    )
    assert found is not None
    return found


def estimate(asked: Work, *runs: Run) -> float | None:
    return estimate_total(asked, {asked.estimator: runs})


@pytest.mark.parametrize(
    ("validation", "fits"),
    [
        (Validation("kfold", 5), 5), (Validation("kfold", 10), 10), (Validation("group", 4), 4),
        (Validation("stratified", 5, repeats=3), 13), (Validation("holdout"), 1.8),
        (Validation("time", 4), 3),
    ],
)  # fmt: skip
def test_fits_are_counted_in_rows(validation: Validation, fits: float) -> None:
    assert count_fits(validation) == pytest.approx(fits)


def test_the_same_job_takes_as_long_again() -> None:
    assert estimate(work(), Run(work(), 60.0)) == pytest.approx(60)


@pytest.mark.parametrize(
    ("asked", "times"),
    [
        ({"rows": 4000}, 4), ({"columns": 20}, 2), ({"folds": 10}, 2), ({"n_estimators": 300}, 3),
    ],
)  # fmt: skip
def test_time_grows_with_rows_columns_folds_and_rounds(asked: dict[str, int], times: int) -> None:
    found = estimate(work(**asked), Run(work(), 60.0))
    assert found == pytest.approx(FIXED_S + (60 - FIXED_S) * times)


def test_a_small_job_costs_its_fixed_part() -> None:
    assert estimate(work(rows=100), Run(work(rows=1000), 60.0)) > 60 / 10


def test_kernels_grow_with_the_square_of_the_rows() -> None:
    asked = work(rows=2000, estimator="SVC")
    assert estimate(asked, Run(work(estimator="SVC"), 60.0)) == pytest.approx(239, abs=2)


def test_how_time_grows_with_rows_is_learned() -> None:
    runs = [Run(work(rows=n), FIXED_S + (n / 1000) ** 1.5 * 20) for n in (1000, 2000, 4000)]
    assert estimate(work(rows=8000), *runs) == pytest.approx(20 * 8**1.5, rel=0.1)


def test_equal_parameters_count_before_all_others() -> None:
    deep = [Run(work(max_depth=20), 600.0)] * 9
    assert estimate(work(max_depth=2), Run(work(max_depth=2), 60.0), *deep) == pytest.approx(60)
    assert estimate(work(max_depth=3), *deep) == pytest.approx(600)


def test_defaults_and_the_seed_make_no_difference() -> None:
    assert work(n_estimators=100, random_state=3).parameters == work().parameters


def test_one_odd_run_does_not_spoil_the_rest() -> None:
    runs = [Run(work(), 60.0), Run(work(), 61.0), Run(work(), 6000.0)]
    assert estimate(work(), *runs) == pytest.approx(61)


@pytest.mark.parametrize("rows", [50, 20_000])
def test_far_smaller_and_larger_jobs_are_not_guessed_at(rows: int) -> None:
    assert estimate(work(rows=rows), Run(work(), 60.0)) is None
    assert estimate(work(), *[]) is None


def finish(job: Job, seconds: float) -> None:
    with writing() as session:
        row = session.get_one(Job, job.id)
        row.state, row.run_seconds, row.finished_at = "succeeded", seconds, now()


def sized(**changes: Any) -> dict[str, Any]:
    return {"n_rows": 1000, "n_columns": 3, "parameters": {}} | changes


def test_history_holds_only_jobs_of_one_attempt_and_known_size(any_app: Flask) -> None:
    owner = make_user()
    dataset = make_dataset(owner)
    finish(make_job(owner, dataset, **sized()), 30)
    finish(make_job(owner, dataset, **sized(n_rows=None)), 40)
    resumed = make_job(owner, dataset, **sized(state="succeeded", finished_at=now()))
    assert resumed.run_seconds is None
    make_job(owner, dataset, **sized(state="failed", run_seconds=7.0))
    found = read_history(["LogisticRegression", "GaussianNB"])
    assert [run.seconds for run in found["LogisticRegression"]] == [30]
    assert found["GaussianNB"] == []
    assert read_history([]) == {}


def test_a_request_is_told_how_long_it_takes(app: Flask) -> None:
    asked = {"estimator": "LogisticRegression", "parameters": {}, "n_columns": 3,
             "validation": {"scheme": "stratified", "folds": 5}}  # fmt: skip
    assert estimate_request(n_rows=1000, **asked) == "not run on this size yet"
    finish(make_job(**sized()), 170)
    assert estimate_request(n_rows=1000, **asked) == "about 3 min"
    assert estimate_request(n_rows=100, **asked) == "less than a minute"
    assert estimate_request(n_rows=None, **asked) is None


FOLD = {"scores": {"roc_auc": 0.8}, "n_train": 800, "n_test": 200, "key": None}


def running(seconds_ago: float, folds: list[tuple[int, float]], **changes: Any) -> Job:
    """Make a job whose present attempt began a while ago; `folds` are (attempt, fit seconds)."""
    began = now() - timedelta(seconds=seconds_ago)
    values = {"state": "running", "attempt": 1, "stage": "fit", "started_at": began,
              "heartbeat_at": now(), "worker": "worker-1", "lease": "a"}  # fmt: skip
    job = make_job(**sized(**values | changes))
    with writing() as session:
        session.add(
            JobAttempt(job_id=job.id, number=job.attempt, worker="worker-1", lease="a",
                       started_at=began)
        )  # fmt: skip
        for n, (attempt, fit_s) in enumerate(folds, start=1):
            session.add(JobFold(job_id=job.id, fold=n, attempt=attempt, fit_seconds=fit_s, **FOLD))
    return job


def left_of(job: Job) -> TimeLeft:
    (view,) = view_jobs([fresh(job)])
    assert view.estimate.left is not None
    return view.estimate.left


def stage(name: str, ago: float, steps: int = 0, step_ago: float = 0) -> dict[str, Any]:
    found = {"stage": name, "started_at": isoformat(now() - timedelta(seconds=ago))}
    if steps:
        found |= {"steps": steps, "step_at": isoformat(now() - timedelta(seconds=step_ago))}
    return found


def test_before_the_first_fold_the_history_speaks(app: Flask) -> None:
    assert left_of(running(20, [])).words == "estimating"
    finish(make_job(**sized()), 200)
    assert left_of(running(20, [])).seconds == pytest.approx(180, abs=5)


def test_after_the_first_fold_its_own_folds_speak(app: Flask) -> None:
    finish(make_job(**sized()), 10_000)
    steps = [stage("fit", 130, steps=2, step_ago=10)]
    left = left_of(running(135, [(1, 50.0), (1, 50.0)], stages=steps))
    # Three more folds of 60 s on the wall, 10 s of which are over, and a fit on all rows.
    assert left.seconds == pytest.approx(170 + 50 * 1.25 + 1, abs=3)
    assert left.words == "about 3 min left"


def test_a_second_attempt_counts_only_what_it_has_to_do(app: Flask) -> None:
    finish(make_job(**sized()), 300)
    job = running(1, [(1, 50.0)] * 3, attempt=2, stage="load", stages=[stage("fit", 900)])
    left = left_of(job)
    assert left.seconds == pytest.approx(2 * 55 + 62.5 + 1, abs=3)
    assert not left.is_overdue
    assert not left_of(running(400, [(1, 50.0)] * 3, attempt=2, stage="prepare")).is_overdue


def test_the_last_fit_is_longer_by_its_rows(app: Flask) -> None:
    final = [stage("fit", 400), stage("final", 20)]
    left = left_of(running(400, [(1, 80.0)] * 5, stage="final", stages=final))
    assert left.seconds == pytest.approx(100 - 20 + 1, abs=3)
    assert left_of(running(400, [(1, 80.0)] * 5, stage="save")).words == "less than a minute left"


def test_a_late_job_says_so_and_what_is_usual(app: Flask) -> None:
    finish(make_job(**sized()), 170)
    assert left_of(running(300, [])).words == "Taking longer than usual (usually about 3 min)"
    steps = [stage("fit", 595, steps=1, step_ago=495)]
    stuck = left_of(running(600, [(1, 100.0)], stages=steps))
    assert stuck.words == "Taking longer than usual (usually about 3 min)"
    steps = [stage("fit", 595, steps=2, step_ago=1)]
    slow = left_of(running(600, [(1, 300.0)] * 2, stages=steps))
    assert slow.words.endswith("(usually about 3 min), about 20 min left")


def test_a_stuck_fold_without_history_says_so(app: Flask) -> None:
    steps = [stage("fit", 595, steps=1, step_ago=495)]
    left = left_of(running(600, [(1, 100.0)], stages=steps))
    assert left.words == "Taking longer than expected"


@given(
    seconds=st.one_of(st.none(), st.floats(0, 1e7)),
    usual=st.one_of(st.none(), st.floats(0, 1e7)),
    late=st.booleans(),
)
def test_words_never_hold_seconds(seconds: float | None, usual: float | None, late: bool) -> None:
    for words in (TimeLeft(seconds, usual, late).words, filters.about(usual or 0)):
        assert not re.search(r"\d+(\.\d+)? ?s\b|second|\d\.\d", words), words
        assert "None" not in words
        assert "nan" not in words


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    told=st.lists(st.floats(0, 1.5), max_size=12),
    fold_s=st.floats(0, 100),
    ago=st.floats(0, 1000),
    stage_name=st.sampled_from(["load", "prepare", "fit", "final", "save"]),
)
def test_no_order_of_news_makes_progress_fall_or_time_negative(
    app: Flask, told: list[float], fold_s: float, ago: float, stage_name: str
) -> None:
    job = running(ago, [(1, fold_s)] * 2, stage=stage_name, stages=[stage("fit", ago / 2)])
    held = execution.Claim(job.id, "a", 1, "worker-1")
    seen = [0.0]
    for fraction in told:
        execution.record_progress(claim=held, progress=Progress(fraction=fraction))
        seen.append(fresh(job).progress)
    assert seen == sorted(seen)
    assert seen[-1] <= 0.99
    left = estimate_left(fresh(job), [], job.started_at, 60.0)
    for found in (left, left_of(job)):
        assert found.seconds is None or found.seconds >= 0


def add_worker(name: str, **changes: Any) -> None:
    values = {"queue": "train", "host": "h", "pid": 1, "state": "busy", "seen_at": now()}
    with writing() as session:
        session.add(Worker(name=name, **values | changes))


def wait_in_line(n: int) -> list[int]:
    owner = make_user()
    dataset = make_dataset(owner)
    return [make_job(owner, dataset, **sized()).id for _ in range(n)]


def estimate_starts(places: dict[int, int]) -> dict[int, str]:
    found = estimate_jobs(get_jobs(list(places)), {}, places)
    seconds = {job_id: found[job_id].starts_in_s for job_id in places}
    return {job_id: filters.about(s) for job_id, s in seconds.items() if s is not None}


@pytest.mark.parametrize(
    ("rounds", "words"),
    [
        (50, "about 1 min"), ({"values": [50, 250]}, "about 1 to 5 min each"),
        ({"values": [50, 55]}, "about 1 min each"),
        ({"values": [25, 100]}, "less than a minute to 2 min each"),
        ({"values": list(range(50, 351))}, "about 1 to 5 min each"),
        ({"values": [100, 100_000]}, None),
        ({"values": [10**6, 10**7]}, "not run on this size yet"),
    ],
)  # fmt: skip
def test_a_sweep_is_estimated_job_by_job(app: Flask, rounds: Any, words: str | None) -> None:
    finish(make_job(**sized(estimator=FOREST, parameters={"n_estimators": 100})), 121)
    asked = {"estimator": FOREST, "n_rows": 1000, "n_columns": 3,
             "validation": {"scheme": "stratified", "folds": 5}}  # fmt: skip
    assert estimate_request(parameters={"n_estimators": rounds}, **asked) == words
    many = {name: {"values": list(range(30))} for name in ("max_depth", "seed", "n_estimators")}
    assert estimate_request(parameters=many, **asked) is None


def test_starts_follow_from_what_runs_and_who_works(any_app: Flask) -> None:
    finish(make_job(**sized()), 500)
    running(300, [])
    first, second, third = wait_in_line(3)
    assert estimate_starts(find_places()) == {}  # nobody works
    add_worker("worker-1")
    assert estimate_starts(find_places()) == {
        first: "about 3 min", second: "about 10 min", third: "about 20 min"
    }  # fmt: skip
    add_worker("light", queue="light")
    add_worker("dead", seen_at=now() - timedelta(seconds=90))
    add_worker("worker-3", drain=True)
    add_worker("worker-2", state="idle")
    assert estimate_starts(find_places()) == {
        first: "less than a minute", second: "about 3 min", third: "about 10 min"
    }  # fmt: skip
    assert estimate_starts({}) == {}
    with writing() as session:
        session.add(QueueState(paused_at=now(), paused_by="Ana"))
    assert estimate_starts(find_places()) == {}


def test_what_waits_behind_changes_no_start(app: Flask) -> None:
    finish(make_job(**sized()), 500)
    add_worker("worker-1")
    first, second, *_behind = wait_in_line(5)
    places = find_places()
    whole = estimate_jobs(get_jobs(list(places)), {}, places)
    few = estimate_jobs(get_jobs([first, second]), {}, places)
    assert few == {job_id: whole[job_id] for job_id in (first, second)}


def test_start_is_not_guessed_behind_the_unknown(app: Flask) -> None:
    add_worker("worker-1")
    first, _second = wait_in_line(2)
    assert estimate_starts(find_places()) == {first: "less than a minute"}
    running(5, [], estimator="GaussianNB")
    assert estimate_starts(find_places()) == {}


def test_waiting_jobs_say_their_place_and_start(app: Flask) -> None:
    finish(make_job(**sized()), 120)
    add_worker("worker-1")
    running(40, [])
    ids = wait_in_line(2)
    views = {view.job.id: view for view in view_jobs(get_jobs(ids))}
    assert views[ids[0]].sentence == "Next, starts in about 1 min"
    assert views[ids[1]].sentence == "2nd, starts in about 3 min"


def test_only_a_job_done_in_one_go_is_learned_from(any_app: Flask) -> None:
    owner = make_user()
    dataset = make_dataset(owner)
    result = {"score": 0.8, "partial": False}

    def finish_one(**changes: Any) -> float | None:
        job = make_job(owner, dataset)
        found = claim()
        fold = FOLD | {"fold": 1, "fit_seconds": 1.0}
        execution.record_progress(claim=found, progress=Progress(folds=[fold]))
        for name, value in changes.items():
            with writing() as session:
                setattr(session.query(JobFold).filter_by(job_id=job.id).one(), name, value)
        execution.finish_job(claim=found, result=result, files={}, schema={})
        return fresh(job).run_seconds

    taken = finish_one()
    assert taken is not None
    assert 0 < taken < 30
    assert finish_one(attempt=0) is None  # its fold was resumed from another attempt
    result = result | {"partial": True}
    assert finish_one() is None


def test_estimates_ask_a_fixed_number_of_times(app: Flask) -> None:
    from tests.dashboard.jobs.test_pages import count_queries

    add_worker("worker-1")
    finish(make_job(**sized()), 100)
    running(5, [(1, 1.0)])
    wait_in_line(1)
    places = find_places()
    few = count_queries(lambda: estimate_starts(places))
    wait_in_line(20)
    for _ in range(3):
        running(5, [(1, 1.0)])
    places = find_places()
    assert count_queries(lambda: estimate_starts(places)) == few
