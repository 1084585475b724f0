"""Pages of jobs: list, new, detail, actions, live parts."""

import json
from typing import Any
from urllib.parse import urlencode

from flask import (
    Blueprint,
    Response,
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

from dashboard.api import present
from dashboard.auth.sessions import safe_path
from dashboard.batches import service as batches
from dashboard.datasets.queries import find_dataset, list_datasets
from dashboard.db import Batch, Dataset, Job
from dashboard.db.states import ACTIVE, JobState
from dashboard.errors import Conflict, DomainError, NotFound, ValidationFailed
from dashboard.filters import plural
from dashboard.jobs import charts, forms, lists, queries, results, service
from dashboard.jobs.form_request import request_of
from dashboard.jobs.order import find_place
from dashboard.jobs.views import JobView, say_again
from dashboard.live import answer
from dashboard.web import requires
from tasks.engine.catalogue import METRICS, get_estimator, list_estimators

blueprint = Blueprint("jobs", __name__)
Answer = AnyResponse | str | tuple[str, int]
LOG_LINES = 1000


@blueprint.get("/jobs")
def index() -> str:
    """List jobs. For all."""
    return render_template(
        "jobs/index.html",
        listing=lists.read_listing(request.args),
        estimators=[(e.id, f"{e.title} ({e.task})") for e in list_estimators()],
        live_url=_live_url(request.args.to_dict()),
    )


def _live_url(query: dict[str, str]) -> str:
    return f"{url_for('jobs.live_index')}?{urlencode(query)}"


@blueprint.get("/_live/jobs")
def live_index() -> Response:
    """Answer the rows of the list. For all."""
    query = request.args.to_dict()
    query.pop("v", None)
    return answer(
        "jobs/_rows.html",
        listing=lists.read_listing(query),
        live_url=_live_url(query),
    )


def _dataset(text: str | None) -> Dataset | None:
    if not text or not text.isascii() or not text.isdigit() or len(text) > 18:
        return None
    found = find_dataset(int(text))
    return found if found is not None and found.state == "ready" else None


@blueprint.get("/jobs/new")
@requires("member")
def new() -> str:
    """Show the form. For members."""
    former = request.args.get("from", "")
    if former.isascii() and former.isdigit():
        job = queries.get_job(user=current_user, job_id=int(former))
        return _form_page(forms.form_from_job(job))
    dataset = _dataset(request.args.get("dataset_id") or request.args.get("dataset"))
    given = {n: request.args.get(n, "") for n in ("target", "task", "estimator")}
    return _form_page(forms.new_form(dataset, given))


def _form_page(form: forms.JobForm) -> str:
    datasets = [d for d in list_datasets(per=200).items if d.state == "ready"]
    if form.dataset is not None and all(d.id != form.dataset.id for d in datasets):
        datasets.insert(0, form.dataset)
    best: Any = []
    if form.dataset is not None and form.task and form.target:
        best = queries.list_best_for(
            dataset_id=form.dataset.id, target=form.target["name"], task=form.task
        )
    choices = [("", "Choose a dataset"), *((d.id, d.name) for d in datasets)]
    return render_template("jobs/new.html", form=form, datasets=choices, best=best)


@blueprint.post("/jobs/new")
@requires("member")
def create() -> Answer:
    """Submit the form, or show it anew after a choice that changes it. For members."""
    form = forms.posted_form(_dataset(request.form.get("dataset_id")), request.form)
    if request.form.get("action") == "update":
        return _form_page(form)
    try:
        made = batches.submit(
            user=current_user,
            request=request_of(form),
            idempotency_key=request.form.get("key") or None,
        )
    except ValidationFailed as problem:
        form.errors = problem.fields
        return _form_page(form), 422
    if isinstance(made, Batch):
        flash(f"{plural(made.n_jobs, 'job')} are queued", "success")
        return redirect(url_for("batches.detail", batch_id=made.id), 303)
    flash(f"{made.name} is queued", "success")
    return redirect(url_for("jobs.detail", job_id=made.id), 303)


@blueprint.get("/jobs/<int:job_id>")
def detail(job_id: int) -> str:
    """Show a job. For all."""
    return render_template("jobs/detail.html", **_context(job_id))


def _context(job_id: int) -> dict[str, Any]:
    job = queries.get_job(user=current_user, job_id=job_id)
    folds = queries.list_folds(job_id)
    known = [f.scores.get(job.metric) for f in folds if f.scores.get(job.metric) is not None]
    model, attempts = queries.find_model(job_id), queries.list_attempts(job_id)
    view = JobView(
        job,
        position=find_place(job),
        model_id=model.id if model else None,
        score_so_far=sum(known) / len(known) if known else None,
    )
    return {
        "job": job,
        "view": view,
        "folds": folds,
        "model": model,
        "attempts": attempts,
        "again": say_again(attempts),
        "lines": queries.list_log(
            job_id=job_id, after=max(0, queries.count_log(job_id) - LOG_LINES)
        ),
        "settings": _settings(job),
        "metric_titles": {m.name: m.title for m in METRICS[job.task]},
        "charts": _charts(job),
        "fold_figure": charts.fold_chart(job, folds, job.state not in ACTIVE),
        "may_change": job.owner_id == current_user.id or current_user.is_admin,
        "live_url": url_for("jobs.live_detail", job_id=job_id),
    }


def _settings(job: Job) -> list[tuple[str, Any, Any]]:
    """Return each parameter with its value and its default; those that were changed first."""
    parameters = get_estimator(job.estimator).parameters
    rows = [(p.name, job.parameters.get(p.name, p.default), p.default) for p in parameters]
    return sorted(rows, key=lambda row: row[1] == row[2])


def _charts(job: Job) -> list[tuple[str, str, dict[str, Any]]]:
    if job.state != JobState.SUCCEEDED:
        return []
    try:
        return charts.result_charts(job, results.read_results(job))
    except DomainError:  # the file is missing; the page has everything else
        return []


@blueprint.get("/_live/jobs/<int:job_id>")
def live_detail(job_id: int) -> Response:
    """Answer what changes on a job's page. For all."""
    return answer("jobs/_now.html", **_context(job_id))


@blueprint.get("/_live/jobs/<int:job_id>/log")
def live_log(job_id: int) -> Response:
    """Answer the lines of a log behind a number. For all."""
    job = queries.get_job(user=current_user, job_id=job_id)
    after = request.args.get("after", "0")
    number = int(after) if after.isascii() and after.isdigit() and len(after) < 16 else 0
    lines = queries.list_log(job_id=job_id, after=number, limit=LOG_LINES)
    response = Response(render_template("jobs/_log_lines.html", lines=lines))
    if job.state not in ACTIVE and len(lines) < LOG_LINES:
        response.headers["X-Log-Ended"] = "true"
    return response


@blueprint.get("/jobs/<int:job_id>/charts/<name>.json")
def chart(job_id: int, name: str) -> Response:
    """Answer one figure of a job. For all."""
    job = queries.get_job(user=current_user, job_id=job_id)
    if name == "folds":
        folds = queries.list_folds(job_id)
        return jsonify(charts.fold_chart(job, folds, job.state not in ACTIVE))
    for known, _title, figure in charts.result_charts(job, results.read_results(job)):
        if known == name:
            return jsonify(figure)
    raise NotFound(f"This job has no chart called {name}")


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
    job = present.job(queries.get_job(user=current_user, job_id=job_id))
    names = ("dataset_id", "target", "task", "estimator", "parameters", "features", "validation",
             "metric", "seed", "name", "tags", "priority", "time_limit_s",
             "class_weight")  # fmt: skip
    text = json.dumps({name: job[name] for name in names}, indent=2)
    return Response(text + "\n", mimetype="application/json")


@blueprint.post("/jobs/<int:job_id>/cancel")
@requires("member")
def cancel(job_id: int) -> AnyResponse:
    """Stop a job. For its owner and admins."""
    keep = request.form.get("keep") == "true"
    try:
        job = service.cancel_job(user=current_user, job_id=job_id, keep=keep)
        done = job.state == JobState.CANCELLED
        flash(f"{job.name} is cancelled" if done else f"{job.name} is being stopped", "success")
    except Conflict as problem:
        flash(problem.message, "warning")
    return redirect(url_for("jobs.detail", job_id=job_id), 303)


@blueprint.post("/jobs/<int:job_id>/retry")
@requires("member")
def retry(job_id: int) -> AnyResponse:
    """Run a job again. For its owner and admins."""
    try:
        service.retry_job(user=current_user, job_id=job_id)
    except Conflict as problem:
        flash(problem.message, "warning")
    return redirect(url_for("jobs.detail", job_id=job_id), 303)


@blueprint.post("/jobs/<int:job_id>/delete")
@requires("member")
def delete(job_id: int) -> AnyResponse:
    """Delete a job that is over. For its owner and admins."""
    try:
        service.delete_job(user=current_user, job_id=job_id)
    except Conflict as problem:
        flash(problem.message, "warning")
        return redirect(url_for("jobs.detail", job_id=job_id), 303)
    flash(f"Job #{job_id} and its files are deleted", "success")
    return redirect(url_for("jobs.index"), 303)


@blueprint.post("/jobs/selected")
@requires("member")
def act_on_selected() -> AnyResponse:
    """Compare or cancel the jobs that are ticked. For members."""
    ids = [int(text) for text in request.form.getlist("job") if text.isascii() and text.isdigit()]
    if request.form.get("action") == "compare":
        return redirect(url_for("compare.index", jobs=",".join(map(str, ids))), 303)
    stopped, refused = 0, []
    for job_id in ids[:200]:
        try:
            service.cancel_job(user=current_user, job_id=job_id)
            stopped += 1
        except DomainError as problem:
            refused.append(f"#{job_id}: {problem.message}")
    if stopped:
        flash(f"{stopped} job{'s' if stopped > 1 else ''} cancelled", "success")
    for message in refused[:3]:
        flash(message, "warning")
    return redirect(safe_path(request.form.get("back") or url_for("jobs.index")), 303)
