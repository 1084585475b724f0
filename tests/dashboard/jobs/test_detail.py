"""The page of a job through its life: what happened, why, and what can be done next."""

import time
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from dashboard.clock import now
from dashboard.db import Job, JobAttempt, JobFold, JobUsage, QueueState, User, Worker
from dashboard.db.job import NEXT
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.page.detail import say_workers
from dashboard.workers.queries import QueueSummary
from tests.factories import make_attempt, make_dataset, make_job, make_succeeded_job, make_user
from tests.page import Page, PageClient, words_of


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def ago(seconds: float) -> Any:
    return now() - timedelta(seconds=seconds)


def add(*records: Any) -> None:
    with writing() as session:
        session.add_all(records)


def add_worker(name: str, state: str = "busy", *, drain: bool = False) -> None:
    values = {"queue": "train", "host": "h", "pid": 1, "seen_at": now()}
    add(Worker(name=name, state=state, drain=drain, **values))


def buttons(page: Page) -> list[str]:
    return [words_of(b) for b in page.select("#job-live button, #job-live a.btn")]


def fold(job: Job, number: int, attempt: int) -> JobFold:
    return JobFold(job_id=job.id, fold=number, attempt=attempt, scores={"roc_auc": 0.8},
                   fit_seconds=2.0, n_train=80, n_test=20)  # fmt: skip


@pytest.mark.parametrize(
    ("alive", "busy", "words"),
    [
        (0, 0, None), (1, 1, "1 worker, busy"), (1, 0, "1 worker, idle"),
        (2, 2, "2 workers, both busy"), (3, 3, "3 workers, all busy"),
        (3, 2, "3 workers, 2 busy"), (2, 0, "2 workers, both idle"),
    ],
)  # fmt: skip
def test_workers_in_words(alive: int, busy: int, words: str | None) -> None:
    assert say_workers(QueueSummary(0, 1, alive, busy)) == words


def test_workers_that_take_nothing_are_not_counted_on() -> None:
    assert say_workers(QueueSummary(0, 1, 2, 0, workers_drained=2)) is None
    assert say_workers(QueueSummary(0, 1, 2, 1, workers_drained=1)) == "1 worker, busy, 1 drained"
    assert say_workers(QueueSummary(0, 1, 2, 0, paused_at=now())) is None


def test_a_waiting_job_says_its_place_the_workers_and_its_priority(
    pages: PageClient, member: User
) -> None:
    add_worker("worker-1")
    add_worker("worker-2")
    job = make_job(member, priority=1)
    page = pages.get(f"/jobs/{job.id}")
    assert "Next in line" in page.text
    assert "2 workers, both busy. High priority." in page.text
    assert page.find('.waiting a[href="/queue"]')
    assert "Cancel job" in buttons(page)
    assert "No worker is running" not in page.text


def test_a_waiting_job_without_workers_says_what_to_do(pages: PageClient, member: User) -> None:
    page = pages.get(f"/jobs/{make_job(member).id}")
    assert page.text.count("No worker is running") == 1
    assert "so jobs wait" in words_of(page.find(".waiting .notice"))
    assert words_of(page.find(".waiting code")) == "make worker"


def test_a_waiting_job_says_what_stops_it_once_and_what_else_is_wrong(
    app: Flask, pages: PageClient, member: User
) -> None:
    app.extensions["free_bytes"] = (time.monotonic() + 60, 5_000_000)
    job = make_job(member)
    page = pages.get(f"/jobs/{job.id}")
    assert "The disk is nearly full" in page.text
    add_worker("worker-1", state="drained", drain=True)
    page = pages.get(f"/jobs/{job.id}")
    assert page.text.count("Every worker is drained") == 1
    assert "idle" not in page.text
    add(QueueState(paused_at=now(), paused_by="Ana"))
    page = pages.get(f"/jobs/{job.id}")
    assert page.text.count("The queue was paused by Ana, so no job starts") == 1


def test_a_job_put_before_all_says_so(pages: PageClient, member: User) -> None:
    job = make_job(member, priority=NEXT)
    assert "At the front of the queue." in words_of(pages.get(f"/jobs/{job.id}").find(".waiting"))


