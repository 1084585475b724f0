"""What a succeeded job's page shows of its results."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from flask import Flask

from dashboard.db import Job, User
from tasks.engine.scores.charts import make_charts
from tests.factories import give_results, make_succeeded_job
from tests.page import PageClient, words_of

GROUPS = [
    {"n": 90, "from": 0.0, "to": 0.4, "predicted": 0.1, "observed": 0.3, "low": 0.21, "high": 0.4},
    {"n": 10, "from": 0.5, "to": 1.0, "predicted": 0.9, "observed": 0.8, "low": 0.5, "high": 0.94},
]
RESULTS: dict[str, Any] = {
    "n": 100,
    "confusion": {"labels": ["no", "yes"], "counts": [[60, 5], [5, 30]]},
    "roc": [],
    "precision_recall": [
        {"class": "yes", "average_precision": 0.812, "share": 0.35, "recall": [0.0, 0.5, 1.0],
         "precision": [1.0, 0.9, 0.35], "threshold": [None, 0.5, 0.0]}
    ],
    "calibration": [{"class": "yes", "groups": GROUPS}],
}  # fmt: skip


@pytest.fixture
def pages(app: Flask, member: User) -> PageClient:
    return PageClient(app, member)


def job_with(results: dict[str, Any], **overrides: Any) -> Job:
    """Make a succeeded job whose file of results holds these."""
    return give_results(make_succeeded_job(**overrides), **results)


def test_calibration_is_drawn_with_its_intervals_and_said_in_words(pages: PageClient) -> None:
    job = job_with(RESULTS)
    page = pages.get(f"/jobs/{job.id}")
    alt = page.find("#chart-calibration")["aria-label"]
    assert "off by 19.0 percentage points on average" in alt
    assert "in 1 of 2 groups of rows by more than their interval" in alt
    figure = pages.http.get(f"/jobs/{job.id}/charts/calibration.json").get_json()
    assert figure["traces"][0]["error_y"]["arrayminus"] == pytest.approx([0.09, 0.3])
    assert figure["table"]["rows"][0][:2] == ["yes", 90]


def test_precision_and_recall_say_what_guessing_gives(pages: PageClient) -> None:
    job = job_with(RESULTS)
    page = pages.get(f"/jobs/{job.id}")
    alt = page.find("#chart-precision_recall")["aria-label"]
    assert "yes: average precision 0.812, 35% of the rows" in alt
    said = "all folds together; the score is their mean"  # else two areas seem to contradict
    assert page.text.count(said) == 1
    figure = pages.http.get(f"/jobs/{job.id}/charts/precision_recall.json").get_json()
    assert figure["traces"][1]["y"] == [0.35, 0.35]


def test_curves_of_many_classes_say_which_are_drawn(pages: PageClient) -> None:
    labels = [*"abcdefgh"]
    counts = np.eye(8, dtype=int).tolist()
    curves = [RESULTS["precision_recall"][0] | {"class": name} for name in labels[:6]]
    job = job_with(
        RESULTS | {"precision_recall": curves, "confusion": {"labels": labels, "counts": counts}}
    )
    figure = pages.get(f"/jobs/{job.id}").find("#chart-precision_recall").parent
    assert "The 6 most frequent of 8 classes" in figure.text
    two = pages.get(f"/jobs/{job_with(RESULTS).id}")
    assert "most frequent" not in two.find("#chart-precision_recall").parent.text


def test_a_job_of_before_has_the_charts_that_its_file_has(pages: PageClient) -> None:
    job = job_with({"n": 100, "confusion": RESULTS["confusion"]})
    page = pages.get(f"/jobs/{job.id}")
    assert page.find("#chart-confusion")
    assert not page.select("#chart-calibration")


def test_each_cell_of_the_confusion_leads_to_its_rows(pages: PageClient) -> None:
    job = job_with(RESULTS, out_of_fold_key="jobs/1/x/out_of_fold")
    page = pages.get(f"/jobs/{job.id}")
    cells = page.select(".confusion tbody td")
    assert [words_of(cell) for cell in cells] == ["60 92%", "5 8%", "5 14%", "30 86%"]
    link = cells[1].find("a")
    assert link is not None
    assert link["href"] == f"/jobs/{job.id}/rows?actual=no&predicted=yes"
    assert link["aria-label"] == "5 rows of no predicted yes: show"


def test_gain_is_the_roc_curve_held_against_the_share_of_the_class(pages: PageClient) -> None:
    curve = {"class": "yes", "auc": 0.8, "fpr": [0.0, 0.0, 0.5, 1.0], "tpr": [0.0, 0.5, 1.0, 1.0],
             "threshold": [None, 0.9, 0.5, 0.0]}  # fmt: skip
    shares = [RESULTS["precision_recall"][0] | {"share": 0.2}]
    job = job_with(RESULTS | {"roc": [curve], "precision_recall": shares})
    alt = pages.get(f"/jobs/{job.id}").find("#chart-gain")["aria-label"]
    assert "the highest tenth of the rows holds 50% of it, 5.0 times as many as chance" in alt
    figure = pages.http.get(f"/jobs/{job.id}/charts/gain.json").get_json()
    assert figure["traces"][0]["x"] == pytest.approx([0.0, 0.1, 0.6, 1.0])
    assert ["yes", "10%", "50%", "5"] in figure["table"]["rows"]
    assert figure["table"]["rows"][-1] == ["yes", "100%", "100%", "1"]


def test_the_error_of_numbers_is_told_by_tenth(pages: PageClient) -> None:
    actual = np.arange(100.0)
    frame = pd.DataFrame({"row": range(100), "actual": actual, "prediction": actual})
    frame.loc[frame.index >= 90, "prediction"] += 20
    found = make_charts("regression", frame, None, 0)
    assert [tenth["n"] for tenth in found["tenths"]] == [10] * 10
    job = job_with(found, task="regression", metric="r2", out_of_fold_key="jobs/1/x/out_of_fold")
    page = pages.get(f"/jobs/{job.id}")
    words = page.find("#chart-tenths")["aria-label"]
    assert words.endswith("The largest is in tenth 10: off by 20 on average")
    assert page.select(f'a[href="/jobs/{job.id}/rows?tenth=10"]')
    figure = pages.http.get(f"/jobs/{job.id}/charts/tenths.json").get_json()
    assert figure["table"]["rows"][9][-2:] == ["20", "20"]
