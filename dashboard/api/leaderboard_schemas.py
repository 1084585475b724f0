"""Answers about leaderboards: schemas of the OpenAPI document."""

from typing import Annotated, Any

from pydantic import Field

from dashboard.api.schema_base import Moment, Schema, Score, page_of


class LeaderboardEntry(Schema):
    """A leaderboard of the list; its best job is that of the folds that it opens with."""

    dataset_id: int
    dataset: str
    target: str
    task: str
    metric: str
    jobs: int
    best_job_id: int
    best_score: float
    changed_at: Moment


class Group(Schema):
    """Jobs of one version that were scored on the same folds; `folds` names it in a query."""

    folds: int
    dataset_id: int
    jobs: int
    validation: dict[str, Any]
    seed: int


class Place(Schema):
    """A job of a leaderboard; `tied` where others share its rank."""

    rank: int
    tied: bool
    job_id: int
    name: str
    estimator: str
    score: float
    score_std: Score
    fit_seconds: float | None
    owner: str
    finished_at: Moment
    model_id: int | None
    winner_of_batch_id: Annotated[
        int | None,
        Field(
            description="The batch that this job is the winner of. The candidate that it was "
            "made of is not in the list beside it"
        ),
    ]


class Baseline(Schema):
    """What guesses, or what is simple, on the same folds."""

    kind: str
    score: float
    score_std: Score


class Leaderboard(Schema):
    """A leaderboard by one metric, of one of its groups."""

    dataset_id: int
    target: str
    metric: str
    positive_class: Annotated[
        str | None, Field(description="The class that the metric is about, where it is about one")
    ]
    greater_is_better: bool
    metrics: list[str]
    folds: Annotated[int | None, Field(description="The group; None without a finished job")]
    split_hash: str | None
    groups: list[Group]
    jobs: int
    items: list[Place]
    baselines: list[Baseline]


LeaderboardPage = page_of(LeaderboardEntry)
