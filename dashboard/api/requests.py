"""Queries and bodies of the API: the schemas of its OpenAPI document."""

from typing import Annotated, Any, Literal

from pydantic import Field

from dashboard.api.schemas import Open, Schema
from tasks.engine.estimators.ranges import describe_range
from tasks.engine.preprocessing.settings import SETTINGS
from tasks.engine.scores.decision_checks import CELLS

PREPROCESSING: dict[str, Any] = {
    setting.name: {
        "description": f"{setting.help}. Takes {describe_range(setting)}",
        "default": setting.default,
    }
    for setting in SETTINGS
}

VALIDATION: dict[str, Any] = {
    "scheme": {"description": "kfold, stratified, group, time or holdout"},
    "folds": {"description": "From 2 to 50; fewer than 5 by itself for large tables, rare classes "
              "and few groups: note says so in the answer"},
    "repeats": {"description": "From 1 to 20, with kfold and stratified"},
    "group_column": {"description": "Rows with the same value are on one side, with group"},
    "time_column": {"description": "What rows are sorted by, with time; else the file's order"},
    "gap": {"description": "Rows left out before each test part, with time"},
    "test_size": {"description": "The share that is scored, with holdout"},
    "drop_copies": {"description": "Whether one of each set of equal rows is used"},
    "targets_left_out": {"description": "Texts of the target whose rows are left out, such as "
              "k.A. among numbers, or the value of a row of sums"},
}  # fmt: skip


class PageQuery(Open):
    """Which part of a list."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: str | None = None


class DatasetQuery(PageQuery):
    """Which datasets; each version is one."""

    q: str = ""
    archived: Literal["false", "true", "any"] = "false"
    family_id: Annotated[int, Field(ge=0, lt=2**63)] | None = None


SORT = "A column; a minus before it turns the order round. Rows without a value come last"
FILTERS = (
    "Conditions that must all hold, each a part of the address by itself, as in that of the page "
    "of rows: col.COLUMN.OPERATOR=VALUE, such as col.age.ge=18. Operators: eq, ne, gt, ge, "
    "lt, le, contains (whatever the case), and missing, whose value is 1 or 0. Numbers and dates "
    "compare as such, with the file's own signs. One may stand there several times; 20 at most"
)


class ColumnsQuery(Open):
    """Which columns of a dataset."""

    limit: Annotated[int, Field(ge=1, le=5000)] = 1000
    cursor: str | None = None


class RowsQuery(Open):
    """Which rows of a table, and in which order."""

    offset: Annotated[int, Field(ge=0, lt=2**53)] = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    sort: Annotated[str, Field(description=SORT)] = ""
    filters: Annotated[
        dict[str, str],
        Field(
            description=FILTERS,
            json_schema_extra={
                "propertyNames": {"pattern": r"^col\..+\.(eq|ne|gt|ge|lt|le|contains|missing)$"},
                "examples": [{"col.age.ge": "18", "col.city.eq": "Oslo"}],
            },
        ),
    ] = {}


FOLD_ROW_ORDERS = {"row": "stored", "error": "worst", "-error": "best", "line": "row"}


class FoldRowsQuery(Open):
    """Which out-of-fold rows, and in which order.

    ``row``: one fold after the other; ``line``: as in the dataset; ``error``: the largest error
    first. `wrong` is of classes, `tenth` of numbers: by what was predicted, from 1 to 10.
    `least`: off by so much or more.
    """

    limit: Annotated[int, Field(ge=1, le=10_000)] = 1000
    cursor: str | None = None
    predicted: str | None = None
    actual: str | None = None
    fold: Annotated[int, Field(ge=1, lt=2**31)] | None = None
    wrong: bool = False
    tenth: Annotated[int, Field(ge=1, le=10)] | None = None
    least: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    sort: Literal["row", "error", "-error", "line"] = "row"


class LogQuery(Open):
    """Which lines of a log."""

    after: Annotated[int, Field(ge=0, lt=2**53)] = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 1000


class KeepQuery(Open):
    """How to stop."""

    keep: bool = False


class TaskQuery(Open):
    """Which estimators.

    `left_out`: also scikit-learn's estimators that no job can use, at the end, with the reason.
    """

    task: Literal["classification", "regression"] | None = None
    left_out: bool = False


class RawQuery(Open):
    """Whether cells that begin like a formula stay as they are."""

    raw: bool = False


class CompareQuery(Open):
    """Which jobs, by which metric."""

    jobs: Annotated[str, Field(description="ids, separated by commas")] = ""
    metric: str | None = None


class LeaderboardsQuery(PageQuery):
    """Which leaderboards: those of one table, in all of its versions, or all."""

    dataset_id: int | None = None


class LeaderboardQuery(Open):
    """Of a leaderboard: the metric, the folds, whose jobs, how many of the best."""

    metric: str | None = None
    folds: Annotated[int | None, Field(description="one of `groups`; the first by default")] = None
    owner: Literal["me"] | None = None
    positive: Annotated[
        str | None, Field(description="the class that the metric is about, where jobs differ")
    ] = None
    best: Annotated[bool, Field(description="the best of each estimator only")] = False
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class LeaderboardOfQuery(LeaderboardQuery):
    """Of a leaderboard whose target no path can hold, such as `a//b` or `.`."""

    target: Annotated[str, Field(description="any target, also one such as `a//b` or `.`")]


class DatasetForm(Open):
    """An uploaded file, or an address that an admin allowed, and how it is to be read.

    What is left out is found out. What is said in `columns` about a column may also be said with a
    field each: ``columns.NAME.kind``, ``columns.NAME.format`` and ``columns.NAME.use``.
    """

    file: Annotated[bytes | None, Field(json_schema_extra={"format": "binary"})] = None
    address: str | None = None
    name: Annotated[
        str | None, Field(description="By default the file's name without its ending")
    ] = None
    delimiter: Annotated[str | None, Field(description="A character, or its name")] = None
    quote: Annotated[str | None, Field(description="\", ' or none")] = None
    escape: Literal["doubled", "backslash"] | None = None
    encoding: str | None = None
    header: Literal["true", "false"] | None = None
    header_line: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    header_lines: Annotated[int, Field(ge=1, le=5)] | None = None
    decimal: Literal[".", ","] | None = None
    missing: Annotated[
        str | None, Field(description="Markers between commas, or a JSON list of texts")
    ] = None
    bad_lines: Literal["refuse", "skip", "pad"] | None = None
    columns: Annotated[
        str | None, Field(description='JSON: {"NAME": {"kind", "format", "use"}}')
    ] = None
    version_of: Annotated[
        int | None,
        Field(
            ge=0, lt=2**63, description="A dataset whose next version this file is; its name stays"
        ),
    ] = None


class VersionsQuery(Open):
    """Whether one version is meant, or all of them."""

    versions: Literal["one", "all"] = "one"


class ColumnChoice(Schema):
    """What a column is to be read as; what is left out is found out."""

    kind: Literal["number", "category", "text", "date", "boolean", "identifier"] | None = None
    format: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    use: bool | None = None


class ReadingRequest(Schema):
    """How a dataset's file is to be read, where that differs; null is: find it out again."""

    columns: dict[str, ColumnChoice | None] | None = None
    delimiter: str | None = None
    quote: str | None = None
    escape: Literal["doubled", "backslash"] | None = None
    encoding: str | None = None
    header: bool | None = None
    header_line: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    header_lines: Annotated[int, Field(ge=1, le=5)] | None = None
    missing: list[str] | None = None
    decimal: Literal[".", ","] | None = None
    bad_lines: Literal["refuse", "skip", "pad"] | None = None


