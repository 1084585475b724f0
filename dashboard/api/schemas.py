"""Answers of the API: the schemas of its OpenAPI document."""

from typing import Any, Literal

from pydantic import RootModel

# Named here too: whoever describes an operation finds every schema in this module.
from dashboard.api.job_schemas import Asked as Asked
from dashboard.api.job_schemas import FoldRowPage as FoldRowPage
from dashboard.api.job_schemas import Job as Job
from dashboard.api.job_schemas import JobPage as JobPage
from dashboard.api.job_schemas import LogPage as LogPage
from dashboard.api.job_schemas import Results as Results
from dashboard.api.schema_base import Moment, Open, Schema, page_of


class ErrorBody(Schema):
    """What went wrong."""

    code: str
    message: str
    fields: dict[str, str]


class Error(Schema):
    """Every answer that is no success."""

    error: ErrorBody


class Problem(Schema):
    """Something found while reading a file; `value` is a cell of which something may be made.

    Of ``HIDDEN_MISSING`` that is the one to add to `missing`.
    """

    severity: Literal["error", "warning"]
    code: str
    message: str
    line: int | None
    column: str | None
    count: int | None
    value: str | None = None


class Dialect(Schema):
    """How a file was read; `missing` are the markers of missing cells, besides empty ones."""

    delimiter: str
    quote: str
    encoding: str
    header: bool
    decimal: str
    bad_lines: Literal["refuse", "skip", "pad"] = "refuse"
    escape: str = ""
    skip_space: bool = False
    header_line: int = 1
    header_lines: int = 1
    missing: list[str]
    format: Literal["csv", "parquet", "jsonl"] = "csv"
    compression: Literal["gzip", "zip", "zstd"] | None = None


class Column(Open):
    """A column's profile."""

    name: str
    kind: Literal["number", "category", "text", "date", "boolean", "identifier", "constant"]
    missing: int | None = None
    distinct: int | None = None


class ColumnPage(Schema):
    """Some of a dataset's columns, in the order of the file."""

    items: list[Column]
    next_cursor: str | None


class Source(Open):
    """Where a version came from; `of` is the version whose file was read in another way."""

    kind: str
    of: int | None = None


class Dataset(Schema):
    """An uploaded table; each version is one, and `family_id` is the same for all of them.

    Of more than 1,000 columns `columns` has the first 1,000 (in lists: of more than 50 the first
    50). Then `all_columns` is the address of all of them; else it is null. `n_columns` counts all.
    """

    id: int
    name: str
    version: int
    family_id: int
    is_newest: bool
    source: Source
    state: Literal["reading", "ready", "refused"]
    progress: float
    message: str | None
    rows: int | None
    n_columns: int | None
    size_bytes: int
    sha256: str | None
    dialect: Dialect | None
    columns: list[Column]
    all_columns: str | None
    problems: list[Problem]
    file_name: str
    owner: str
    created_at: Moment
    archived_at: Moment


class TableRows(Schema):
    """Rows as they were read; `lines` are where they start in the file.

    `matched` rows meet the filters, of the `searched` ones. A search ends after about 20 seconds:
    where `searched` is less than `total`, more rows may match.
    """

    columns: list[str]
    rows: list[list[str | None]]
    lines: list[int]
    matched: int
    searched: int
    total: int


class Parameter(Schema):
    """A parameter of an estimator.

    Of the kinds `estimator`, `estimators` and `kernel` the value is a name of `choices`, or
    ``{"name": ..., "parameters": {...}}``; of `estimators` it is a list of them. The parameters of
    an estimator inside are those that it has here; those of kernels are in `inside`.
    """

    name: str
    kinds: list[str]
    default: Any
    minimum: float | None
    maximum: float | None
    choices: list[str]
    help: str
    inside: dict[str, list["Parameter"]]


class Estimator(Schema):
    """An estimator; `id` is its class name.

    `left_out`: why no job can use it, and then it has no parameters; None where one can.
    """

    id: str
    title: str
    task: Literal["classification", "regression"]
    summary: str
    featured: bool
    left_out: str | None
    parameters: list[Parameter]


class Estimators(RootModel[list[Estimator]]):
    """All estimators, or those of one task."""


DatasetPage = page_of(Dataset)
