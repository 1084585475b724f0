"""The form that tries several again, as a job of the former batch was asked for."""

import secrets

from dashboard.db import Job
from dashboard.jobs.form.fields import JobForm
from dashboard.jobs.form.sources import fill_defaults, name_features
from dashboard.jobs.page.blends import split_again
from dashboard.several import KIND
from dashboard.several.preset import TIME_FIELD


def form_of_several(job: Job, time_limit_s: str = "") -> JobForm:
    """Return the form with the columns, metric, folds that were chosen and seed of a job.

    Parameters
    ----------
    job : Job
        Any of the batch.
    time_limit_s : str, optional
        The time limit as its field holds it; the default one where it is empty.
    """
    values = {
        "target": job.target, "task": job.task, "metric": job.metric, "seed": str(job.seed),
        "estimator": KIND, "positive_class": job.positive or "", TIME_FIELD: time_limit_s,
        "key": secrets.token_hex(16),
    } | split_again(job)  # fmt: skip
    form = JobForm(job.dataset, {k: v for k, v in values.items() if v}, list(job.features))
    if form.has_many_columns:
        name_features(form, list(job.features))
    fill_defaults(form)
    return form