def test_who_was_a_member_sees_no_button_that_is_refused(app: Flask, viewer: User) -> None:
    job = make_job(viewer)
    page = PageClient(app, viewer).get(f"/jobs/{job.id}")
    assert not [b for b in buttons(page) if b in {"Cancel job", "Run next"}]


def test_run_next_is_offered_where_it_changes_something(
    app: Flask, pages: PageClient, admin: User, member: User
) -> None:
    dataset = make_dataset(member)
    theirs = make_job(make_user(), dataset, priority=1)
    first, second, third = (make_job(member, dataset) for _ in range(3))
    boss = PageClient(app, admin)

    def offered(browser: PageClient) -> list[Job]:
        jobs = [theirs, first, second, third]
        found = [j for j in jobs if "Run next" in buttons(browser.get(f"/jobs/{j.id}"))]
        page = browser.get("/queue")
        assert found == [j for j in jobs if page.select(f"#next-{j.id}")]
        return found

    assert offered(pages) == [second, third]
    assert offered(boss) == [theirs, first, second, third]
    pages.post(f"/queue/next/{third.id}", status=303)
    assert offered(pages) == [first, second]
    boss.post(f"/queue/next/{first.id}", status=303)
    assert offered(boss) == [theirs, second, third]
    assert offered(pages) == [second]  # what an admin put first is not the owner's to move
    boss.post(f"/queue/next/{first.id}", status=303)  # once more: nothing changes
    assert offered(boss) == [theirs, second, third]


def test_a_cancelled_job_says_who_when_and_where(pages: PageClient, member: User) -> None:
    job = make_job(
        member, state="cancelled", stage="fit", stopped_by="Ana", started_at=ago(60),
        finished_at=ago(20), message="Cancelled by Ana during: Fitting fold 2 of 5", attempt=1,
    )  # fmt: skip
    add(fold(job, 1, 1))
    page = pages.get(f"/jobs/{job.id}")
    told = words_of(page.find(".stopped"))
    assert "Cancelled by Ana during: Fitting fold 2 of 5" in told
    assert 'Ended just now , stage "Fit and validate"' in told
    assert "Scores of 1 fold are kept" in told
    assert {"Run again", "Duplicate and edit"} <= set(buttons(page))


def test_a_lost_job_blames_nobody_and_can_run_again(pages: PageClient, member: User) -> None:
    failure = {"code": "LOST", "message": "worker-1 stopped answering, attempt 3 of this job",
               "hint": "This is not about your data. Run it again"}  # fmt: skip
    job = make_job(member, state="lost", failure=failure, finished_at=ago(9), attempt=3)
    page = pages.get(f"/jobs/{job.id}")
    assert words_of(page.find(".failure h2")) == failure["message"]
    assert "Next step" in page.text
    assert {"Run again", "Duplicate and edit"} <= set(buttons(page))
    assert "Upload a corrected file" not in buttons(page)


def test_a_failed_job_offers_ways_to_fix_it(pages: PageClient, member: User) -> None:
    failure = {"code": "TARGET_NOT_NUMERIC", "message": "The target has text", "hint": "h"}
    job = make_job(member, state="failed", failure=failure, stage="prepare", finished_at=ago(9))
    page = pages.get(f"/jobs/{job.id}")
    assert 'stage "Prepare"' in page.text
    assert {"Run again unchanged", "Choose another target", "Upload a corrected file"} <= set(
        buttons(page)
    )
    assert page.find("link[rel=icon]")["href"].endswith("favicons/failed.svg")


def test_stop_and_keep_says_what_it_does_where_it_is_offered(
    app: Flask, pages: PageClient, member: User, viewer: User
) -> None:
    job = make_job(member, state="running", started_at=ago(60), heartbeat_at=now(), attempt=1)
    words = "Stop and keep: no further fold is trained."
    assert words not in pages.get(f"/jobs/{job.id}").text
    add(fold(job, 1, 1))
    page = pages.get(f"/jobs/{job.id}")
    assert words in page.text
    assert "Stop and keep" in buttons(page)
    assert words not in PageClient(app, viewer).get(f"/jobs/{job.id}").text
    add(*(fold(job, number, 1) for number in range(2, 6)))  # nothing is left to leave out
    page = pages.get(f"/jobs/{job.id}")
    assert words not in page.text
    assert "Stop and keep" not in buttons(page)


