"""Answers of the API: the schemas of its OpenAPI document."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, create_model

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
    bad_lines: Literal["refuse", "skip", "pad"] = "refuse"


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


class Estimators(RootModel[list[Estimator]]):
    """All estimators, or those of one task."""


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
    memory_limit_bytes: int | None
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
WorkerPage = page_of(Worker)
