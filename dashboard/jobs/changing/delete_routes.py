"""The end of a job: a page names what goes with it, then it goes."""

from flask import Blueprint, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboard.access import require_owner
from dashboard.confirming import Confirmation, confirm, is_sure
from dashboard.db import Job
from dashboard.db.lookup import LARGEST_ID
from dashboard.db.states import TERMINAL
from dashboard.errors import Conflict
from dashboard.jobs import queries, service
from dashboard.models.deleting import find_made
from dashboard.models.ending import name_made, say_what_goes
from dashboard.paging import read_number
from dashboard.web import requires

blueprint = Blueprint("jobend", __name__)
Answer = Response | str | tuple[str, int]


@blueprint.route("/jobs/<int:job_id>/delete", methods=["GET", "POST"])
@requires("member")
def delete(job_id: int) -> Answer:
    """Ask whether a job that is over is to be deleted, then delete it. For its owner, admins."""
    job = queries.get_job(user=current_user, job_id=job_id)
    require_owner(current_user, job, "job")
    if job.state not in TERMINAL:
        return _to_job(job_id, service.say_not_over(job))
    if not is_sure():
        return _ask(job)
    if _last_made(job) > (read_number(request.form.get("seen"), 0, LARGEST_ID) or 0):
        return _ask(
            job, "More was predicted with its model meanwhile: this is all of it now."
        ), 409
    try:
        service.delete_job(user=current_user, job_id=job_id)
    except Conflict as problem:
        return _to_job(job_id, problem.message)
    flash(f"Job #{job_id} and its files are deleted", "success")
    return redirect(url_for("jobs.index"), 303)


def _to_job(job_id: int, problem: str) -> Response:
    flash(problem, "warning")
    return redirect(url_for("jobs.detail", job_id=job_id), 303)


def _last_made(job: Job) -> int:
    model = queries.find_model(job.id)
    return find_made(model.id).last_id if model else 0


def _ask(job: Job, problem: str | None = None) -> str:
    here = url_for("jobs.detail", job_id=job.id)
    model = queries.find_model(job.id)
    made = find_made(model.id) if model else None
    goes = ["Its scores, predictions for rows, log and files"]
    if model and made:
        goes += [f"Its model {model.name}", *say_what_goes(model, made)]
    archive = ("Archive it instead", url_for("marking.archive", job_id=job.id))
    return confirm(
        Confirmation(
            title=f"Delete the job {job.name}?",
            act="Delete the job",
            goes=goes,
            stays=[f"The dataset {job.dataset.label}, and all other jobs"],
            named=name_made(made) if made else (),
            back=here,
            crumbs=[("Jobs", url_for("jobs.index")), (f"#{job.id}", here)],
            fields={"seen": made.last_id if made else 0},
            instead=None if job.archived_at else archive,
            problem=problem,
        )
    )
