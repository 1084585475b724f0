"""The page with the form of a new job."""

from flask import render_template, request
from flask_login import current_user

from dashboard.datasets.listing import list_datasets
from dashboard.datasets.queries import find_dataset
from dashboard.db import Dataset
from dashboard.db.lookup import LARGEST_ID
from dashboard.jobs.estimates import estimate_request
from dashboard.jobs.form_candidates import count_candidates, say_nested_fits
from dashboard.jobs.form_request import request_of
from dashboard.jobs.forms import JobForm
from dashboard.jobs.preflight_view import PreflightView
from dashboard.jobs.to_beat import list_to_beat, say_folds_of_several
from dashboard.notifications.webhooks import find_host
from dashboard.paging import read_number
from dashboard.shell import queue_summary
from dashboard.workers.views import say_ahead


def find_chosen(text: str | None) -> Dataset | None:
    """Return the dataset of a number that was sent, if it can be learned from."""
    found = find_dataset(read_number(text, 0, LARGEST_ID))
    return found if found is not None and found.state == "ready" else None


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
        folds_of_several=say_folds_of_several(form),
        takes=_say_how_long(form),
        ahead=_say_ahead(),
        candidates=candidates,
        nested_fits=say_nested_fits(form, candidates) if candidates else None,
        preflight=preflight,
        despite=despite,
        instead=read_number(request.values.get("instead"), None, LARGEST_ID),
        webhook=find_host(current_user),
    )


def show_candidates(form: JobForm) -> str:
    """Draw how large the search of a form is, for its place in the page."""
    if not form.is_search:  # it is being drawn anew without one
        return ""
    found, takes = count_candidates(form), _say_how_long(form)
    return render_template(
        "jobs/_candidates.html", form=form, candidates=found, takes=takes, ahead=_say_ahead()
    )


def _say_ahead() -> str | None:
    summary = queue_summary()
    return say_ahead(summary) if summary else None


def _say_how_long(form: JobForm) -> str | None:
    """Say how long each job of a form would take; None while the form is incomplete."""
    if form.tries_several or form.at_once or form.dataset is None or form.estimator is None:
        return None
    if not 1 <= (form.fits or 0) <= 1000:
        return None
    return estimate_request(
        estimator=form.estimator.id,
        parameters=request_of(form)["parameters"],
        n_rows=form.dataset.rows,
        n_columns=len(form.used),
        validation={"scheme": form.values["validation.scheme"], "folds": form.fits},
    )
