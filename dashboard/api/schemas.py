"""Requests and answers of the API: the schemas of its OpenAPI document."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

Score = float | None
Moment = Annotated[str | None, Field(description="UTC, ISO 8601 with Z")]
State = Literal["queued", "running", "cancelling", "succeeded", "failed", "cancelled", "lost"]


class Schema(BaseModel):
    """An object whose fields are all known."""

    model_config = ConfigDict(extra="forbid")


class Open(BaseModel):
    """An object that may have further fields."""

    model_config = ConfigDict(extra="allow")


class ErrorBody(Schema):
    """What went wrong."""

    code: str
    message: str
    fields: dict[str, str]


class Error(Schema):
    """Every answer that is no success."""

    error: ErrorBody


class PageQuery(Open):
    """Which part of a list."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: str | None = None


class JobQuery(PageQuery):
    """Which jobs."""

    state: str | None = None
    dataset_id: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    batch_id: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    estimator: str | None = None
    q: str | None = None
    sort: Literal["submitted", "-submitted"] = "-submitted"


class RowsQuery(Open):
    """Which rows of a table."""

    offset: Annotated[int, Field(ge=0, lt=2**53)] = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


class FoldRowsQuery(Open):
    """Which out-of-fold rows."""

    limit: Annotated[int, Field(ge=1, le=10_000)] = 1000
    cursor: str | None = None
    predicted: str | None = None
    actual: str | None = None
    fold: Annotated[int, Field(ge=1, lt=2**31)] | None = None
    sort: Literal["row", "error"] = "row"


class LogQuery(Open):
    """Which lines of a log."""

    after: Annotated[int, Field(ge=0, lt=2**53)] = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 1000


class KeepQuery(Open):
    """How to stop."""

    keep: bool = False


class TaskQuery(Open):
    """Which estimators."""

    task: Literal["classification", "regression"] | None = None


class RawQuery(Open):
    """Whether cells that begin like a formula stay as they are."""

    raw: bool = False


class FormatQuery(Open):
    """Which of a model's files."""

    format: str = "bundle"


class CompareQuery(Open):
    """Which jobs, by which metric."""

    jobs: Annotated[str, Field(description="ids, separated by commas")] = ""
    metric: str | None = None


class DatasetForm(Schema):
    """An uploaded file."""

    file: Annotated[bytes, Field(json_schema_extra={"format": "binary"})]
    name: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    header: Literal["true", "false"] | None = None
    decimal: Literal[".", ","] | None = None
    bad_lines: Literal["refuse", "skip", "pad"] | None = None


class PredictionForm(Schema):
    """A file whose rows are to be predicted."""

    model_id: int
    file: Annotated[bytes, Field(json_schema_extra={"format": "binary"})]


class JobRequest(Open):
    """A job; what is left out has a default. The server says which fields cannot be used."""

    dataset_id: Any = None
    target: Any = None
    estimator: Any = None
    name: Any = None
    task: Any = None
    parameters: Any = None
    features: Any = None
    exclude: Any = None
    validation: Any = None
    metric: Any = None
    seed: Any = None
    time_limit_s: Any = None
    priority: Any = None
    tags: Any = None
    class_weight: Any = None


class RowsRequest(Schema):
    """Rows to predict."""

    rows: list[dict[str, Any]]


class Problem(Schema):
    """Something found while reading a file."""

    severity: Literal["error", "warning"]
    code: str
    message: str
    line: int | None
    column: str | None
    count: int | None


class Dialect(Schema):
    """How a file was read."""

    delimiter: str
    quote: str
    encoding: str
    header: bool
    decimal: str


class Column(Open):
    """A column's profile."""

    name: str
    kind: Literal["number", "category", "text", "date", "boolean", "identifier", "constant"]
    missing: int | None = None
    distinct: int | None = None


class Dataset(Schema):
    """An uploaded table."""

    id: int
    name: str
    version: int
    state: Literal["reading", "ready", "refused"]
    progress: float
    message: str | None
    rows: int | None
    size_bytes: int
    sha256: str | None
    dialect: Dialect | None
    columns: list[Column]
    problems: list[Problem]
    file_name: str
    owner: str
    created_at: Moment


