"""The page with the form of a new job."""

from typing import Any

from flask import render_template, request
from flask_login import current_user

from dashboard.datasets.listing import list_datasets
from dashboard.datasets.queries import find_dataset
from dashboard.db import Dataset
from dashboard.db.lookup import LARGEST_ID
from dashboard.jobs.asking.task_guess import explain_task
from dashboard.jobs.form.candidates import count_candidates, say_nested_fits
from dashboard.jobs.form.fields import JobForm
from dashboard.jobs.form.groups import find_groups
from dashboard.jobs.form.left_out import find_left_out
from dashboard.jobs.form.request import request_of
from dashboard.jobs.form.to_beat import list_to_beat, split_of_several
from dashboard.jobs.preflight.view import PreflightView
from dashboard.jobs.times.estimates import estimate_all_done, estimate_each, estimate_request
from dashboard.notifications.webhooks import find_host
from dashboard.paging import read_number
from dashboard.shell import queue_summary
from dashboard.workers.views import say_ahead
from tasks.engine.estimators.catalogue import METRICS, list_estimators

_WHY_NOT = {
    "reading": "is still being read: wait a moment, or choose another one",
    "refused": "cannot be learned from: it could not be read. Choose another one",
}


def find_chosen(text: str | None) -> Dataset | None:
    """Return the dataset of a number that was sent, if it can be learned from."""
    found = find_dataset(read_number(text, 0, LARGEST_ID))
    return found if found is not None and found.state == "ready" else None


def say_no_dataset(text: str) -> str:
    """Say why a dataset that an address asks for is not chosen."""
    found = find_dataset(read_number(text, 0, LARGEST_ID))
    if found is not None:
        return f"Dataset {text} {_WHY_NOT.get(found.state, _WHY_NOT['reading'])}"
    return f"Dataset {text[:40]} does not exist, or was deleted. Choose another one"


def show_form(
    form: JobForm, preflight: PreflightView | None = None, *, despite: str | None = None
) -> str:
    """Draw the page.

    Parameters
    ----------
    form : JobForm
        What the form holds.
    preflight : PreflightView, optional
        What a check of it found.
    despite : str, optional
        The key of a check that found an error; the form sent once more is queued all the same.
    """
    datasets = [d for d in list_datasets(per=200).items if d.state == "ready"]
    if form.dataset is not None and all(d.id != form.dataset.id for d in datasets):
        datasets.insert(0, form.dataset)
    choices = [("", "Choose a dataset"), *((d.id, d.label) for d in datasets)]
    candidates = count_candidates(form) if form.is_search else None
    return render_template(
        "jobs/new.html",
        form=form,
        datasets=choices,
        to_beat=list_to_beat(form),
        split_of_several=split_of_several(form),
        takes=say_how_long(form),
        all_done=say_all_done(form),
        takes_each=_say_how_long_each(form),
        task_reason=_say_why_task(form),
        ahead=say_what_waits(),
        candidates=candidates,
        nested_fits=say_nested_fits(form, candidates) if candidates else None,
        groups=find_groups(form),
        left_out_rows=find_left_out(form),
        preflight=preflight,
        despite=despite,
        instead=read_number(request.values.get("instead"), None, LARGEST_ID),
        webhook=find_host(current_user),
    )


def show_candidates(form: JobForm) -> str:
    """Draw how large the search of a form is, for its place in the page."""
    if not form.is_search:  # it is being drawn anew without one
        return ""
    found, takes = count_candidates(form), say_how_long(form)
    return render_template(
        "jobs/_candidates.html", form=form, candidates=found, takes=takes, ahead=say_what_waits()
    )


def say_what_waits() -> str | None:
    """Say what a new job finds before it; None while none starts."""
    summary = queue_summary()
    return say_ahead(summary) if summary else None


def say_how_long(form: JobForm) -> str | None:
    """Say how long each job of a form would take; None while the form is incomplete."""
    size = _size_of(form)
    if form.tries_several or form.at_once or form.estimator is None or size is None:
        return None
    parameters = request_of(form)["parameters"]
    return estimate_request(estimator=form.estimator.id, parameters=parameters, **size)


def say_all_done(form: JobForm) -> str | None:
    """Say when all jobs of a form would be over; None where that is unknown."""
    size = _size_of(form)
    is_plain = not (form.tries_several or form.at_once or form.is_search)
    if not is_plain or form.estimator is None or size is None:
        return None
    parameters = request_of(form)["parameters"]
    return estimate_all_done(estimator=form.estimator.id, parameters=parameters, **size)


def _say_why_task(form: JobForm) -> str | None:
    """Say why the task is what it is, and what else may be chosen; None once one is chosen."""
    is_worked_out = form.target is not None and form.values.get("task") not in METRICS
    return explain_task(form.target) if form.target and is_worked_out else None


def _say_how_long_each(form: JobForm) -> dict[str, str]:
    """Say how long a job of each estimator that is shown at once would take, where known."""
    size = _size_of(form)
    if form.target is None or size is None:
        return {}
    shown = (e.id for e in list_estimators(form.task) if e.featured)
    return estimate_each(shown, **size)


def _size_of(form: JobForm) -> dict[str, Any] | None:
    """Return how much there is to fit, as `Work.of` takes it; None while that is not known."""
    if form.dataset is None or not 1 <= (form.fits or 0) <= 1000:
        return None
    validation = {"scheme": form.values["validation.scheme"], "folds": form.fits}
    return {
        "n_rows": form.dataset.rows, "n_columns": len(form.used), "validation": validation,
    }  # fmt: skip
