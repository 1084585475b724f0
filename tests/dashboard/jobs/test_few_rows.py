"""What is drawn against the threshold goes in steps where there are few rows, and is told so."""

from itertools import pairwise
from typing import Any

import pytest
from flask import Flask

from dashboard.db import User
from dashboard.jobs.threshold.view import decision_chart, view_decision
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
    assert {trace["line"].get("shape") for trace in lines} == {"hv" if are_few else None}
    said = PageClient(app, member).get(f"/jobs/{job.id}").find("#threshold").get_text()
    assert (f"These are {n} predictions only" in said) is are_few


def drawn_at(trace: dict[str, Any], x: float) -> float:
    """Return the height at which a line of steps passes over a number that is no corner of it."""
    corners = list(zip(trace["x"], trace["y"], strict=True))
    for (x0, y0), (x1, y1) in pairwise(corners):
        if min(x0, x1) < x < max(x0, x1):
            return {"hv": y0, "vh": y1}[trace["line"]["shape"]]  # level first, or upright first
    raise AssertionError(f"nothing is drawn over {x}")


def test_between_two_cuts_stands_what_a_threshold_there_does(app: Flask, member: User) -> None:
    """With 0.7 the rows at 0.9 are told to be positive, and those at 0.5 are not."""
    results = RESULTS | {"thresholds": cuts(10, 30)}
    view = view_decision(job_with(results, owner=member), results, {})
    assert view is not None
    lines = {trace["name"]: trace for trace in decision_chart(view)["traces"]}
    assert [drawn_at(lines["Recall"], x) for x in (0.7, 0.3)] == [0.1, 0.5]
    assert drawn_at(lines["Precision"], 0.7) == 1.0
    assert drawn_at(lines["Cost"], 0.3) == 5 + 2