def stopping(member: User, silent: float, **changes: Any) -> Job:
    values = {"state": "cancelling", "stage": "fit", "started_at": ago(60), "attempt": 1,
              "worker": "worker-1", "heartbeat_at": ago(silent), "stop_request": "cancel",
              "message": "Cancelled by Ana during: Fitting"}  # fmt: skip
    make_attempt(job := make_job(member, **values | changes), seconds=60)
    return job


def test_a_stop_says_so_and_why_it_takes_longer(pages: PageClient, member: User) -> None:
    page = pages.get(f"/jobs/{stopping(member, 0).id}")
    assert words_of(page.find(".progress-line")).startswith("Stopping 1 min")
    page = pages.get(f"/jobs/{stopping(member, 8).id}")
    assert "Stopping. worker-1 has not answered for " in page.text
    assert "the job is cancelled without it" in page.text
    kept = stopping(member, 0, stop_request="keep")
    add(fold(kept, 1, 1), fold(kept, 2, 1))
    page = pages.get(f"/jobs/{kept.id}")
    assert "Keeping the 2 folds done, fitting on all rows" in page.text


def test_attempts_say_who_when_how_long_and_why(pages: PageClient, member: User) -> None:
    job = make_job(member, state="running", attempt=3, stage="fit", started_at=ago(500),
                   heartbeat_at=now(), worker="worker-2")  # fmt: skip
    shared = {"job_id": job.id, "lease": "x"}
    add(
        JobAttempt(number=1, worker="worker-1", started_at=ago(500), ended_at=ago(395),
                   seconds=100, ended_by="worker_died", **shared),
        JobAttempt(number=2, worker="worker-1", started_at=ago(390), ended_at=ago(380),
                   seconds=10, ended_by="child_died", **shared),
        JobAttempt(number=3, worker="worker-2", started_at=ago(30), **shared),
        fold(job, 1, 1), fold(job, 2, 1), fold(job, 3, 3),
    )  # fmt: skip
    page = pages.get(f"/jobs/{job.id}")
    rows = {row["data-attempt"]: words_of(row) for row in page.select("[data-attempt]")}
    assert list(rows) == ["3", "2", "1"]
    assert "worker-1 stopped answering. This is not about your data" in rows["1"]
    assert "1 min 40 s 2 worker-1" in rows["1"]
    assert "The training process on worker-1 died" in rows["2"]
    assert rows["3"].endswith("1 Running now")


def test_only_the_attempt_before_explains_a_new_start(pages: PageClient, member: User) -> None:
    job = make_job(member, state="running", attempt=3, started_at=ago(90), heartbeat_at=now())
    shared = {"job_id": job.id, "lease": "x", "worker": "worker-1"}
    add(
        JobAttempt(number=1, started_at=ago(90), ended_at=ago(80), ended_by="worker_died",
                   **shared),
        JobAttempt(number=2, started_at=ago(70), ended_at=ago(60), ended_by="failed", **shared),
        JobAttempt(number=3, started_at=ago(30), **shared),
    )  # fmt: skip
    assert "Started again as attempt" not in pages.get(f"/jobs/{job.id}").text  # a person did it
    with writing() as session:
        second = session.query(JobAttempt).filter_by(job_id=job.id, number=2).one()
        second.ended_by = "handed_back"
    assert "Started again as attempt 3" in pages.get(f"/jobs/{job.id}").text
    with writing() as session:
        session.delete(session.query(JobAttempt).filter_by(job_id=job.id, number=3).one())
    assert "Waits to start again as attempt 3" in pages.get(f"/jobs/{job.id}").text


def test_the_folds_come_with_the_answer_of_the_live_part(pages: PageClient, member: User) -> None:
    job = make_job(member, state="running", attempt=1, started_at=ago(9), heartbeat_at=now())
    page = pages.get(f"/jobs/{job.id}")
    assert "No fold is finished yet" in words_of(page.find(".columns #job-folds"))
    assert not page.select("[hx-swap-oob]")
    add(fold(job, 1, 1))
    told = BeautifulSoup(pages.live(f"/_live/jobs/{job.id}").text, "html5lib")
    beside = told.select_one("body > #job-folds[hx-swap-oob]")
    assert beside is not None
    assert "Fold 1 0.800 " in words_of(beside)


