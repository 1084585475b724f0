"""Which figures stand on the compare page, what they are of, and which words they use."""

from typing import Any

import pytest
from flask import Flask

from dashboard.compare.asked import Asked
from dashboard.compare.comparison import Comparison, compare_jobs
from dashboard.compare.figures import list_figures
from dashboard.compare.leads import lead_chart
from dashboard.compare.varying import choose_axis, list_axes
from dashboard.db import Dataset, Job, User
from tests.dashboard.compare.test_charts import DRAWS, drawn
from tests.dashboard.compare.test_verdict import BEST, CLOSE, scored
from tests.factories import give_results, make_dataset, make_succeeded_job
from tests.page import PageClient, words_of


@pytest.fixture
def dataset(app: Flask, member: User) -> Dataset:
    return make_dataset(member, name="people")


def compare(member: User, *jobs: Job) -> Comparison:
    return compare_jobs(user=member, job_ids=[job.id for job in jobs])


@pytest.mark.parametrize(("unit", "other"), [("groups", "rows"), ("rows", "groups")])
def test_what_was_drawn_anew_is_named_rows_or_groups(
    app: Flask, member: User, dataset: Dataset, unit: str, other: str
) -> None:
    details = {"drawn": {"draws": 500, "unit": unit, "units": 40, "of": 40}}
    best, close = (
        scored(dataset, name, scores, details=details)
        for name, scores in (("best", BEST), ("close", CLOSE))
    )
    assert DRAWS["unit"] == "rows"
    give_results(best, draws=drawn([0.84, 0.85, 0.86], 0.846, unit=unit))
    give_results(close, draws=drawn([0.845, 0.84, 0.85], 0.844, unit=unit))
    figure = lead_chart(compare(member, best, close))
    assert figure is not None
    assert f"By {unit}, from" in figure["table"]["columns"]
    assert f"close #{close.id}, by {unit}" in {trace["name"] for trace in figure["traces"]}
    page = PageClient(app, member).get(f"/compare?jobs={best.id},{close.id}")
    assert f"dotted = by {unit}, both 95%" in page.text
    assert f"an interval by {unit}: the scored {unit} are drawn anew" in page.text
    assert f"by {other}" not in page.text


def test_defaults_that_nobody_set_are_not_what_varies(member: User, dataset: Dataset) -> None:
    def job(estimator: str, **parameters: Any) -> Job:
        return make_succeeded_job(dataset=dataset, estimator=estimator, parameters=parameters)

    plain = compare(member, job("LogisticRegression"), job("SGDClassifier"))
    row = next(row for row in plain.rows if row.name == "tol")
    assert row.differs  # the table tells it, as a default of each estimator
    assert [axis.name for axis in list_axes(plain)] == ["Estimator"]
    swept = compare(member, job("LogisticRegression", C=0.1), job("LogisticRegression", C=1.5),
                    job("SGDClassifier"))  # fmt: skip
    assert [axis.name for axis in list_axes(swept)] == ["C", "Estimator"]
    chosen = choose_axis(swept, None)
    assert chosen is not None
    assert chosen.name == "C"
    given = compare(member, job("LogisticRegression", tol=0.01), job("SGDClassifier"))
    assert [axis.name for axis in list_axes(given)] == ["tol", "Estimator"]


@pytest.mark.parametrize(
    ("otherwise", "is_drawn"),
    [
        ({"target": "income"}, False),
        ({"sha256": "f" * 64}, False),
        ({"task": "regression", "metric": "rmse", "estimator": "Ridge"}, False),
        ({"split_hash": "f" * 64}, True),
        ({"partial": True}, True),
        ({}, True),
    ],
)
def test_answers_to_different_questions_stand_in_no_figure(
    app: Flask, member: User, dataset: Dataset, otherwise: dict[str, Any], is_drawn: bool
) -> None:
    of = dataset
    if sha256 := otherwise.get("sha256"):
        of = make_dataset(member, name="others", sha256=sha256)
    asked = {name: value for name, value in otherwise.items() if name != "sha256"}
    jobs = [make_succeeded_job(dataset=dataset), make_succeeded_job(dataset=of, **asked)]
    names = [one.name for one in list_figures(compare(member, *jobs), Asked(ids=()))]
    assert bool(names) is is_drawn
    pages = PageClient(app, member)
    ids = ",".join(str(job.id) for job in jobs)
    page = pages.get(f"/compare?jobs={ids}")
    assert bool(page.select("[data-chart-url]")) is is_drawn
    said = " ".join(words_of(one) for one in page.select(".notice"))
    assert ("no figure is drawn" in said) is not is_drawn
    status = pages.http.get(f"/compare/charts/folds.json?jobs={ids}").status_code
    assert status == (200 if is_drawn else 404)
    report = pages.http.get(f"/compare/report.html?jobs={ids}").get_data(as_text=True)
    assert ("<section data-figure" in report) is is_drawn
    assert ("no figure is drawn" in report) is not is_drawn
