"""Bodies and answers about batches: schemas of the OpenAPI document."""

from typing import Any

from pydantic import RootModel

from dashboard.api.job_schemas import Job
from dashboard.api.requests import JobRequest
from dashboard.api.schema_base import Moment, Schema, Score, page_of


class BatchRequest(JobRequest):
    """Several jobs: parameters as ``{"values": [...]}``, and one or several estimators.

    An entry of `estimators` is an id, or an object with `estimator` and its own `parameters`.
    """

    estimators: Any = None
    search: Any = None


class Counts(Schema):
    """How many jobs are in each state."""

    queued: int
    running: int
    cancelling: int
    succeeded: int
    failed: int
    cancelled: int
    lost: int


class Batch(Schema):
    """Jobs that were submitted together; `done` counts those that are over."""

    id: int
    name: str
    owner: str
    created_at: Moment
    n_jobs: int
    counts: Counts
    done: int
    best_job_id: int | None
    best_score: Score
    best_score_std: Score
    metric: str | None


class SubmittedBatch(Schema):
    """The jobs of a batch, in the order in which they were made."""

    batch_id: int
    jobs: list[Job]


class Submitted(RootModel[Job | SubmittedBatch]):
    """A job, or a batch where the request made several."""


BatchPage = page_of(Batch)
