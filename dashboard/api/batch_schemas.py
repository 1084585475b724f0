"""Bodies and answers about batches: schemas of the OpenAPI document."""

from typing import Annotated, Any, Literal

from pydantic import Field, RootModel

from dashboard.api.job_schemas import Job
from dashboard.api.requests import JobRequest
from dashboard.api.schema_base import Moment, Schema, Score, page_of

SEARCH = (
    "Instead of estimators: tries parameters of one estimator and fits the best candidate on all "
    "rows. An object with strategy (grid, random or tpe), space (by parameter a list of values, "
    "or an object with low and high and perhaps log: true or step), jobs (how many candidates at "
    "most; 50, of a grid all), time_limit_s (after so many seconds from the first start no "
    "candidate starts; those that run end), and stop_hopeless (true: a candidate ends after two "
    "folds or more when it is so far behind the best one on the same folds that, by how far such "
    "differences vary over folds, it is not to be expected to catch up), nested (false: with "
    "true the whole search is scored at its end. In each outer fold it is done once more on the "
    "training rows alone, and what it finds is scored on the rows that it has not seen; that "
    "costs about as many searches as there are folds)"
)

SEVERAL = (
    "Instead of estimators: tries tuned estimators that suit the table, the most useful first, "
    "and fits a blend of them, or the best one where the blend is worse, on all rows. true, or an "
    "object with time_limit_s: how many seconds the whole may take from the first start (60; 10 "
    "to 86,400). validation is that of one job; unless it says how rows are split, they are split "
    "as those of one job, in fewer folds where time is short"
)


class BatchRequest(JobRequest):
    """Several jobs: parameters as ``{"values": [...]}``, and one or several estimators.

    An entry of `estimators` is an id, or an object with `estimator` and its own `parameters`.
    """

    estimators: Any = None
    search: Annotated[Any, Field(description=SEARCH)] = None
    several: Annotated[Any, Field(description=SEVERAL)] = None


class SearchExtension(Schema):
    """How many candidates more a search is to try, and perhaps in how many seconds from now."""

    jobs: Any = None
    time_limit_s: Any = None


class Counts(Schema):
    """How many jobs are in each state."""

    queued: int
    running: int
    cancelling: int
    succeeded: int
    failed: int
    cancelled: int
    lost: int


class Search(Schema):
    """A search: what was asked for, and how far it is.

    `made` counts its candidates so far, `stopped_early` those that ended before their last fold.
    The winner is the job that was made of the best one: it is fitted on all rows.
    """

    strategy: Literal["grid", "random", "tpe"]
    space: dict[str, Any]
    parameters: Annotated[dict[str, Any], Field(description="Those that are not searched")]
    jobs: int
    time_limit_s: int | None
    stop_hopeless: bool
    nested: bool
    outer_fold: Annotated[
        int | None, Field(description="Of a nested validation: whose training rows it has")
    ]
    seed: int
    made: int
    stopped_early: int
    state: Literal["going", "over"]
    message: Annotated[str | None, Field(description="How it ended")]
    winner_job_id: int | None


class Several(Schema):
    """Several estimators tried within a time limit.

    The winner is the job that made the model: of the best job, or a blend of some. `cpu_seconds`
    is what training used, `cpu_seconds_possible` what its workers can give within the time limit,
    or until somebody stopped it: on a busy machine it gets far less. `seconds_taken` is from the
    first start to the model; null while that is not there.
    """

    time_limit_s: int
    slots: int
    state: Literal["going", "over"]
    message: Annotated[str | None, Field(description="How it ended")]
    winner_job_id: int | None
    cpu_seconds: float
    cpu_seconds_possible: float
    seconds_taken: float | None


class ScoredAnew(Schema):
    """The settings of the winner, scored on folds that were drawn with another seed.

    The score that it was chosen by is likely too good; this one is less so.
    """

    job_id: int
    state: str
    seed: int
    score: Score
    score_std: Score


class NestedScore(Schema):
    """A whole search, scored on rows that no candidate has seen: its honest score.

    For each of `outer_folds` a search in a batch of its own has the training rows alone; what it
    finds is scored on the others. `scored` counts those that are; `score` is there once all are.
    """

    batch_id: int
    state: Literal["going", "over"]
    outer_folds: int
    scored: int
    score: Score
    score_std: Score
    search_batch_ids: list[int]


class Batch(Schema):
    """Jobs that were submitted together; `done` counts those that are over."""

    id: int
    name: str
    owner: str
    created_at: Moment
    n_jobs: int
    counts: Counts
    done: int
    state: Annotated[
        Literal["going", "over"] | None,
        Field(description="Of a batch that goes on by itself; others have none"),
    ]
    best_job_id: int | None
    best_score: Score
    best_score_std: Score
    metric: str | None
    search: Search | None
    several: Several | None
    parent_batch_id: Annotated[
        int | None, Field(description="The batch whose winner this one scores honestly")
    ]
    scored_anew: ScoredAnew | None
    nested: NestedScore | None


class SubmittedBatch(Schema):
    """The jobs of a batch, in the order in which they were made."""

    batch_id: int
    jobs: list[Job]


class Submitted(RootModel[Job | SubmittedBatch]):
    """A job, or a batch where the request made several."""


BatchPage = page_of(Batch)
