"""A fold that is being fitted, and scores by round: told by the engine, kept, and shown."""

import json
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from dashboard.clock import isoformat, now
from dashboard.db import Job, JobFold, User
from dashboard.db.transaction import writing
from dashboard.jobs.queries import list_folds
from dashboard.jobs.running import execution
from dashboard.jobs.running.claiming import claim_next_job
from dashboard.jobs.running.execution import Progress
from dashboard.jobs.running.running_fold import find_running_fold, read_curves
from tasks.reporter import JobReporter
from tests.dashboard.jobs.test_detail import add, ago, fold
from tests.factories import make_attempt, make_job, make_succeeded_job
from tests.page import PageClient, words_of

POINTS = [[20, 0.7], [40, 0.75], [60, 0.78]]
STAGE = {"type": "stage", "stage": "fit", "fraction": 0.1, "message": "Fitting fold 2 of 5"}


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def curve(**overrides: Any) -> dict[str, Any]:
    return {"unit": "rounds", "whose": "held_out", "measure": "roc_auc", "points": POINTS,
            "rows": 40, "of": 40} | overrides  # fmt: skip


def running(member: User, **overrides: Any) -> Job:
    """Make a job that fits its second fold."""
    stage = {"stage": "fit", "started_at": isoformat(ago(30)), "fold": 2,
             "fold_at": isoformat(ago(12))}  # fmt: skip
    stages = [stage | overrides.pop("stage_has", {})]
    values: dict[str, Any] = {"state": "running", "stage": "fit", "attempt": 1, "stages": stages,
                              "started_at": ago(40), "heartbeat_at": now()}  # fmt: skip
    return make_job(member, **values | overrides)


def figure_of(pages: PageClient, job: Job) -> dict[str, Any]:
    found: dict[str, Any] = pages.http.get(f"/jobs/{job.id}/charts/rounds.json").get_json()
    return found


def test_the_fold_that_runs_has_a_line_without_a_score(pages: PageClient, member: User) -> None:
    job = running(member, stage_has={"part": 0.62, "part_at": isoformat(ago(1))})
    page = pages.get(f"/jobs/{job.id}")
    assert words_of(page.find("#running-fold")) == "Fold 2 running, 62% 12 s"
    assert "No fold is finished yet" not in page.text
    add(fold(job, 2, 1))
    assert not pages.get(f"/jobs/{job.id}").select("#running-fold")


def test_without_a_share_the_line_tells_the_time(pages: PageClient, member: User) -> None:
    job = running(member)
    assert words_of(pages.get(f"/jobs/{job.id}").find("#running-fold")) == "Fold 2 running 12 s"
    with writing() as session:
        session.get_one(Job, job.id).heartbeat_at = ago(20)
    line = words_of(pages.get(f"/jobs/{job.id}").find("#running-fold"))
    assert line.startswith("Fold 2 no news")


@pytest.mark.parametrize(
    "values",
    [{"state": "cancelled"}, {"state": "queued"}, {"stage": "final"}, {"stages": []}],
    ids=["over", "waits-again", "last-fit", "not-begun"],
)
def test_no_fold_runs_outside_a_fit(app: Flask, member: User, values: dict[str, Any]) -> None:
    assert find_running_fold(running(member, **values), []) is None


@pytest.mark.parametrize("path", ["/jobs/{}", "/_live/jobs/{}"])
def test_table_and_chart_of_an_active_job_come_in_one_answer(
    pages: PageClient, member: User, path: str
) -> None:
    job = running(member)
    add(fold(job, 1, 1))
    html = pages.http.get(path.format(job.id)).get_data(as_text=True)
    beside = BeautifulSoup(html, "html5lib").select_one("#job-folds")
    assert beside is not None
    figure = json.loads(str(beside["data-figure"]))
    assert figure["table"]["rows"] == [[1, "0.800", "2"]]
    rows = [words_of(row) for row in beside.select("tbody tr")]
    assert rows[0].startswith("Fold 1 0.800 ")