class TableRows(Schema):
    """Rows as they were read; `lines` are where they start in the file."""

    columns: list[str]
    rows: list[list[str | None]]
    lines: list[int]


class Parameter(Schema):
    """A parameter of an estimator."""

    name: str
    kinds: list[str]
    default: Any
    minimum: float | None
    maximum: float | None
    choices: list[str]
    help: str


class Estimator(Schema):
    """An estimator; `id` is scikit-learn's class name."""

    id: str
    title: str
    task: Literal["classification", "regression"]
    summary: str
    featured: bool
    parameters: list[Parameter]


class Attempt(Schema):
    """One try of a job."""

    number: int
    worker: str
    started_at: Moment
    ended_at: Moment
    ended_by: str | None


class Fold(Schema):
    """One fold's scores."""

    fold: int
    scores: dict[str, Score]
    fit_seconds: float


class Spread(Schema):
    """A metric over folds."""

    mean: Score
    std: Score


class JobWarning(Schema):
    """Something worth knowing about a result."""

    code: str
    message: str


class Failure(Open):
    """Why a job ended without a result."""

    code: str
    message: str
    hint: str = ""


class Job(Schema):
    """One training request."""

    id: int
    name: str
    state: State
    attempt: int
    attempts: list[Attempt]
    progress: float
    partial: bool
    stage: str | None
    message: str | None
    created_at: Moment
    started_at: Moment
    finished_at: Moment
    queue_position: int | None
    dataset_id: int
    target: str
    task: Literal["classification", "regression"]
    estimator: str
    parameters: dict[str, Any]
    features: list[str]
    validation: dict[str, Any]
    metric: str
    seed: int
    score: Score
    score_std: Score
    baseline_score: Score
    metrics: dict[str, Spread]
    folds: list[Fold]
    warnings: list[JobWarning]
    failure: Failure | None
    worker: str | None
    peak_memory_bytes: int | None
    model_id: int | None
    batch_id: int | None
    data_hash: str | None
    split_hash: str | None
    priority: str
    tags: list[str]
    time_limit_s: int | None
    class_weight: str | None
    owner: str


class LogLine(Schema):
    """A line of a job's log."""

    n: int
    at: Moment
    level: str
    text: str


class FoldRow(Open):
    """A row that was scored; `row` counts from 0 in the table, `line` from 1 in the file."""

    row: int
    line: int
    fold: int
    actual: str | float | None
    prediction: str | float | None
    probabilities: dict[str, float] | None


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
    schema_: Annotated[dict[str, Any], Field(alias="schema")]
    created_at: Moment


class Predictions(Schema):
    """What a model says about rows."""

    predictions: list[str | float]
    probabilities: list[dict[str, float]] | None
    warnings: list[dict[str, Any]]


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


class Worker(Schema):
    """A worker process."""

    name: str
    queue: str
    state: Literal["idle", "busy", "draining", "stopped", "silent"]
    job_id: int | None
    host: str
    pid: int
    rss_bytes: int | None
    started_at: Moment
    seen_at: Moment


class Queue(Schema):
    """What waits."""

    running: int
    queued: int
    workers_alive: int
    workers_busy: int
    items: list[Job]


class Results(Open):
    """What the result charts draw."""


class Comparison(Open):
    """Jobs side by side."""

    comparable: bool
    reasons: list[str]


def page_of(item: type[BaseModel]) -> type[BaseModel]:
    """Return the schema of a part of a list."""
    return create_model(
        f"{item.__name__}Page",
        __base__=Schema,
        items=(list[item], ...),  # type: ignore[valid-type]
        next_cursor=(str | None, ...),
    )


DatasetPage = page_of(Dataset)
JobPage = page_of(Job)
LogPage = page_of(LogLine)
FoldRowPage = page_of(FoldRow)
ModelPage = page_of(Model)
WorkerPage = page_of(Worker)
EstimatorPage = page_of(Estimator)
