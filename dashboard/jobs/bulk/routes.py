"""Pages that change many jobs: what is chosen on a list, the question before it, how far it is."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from dashboard.auth.sessions import safe_path
from dashboard.db import BulkAction
from dashboard.db.lookup import LARGEST_ID
from dashboard.errors import BadRequest, Conflict, ValidationFailed
from dashboard.filters import plural
from dashboard.jobs.bulk import many as bulk
from dashboard.jobs.bulk.shown_ids import unpack
from dashboard.jobs.bulk.view import BulkView, Choice, check_counted, read_choice
from dashboard.jobs.listing.filtering import FILTER_NAMES
from dashboard.jobs.listing.query import query_of
from dashboard.live import answer, unchanged
from dashboard.paging import PER_CHOICES, read_number
from dashboard.web import requires

blueprint = Blueprint("bulk", __name__)
MOST_TICKED = PER_CHOICES[-1]
Answer = AnyResponse | str | tuple[str, int]


def _ticked(names: list[str]) -> list[int]:
    found = (read_number(text, 0, LARGEST_ID) for name in names for text in name.split(","))
    return list(dict.fromkeys(number for number in found if number))[:MOST_TICKED]


@blueprint.post("/jobs/selected")
@requires("viewer")
def act() -> Answer:
    """Do something with the jobs that are ticked on a list, or with all that match it."""
    back = safe_path(request.form.get("back") or url_for("jobs.index"))
    ids = _ticked(request.form.getlist("job"))
    action = request.form.get("action", "")
    if action == "compare":
        return redirect(url_for("compare.index", jobs=",".join(map(str, ids))), 303)
    chosen = bulk.get_action(action)
    matching = request.form.get("matching") == "true"
    if not ids and not matching:
        flash(f"Tick the jobs first that you want to {chosen.verb}", "warning")
        return redirect(back, 303)
    choice = Choice(current_user, chosen, ids, back)
    if matching or choice.asks_first:
        part = {"matching": "true"} if matching else {"jobs": ",".join(map(str, ids))}
        query = query_of(back)
        kept = {name: query[name] for name in FILTER_NAMES if query.get(name)}
        asked = urlencode({"action": action, "back": back, **part, **kept})
        return redirect(f"{url_for('bulk.confirm')}?{asked}", 303)
    return _begin(choice, None)


def _begin(choice: Choice, tag: str | None) -> AnyResponse:
    made = bulk.begin(
        user=current_user,
        action=choice.action.name,
        job_ids=choice.ids,
        address=choice.back,
        tag=tag,
        since=choice.since,
    )
    if made.state in bulk.OPEN:
        return redirect(url_for("bulk.detail", bulk_id=made.id), 303)
    _tell(made)
    return redirect(choice.back, 303)


def _tell(made: BulkAction) -> None:
    words = f"{plural(made.changed, 'job')} {bulk.get_action(made.action).done}"
    if made.changed and made.action == "archive":
        message: Any = [words, url_for("bulk.undo", bulk_id=made.id)]
        flash(message, "undo")
    elif made.changed or not made.n_refused:
        flash(words, "success")
    for one in made.refused[:3]:
        flash(f"#{one['job_id']}: {one['message']}", "warning")
    if made.n_refused > 3:
        flash(f"{made.n_refused - 3:,} more were left as they are", "warning")


@blueprint.get("/jobs/bulk")
@requires("member")
def confirm() -> str:
    """Ask before many jobs are changed, with the server's own count. For members."""
    choice = read_choice(request.args, current_user, _ticked(request.args.getlist("jobs")))
    return render_template("jobs/bulk_confirm.html", choice=choice, errors={}, typed="")


@blueprint.post("/jobs/bulk")
@requires("member")
def start() -> Answer:
    """Change many jobs, if all that match were shown. For members."""
    choice = read_choice(request.form, current_user, _ticked(request.form.getlist("jobs")))
    tag = request.form.get("tag")
    try:
        more = set(choice.ids) - unpack(request.form.get("shown", ""))
        if more:
            words = plural(len(more), "job matches", "jobs match")
            raise ValidationFailed({"shown": f"{words} that you were not shown. Look again"})
        check_counted(choice, request.form.get("made"))
        return _begin(choice, tag)
    except ValidationFailed as problem:
        page = render_template(
            "jobs/bulk_confirm.html", choice=choice, errors=problem.fields, typed=tag or ""
        )
        return page, 422


@blueprint.get("/jobs/bulk/<int:bulk_id>")
def detail(bulk_id: int) -> str:
    """Show how far a bulk action is. For who began it, and admins."""
    return render_template("jobs/bulk.html", **_view(bulk_id))


def _view(bulk_id: int) -> dict[str, Any]:
    found = bulk.get_bulk(user=current_user, bulk_id=bulk_id)
    return {"view": BulkView(found), "live_url": url_for("bulk.live_detail", bulk_id=bulk_id)}


@blueprint.get("/_live/jobs/bulk/<int:bulk_id>")
def live_detail(bulk_id: int) -> Response:
    """Answer how far a bulk action is. For who began it, and admins."""
    shown = _view(bulk_id)
    record = shown["view"].record
    so_far = (record.state, record.done, record.changed, record.n_refused, record.message)
    return unchanged(*so_far) or answer("jobs/_bulk.html", **shown)


@blueprint.post("/jobs/bulk/<int:bulk_id>/stop")
@requires("member")
def stop(bulk_id: int) -> AnyResponse:
    """Change no further jobs. For who began it, and admins."""
    try:
        bulk.stop_bulk(user=current_user, bulk_id=bulk_id)
    except Conflict as problem:
        flash(problem.message, "warning")
    return redirect(url_for("bulk.detail", bulk_id=bulk_id), 303)


@blueprint.post("/jobs/bulk/<int:bulk_id>/undo")
@requires("member")
def undo(bulk_id: int) -> AnyResponse:
    """Take back what was archived. For who did it, and admins."""
    try:
        made = bulk.undo(user=current_user, bulk_id=bulk_id)
    except (Conflict, BadRequest) as problem:
        flash(problem.message, "warning")
        return redirect(url_for("bulk.detail", bulk_id=bulk_id), 303)
    if made.state in bulk.OPEN:
        return redirect(url_for("bulk.detail", bulk_id=made.id), 303)
    _tell(made)
    return redirect(safe_path(made.address), 303)