def test_a_chart_of_an_active_job_is_asked_for_by_nobody(pages: PageClient, member: User) -> None:
    chart = pages.get(f"/jobs/{running(member).id}").find("#chart-folds")
    assert chart["data-chart-from"] == "job-folds"
    assert not chart.has_attr("data-chart-every")
    over = make_succeeded_job(member)
    page = pages.get(f"/jobs/{over.id}")
    assert not page.find("#job-folds").has_attr("data-figure")
    assert not page.find("#chart-folds").has_attr("data-chart-from")


def test_each_fold_has_a_line_by_round(pages: PageClient, member: User) -> None:
    job = running(member, stage_has={"curves": {"2": curve(points=POINTS[:2])}})
    first = fold(job, 1, 1)
    first.curve = curve()
    add(first)
    page = pages.get(f"/jobs/{job.id}")
    figure = json.loads(str(page.find("#job-folds")["data-figure"]))
    assert figure == figure_of(pages, job)
    assert [t["name"] for t in figure["traces"]] == ["Fold 1", "Fold 2 (running)"]
    assert figure["traces"][0]["x"] == [20, 40, 60]
    assert figure["traces"][1]["y"] == [0.7, 0.75]
    assert figure["layout"]["xaxis"]["title"]["text"] == "Boosting round"
    assert figure["layout"]["yaxis"]["title"]["text"] == "ROC AUC"
    assert figure["table"]["columns"] == ["Boosting round", "Fold 1", "Fold 2 (running)"]
    assert figure["table"]["rows"][2] == [60, "0.780", None]
    assert figure["alt"] == (
        "ROC AUC by boosting round: Fold 1 0.780 after 60, Fold 2 (running) 0.750 after 40"
    )
    assert words_of(page.find("#chart-folds + .chart-note")) == figure["note"]
    assert figure["note"] == "Of the rows that each fold holds out. Higher is better."
    cells = [words_of(cell) for cell in page.select("#chart-folds-table tbody tr:last-child td")]
    assert cells[:2] == ["60", "0.780"]


@pytest.mark.parametrize(
    ("given", "title", "said"),
    [
        ({"whose": "held_out", "rows": 2000, "of": 9000, "measure": "log_loss"}, "Log loss",
         "Of 2,000 of the 9,000 rows that a fold holds out, so its own score differs a little."),
        ({"whose": "validation", "measure": "accuracy", "unit": "passes over the rows"},
         "Accuracy", "Of the rows that early stopping sets aside"),
        ({"whose": "training", "measure": "loss", "unit": "passes over the rows"}, "Loss",
         "Loss of the rows that a fold learns from"),
    ],
    ids=["a-part", "early-stopping", "training"],
)  # fmt: skip
def test_the_chart_says_whose_score_it_is(
    pages: PageClient, member: User, given: dict[str, Any], title: str, said: str
) -> None:
    job = running(member, stage_has={"curves": {"2": curve(**given)}})
    figure = figure_of(pages, job)
    assert figure["layout"]["yaxis"]["title"]["text"] == title
    assert figure["note"].startswith(said)
    assert figure["note"] in pages.get(f"/jobs/{job.id}").text


def test_of_many_folds_the_last_are_drawn_and_all_are_in_the_table(
    pages: PageClient, member: User
) -> None:
    curves = {str(n): curve() for n in range(1, 26)}
    figure = figure_of(pages, running(member, stage_has={"curves": curves}))
    assert [t["name"] for t in figure["traces"]][0] == "Fold 16"
    assert len(figure["traces"]) == 10
    assert len(figure["table"]["columns"]) == 26
    assert "Lines of the last 10 of 25 folds" in figure["note"]


