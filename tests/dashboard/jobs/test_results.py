"""What a succeeded job's page shows of its results."""

import io
import json
from typing import Any

import pytest
from flask import Flask

from dashboard.db import Job, User
from dashboard.db.transaction import writing
from dashboard.storage import get_storage, keys
from tests.factories import make_succeeded_job
from tests.page import PageClient

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
    job = make_succeeded_job(**overrides)
    key = keys.job_artefact(job.id, "ab" * 8, "results")
    get_storage().write(key, io.BytesIO(json.dumps(results).encode()))
    with writing() as session:
        session.get_one(Job, job.id).results_key = key
    return job


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
    figure = pages.http.get(f"/jobs/{job.id}/charts/precision_recall.json").get_json()
    assert figure["traces"][1]["y"] == [0.35, 0.35]


def test_a_job_of_before_has_the_charts_that_its_file_has(pages: PageClient) -> None:
    job = job_with({"n": 100, "confusion": RESULTS["confusion"]})
    page = pages.get(f"/jobs/{job.id}")
    assert page.find("#chart-confusion")
    assert not page.select("#chart-calibration")
