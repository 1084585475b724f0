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


class MatchedColumn(Schema):
    """A column that the model needs; `source` is what the file calls it, null where it is missing.

    `guess` is the one other column of the file that may be meant; it is used only when told.
    """

    name: str
    kind: str
    source: str | None
    guess: str | None
    wrong_type: bool
    missing: int
    unreadable: int
    unseen: int
    outside: int
    range: list[float] | list[str] | None
    examples: dict[str, str]


class MovedColumn(Schema):
    """How a column's rows lie against those of the training data.

    `distance`: the part of the rows that lies elsewhere. `missing`, and the values of `typical`,
    are of the training data and of the file.
    """

    name: str
    kind: str
    distance: float
    moved: bool
    missing: list[float]
    typical: dict[str, Any] | None


class Moved(Schema):
    """Whether the rows of a file are like those of the training data; see `Matching`."""

    compared: int
    moved: int
    rows: list[int]
    tells: Annotated[float, Field(description="The least distance that is told from chance")]
    columns: list[MovedColumn]


class Matching(Schema):
    """A file's columns held against those that a model needs, before anything is predicted."""

    n_rows: int
    columns: list[MatchedColumn]
    extra: list[str]
    warnings: list[dict[str, Any]]
    moved: Moved | None


class Prediction(Schema):
    """A file that is being predicted."""

    id: int
    model_id: int
    state: Annotated[
        Literal["checking", "matched", "queued", "running", "ready", "failed"],
        Field(description="checking and matched: only where a look at its columns was asked for"),
    ]
    progress: float
    file_name: str | None
    rows: int | None
    warnings: list[dict[str, Any]]
    mapping: Annotated[
        dict[str, str] | None,
        Field(description="What the file calls columns of the model, where that was said"),
    ]
    matching: Annotated[
        Matching | None,
        Field(description="The file's columns against the model's, where that was asked for"),
    ]
    failure: Failure | None
    created_at: Moment
    finished_at: Annotated[
        Moment,
        Field(description="UTC, ISO 8601 with Z. Of a matched one: when its columns were seen"),
    ]


ModelPage = page_of(Model)
