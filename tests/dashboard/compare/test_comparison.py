"""Jobs side by side: what is said of jobs that do not belong together, and the figures."""

import math
from typing import Any

import pytest
from flask import Flask

from dashboard.compare import charts
from dashboard.compare.answers import as_answer
from dashboard.compare.comparison import Comparison, compare_jobs
from dashboard.db import Job, User
from dashboard.jobs.figures.charts import confusion_chart, fold_chart
from dashboard.jobs.queries import list_folds
from tests.factories import make_dataset, make_job, make_model, make_succeeded_job
from tests.page import PageClient, words_of


def compare(user: User, *jobs: Job) -> Comparison:
    return compare_jobs(user=user, job_ids=[job.id for job in jobs])


def test_jobs_of_one_question_are_named_by_it(app: Flask, member: User) -> None:
    dataset = make_dataset(member, name="people")
    jobs = [make_succeeded_job(member, dataset=dataset) for _ in range(2)]
    found = compare(member, *jobs)
    assert found.comparable
    assert found.about == f"people v1, predicting {jobs[0].target}"


def test_jobs_of_different_questions_are_not_named_by_the_first(app: Flask, member: User) -> None:
    regression: dict[str, Any] = {
        "task": "regression", "target": "income", "metric": "r2", "estimator": "Ridge",
        "metrics": {"r2": {"mean": 0.5, "std": 0.1}},
    }  # fmt: skip
    first, second = make_succeeded_job(member), make_succeeded_job(member, **regression)
    found = compare(member, first, second)
    assert found.about == "2 datasets, predicting 2 different columns"
    assert {"ROC AUC", "R\N{SUPERSCRIPT TWO}"} <= {row.name for row in found.rows}
    page = PageClient(app, member).get(f"/compare?jobs={first.id},{second.id}")
    assert "cannot be compared fairly" in page.text


