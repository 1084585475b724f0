"""The figures of the compare page: leads with their intervals, curves, and what varies."""

from collections.abc import Sequence
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.compare.asked import Asked
from dashboard.compare.comparison import SIDE_BY_SIDE, Comparison, compare_jobs
from dashboard.compare.curves import PRECISION_RECALL, ROC, curve_chart, height_at
from dashboard.compare.drawn import difference_interval, read_draws
from dashboard.compare.figures import list_figures
from dashboard.compare.leads import lead_chart, list_leads
from dashboard.compare.stored import Curve
from dashboard.compare.varying import list_axes, parallel_chart, parameter_chart
from dashboard.db import Dataset, Job, JobFold, User
from dashboard.db.transaction import writing
from tests.dashboard.compare.test_verdict import BEST, CLOSE, scored
from tests.factories import give_results, make_dataset, make_succeeded_job
from tests.page import PageClient

DRAWS = {"seed": 0, "draws": 500, "unit": "rows", "units": 200, "of": 200}


@pytest.fixture
def dataset(app: Flask, member: User) -> Dataset:
    return make_dataset(member, name="people")


def drawn(scores: Sequence[float | None], middle: float, **changes: Any) -> dict[str, Any]:
    return {**DRAWS, **changes, "middle": {"roc_auc": middle}, "scores": {"roc_auc": list(scores)}}


def curves(auc: float, name: str = "yes") -> dict[str, Any]:
    roc = {"class": name, "auc": auc, "fpr": [0.0, 0.0, 0.5, 1.0], "tpr": [0.0, 0.4, 0.9, 1.0]}
    recall = {"class": name, "average_precision": auc / 2, "share": 0.3,
              "recall": [0.0, 0.5, 1.0], "precision": [1.0, 0.8, 0.3]}  # fmt: skip
    return {"roc": [roc], "precision_recall": [recall]}


def compare(member: User, *jobs: Job) -> Comparison:
    return compare_jobs(user=member, job_ids=[job.id for job in jobs])


def test_the_interval_by_rows_is_of_the_differences_draw_by_draw() -> None:
    ours = read_draws({"draws": drawn([0.8 + n / 1000 for n in range(101)], 0.85)})
    theirs = read_draws({"draws": drawn([0.7 + n / 1000 for n in range(101)], 0.75)})
    # Each goes up and down by 0.1, but both together: the difference is the same in each draw.
    assert difference_interval(ours, theirs, "roc_auc", 0.1) == pytest.approx((0.1, 0.1))
    apart = read_draws({"draws": drawn([0.8 - n / 1000 for n in range(101)], 0.75)})
    low, high = difference_interval(ours, apart, "roc_auc", 0.1) or (0, 0)
    assert (low, high) == pytest.approx((0.005, 0.195))
    # Draws of a part of the rows lie around what the part scores.
    shifted = difference_interval(ours, apart, "roc_auc", 0.12) or (0, 0)
    assert shifted == pytest.approx((0.025, 0.215))


@pytest.mark.parametrize("changes", [{"seed": 1}, {"of": 199}, {"unit": "groups"}])
def test_what_was_not_drawn_alike_has_no_interval(changes: dict[str, Any]) -> None:
    ours = read_draws({"draws": drawn([0.8, 0.9], 0.85)})
    theirs = read_draws({"draws": drawn([0.7, 0.8], 0.75, **changes)})
    assert difference_interval(ours, theirs, "roc_auc", 0.1) is None
    assert difference_interval(ours, read_draws({}), "roc_auc", 0.1) is None
    assert difference_interval(ours, ours, "accuracy", 0.1) is None
    few = read_draws({"draws": drawn([None, None], 0.75)})
    assert difference_interval(ours, few, "roc_auc", 0.1) is None


def test_leads_are_drawn_with_both_intervals_and_told_by_the_api(
    app: Flask, member: User, dataset: Dataset
) -> None:
    best, close = scored(dataset, "best", BEST), scored(dataset, "close", CLOSE)
    old = scored(dataset, "old", [s - 0.1 for s in CLOSE])
    give_results(best, draws=drawn([0.84, 0.85, 0.86], 0.846))
    give_results(close, draws=drawn([0.845, 0.84, 0.85], 0.844))
    found = compare(member, close, best, old)
    leads = {lead.job.name: lead for lead in list_leads(found)}
    assert leads["old"].by_rows is None
    assert leads["close"].by_rows == pytest.approx((-0.00425, 0.01), abs=1e-4)
    figure = lead_chart(found)
    assert figure is not None
    assert [row[0] for row in figure["table"]["rows"]] == [f"close #{close.id}", f"old #{old.id}"]
    assert [row[-1] for row in figure["table"]["rows"]] == ["tied", "beaten"]
    assert figure["alt"].startswith("Lead of best in ROC AUC: +0.002 over close, tied; ")
    colours = {trace["name"]: trace["marker"]["color"] for trace in figure["traces"]
               if "marker" in trace}  # fmt: skip
    assert list(colours.values()) == ["c1", "c3"]  # as in the order of the address
    page = PageClient(app, member).get(f"/compare?jobs={close.id},{best.id},{old.id}")
    assert "+0.002 over close, tied" in page.text


