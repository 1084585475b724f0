"""Answers about checks of requests: schemas of the OpenAPI document."""

from typing import Annotated, Any, Literal

from pydantic import Field

from dashboard.api.job_schemas import JobWarning
from dashboard.api.schema_base import Moment, Schema


class ClassCount(Schema):
    """A class of the target, and how many rows it has."""

    value: str
    rows: int


class Classes(Schema):
    """The classes of the target; rare ones have less than 5 rows in a fold's test rows."""

    total: int
    n_rare: int
    rare_below: int
    rarest: Annotated[list[ClassCount], Field(description="The first 20")]


class EncodingStep(Schema):
    """What a step of preprocessing makes of its columns."""

    columns: str
    by: str
    before: int
    after: int


class Shape(Schema):
    """The columns before and after encoding, and what the estimator learns from."""

    before: int
    after: int
    learned_from: int
    is_exact: Annotated[bool, Field(description="Counted; else guessed from a few rows")]
    is_sparse: bool
    steps: list[EncodingStep]


class Memory(Schema):
    """About how many bytes a job takes at its peak, and what that is made of."""

    bytes: int
    process: int
    table: int
    typed: int
    encoded: Annotated[int, Field(description="The encoded table, three times")]
    estimator: int


class FewRows(Schema):
    """How many training rows of the first fold were fitted, of how many."""

    rows: int
    of: int
    is_fitted: bool


class CheckError(Schema):
    """Why the job would fail; `field` is the one of the request that it is about."""

    code: str
    message: str
    hint: str
    details: dict[str, Any]
    change: dict[str, Any]
    field: str | None


class CheckFailure(Schema):
    """Why the check has no answer, or only a part of one."""

    code: str
    message: str
    hint: str
    traceback: str | None = None
    details: dict[str, Any] | None = None
    change: dict[str, Any] | None = None


class Candidates(Schema):
    """Of several jobs how many were to be fitted, were fitted, and could not be."""

    of: int
    fitted: int
    failed: int


class Found(Schema):
    """What a check found; what it has not reached is null."""

    rows: int | None
    rows_used: int | None
    folds: int | None
    classes: Classes | None
    columns: Shape | None
    memory: Memory | None
    sample: FewRows | None
    candidates: Candidates | None
    warnings: list[JobWarning]
    error: CheckError | None


class Check(Schema):
    """A request that is checked before a job of it is submitted.

    `answer` grows while the check runs. Of a search the first candidate and the ends of what is
    searched are fitted, of several estimators the first job of each. A job may be submitted
    whatever was found.
    """

    id: int
    state: Literal["queued", "running", "ready", "failed"]
    n_jobs: int
    created_at: Moment
    answer: Found | None
    failure: CheckFailure | None
