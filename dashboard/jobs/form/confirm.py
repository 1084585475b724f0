"""Without a script: a form that makes several jobs asks once, as nobody saw how many there are."""

from flask import current_app, render_template, request

from dashboard.jobs.asking.requests import BATCH_FIELDS
from dashboard.jobs.form.fields import JobForm
from dashboard.jobs.form.page import say_all_done, say_how_long, say_what_waits
from dashboard.jobs.form.request import request_of
from dashboard.jobs.submission import read_request

ASK = "ask"  # a field that the script takes away
# What belongs to the very page that the form stood on, and not to what was typed.
OF_PAGE = frozenset({"csrf_token", "action", ASK})


def list_typed() -> list[tuple[str, str]]:
    """List what the form was sent with, for a page that sends it on, or back to the form."""
    return [(name, text) for name, text in request.form.items(multi=True) if name not in OF_PAGE]


def ask_about_many(form: JobForm) -> str | None:
    """Return a page that asks whether to queue several jobs; None where there is nothing to ask.

    Raises
    ------
    ValidationFailed
        With a message for each field that cannot be used.
    """
    if ASK not in request.form or form.is_search or form.tries_several:
        return None
    limit = current_app.config["SETTINGS"].max_batch_jobs
    dataset, wanted = read_request(request_of(form), limit=limit, fields=BATCH_FIELDS)
    if wanted.n_jobs < 2:
        return None
    return render_template(
        "jobs/many.html",
        dataset=dataset,
        n_jobs=wanted.n_jobs,
        form=form,
        typed=list_typed(),
        takes=say_how_long(form),
        all_done=say_all_done(form),
        ahead=say_what_waits(),
    )
