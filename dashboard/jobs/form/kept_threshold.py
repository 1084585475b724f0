"""The threshold of a job that is duplicated: does it still belong to what the form asks for."""

from collections.abc import Mapping
from typing import Any

from dashboard.db import Job
from dashboard.jobs.form.fields import JobForm


def decided_of(job: Job | None) -> Mapping[str, Any]:
    """Return what is known of a job's threshold; nothing where it has none."""
    if job is None or job.decision is None:
        return {}
    return {**job.decision, "threshold_from": job.details.get("threshold_from")}


def drop_foreign_threshold(form: JobForm, former: Job | None) -> None:
    """Drop a threshold, and its costs, that were chosen for something else; say so.

    Parameters
    ----------
    form : JobForm
        Its other fields are settled.
    former : Job or None
        The job that is duplicated.
    """
    if former is None or form.tries_several or not form.keeps_decision:
        return
    changed = _find_change(form, former)
    if changed is None:
        return
    # Whoever types the number once more means it, even where it is the same.
    for name in ("threshold", "duplicate_of"):
        form.values.pop(name, None)
    form.dropped.append(
        f"The threshold {form.decided['threshold']:g} of {former.name} was chosen for another "
        f"{changed}, so it is removed, with its costs. Set another, or queue the job without one"
    )
    form.decided, form.has_lost_threshold = {}, True


def _find_change(form: JobForm, former: Job) -> str | None:
    """Return what makes a threshold one of something else; None where nothing does."""
    if form.dataset is None or form.dataset.id != former.dataset_id:
        return "dataset"
    if form.target_name != former.target:
        return "target"
    if form.estimator is None or form.estimator.id != former.estimator or form.at_once:
        return "estimator"
    asked = form.values.get("positive_class") or None
    # It was named then, or was found to be the one that is named now.
    if asked != former.positive and (
        asked is None or asked != former.details.get("positive_class")
    ):
        return "positive class"
    return None
