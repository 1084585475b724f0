"""Of rows in groups the groups are drawn anew for intervals, and the page says so."""

from flask import Flask

from dashboard.db import User
from tests.factories import make_succeeded_job
from tests.page import PageClient, words_of


def test_intervals_of_groups_are_said_to_be_by_groups(app: Flask, member: User) -> None:
    metrics = {"roc_auc": {"mean": 0.84, "std": 0.01, "low": 0.812, "high": 0.871}}
    drawn = {"draws": 500, "unit": "groups", "units": 40, "of": 40}
    job = make_succeeded_job(member, metrics=metrics, details={"drawn": drawn})
    page = PageClient(app, member).get(f"/jobs/{job.id}")
    assert "95% interval by groups 0.812 to 0.871" in words_of(page.find(".answer-line"))
    said = words_of(page.select("#job-folds")[0])
    assert "by rows" not in said
    assert "If other groups like these had been scored" in said