def test_scores_by_round_stay_beside_those_by_fold(pages: PageClient, member: User) -> None:
    job = make_succeeded_job(member)
    assert not pages.get(f"/jobs/{job.id}").select("#chart-rounds")
    assert pages.http.get(f"/jobs/{job.id}/charts/rounds.json").status_code == 404
    with writing() as session:
        for one in session.query(JobFold).filter_by(job_id=job.id):
            one.curve = curve()
    page = pages.get(f"/jobs/{job.id}")
    assert str(page.find("#chart-folds")["aria-label"]).startswith("ROC AUC by fold")
    figure = figure_of(pages, job)
    assert page.find("#chart-rounds")["aria-label"] == figure["alt"]
    assert len(figure["traces"]) == 5
    assert figure["final"]


def test_curves_of_a_fit_that_was_stopped_are_not_shown(app: Flask, member: User) -> None:
    over = running(member, state="cancelled", stage_has={"curves": {"2": curve()}})
    assert read_curves(over, []) == {}


def test_what_a_child_tells_of_a_fold_stands_at_the_stage_until_it_is_scored() -> None:
    told = JobReporter()
    told.take(STAGE)
    told.take({"type": "fitting", "fold": 1})
    told.take({"type": "fitting", "fold": 1, "curve": curve()})
    told.take(STAGE | {"part": 0.4})
    told.take({"type": "fitting", "fold": 2})  # the first one is still being stored
    (stage,) = told.progress.stages or []
    assert stage["fold"] == 2
    assert "part" not in stage
    assert stage["curves"] == {"1": curve()}
    told.take(STAGE | {"part": 0.1})
    told.take({"type": "fold", "fold": {"fold": 1, "fit_seconds": 2.0}})
    (stage,) = told.progress.stages or []
    assert stage["curves"] == {}
    assert stage["part"] == 0.1, "that is the second fold's"


def test_scores_by_round_are_kept_with_their_fold(app: Flask) -> None:
    job = make_job(state="queued")
    claim = claim_next_job(worker="worker-1")
    assert claim is not None
    told = JobReporter()
    told.take(STAGE)
    told.take({"type": "fitting", "fold": 1, "curve": curve()})
    execution.record_progress(claim=claim, progress=told.progress)
    told.written()
    kept = {"fold": 1, "scores": {"roc_auc": 0.8}, "fit_seconds": 2.0, "n_train": 8, "n_test": 2,
            "key": None, "curve": curve(points=POINTS[:1])}  # fmt: skip
    told.take({"type": "fold", "fold": kept})
    assert isinstance(told.progress, Progress)
    execution.record_progress(claim=claim, progress=told.progress)
    (scored,) = list_folds(job.id)
    assert scored.curve == curve(points=POINTS[:1])


def test_a_curve_of_one_point_has_a_narrow_axis(pages: PageClient, member: User) -> None:
    job = running(member, stage_has={"curves": {"2": curve(points=[[20, 0.8]])}})
    axis = figure_of(pages, job)["layout"]["yaxis"]
    assert axis["range"] == pytest.approx([0.76, 0.84])
    job = running(member, stage_has={"curves": {"2": curve()}})
    assert "range" not in figure_of(pages, job)["layout"]["yaxis"]


def test_warnings_and_attempts_of_a_running_job_stand_below_its_log(
    pages: PageClient, member: User
) -> None:
    told = [{"code": "X", "message": "Two classes are rare"}]
    job = running(member, warnings=told)
    make_attempt(job)
    page = pages.get(f"/jobs/{job.id}")
    order = [
        part["id"] for part in page.select("#chart-folds, #log-card, #job-after, #chart-usage")
    ]
    assert order == ["chart-folds", "log-card", "job-after", "chart-usage"]
    assert words_of(page.find("#job-after .notice")) == "Two classes are rare"
    assert page.find("#job-after #attempts")
    assert words_of(page.find('#job-live a[href="#job-after"]')) == "1 warning, below the log"
    live = BeautifulSoup(pages.live(f"/_live/jobs/{job.id}").text, "html.parser")
    assert [part["id"] for part in live.select("[hx-swap-oob=morph]")] == [
        "job-folds",
        "job-after",
    ]
    over = make_succeeded_job(member, warnings=told)
    assert pages.get(f"/jobs/{over.id}").find("#job-live .notice")