def test_one_attempt_is_folded_away(pages: PageClient, member: User) -> None:
    job = make_succeeded_job(member)
    add(JobAttempt(job_id=job.id, number=1, worker="worker-9", lease="x", started_at=ago(9),
                   ended_at=ago(2), ended_by="succeeded"))  # fmt: skip
    page = pages.get(f"/jobs/{job.id}")
    assert words_of(page.find("details#attempts summary")) == "One attempt, on worker-9"
    assert "Finished" in words_of(page.find("#attempts"))


def test_usage_stays_after_the_end_and_separates_attempts(pages: PageClient, member: User) -> None:
    job = make_succeeded_job(member, memory_limit_bytes=2_000_000_000, started_at=ago(300))
    for n in range(6):
        add(JobUsage(job_id=job.id, attempt=1 + n // 3, at=ago(280 - 40 * n), cpu_cores=0.5 + n,
                     memory_bytes=300_000_000 + n))  # fmt: skip
    figure = pages.http.get(f"/jobs/{job.id}/charts/usage.json").get_json()
    names = [t["name"] + "*" * t.get("showlegend", True) for t in figure["traces"]]  # * in legend
    assert names == ["Attempt 1*", "Memory, attempt 1", "Attempt 2*", "Memory, attempt 2",
                     "Memory limit, 2.0 GB*"]  # fmt: skip
    assert figure["traces"][4]["y"] == [2000, 2000]
    assert figure["traces"][0]["x"] == pytest.approx([20 / 60, 1, 100 / 60], abs=0.02)
    assert len(figure["table"]["rows"]) == 6
    assert figure["alt"].endswith("300 MB of memory at most. The limit is 2.0 GB")
    assert figure["final"]
    page = pages.get(f"/jobs/{job.id}")
    assert figure["alt"] == page.find("#chart-usage")["aria-label"]
    assert len(page.select("#chart-usage-table tbody tr")) == 6


def test_a_job_that_was_never_measured_has_an_empty_chart(pages: PageClient, member: User) -> None:
    job = make_job(
        member, state="failed", started_at=ago(5), failure={"code": "X", "message": "m"}
    )
    page = pages.get(f"/jobs/{job.id}")
    assert page.find("#chart-usage").has_attr("data-empty")
    assert "Nothing was measured" in page.text


@pytest.mark.parametrize(
    ("changes", "title", "icon"),
    [
        ({"state": "queued"}, "NAME", "queued"),
        ({"state": "running", "progress": 0.61}, "(61%) NAME", "running-60"),
        ({"state": "running", "progress": 0.999}, "(99.9%) NAME", "running-95"),
        ({"state": "succeeded", "score": 0.8461}, "Done 0.846 NAME", "succeeded"),
        ({"state": "lost", "failure": {"code": "LOST", "message": "m"}}, "Failed NAME", "failed"),
        ({"state": "cancelled"}, "Cancelled NAME", "cancelled"),
    ],
)  # fmt: skip
def test_title_and_favicon_tell_the_state(
    changes: dict[str, Any], title: str, icon: str, pages: PageClient, member: User
) -> None:
    job = make_job(member, started_at=ago(5), finished_at=ago(1), **changes)
    page = pages.get(f"/jobs/{job.id}")
    told = page.find("[data-job-state]")
    assert told["data-title"] == title.replace("NAME", job.name)
    assert str(told["data-favicon"]).endswith(f"/favicons/{icon}.svg")
    assert page.find("link[rel=icon]")["href"] == told["data-favicon"]
    with pages.http.get(str(told["data-favicon"])) as picture:
        assert picture.mimetype == "image/svg+xml"


