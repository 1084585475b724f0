"""Pages of jobs: list, new, detail, actions, live parts."""

import json
from typing import Any
from urllib.parse import urlencode

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from dashboard.auth.sessions import safe_path
from dashboard.batches import service as batches
from dashboard.db import Batch, Job
from dashboard.db.lookup import LARGEST_ID
from dashboard.db.notification import BATCH, JOB
from dashboard.db.states import ACTIVE
from dashboard.errors import Conflict, ValidationFailed
from dashboard.idle import idle_state
from dashboard.jobs import queries, service
from dashboard.jobs.asking.as_request import request_from
from dashboard.jobs.changing.marking import words_as_typed
from dashboard.jobs.changing.undo_routes import tell_stopped
from dashboard.jobs.form import sources as form_sources
from dashboard.jobs.form.at_once import BOXES, is_switched
from dashboard.jobs.form.confirm import ask_about_many
from dashboard.jobs.form.fields import AT_ONCE, VALIDATION, JobForm
from dashboard.jobs.form.groups import keep_together
from dashboard.jobs.form.left_out import leave_out
from dashboard.jobs.form.name import request_with_name
from dashboard.jobs.form.page import find_chosen, say_no_dataset, show_form
from dashboard.jobs.form.recipe import form_from_recipe
from dashboard.jobs.form.request import errors_of, request_of
from dashboard.jobs.form.several import form_of_several
from dashboard.jobs.form.submitted import tell_submitted
from dashboard.jobs.listing import lists, live_rows
from dashboard.jobs.listing import tools as list_tools
from dashboard.jobs.listing.query import answer_list, is_to_fold, one_of_each, url_folded
from dashboard.jobs.page.detail import LOG_LINES, read_detail, read_figure, read_now
from dashboard.jobs.preflight.checks import find_refused
from dashboard.jobs.preflight.view import view_preflight
from dashboard.live import answer, unchanged
from dashboard.meanwhile import typed_anew
from dashboard.notifications.choices import read_wishing, wish
from dashboard.paging import read_number
from dashboard.recipes.queries import get_recipe
from dashboard.several.preset import TIME_FIELD
from dashboard.shell import DENSITIES
from dashboard.storage import StorageFull
from dashboard.web import requires

blueprint = Blueprint("jobs", __name__)
Answer = AnyResponse | str | tuple[str, int]


@blueprint.get("/jobs")
def index() -> AnyResponse | str:
    """List jobs, with candidates or without as this browser was last asked. For all."""
    query = one_of_each(request.args)
    if is_to_fold(query):
        return redirect(url_folded())
    listing = lists.read_listing(query, current_user)
    density = query.get("density")
    if density and density not in DENSITIES:
        listing.ignored.append(f"density={density}")
    shown = live_rows.note_shown(listing).as_query()
    page = render_template(
        "jobs/index.html",
        listing=listing,
        tools=list_tools.read_tools(listing, query, current_user),
        live_url=f"{url_for('jobs.live_index')}?{list_tools.live_query(query, shown)}",
        export_url=f"{url_for('joblists.export')}?{urlencode(query)}",
        own=lists.say_own(listing, current_user),
        offers_all=True,
    )
    return answer_list(page, query)


@blueprint.get("/_live/jobs")
def live_index() -> Response:
    """Answer the rows that the list shows, as they are now. For all."""
    query = one_of_each(request.args)
    query.pop("v", None)
    state = idle_state() or live_rows.still_state(query, current_user)
    return (state and unchanged(state)) or answer(
        "jobs/_rows.html",
        listing=live_rows.read_live(query, current_user),
        live_url=f"{url_for('jobs.live_index')}?{urlencode(query)}",
    )


@blueprint.get("/_live/jobs/targets")
@requires("member")
def live_targets() -> Response:
    """Answer the columns that a part of a name may mean. For members."""
    dataset = find_chosen(request.args.get("dataset_id"))
    given = {"target": request.args.get("target", "")}
    return answer("jobs/_targets.html", matches=form_sources.new_form(dataset, given).matches)


@blueprint.get("/jobs/new")
@requires("member")
def new() -> str:
    """Show the form. For members."""
    former = read_number(request.args.get("from"), 0, LARGEST_ID)
    if former:
        job = queries.get_job(user=current_user, job_id=former)
        user = None if "instead" in request.args else current_user
        target = request.args.get("target")
        return show_form(form_sources.form_from_job(job, user, target))
    if several_of := read_number(request.args.get("several_of"), 0, LARGEST_ID):
        job = queries.get_job(user=current_user, job_id=several_of)
        return show_form(form_of_several(job, request.args.get(TIME_FIELD, "")))
    asked = request.args.get("dataset_id") or request.args.get("dataset")
    dataset = find_chosen(asked)
    if recipe_id := read_number(request.args.get("recipe"), 0, LARGEST_ID):
        recipe = get_recipe(user=current_user, recipe_id=recipe_id)
        given = {"target": request.args.get("target", "")}
        return show_form(form_from_recipe(recipe, dataset, given))
    given = {n: request.args.get(n, "") for n in ("target", "task", "estimator", AT_ONCE)}
    given |= {name: text for name, text in request.args.items() if name.startswith(VALIDATION)}
    form = form_sources.new_form(dataset, given, request.args.getlist(BOXES))
    if asked and dataset is None:
        form.dropped.append(say_no_dataset(asked))
    return show_form(form)


