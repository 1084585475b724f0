"""What is drawn against the threshold goes in steps where there are few rows, and is told so."""

from typing import Any

import pytest
from flask import Flask

from dashboard.db import User
from dashboard.jobs.decision_view import decision_chart, view_decision
from tests.dashboard.jobs.test_results import RESULTS, job_with
from tests.page import PageClient


def cuts(positives: int, negatives: int) -> dict[str, Any]:
    """Return the counts of three cuts."""
    return {"class": "yes", "kind": "probability", "default": 0.5, "positives": positives,
            "negatives": negatives, "threshold": [0.9, 0.5, 0.1], "tp": [1, 5, positives],
            "fp": [0, 2, negatives]}  # fmt: skip


@pytest.mark.parametrize(("n", "are_few"), [(49, True), (50, False)])
def test_of_few_rows_there_are_steps_and_the_page_says_so(
    app: Flask, member: User, n: int, are_few: bool
) -> None:
    results = RESULTS | {"thresholds": cuts(10, n - 10)}
    job = job_with(results, owner=member)
    view = view_decision(job, results, {})
    assert view is not None
    lines = [t for t in decision_chart(view)["traces"] if t["mode"] == "lines"]
    assert {trace["line"].get("shape") for trace in lines} == {"vh" if are_few else None}
    said = PageClient(app, member).get(f"/jobs/{job.id}").find("#threshold").get_text()
    assert (f"These are {n} predictions only" in said) is are_few
