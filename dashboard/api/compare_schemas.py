"""Answers about jobs side by side: schemas of the OpenAPI document."""

from typing import Annotated, Any

from pydantic import Field

from dashboard.api.schema_base import Open, Schema


class Verdict(Schema):
    """Which job is the best, and from which others its lead is within noise."""

    words: str
    best_job_id: int
    tied_job_ids: list[int]


class JobDifference(Schema):
    """The scores of a job minus those of another, fold by fold, with a 95% interval."""

    job_id: int
    other_job_id: int
    mean: float
    low: float
    high: float
    p_value: Annotated[
        float, Field(description="Of no difference, by the corrected resampled t-test")
    ]
    folds: int
    rows_low: Annotated[
        float | None,
        Field(
            description="The 95% interval from drawing the scored rows anew, the same for both "
            "jobs; None of jobs that keep no draws, and of more than 12 jobs"
        ),
    ] = None
    rows_high: float | None = None


class Comparison(Open):
    """Jobs side by side."""

    comparable: bool
    reasons: list[str]
    metric: str
    jobs: list[dict[str, Any]]
    settings: dict[str, list[Any]]
    missing: list[int]
    verdict: Annotated[
        Verdict | None,
        Field(description="None where jobs may not be compared, or have fewer than three folds"),
    ]
    differences: list[JobDifference]
