"""The columns of the list of jobs: which there are, and which are shown to whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import InstrumentedAttribute

from dashboard.db import Job, JobScore, JobSetting, User
from dashboard.db.transaction import writing
from dashboard.errors import ValidationFailed
from dashboard.jobs.listing.cells import Setting, mean_of, setting_of
from dashboard.jobs.listing.distinct import distinct_values
from dashboard.jobs.listing.sorting import METRIC, METRIC_NAMES, PARAM
from dashboard.jobs.queries import UNLISTED
from tasks.engine.estimators.catalogue import METRICS, find_metric, metric_title

MOST_COLUMNS = 20
MOST_CHARS = 1000  # of a choice, as `users.job_columns` keeps it
NAME_LENGTH = 100


@dataclass(frozen=True)
class Column:
    """One column; `key` is its word in the address, `first` the direction of the first click."""

    key: str
    title: str
    sort: str | None = None
    first: str = ""
    numeric: bool = False

    @property
    def kind(self) -> str:
        """What its cells show: the key, or ``param`` or ``metric``."""
        return self.key.partition(":")[0]

    @property
    def name(self) -> str:
        """The name of the setting or metric."""
        return self.key.partition(":")[2]

    def setting_of(self, job: Job) -> Setting | None:
        """Return what a job has in the column of a setting."""
        return setting_of(job, self.name)

    def mean_of(self, job: Job) -> float | None:
        """Return what a job has in the column of a metric."""
        return mean_of(job, self.name)


COLUMNS = (
    Column("status", "Status", "state"),
    Column("estimator", "Estimator", "estimator"),
    Column("score", "Score", "score", "-", numeric=True),
    Column("duration", "Duration", "duration", "-", numeric=True),
    Column("submitted", "Submitted", "submitted", "-"),
    Column("owner", "Owner", "owner"),
    Column("dataset", "Dataset", "dataset"),
    Column("target", "Target"),
    Column("tags", "Tags"),
    Column("note", "Note"),
    Column("finished", "Finished"),
    Column("memory", "Peak memory", numeric=True),
)
_BY_KEY = {column.key: column for column in COLUMNS}
DEFAULT_COLUMNS = COLUMNS[:6]


def find_column(key: str) -> Column | None:
    """Return the column of a key; None when there cannot be one."""
    if key in _BY_KEY:
        return _BY_KEY[key]
    name = key.partition(":")[2]
    if key.startswith(PARAM) and 0 < len(name) <= NAME_LENGTH:
        return Column(key, name, key, numeric=True)
    if key.startswith(METRIC) and name in METRIC_NAMES:
        return Column(key, metric_title(name), key, "-" if is_more_better(name) else "", True)
    return None


def is_more_better(metric: str) -> bool:
    """Whether more of a metric is better."""
    found = next((m for task in METRICS if (m := find_metric(task, metric))), None)
    return found is None or found.greater_is_better


def read_columns(text: str | None) -> tuple[list[Column], list[str]]:
    """Return the columns that a text such as ``score,param:C`` names, and the words that are none.

    Without a text, or where nothing is left of it, they are those of all.
    """
    found: dict[str, Column] = {}
    unknown = []
    for key in (text or "").split(","):
        column = find_column(key.strip())
        if column is not None:
            found[column.key] = column
        elif key.strip():
            unknown.append(key.strip())
    return list(found.values())[:MOST_COLUMNS] or list(DEFAULT_COLUMNS), unknown


def list_unread(columns: Sequence[Column]) -> Sequence[InstrumentedAttribute[Any]]:
    """Return what of a job no row with some columns shows, and what may be long."""
    shows_metrics = any(column.kind == "metric" for column in columns)
    return UNLISTED if shows_metrics else (*UNLISTED, Job.metrics)


def list_choices() -> Mapping[str, Sequence[Column]]:
    """Return every column that can be chosen, in groups by title."""
    settings = distinct_values(JobSetting.name)
    metrics = distinct_values(JobScore.metric)
    every = {
        "Columns": COLUMNS,
        "Settings": [find_column(PARAM + name) for name in settings],
        "Metrics": [find_column(METRIC + name) for name in metrics],
    }
    return {title: [c for c in found if c] for title, found in every.items() if found}


def keep_columns(*, user: User, keys: Sequence[str]) -> str:
    """Keep which columns a person wants to see from now on; return them as in an address.

    Raises
    ------
    ValidationFailed
        When one cannot be, there are too many, or none.
    """
    chosen = list(dict.fromkeys(keys))
    unknown = [key for key in chosen if find_column(key) is None]
    if unknown:
        raise ValidationFailed({"cols": f'There is no column "{unknown[0][:NAME_LENGTH]}"'})
    if not 0 < len(chosen) <= MOST_COLUMNS:
        raise ValidationFailed(
            {"cols": f"Choose 1 to {MOST_COLUMNS} columns; these are {len(chosen)}"}
        )
    text = ",".join(chosen)
    if len(text) > MOST_CHARS:
        raise ValidationFailed({"cols": "The names of these columns are too long together"})
    with writing() as session:
        is_default = chosen == [column.key for column in DEFAULT_COLUMNS]
        session.get_one(User, user.id).job_columns = None if is_default else text
    return text