class JobRequest(Open):
    """A job; what is left out has a default. The server says which fields cannot be used.

    A parameter given as ``{"values": [...]}`` makes a job of each value. What is inside another
    estimator, and a kernel, is a name, or a name with settings of its own:
    ``{"name": "Ridge", "parameters": {"alpha": 2}}``.
    """

    dataset_id: Any = None
    target: Any = None
    estimator: Any = None
    name: Any = None
    task: Any = None
    parameters: Any = None
    features: Any = None
    exclude: Any = None
    validation: Annotated[Any, Field(json_schema_extra={"properties": VALIDATION})] = None
    metric: Any = None
    seed: Any = None
    time_limit_s: Annotated[Any, Field(description="Seconds, for each attempt")] = None
    memory_limit_bytes: Any = None
    priority: Any = None
    tags: Any = None
    note: Annotated[Any, Field(description="A text that is kept with the job")] = None
    class_weight: Any = None
    preprocessing: Annotated[Any, Field(json_schema_extra={"properties": PREPROCESSING})] = None
    positive_class: Annotated[
        Any,
        Field(
            description="Of two classes: which one F1, precision, recall, average precision and "
            "the threshold are about. Worked out unless it is given"
        ),
    ] = None
    threshold: Annotated[
        Any,
        Field(description="Of two classes: from which probability on a row is positive"),
    ] = None
    costs: Annotated[
        Any,
        Field(
            description="What the threshold was chosen by; kept with the model",
            json_schema_extra={"properties": dict.fromkeys(CELLS, {"type": "number"})},
        ),
    ] = None
