"""Answers about models and predictions: schemas of the OpenAPI document."""

from typing import Annotated, Any, Literal

from pydantic import Field

from dashboard.api.job_schemas import Failure
from dashboard.api.schema_base import Moment, Schema, Score, page_of


class ModelFile(Schema):
    """One of a model's files."""

    size_bytes: int
    sha256: str


class Model(Schema):
    """A fitted model; it is offered when its state is ``ready``."""

    id: int
    name: str
    state: Literal["verifying", "ready", "refused"]
    failure: Failure | None
    job_id: int
    dataset_id: int
    target: str
    task: str
    estimator: str
    metric: str
    score: Score
    score_std: Score
    classes: list[str] | None
    files: dict[str, ModelFile]
    no_onnx: Annotated[
        str | None,
        Field(description="Why there is no file of the format onnx, where there is not"),
    ]
    schema_: Annotated[dict[str, Any], Field(alias="schema")]
    alias: Annotated[
        str | None,
        Field(description="Stands for this model of its table, in all versions, and target"),
    ]
    note: str
    starred: Annotated[bool, Field(description="By who asks")]
    archived_at: Moment
    created_at: Moment


class Predictions(Schema):
    """What a model says about rows."""

    predictions: list[str | float]
    probabilities: list[dict[str, float]] | None
    warnings: list[dict[str, Any]]


class AliasPredictions(Predictions):
    """What the model that an alias stands for says about rows."""

    model_id: int


class Prediction(Schema):
    """A file that is being predicted."""

    id: int
    model_id: int
    state: Literal["queued", "running", "ready", "failed"]
    progress: float
    file_name: str | None
    rows: int | None
    warnings: list[dict[str, Any]]
    failure: Failure | None
    created_at: Moment
    finished_at: Moment


ModelPage = page_of(Model)
