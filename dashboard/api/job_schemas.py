"""Answers about jobs: their schemas in the OpenAPI document."""

from typing import Annotated, Any, Literal

from pydantic import Field

from dashboard.api.schema_base import Moment, Open, Schema, Score, page_of

State = Literal["queued", "running", "cancelling", "succeeded", "failed", "cancelled", "lost"]


class Attempt(Schema):
    """One try of a job."""

    number: int
    worker: str
    started_at: Moment
    ended_at: Moment
    duration_s: Annotated[
        float | None,
        Field(description="To its end, to its worker's last sign of life, or until now"),
    ]
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
    low: Annotated[Score, Field(description="The 95% interval, from drawing rows anew")] = None
    high: Score = None


class Baselines(Schema):
    """What guesses and what is simple, by every metric, on the same folds."""

    dummy: dict[str, Spread]
    linear: Annotated[dict[str, Spread], Field(description="Empty where none could be fitted")]
    note: Annotated[str, Field(description="Why there is no linear one, or what it was made from")]


class JobWarning(Schema):
    """Something worth knowing about a result."""

    code: str
    message: str
    change: Annotated[
        dict[str, Any],
        Field(description="Fields of a request for a job that remove the cause, if any do"),
    ] = {}


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
    duration_s: Annotated[
        float | None,
        Field(description="Of all attempts, without the time between them; null before the first"),
    ]
    queue_position: int | None
    dataset_id: int
    target: str
    task: Literal["classification", "regression"]
    estimator: str
    parameters: dict[str, Any]
    features: Annotated[
        list[str] | None,
        Field(description="Null in lists where there are more than 200"),
    ]
    validation: dict[str, Any]
    metric: str
    seed: int
    score: Score
    score_std: Score
    baseline_score: Annotated[Score, Field(description="What guessing scores on the same folds")]
    linear_score: Annotated[Score, Field(description="What a simple linear model scores there")]
    baselines: Baselines | None
    metrics: dict[str, Spread]
    positive_class: Annotated[
        str | None,
        Field(description="Of two classes the one that f1, precision and recall are about"),
    ]
    threshold: Annotated[
        float | None,
        Field(description="From which probability on a row is positive; null: the estimator's"),
    ]
    costs: Annotated[dict[str, float] | None, Field(description="What it was chosen by")]
    folds: list[Fold]
    warnings: list[JobWarning]
    failure: Failure | None
    worker: str | None
    peak_memory_bytes: int | None
    model_id: int | None
    batch_id: int | None
    data_hash: str | None
    split_hash: str | None
    versions: Annotated[
        dict[str, str] | None,
        Field(description="Of Python and each library that trained it; null until it is scored"),
    ]
    threads: Annotated[
        dict[str, int] | None,
        Field(description="How many a fit could use, by what for: openmp, blas; null as versions"),
    ]
    priority: str
    tags: list[str]
    note: str | None
    archived_at: Moment
    time_limit_s: Annotated[int | None, Field(description="Seconds, for each attempt")]
    memory_limit_bytes: int | None
    class_weight: str | None
    preprocessing: Annotated[
        dict[str, Any],
        Field(description="Settings that are not the defaults, by name"),
    ]
    score_only: Annotated[
        bool, Field(description="A candidate of a search: it is scored and has no model")
    ]
    stopped_because: Annotated[
        str | None,
        Field(description="Why a candidate ended before its last fold; it is partial then"),
    ]
    owner: str
    estimate_s: Annotated[int | None, Field(description="Seconds it should take; while active")]
    remaining_s: Annotated[int | None, Field(description="Seconds that are left; while it runs")]
    starts_in_s: Annotated[int | None, Field(description="Seconds to its start; while queued")]


class LogLine(Schema):
    """A line of a job's log."""

    n: int
    at: Moment
    level: str
    text: str


class FoldRow(Open):
    """A row that was scored; `row` counts from 0 in the table, `line` from 1 in the file.

    `error`: of numbers the distance; of classes what is missing from the probability of what was
    true to 1, else by how much its decision value is below the greatest other one.
    """

    row: int
    line: int
    fold: int
    actual: str | float | None
    prediction: str | float | None
    probabilities: dict[str, float] | None
    error: float


class Asked(Schema):
    """What is being worked out of a job's model, or waits for it."""

    asked: list[Literal["explanation", "learning_curve"]]


class Results(Open):
    """What the result charts draw, and what was worked out of the model when somebody asked.

    Of classes: `confusion`, `roc`, `precision_recall`, `calibration`; of numbers:
    `predicted_actual`, `residuals`. `draws`: the scores of draws of the scored rows, by which
    jobs on the same rows are compared.
    """

    n: int
    asked: list[Literal["explanation", "learning_curve"]]
    explanation: Annotated[
        dict[str, Any] | None,
        Field(
            description="`importance`: how much worse the main metric is when a column is mixed "
            "up, mean and spread over folds. `dependence`: the final model's mean prediction by "
            "a column's value. `coefficients`: the largest weights. `slices`: the error in parts "
            "of each column, with 95% intervals of the difference to all rows"
        ),
    ] = None
    learning_curve: Annotated[
        dict[str, Any] | None,
        Field(description="The main metric by how many rows were learned from, and the gain"),
    ] = None
    explanation_failure: dict[str, Any] | None = None
    learning_curve_failure: dict[str, Any] | None = None


JobPage = page_of(Job)
LogPage = page_of(LogLine)
FoldRowPage = page_of(FoldRow)