def test_of_errors_a_lead_is_of_the_lower_one(member: User, dataset: Dataset) -> None:
    asked: dict[str, Any] = {"task": "regression", "metric": "rmse", "estimator": "Ridge"}
    low, high = scored(dataset, "low", CLOSE, **asked), scored(dataset, "high", BEST, **asked)
    for job, scores in ((low, [0.80, 0.81]), (high, [0.84, 0.83])):
        give_results(job, draws={**DRAWS, "middle": {"rmse": sum(scores) / 2},
                                 "scores": {"rmse": scores}})  # fmt: skip
    (lead,) = list_leads(compare(member, low, high))
    assert lead.by_rows is not None
    assert lead.by_folds.mean > 0
    assert lead.by_rows[0] < lead.by_folds.mean < lead.by_rows[1]


def test_curves_of_all_jobs_stand_in_one_figure(
    app: Flask, member: User, dataset: Dataset
) -> None:
    jobs = [make_succeeded_job(dataset=dataset) for _ in range(3)]
    for job, auc in zip(jobs[:2], (0.9, 0.8), strict=True):
        give_results(job, **curves(auc))
    found = compare(member, *jobs)
    figure = curve_chart(found, ROC)
    assert figure is not None
    assert [(t["name"], t["line"]["color"], t["line"]["dash"]) for t in figure["traces"]] == [
        (f"{jobs[0].name} #{jobs[0].id}", "c1", "solid"),
        (f"{jobs[1].name} #{jobs[1].id}", "c2", "dash"),
    ]
    assert figure["table"]["columns"][:3] == [
        "Job", "Area", "True positive rate at 1%",
    ]  # fmt: skip
    assert figure["table"]["rows"][0][1:] == ["0.9", "0.41", "0.45", "0.5", "0.6", "0.9"]
    assert f"{jobs[1].name} 0.800" in figure["alt"]
    recall = curve_chart(found, PRECISION_RECALL)
    assert recall is not None
    assert recall["traces"][0]["y"] == [1.0, 0.8, 0.3]
    answer = PageClient(app, member).http.get(
        f"/compare/charts/roc.json?jobs={jobs[0].id},{jobs[1].id}"
    )
    assert len(answer.get_json()["traces"]) == 2


def test_more_jobs_than_fit_side_by_side_have_no_figure(
    app: Flask, member: User, dataset: Dataset
) -> None:
    jobs = [make_succeeded_job(dataset=dataset) for _ in range(SIDE_BY_SIDE + 1)]
    for job in jobs[:2]:
        give_results(job, **curves(0.9))
    http = PageClient(app, member).http
    for taken, status in ((jobs[1:], 200), (jobs, 404)):
        ids = ",".join(str(job.id) for job in taken)
        assert http.get(f"/compare/charts/roc.json?jobs={ids}").status_code == status


def test_a_class_of_curves_is_chosen_where_there_are_several(
    app: Flask, member: User, dataset: Dataset
) -> None:
    first, second = (make_succeeded_job(dataset=dataset) for _ in range(2))
    give_results(first, roc=curves(0.9, "no")["roc"] + curves(0.8, "yes")["roc"])
    give_results(second, roc=curves(0.7, "yes")["roc"])
    found = compare(member, first, second)
    shown = [len((curve_chart(found, ROC, name) or {})["traces"]) for name in (None, "yes", "x")]
    assert shown == [1, 2, 1]
    pages = PageClient(app, member)
    page = pages.get(f"/compare?jobs={first.id},{second.id}")
    assert [o["value"] for o in page.select("#filter-class option")] == ["no", "yes"]
    page = pages.get(f"/compare?jobs={first.id},{second.id}&class=yes")
    assert page.find("#filter-class option[selected]")["value"] == "yes"


def test_a_curve_is_read_off_between_its_points() -> None:
    curve = Curve([0.0, 0.0, 0.5], [0.0, 0.4, 0.9], None)
    assert height_at(curve, 0.0) == 0.4
    assert height_at(curve, 0.25) == pytest.approx(0.65)
    assert height_at(curve, 0.5) == 0.9
    assert height_at(curve, 0.6) is None


