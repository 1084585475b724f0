"""The decision threshold of a request."""

import pytest
from flask import Flask

from dashboard.db import User
from dashboard.errors import ValidationFailed
from dashboard.jobs.service import submit_job
from tests.factories import make_dataset


@pytest.mark.parametrize("threshold", [7, -0.1, "half", True])
def test_threshold_that_is_no_probability_is_refused(
    app: Flask, member: User, threshold: object
) -> None:
    request = {
        "dataset_id": make_dataset(member).id, "target": "churned", "threshold": threshold,
        "estimator": "HistGradientBoostingClassifier",
    }  # fmt: skip
    with pytest.raises(ValidationFailed) as refused:
        submit_job(user=member, request=request)
    assert set(refused.value.fields) == {"threshold"}
    made = submit_job(user=member, request=request | {"threshold": 0.25})
    assert made.details["decision"]["threshold"] == 0.25
    # Its decision function may be any number.
    other = submit_job(user=member, request=request | {"estimator": "LinearSVC", "threshold": 7})
    assert other.details["decision"]["threshold"] == 7
