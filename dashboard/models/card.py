"""A model's card: what it predicts, from which columns, how well, and where it saw nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.access import may_change
from dashboard.db import Job, Model, User
from dashboard.filters import plural, validation
from dashboard.jobs.page.baselines import Baseline, hold_against, list_baselines
from dashboard.jobs.page.views import JobView
from dashboard.jobs.queries import list_folds
from dashboard.models import service
from dashboard.models.changes import find_starred
from dashboard.models.deleting import Made, find_made
from dashboard.models.seen import middle_of, say_seen
from dashboard.models.snippets import Snippet, list_snippets
from dashboard.paging import Page
from tasks.engine.estimators.catalogue import get_estimator
from tasks.engine.scores.unbeaten import Against

LIMITS_SHOWN = 5
COLUMNS_PER_PAGE = 100
EXAMPLE_COLUMNS = 100  # of a row that is shown; a real one needs all


@dataclass(frozen=True)
class NeededColumn:
    """A column that the model needs: what training saw of it, and a cell as a file has it."""

    name: str
    kind: str
    seen: str | None
    example: str


@dataclass(frozen=True)
class Card:
    """Everything that a model's page shows; `row_columns` is how many the snippets' row has."""

    columns: Sequence[NeededColumn]
    page: Page
    scored_on: str
    baselines: Sequence[Baseline]
    against: Against | None
    estimator: str
    limits: Sequence[str]
    formats: Sequence[tuple[str, str, str]]
    snippets: Sequence[Snippet]
    row_columns: int
    made: Made
    starred: bool
    may_change: bool


def view_card(model: Model, *, user: User, page: int, api_url: str) -> Card:
    """Return what a model's page shows.

    Parameters
    ----------
    model : Model
        The model.
    user : User
        Who looks.
    page : int
        Which hundred of its columns.
    api_url : str
        Where the API is, for the snippets.
    """
    job, features = model.job, model.schema.get("features", [])
    needed = {column["name"]: column for column in model.schema.get("columns", [])}
    profile = {column["name"]: column for column in job.dataset.columns or []}
    shown = Page(page, COLUMNS_PER_PAGE, len(features))
    columns = [
        _needed(needed[name], profile.get(name, {}))
        for name in features[shown.first - 1 : shown.last]
        if name in needed
    ]
    row = {
        name: _example(needed.get(name, {}), profile.get(name, {}))
        for name in features[:EXAMPLE_COLUMNS]
    }
    starred = find_starred(user=user, model_ids=[model.id])
    return Card(
        columns, shown, scored_on(job), list_baselines(job), hold_against(job),
        get_estimator(job.estimator).title,
        _limits(job, [needed[name] for name in features if name in needed]),
        service.list_formats(model), list_snippets(model, row, api_url), len(row),
        find_made(model.id), bool(starred), may_change(user, model),
    )  # fmt: skip


def _needed(column: Mapping[str, Any], known: Mapping[str, Any]) -> NeededColumn:
    return NeededColumn(column["name"], column["kind"], say_seen(column), _example(column, known))


def scored_on(job: Job) -> str:
    """Say what a job's score is the mean over: ``5 folds``, or ``2 of 5 folds`` where stopped."""
    words = validation(job.validation)
    if not job.partial:
        return words
    done, all_folds = len(list_folds(job.id)), JobView(job).n_splits
    if words.startswith(plural(all_folds, "fold")):
        return f"{done} of {words}"
    return f"{done} of {plural(all_folds, 'fold')} ({words})"  # repeated


def _example(column: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """Return a cell that training saw, or nearly: the median, else the most common one."""
    if column.get("kind") in {"number", "date"}:
        return middle_of(column, known) or ""
    if column.get("kind") == "boolean":
        return str(column["true"])
    values = column.get("values")
    common = [str(one["value"]) for one in known.get("top") or []]
    return next((cell for cell in common if not values or cell in values), (values or [""])[0])


def _limits(job: Job, columns: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say where the model has seen nothing, and what was doubtful when it was made."""
    ranges = [
        f"{column['name']} {say_seen(column)}"
        for column in columns
        if column["kind"] in {"number", "date"} and "range" in column
    ]
    shown = ranges[:LIMITS_SHOWN]
    more = (
        f" and {plural(len(ranges) - len(shown), 'more column')}" if ranges[LIMITS_SHOWN:] else ""
    )
    found = [f"Saw only {'; '.join(shown)}{more}. Beyond that it guesses"] if ranges else []
    if any(column.get("values") for column in columns):
        found.append("Knows only the category values that it saw in training")
    rows = job.details.get("rows_used") or job.n_rows
    if rows:
        found.append(f"Was made from {plural(rows, 'row')}; rows unlike them it does not know")
    if job.partial:
        found.append("Was stopped early: not every fold was scored")
    return found + [warning["message"] for warning in job.warnings]