def test_what_is_about_different_classes_has_no_best(app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    first, second = (
        make_succeeded_job(
            member, dataset=dataset, details={"positive_class": positive},
            metrics={"roc_auc": {"mean": f1, "std": 0.1}, "f1": {"mean": f1, "std": 0.1}},
        )
        for positive, f1 in (("no", 0.9), ("yes", 0.5))
    )  # fmt: skip
    found = compare(member, first, second)
    assert found.comparable  # by ROC AUC, which is the same for both classes
    best = {row.name: row.best for row in found.rows if row.spreads}
    assert (best["ROC AUC"], best["F1, of different classes"]) == (0, None)
    assert not any(row.tied for row in found.rows if row.name.startswith("F1"))
    page = PageClient(app, member).get(f"/compare?jobs={first.id},{second.id}")
    assert [words_of(tag) for tag in page.select("td .tag")].count("best") == 1
    same = make_succeeded_job(
        member, dataset=dataset, details={"positive_class": "no"},
        metrics={"f1": {"mean": 0.8, "std": 0.1}},
    )  # fmt: skip
    f1 = next(row for row in compare(member, first, same).rows if row.name == "F1")
    assert f1.best == 0


def test_positive_class_and_copies_are_told_as_differing(app: Flask, member: User) -> None:
    dataset, details = make_dataset(member), {"positive_class": "no"}
    folds = {"scheme": "stratified", "folds": 5, "repeats": 1}
    first = make_succeeded_job(member, dataset=dataset, details=details, validation=folds)
    copies = folds | {"drop_copies": True}
    second = make_succeeded_job(
        member, dataset=dataset, details={"positive": "yes"}, validation=copies
    )
    told = as_answer(compare(member, first, second))["settings"]
    assert told["Positive class"] == ["no", "yes"]
    assert told["Validation drop_copies"] == [False, True]
    page = PageClient(app, member).get(f"/compare?jobs={first.id},{second.id}&diff=1")
    heads = [words_of(head) for head in page.select(".compare-table th[scope=row]")]
    assert {"Positive class", "Validation drop_copies"} <= set(heads)
    third = make_succeeded_job(
        member, dataset=dataset, details=details, validation=folds | {"drop_copies": False}
    )
    told = as_answer(compare(member, first, third))["settings"]  # it says what the first means
    assert "Validation drop_copies" not in told


def test_a_failed_job_is_never_the_cheapest(app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    jobs = [make_succeeded_job(member, dataset=dataset, peak_memory_bytes=n) for n in (300, 200)]
    failed = make_job(member, dataset, state="failed", peak_memory_bytes=100)
    memory = next(r for r in compare(member, *jobs, failed).rows if r.name == "Peak memory")
    assert memory.best == 1


def test_costs_are_those_of_training_using_and_keeping_a_model(app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    jobs = [
        make_succeeded_job(member, dataset=dataset, details={"predict_s_per_1000": seconds})
        for seconds in (0.004, 0.25)
    ]
    for job, size in zip(jobs, (4000, 2000), strict=True):
        make_model(job, files={"joblib": {"size_bytes": size}})
    page = PageClient(app, member).get(f"/compare?jobs={jobs[0].id},{jobs[1].id}&diff=0")
    cells = {
        words_of(head): [words_of(cell) for cell in head.parent.select("td")]  # type: ignore[union-attr]
        for head in page.select(".compare-table th[scope=row]")
    }
    assert cells["Prediction time, 1,000 rows"] == ["4.0 ms best", "0.2 s"]
    assert cells["Model size"] == ["4.0 KB", "2.0 KB best"]
    assert cells["Fit time of folds"] == ["2.5 s", "2.5 s"]


def test_figures_speak_in_titles_and_short_numbers(app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    jobs = [make_succeeded_job(member, dataset=dataset) for _ in range(2)]
    found = compare(member, *jobs)
    for figure in (charts.fold_chart(found), charts.time_chart(found)):
        assert "ROC AUC" in figure["table"]["columns"]
        assert "roc_auc" not in str(figure)
        cells = [cell for row in figure["table"]["rows"] for cell in row if isinstance(cell, str)]
        assert all(len(cell) < 60 for cell in cells)
    shapes = {t["marker"]["symbol"] for t in charts.time_chart(found)["traces"]}
    assert shapes == {"circle", "square"}


def test_a_figure_without_folds_has_nothing_to_draw(app: Flask, member: User) -> None:
    job = make_job(member, state="running")
    figure = fold_chart(job, list_folds(job.id), is_final=False)
    assert figure["traces"] == []
    assert "no fold is finished yet" in figure["alt"]


def test_scores_that_are_the_same_have_a_close_axis(app: Flask, member: User) -> None:
    job = make_succeeded_job(member)
    folds = list_folds(job.id)
    low, high = fold_chart(job, folds[2:3], is_final=True)["layout"]["yaxis"]["range"]
    assert 0.75 < low < 0.84 < high < 0.9
    assert "range" not in fold_chart(job, folds, is_final=True)["layout"]["yaxis"]


def test_shares_of_a_confusion_are_of_the_true_class() -> None:
    labels = [f"k{n}" for n in range(8)]
    counts = [[3 if p == n else 1 for p in range(8)] for n in range(8)]
    figure = confusion_chart({"confusion": {"labels": labels, "counts": counts}})
    assert len(figure["traces"]) == 7
    for n in range(8):
        assert sum(trace["x"][n] for trace in figure["traces"]) == 1
    assert figure["layout"]["showlegend"]


@pytest.mark.parametrize("seconds", [(19.0, 27.0), (0.4, 0.4), (200.0, 90000.0)])
def test_axis_of_times_holds_a_tick_on_either_side(
    seconds: tuple[float, float], app: Flask, member: User
) -> None:
    dataset = make_dataset(member)
    jobs = [make_succeeded_job(member, dataset=dataset) for _ in seconds]
    for job, took in zip(jobs, seconds, strict=True):
        for fold in list_folds(job.id):
            fold.fit_seconds = took / 5
    axis = charts.time_chart(compare(member, *jobs))["layout"]["xaxis"]
    low, high = axis["range"]
    shown = [tick for tick in axis["tickvals"] if low <= math.log10(tick) <= high]
    assert len(shown) >= 2
    assert low < math.log10(min(seconds))
    assert high > math.log10(max(seconds))


def test_line_at_the_mean_runs_through_the_numbers_of_the_folds(app: Flask, member: User) -> None:
    job = make_succeeded_job(member)
    figure = fold_chart(job, list_folds(job.id), is_final=True)
    points, mean = figure["traces"]
    assert points["x"] == [1, 2, 3, 4, 5]
    assert figure["layout"]["xaxis"]["range"] == mean["x"] == [0.5, 5.5]
    assert "type" not in figure["layout"]["xaxis"]
    assert "Fold 3 0.840," in figure["alt"]


def test_a_job_whose_other_is_gone_is_not_compared_with_nothing(app: Flask, member: User) -> None:
    pages = PageClient(app, member)
    job = make_succeeded_job(member)
    page = pages.get(f"/compare?jobs={job.id},{job.id + 998}")
    assert "Add at least one more job" in page.text
    assert f"Job #{job.id + 998} does not exist any more" in page.text
    assert not page.select("[data-chart-url]")
    other = make_succeeded_job(member, dataset=job.dataset)
    page = pages.get(f"/compare?jobs={job.id},{other.id},{job.id + 998}")
    assert f"Job #{job.id + 998} does not exist any more" in page.text
    assert page.select("[data-chart-url]")


def test_job_that_others_are_held_against_is_no_baseline(app: Flask, member: User) -> None:
    dataset = make_dataset(member)
    first, second = (make_succeeded_job(member, dataset=dataset) for _ in range(2))
    page = PageClient(app, member).get(f"/compare?jobs={first.id},{second.id}&base={second.id}")
    heads = [words_of(head) for head in page.select(".compare-table thead th")[1:]]
    assert heads[0].endswith(f"Make reference : {first.name}")
    assert heads[1].endswith("reference")
    assert "baseline" not in " ".join(heads).casefold()


def test_the_axis_of_one_fold_ends_where_the_metric_does(app: Flask, member: User) -> None:
    job = make_succeeded_job(member)
    (fold, *_) = list_folds(job.id)
    fold.scores = {"roc_auc": 0.98}
    low, high = fold_chart(job, [fold], is_final=True)["layout"]["yaxis"]["range"]
    assert low < 0.98 < high < 1.01


def test_points_that_lie_on_each_other_have_their_names_when_pointed_at(
    app: Flask, member: User
) -> None:
    dataset = make_dataset(member)
    jobs = [make_succeeded_job(member, dataset=dataset) for _ in range(8)]
    found = compare(member, *jobs)
    traces = charts.time_chart(found)["traces"]
    named = [trace["textposition"] for trace in traces if trace["mode"] == "markers+text"]
    assert 0 < len(named) == len(set(named)) < len(jobs)
    assert [trace["name"] for trace in traces] == [found.label(job) for job in jobs]
