"""A recipe in the form of a new job: what fits is filled in, what does not is named."""

import secrets
from collections.abc import Mapping

from dashboard.db import Dataset, Recipe
from dashboard.filters import metric_title
from dashboard.jobs.form.fields import VALIDATION, JobForm
from dashboard.jobs.form.sources import drop_what_does_not_fit, fill_defaults, settle_inside
from dashboard.jobs.form.values import values_of
from tasks.engine.estimators.catalogue import find_estimator

# Fields that name a column of the dataset, and the scheme that is nothing without it.
COLUMNS = {"group_column": "group", "time_column": "time"}


def form_from_recipe(recipe: Recipe, dataset: Dataset | None, given: Mapping[str, str]) -> JobForm:
    """Return the form filled by a recipe.

    Parameters
    ----------
    recipe : Recipe
        Whose settings are filled in.
    dataset : Dataset or None
        What is to be learned from.
    given : Mapping
        What the address asks for beside it: the target, and a task other than the recipe's.

    Returns
    -------
    JobForm
        What does not fit the dataset is in its `dropped`.
    """
    values = values_of(recipe.request) | {k: v for k, v in given.items() if v}
    values["key"] = secrets.token_hex(16)
    form = JobForm(dataset, values)
    form.dropped.append(f'The settings of the recipe "{recipe.name}" stand in the form')
    if dataset is not None and form.target is not None:
        _follow_target(form)
        _drop_columns(form)
        _drop_estimator(form)
        metric = values.get("metric")
        drop_what_does_not_fit(form)
        if metric and "metric" not in form.values:
            form.dropped.append(f"{metric_title(metric)} does not go with this target; left out")
    settle_inside(form)
    fill_defaults(form)
    return form


def _follow_target(form: JobForm) -> None:
    """Let the target say the task: a recipe's is that of another one."""
    if form.values.get("task") != form.suggested_task:
        form.values.pop("task", None)


def _drop_columns(form: JobForm) -> None:
    names = {column["name"] for column in form.columns}
    for field, scheme in COLUMNS.items():
        column = form.values.get(VALIDATION + field)
        if not column or column in names:
            continue
        del form.values[VALIDATION + field]
        if form.values.get(f"{VALIDATION}scheme") == scheme:
            del form.values[f"{VALIDATION}scheme"]
        form.dropped.append(f'The column "{column}" is not in this dataset; how rows are split '
                            "is the usual way")  # fmt: skip


def _drop_estimator(form: JobForm) -> None:
    wanted = find_estimator(form.values.get("estimator", ""))
    if form.estimator is None or (wanted and wanted.id == form.estimator.id):
        return
    title = wanted.title if wanted else form.values.get("estimator", "")
    form.dropped.append(f"{title} does not go with this target; {form.estimator.title} is chosen")
    form.values["estimator"] = form.estimator.id
