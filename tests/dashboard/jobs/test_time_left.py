"""What is left of a job whose present fit says how far it is."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from dashboard.clock import isoformat, now
from tasks.reporter import JobReporter
from tests.dashboard.jobs.test_estimates import left_of, running, stage


def in_fit(found: dict[str, Any], part: float, ago: float) -> dict[str, Any]:
    return found | {"part": part, "part_at": isoformat(now() - timedelta(seconds=ago))}


def test_the_first_fold_speaks_before_it_is_over(app: Flask) -> None:
    early = [in_fit(stage("fit", 50), 0.01, 1)]
    assert left_of(running(60, [], stages=early)).words == "estimating"
    half = [in_fit(stage("fit", 50), 0.5, 0)]
    # Fits of 100 s: half of this one, four more, and one on a quarter more rows.
    assert left_of(running(60, [], stages=half)).seconds == pytest.approx(576, abs=5)


def test_a_fold_that_is_slower_than_those_before_is_not_taken_for_stuck(app: Flask) -> None:
    steps = [in_fit(stage("fit", 595, steps=1, step_ago=495), 0.5, 1)]
    left = left_of(running(600, [(1, 90.0)], stages=steps))
    assert not left.is_overdue
    # Of 988 s for this fold 495 are over; then three of 100 s, and the last fit.
    assert left.seconds == pytest.approx(493 + 300 + 112.5 + 1, abs=8)


def test_the_last_fit_speaks_for_itself(app: Flask) -> None:
    final = [stage("fit", 400), in_fit(stage("final", 60), 0.25, 0)]
    left = left_of(running(400, [(1, 80.0)] * 5, stage="final", stages=final))
    assert left.seconds == pytest.approx(180 + 1, abs=3)


def test_a_candidate_has_no_last_fit_ahead(app: Flask) -> None:
    steps = [stage("fit", 130, steps=2, step_ago=10)]
    left = left_of(running(135, [(1, 50.0), (1, 50.0)], stages=steps, score_only=True))
    assert left.seconds == pytest.approx(170 + 1, abs=3)


def test_how_far_a_fit_is_is_forgotten_with_its_fold() -> None:
    told = JobReporter()
    event = {"type": "stage", "stage": "fit", "fraction": 0.1, "message": "Fitting fold 1 of 3"}
    told.take(event)
    told.take(event | {"message": "Fitting fold 1 of 3, 40 of 100 trees", "part": 0.4})
    (noted,) = told.progress.stages or []
    assert noted["part"] == 0.4
    assert told.progress.message == "Fitting fold 1 of 3, 40 of 100 trees"
    told.take({"type": "fold", "fold": {"fold": 1, "fit_seconds": 2.0}})
    (noted,) = told.progress.stages or []
    assert "part" not in noted
    assert "part_at" not in noted
    assert noted["steps"] == 1