@blueprint.post("/jobs/new")
@requires("member")
def create() -> Answer:
    """Submit the form, or show it anew after a choice that changes it. For members."""
    form = form_sources.posted_form(find_chosen(request.form.get("dataset_id")), request.form)
    if is_reset := request.form.get("action") == "reset":
        form_sources.reset_settings(form)
    is_asked = request.form.get("action") == "update"
    is_pressed = keep_together(form) or leave_out(form)
    is_update = is_pressed or is_asked or is_reset or is_switched(request.form)
    if is_update or form.has_lost_threshold:  # else what is queued is not what was seen
        return show_form(form), 200 if is_update else 422
    refused = find_refused(user=current_user, request=request_of(form))
    if refused is not None and request.form.get("despite") != refused.key:
        return show_form(form, view_preflight(refused), despite=refused.key), 409
    try:
        if page := ask_about_many(form):
            return page
        made = _submit(form)
    except ValidationFailed as problem:
        form.errors = errors_of(form, problem.fields)
        return show_form(form), 422
    except StorageFull as problem:
        form.refusal = problem.message
        return show_form(form), 503
    if request.form.get("notify") == "true":
        kind = BATCH if isinstance(made, Batch) else JOB
        wish(user=current_user, kind=kind, subject_id=made.id, wanted=True)
    return redirect(tell_submitted(made, is_search=form.is_search), 303)


def _submit(form: JobForm) -> Job | Batch:
    asked = {"user": current_user, "request": request_with_name(form, current_user),
             "idempotency_key": request.form.get("key") or None}  # fmt: skip
    if form.tries_several or form.is_search or form.at_once:
        return batches.submit_batch(**asked)
    kept = form.decided.get("threshold_from") if form.keeps_decision else None
    return batches.submit(**asked, threshold_from=kept)


@blueprint.get("/jobs/<int:job_id>")
def detail(job_id: int) -> str:
    """Show a job. For all."""
    return show_job(job_id)


def show_job(job_id: int, problem: ValidationFailed | None = None) -> str:
    """Return the page of a job; with what was typed into its forms where that cannot be used."""
    found = read_detail(
        user=current_user,
        job_id=job_id,
        memory_limit_bytes=_memory_limit(),
        query=request.args,
    )
    around = _around(job_id, problem)
    if problem:
        around["typed"] = typed_anew(request.form, words_as_typed(found["job"]), problem)
    return render_template("jobs/detail.html", **found, **around)


def _memory_limit() -> int:
    return int(current_app.config["SETTINGS"].job_memory_bytes)


def _around(job_id: int, problem: ValidationFailed | None = None) -> dict[str, Any]:
    """Return what the page of a job needs beside the job."""
    return {
        "wishing": read_wishing(current_user, JOB, job_id),
        "errors": problem.fields if problem else {},
        "typed": {},
        "live_url": url_for("jobs.live_detail", job_id=job_id),
        "run_next_url": url_for("workers.run_next", job_id=job_id),
    }


@blueprint.get("/_live/jobs/<int:job_id>")
def live_detail(job_id: int) -> Response:
    """Answer what changes on a job's page. For all."""
    found = read_now(user=current_user, job_id=job_id, memory_limit_bytes=_memory_limit())
    return answer("jobs/_live.html", **found, **_around(job_id))


@blueprint.get("/_live/jobs/<int:job_id>/log")
def live_log(job_id: int) -> Response:
    """Answer the lines of a log behind a number. For all."""
    job = queries.get_job(user=current_user, job_id=job_id)
    after = read_number(request.args.get("after"), 0, LARGEST_ID)
    lines = queries.list_log(job_id=job_id, after=after, limit=LOG_LINES)
    response = Response(render_template("jobs/_log_lines.html", lines=lines))
    if job.state not in ACTIVE and len(lines) < LOG_LINES:
        response.headers["X-Log-Ended"] = "true"
    return response


@blueprint.get("/jobs/<int:job_id>/charts/<name>.json")
def chart(job_id: int, name: str) -> Response:
    """Answer one figure of a job. For all."""
    job = queries.get_job(user=current_user, job_id=job_id)
    return jsonify(read_figure(job, name, _memory_limit()))


@blueprint.get("/jobs/<int:job_id>/log.txt")
def log_text(job_id: int) -> Response:
    """Hand out the whole log. For all."""
    queries.get_job(user=current_user, job_id=job_id)

    def chunks() -> Any:
        after = 0
        while lines := queries.list_log(job_id=job_id, after=after, limit=LOG_LINES):
            after = lines[-1].n
            yield "".join(
                f"{line.n:>5} {line.at:%Y-%m-%d %H:%M:%S}Z {line.level:<7} {line.text}\n"
                for line in lines
            )

    return Response(stream_with_context(chunks()), mimetype="text/plain")


@blueprint.get("/jobs/<int:job_id>/config.json")
def config(job_id: int) -> Response:
    """Hand out the request of a job, as the API takes it. For all."""
    asked = request_from(queries.get_job(user=current_user, job_id=job_id))
    text = json.dumps(asked, indent=2)
    return Response(text + "\n", mimetype="application/json")


@blueprint.post("/jobs/<int:job_id>/cancel")
@requires("member")
def cancel(job_id: int) -> AnyResponse:
    """Stop a job. For its owner and admins."""
    keep = request.form.get("keep") == "true"
    try:
        job = service.cancel_job(user=current_user, job_id=job_id, keep=keep)
        tell_stopped(job, request.form.get("back"))
    except Conflict as problem:
        flash(problem.message, "warning")
    return _back(job_id)


@blueprint.post("/jobs/<int:job_id>/retry")
@requires("member")
def retry(job_id: int) -> AnyResponse:
    """Run a job again. For its owner and admins."""
    try:
        service.retry_job(user=current_user, job_id=job_id)
    except (Conflict, StorageFull) as problem:
        flash(problem.message, "warning")
    return _back(job_id)


def _back(job_id: int) -> AnyResponse:
    """Return to the list that an action was chosen on, or to the job."""
    return redirect(
        safe_path(request.form.get("back") or url_for("jobs.detail", job_id=job_id)), 303
    )
