"""The report of a comparison: one file that holds all it shows, and escapes all it is told."""

import re

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from dashboard.compare.drawing import draw
from dashboard.db import Dataset, Job, User
from tests.dashboard.compare.test_charts import curves
from tests.factories import give_results, make_dataset, make_job, make_succeeded_job
from tests.page import PageClient, words_of

ODD = "</style><script>alert(1)</script><b>&\"'"


@pytest.fixture
def dataset(app: Flask, member: User) -> Dataset:
    return make_dataset(member, name="people")


def report_of(app: Flask, member: User, jobs: list[Job], more: str = "") -> str:
    ids = ",".join(str(job.id) for job in jobs)
    answer = PageClient(app, member).http.get(f"/compare/report.html?jobs={ids}{more}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith(
        'attachment; filename="comparison.html"'
    )
    return str(answer.get_data(as_text=True))


def test_a_report_holds_everything_it_shows(app: Flask, member: User, dataset: Dataset) -> None:
    jobs = [
        make_succeeded_job(dataset=dataset, name=f"{ODD} {n}", score=0.8 + n / 10,
                           parameters={"C": n + 1.0, "solver": ODD if n else "lbfgs"})
        for n in range(2)
    ]  # fmt: skip
    for job in jobs:
        give_results(job, **curves(0.9))
    jobs.append(make_job(member, dataset, name="waits"))
    text = report_of(app, member, jobs)
    soup = BeautifulSoup(text, "html5lib")
    assert not soup.select("script, link, img, iframe, object, [src], [style], b")
    assert "url(" not in text
    assert "@import" not in text
    assert "default-src 'none'" in str(soup.find("meta", {"http-equiv": True}))
    assert len(soup.select("style")) == 1
    words = words_of(soup)
    assert words.count(ODD) > 5
    assert re.search(
        rf"Made on \d\d \w+ \d{{4}}, \d\d:\d\d UTC by {member.name}, from http://", words
    )
    assert "waits waits in the queue" in words
    assert "scores best, and its lead" in words
    named = {words_of(title) for title in soup.select("svg path.mark > title")}
    assert any(ODD[:10] in name for name in named)  # a point without a word beside it
    # Each figure has its drawing, its sentence and its numbers.
    figures = soup.select(".figures section")
    titles = [words_of(figure.h2) for figure in figures]
    assert titles == [
        "ROC AUC by fold", "ROC AUC against fit time", "Lead of the best one",
        "ROC AUC against one setting", "ROC curves", "Precision and recall",
        "What varies, job by job",
    ]  # fmt: skip
    for figure in figures:
        assert figure.select("svg.drawing path")
        assert figure.select("tbody td")
    marks = [mark["data-colour"] for mark in soup.select("thead .swatch")]
    assert marks == ["c1", "c2", "c3"]


def test_a_report_of_many_jobs_has_its_table_alone(
    app: Flask, member: User, dataset: Dataset
) -> None:
    jobs = [make_succeeded_job(dataset=dataset, score=0.5 + n / 100) for n in range(13)]
    soup = BeautifulSoup(report_of(app, member, jobs, "&diff=0"), "html5lib")
    assert not soup.select(".figures section")
    assert len(soup.select("tbody tr")) == 13
    assert "Seed" in words_of(soup.thead)


def test_a_drawing_puts_points_where_their_values_are() -> None:
    mark = {"color": "c2", "symbol": "square"}
    trace = {"mode": "markers", "name": "a", "x": [1.0, 10.0, 100.0], "y": [0.0, 5.0, 10.0],
             "marker": mark, "error_y": {"array": [1.0, 1.0, 1.0]}}  # fmt: skip
    layout = {"xaxis": {"type": "log", "range": [0, 2]}, "yaxis": {"range": [0, 10]}}
    drawing = draw({"traces": [trace], "layout": layout})
    xs = [float(m.x) for m in drawing.marks]
    ys = [float(m.y) for m in drawing.marks]
    assert xs[1] - xs[0] == pytest.approx(xs[2] - xs[1], abs=0.2)
    assert ys[0] > ys[1] > ys[2]
    assert {word.text for word in drawing.words} >= {"1", "10", "100", "0", "2", "8"}
    assert len([s for s in drawing.strokes if s.ink == "c2"]) == 3
    rows = {"mode": "markers", "name": "b", "x": [1.0, 2.0], "y": ["one", "two"], "marker": mark}
    reversed_ = {"yaxis": {"type": "category", "autorange": "reversed"}}
    top, below = draw({"traces": [rows], "layout": reversed_}).marks
    assert float(top.y) < float(below.y)