def test_the_form_says_how_long_the_job_takes(pages: PageClient, member: User) -> None:
    job = make_succeeded_job(member, run_seconds=175.0, n_rows=200, n_columns=3, parameters={})
    url = f"/jobs/new?dataset_id={job.dataset_id}&target=churned&estimator="
    assert "Takes about 3 min" in pages.get(url + "LogisticRegression").text
    assert "Takes not run on this size yet" in pages.get(url + "GaussianNB").text
    page = pages.get(url + "RandomForestClassifier")
    huge = {"parameters.n_estimators": "9" * 400, "validation.folds": "9" * 400}
    pages.submit(page, huge, form="#job-form", status=422)


def test_the_overview_says_where_a_job_stands(pages: PageClient, member: User) -> None:
    make_job(member)
    assert "Next in line" in pages.get("/").text


def test_what_is_being_kept_can_still_be_cancelled(pages: PageClient, member: User) -> None:
    values = {"state": "cancelling", "started_at": ago(60), "stage": "prepare", "attempt": 1}
    kept = make_job(member, **values, stop_request="keep")
    gone = make_job(member, **values, stop_request="cancel")
    assert "Cancel job" not in buttons(pages.get(f"/jobs/{gone.id}"))
    page = pages.get(f"/jobs/{kept.id}")
    form = f'form[action="/jobs/{kept.id}/cancel"]'
    rows = pages.get("/jobs").select("tr[data-can-cancel]")
    assert [row["data-job-id"] for row in rows] == [str(kept.id)]
    pages.submit(page, {}, form=form, status=303)
    db.session.expire_all()
    assert db.session.get_one(Job, kept.id).stop_request == "cancel"


def test_settings_stand_as_one_types_them(pages: PageClient, member: User) -> None:
    inside = ["GaussianNB", "RidgeClassifier"]
    job = make_job(member, estimator="StackingClassifier", parameters={"estimators": inside})
    page = pages.get(f"/jobs/{job.id}")
    shown = {words_of(d.find_previous("dt")): words_of(d) for d in page.select(".facts dd")}
    assert shown["estimators"] == "(GaussianNB, RidgeClassifier) changed"
    assert shown["final_estimator"] == "None"


def test_scores_of_one_class_name_it(pages: PageClient, member: User) -> None:
    metrics = {"f1": {"mean": 0.7, "std": 0.1}, "accuracy": {"mean": 0.8, "std": 0.1}}
    job = make_succeeded_job(
        member, metric="f1", score=0.7, metrics=metrics, details={"positive_class": "left"}
    )
    page = pages.get(f"/jobs/{job.id}")
    assert 'F1 of "left" 0.700' in words_of(page.select(".answer-line")[0])
    titles = [words_of(cell) for cell in page.select("#job-folds td:first-child")]
    assert 'F1 of "left"' in titles
    assert "Accuracy" in titles


def test_intervals_stand_beside_scores_and_are_explained(pages: PageClient, member: User) -> None:
    metrics = {
        "roc_auc": {"mean": 0.84, "std": 0.01, "low": 0.812, "high": 0.871},
        "calibration_error": {"mean": 0.05, "std": 0.01, "low": None, "high": None},
    }
    drawn = {"draws": 500, "unit": "rows", "units": 10_000, "of": 1_000_000}
    job = make_succeeded_job(member, metrics=metrics, details={"drawn": drawn})
    page = pages.get(f"/jobs/{job.id}")
    assert "folds · 95% interval by rows 0.812 to 0.871" in words_of(page.find(".answer-line"))
    said = words_of(page.select("#job-folds")[0])
    assert said.count("0.812 to 0.871") == 1
    assert "the 1,000,000 scored rows are resampled 500 times" in said
    assert "A part of them was looked at, 10,000." in said
    assert "The calibration error has no interval" in said
    assert "largest error" not in said
    of_numbers = {"task": "regression", "metric": "r2", "metrics": {"r2": metrics["roc_auc"]}}
    numbers = make_succeeded_job(member, details={"drawn": drawn}, **of_numbers)
    said = words_of(pages.get(f"/jobs/{numbers.id}").select("#job-folds")[0])
    assert "The largest error has no interval" in said
    assert "calibration error" not in said
    former = make_succeeded_job(member)
    assert "95% interval" not in pages.get(f"/jobs/{former.id}").text
