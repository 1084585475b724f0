"""Before the form of a new job is sent: its check, how large it is, and it as a program."""

from contextlib import suppress

from flask import Blueprint, Response, current_app, render_template, request
from flask_login import current_user

from dashboard.errors import NotFound, ValidationFailed
from dashboard.jobs.asking.requests import BATCH_FIELDS
from dashboard.jobs.form import sources as form_sources
from dashboard.jobs.form.at_once import is_switched
from dashboard.jobs.form.change import apply_change
from dashboard.jobs.form.confirm import list_typed
from dashboard.jobs.form.fields import JobForm
from dashboard.jobs.form.page import find_chosen, show_candidates, show_form
from dashboard.jobs.form.request import errors_of, request_of
from dashboard.jobs.page.snippet import python_of_form
from dashboard.jobs.preflight import checks as preflights
from dashboard.jobs.preflight.checks import find_proposal
from dashboard.jobs.preflight.view import PreflightView, view_preflight
from dashboard.jobs.submission import read_request
from dashboard.live import answer
from dashboard.web import requires

blueprint = Blueprint("preflights", __name__)
PART = "jobs/_preflight.html"
# Without a script nobody asks again by himself.
PATIENCE_S = 8.0
Answer = str | tuple[str, int]


def _posted() -> JobForm:
    return form_sources.posted_form(find_chosen(request.form.get("dataset_id")), request.form)


def _is_part() -> bool:
    """Tell whether only the part with the result is asked for."""
    return "HX-Request" in request.headers


@blueprint.post("/jobs/candidates")
@requires("member")
def count() -> str:
    """Answer how many candidates the form makes, as one types. For members."""
    return show_candidates(_posted())


@blueprint.post("/jobs/new/python")
@requires("member")
def as_python() -> Answer:
    """Show the form as a program, once it could be sent as it is. For members."""
    form = _posted()
    is_update = is_switched(request.form)
    if is_update or form.has_lost_threshold:  # else it is not the program of what was seen
        return show_form(form), 200 if is_update else 422
    asked, limit = request_of(form), current_app.config["SETTINGS"].max_batch_jobs
    try:
        dataset, wanted = read_request(asked, limit=limit, fields=BATCH_FIELDS)
    except ValidationFailed as problem:
        form.errors = errors_of(form, problem.fields)
        return show_form(form), 422
    makes_batch = form.tries_several or form.is_search or wanted.n_jobs > 1
    program = python_of_form(asked, request.url_root.rstrip("/"), makes_batch=makes_batch)
    found = {"dataset": dataset, "program": program, "typed": list_typed()}
    return render_template("jobs/program.html", **found)


@blueprint.post("/jobs/check")
@requires("member")
def check() -> Answer:
    """Have the form checked; answer the page with all that was typed. For members."""
    form = _posted()
    try:
        found = preflights.ask_preflight(user=current_user, request=request_of(form))
    except ValidationFailed as problem:
        form.errors = errors_of(form, problem.fields)
        if _is_part():
            return render_template(PART, preflight=PreflightView(errors=form.errors))
        return show_form(form), 422
    if _is_part():
        return render_template(PART, preflight=view_preflight(found))
    over = preflights.wait_for(user=current_user, preflight_id=found.id, seconds=PATIENCE_S)
    view = view_preflight(over)
    if view.error and view.error.get("field"):
        words = (view.error["message"], view.error["hint"])
        form.errors = {view.error["field"]: ". ".join(filter(None, words))}
    return show_form(form, view)


@blueprint.get("/_live/jobs/check/<int:preflight_id>")
@requires("member")
def live_check(preflight_id: int) -> Response:
    """Answer how far a check is. For whoever asked for it."""
    try:
        found = preflights.get_preflight(user=current_user, preflight_id=preflight_id)
    except NotFound:  # given up, in another tab perhaps
        return answer(PART, preflight=None)
    return answer(PART, preflight=view_preflight(found))


@blueprint.post("/jobs/check/<int:preflight_id>/apply")
@requires("member")
def apply(preflight_id: int) -> str:
    """Put a change that a check proposes into the form. For whoever asked for it."""
    form = _posted()
    try:
        found = preflights.get_preflight(user=current_user, preflight_id=preflight_id)
        apply_change(form, find_proposal(found, request.form.get("of", "")))
    except NotFound as problem:
        form.dropped.append(problem.message)
    return show_form(form)


@blueprint.post("/jobs/check/<int:preflight_id>/stop")
@requires("member")
def stop(preflight_id: int) -> Answer:
    """Give a check up; answer the page with all that was typed. For whoever asked for it."""
    with suppress(NotFound):  # it is gone: that is what was asked for
        preflights.stop_preflight(user=current_user, preflight_id=preflight_id)
    return render_template(PART, preflight=None) if _is_part() else show_form(_posted())