def test_missing_results_leave_their_charts_out(member: User, dataset: Dataset) -> None:
    jobs = [make_succeeded_job(dataset=dataset, results_key=f"jobs/{n}/gone") for n in (1, 2)]
    names = [named.name for named in list_figures(compare(member, *jobs), Asked(ids=()))]
    assert names == ["folds", "time", "leads"]


def test_what_varies_has_numbers_on_their_axis_and_words_as_steps(
    member: User, dataset: Dataset
) -> None:
    jobs = [
        make_succeeded_job(dataset=dataset, estimator="LogisticRegression", score=score,
                           parameters={"C": c, "solver": solver})
        for c, solver, score in ((0.01, "lbfgs", 0.8), (1.0, "saga", 0.9), (100.0, "lbfgs", 0.7))
    ]  # fmt: skip
    found = compare(member, *jobs)
    axes = {axis.name: axis for axis in list_axes(found)}
    assert list(axes) == ["C", "solver"]
    assert [axes["C"].place(v) for v in (0.01, 1.0, 100.0)] == pytest.approx([0, 0.5, 1])
    assert [axes["solver"].place(v) for v in ("lbfgs", "saga")] == [0, 1]
    figure = parallel_chart(found)
    assert figure is not None
    lines = [trace for trace in figure["traces"] if trace["mode"] == "lines+markers"]
    assert [trace["line"]["color"] for trace in lines] == ["c1", "c2", "c3"]
    assert lines[1]["y"] == pytest.approx([0.5, 1, 1])
    # Words keep off markers: their own, unseen, are larger.
    words_of_ends = figure["traces"][-1]
    assert words_of_ends["mode"] == "markers+text"
    assert words_of_ends["marker"]["opacity"] == 0
    assert words_of_ends["marker"]["size"] > max(one["marker"]["size"] for one in lines)
    assert figure["table"]["rows"][1][1:] == ["1", "saga", "0.900"]
    assert "C from 0.01 to 100" in figure["alt"]
    assert "solver lbfgs, saga" in figure["alt"]
    by_c = parameter_chart(found, "C")
    assert by_c is not None
    assert by_c["layout"]["xaxis"]["type"] == "log"
    assert [trace["x"] for trace in by_c["traces"]] == [[0.01], [1.0], [100.0]]
    words = parameter_chart(found, "solver")
    assert words is not None
    assert words["layout"]["xaxis"]["type"] == "category"
    assert parameter_chart(found, "no such") == by_c
    same = [make_succeeded_job(dataset=dataset) for _ in range(2)]
    assert parallel_chart(compare(member, *same)) is None


def test_of_more_than_six_jobs_the_best_have_a_colour_in_every_figure(
    member: User, dataset: Dataset
) -> None:
    jobs = [
        make_succeeded_job(dataset=dataset, score=0.8 + n / 100, parameters={"C": n + 1.0})
        for n in range(8)
    ]
    for job in jobs:
        give_results(job, **curves(0.9))
    for named in list_figures(compare(member, *jobs), Asked(ids=())):
        for n, ink in ((0, "muted"), (1, "muted"), (2, "c6"), (7, "c1")):
            of_job = [t for t in named.figure["traces"] if jobs[n].name in t["name"]]
            inks = {(t.get("marker") or t["line"])["color"] for t in of_job}
            assert inks <= {ink}, named.name


def test_folds_of_a_job_that_runs_are_drawn(member: User, dataset: Dataset) -> None:
    jobs = [make_succeeded_job(dataset=dataset, score=s) for s in (0.8, 0.9)]
    with writing() as session:
        job = session.get_one(Job, jobs[1].id)
        job.state, job.split_hash, job.metrics = "running", None, {}
        for fold in session.scalars(select(JobFold).where(JobFold.job_id == job.id)).all()[2:]:
            session.delete(fold)
    figures = {n.name: n.figure for n in list_figures(compare(member, *jobs), Asked(ids=()))}
    assert len([r for r in figures["folds"]["table"]["rows"] if jobs[1].name in r[0]]) == 2
    assert len(figures["time"]["traces"]) == 2
    assert "leads" not in figures


def test_labels_begin_with_the_settings_that_differ(dataset: Dataset, member: User) -> None:
    names = [f"people → churned: ridge, solver svd, alpha {n}, tol 0.001" for n in (1, 2)]
    jobs = [make_succeeded_job(member, dataset=dataset, name=name) for name in names]
    found = compare(member, *jobs)
    first, second = (found.label(job) for job in jobs)
    assert first == f"alpha 1, ridge, solver svd… #{jobs[0].id}"
    assert second == f"alpha 2, ridge, solver svd… #{jobs[1].id}"
