"""Pages of a file that is checked before it is saved."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboard.datasets import checking, queries
from dashboard.datasets.options import DELIMITERS, ENCODINGS, FIELDS, parse_options
from dashboard.errors import ValidationFailed
from dashboard.live import answer
from dashboard.web import requires

blueprint = Blueprint("check", __name__)
Answer = Response | str | tuple[str, int]


@blueprint.get("/uploads/<int:upload_id>")
def check(upload_id: int) -> str:
    """Show a file as it was read, before it is saved. For its owner."""
    return _check_page(upload_id, {})


def _check_page(upload_id: int, errors: dict[str, str]) -> str:
    upload = queries.get_upload(user=current_user, dataset_id=upload_id)
    return render_template("datasets/check.html", errors=errors, **_check_context(upload))


def _check_context(upload: Any) -> dict[str, Any]:
    problems = [p for p in upload.problems if p["severity"] == "error"]
    return {
        "upload": upload,
        "blocking": {f"problem-{n}": p["message"] for n, p in enumerate(problems)},
        "notes": [p for p in upload.problems if p["severity"] == "warning"],
        "is_ragged": any(p["code"] == "CSV_RAGGED" for p in upload.problems),
        "same": queries.find_same_file(sha256=upload.sha256, other_than=upload.id),
        "delimiters": [(character, name) for name, character in DELIMITERS.items()],
        "encodings": [(name, name) for name in ENCODINGS],
        "stem": upload.file_name.rsplit(".", 1)[0] or upload.file_name,
    }


@blueprint.get("/_live/uploads/<int:upload_id>")
def live_check(upload_id: int) -> Response:
    """Answer how far the reading is. For its owner."""
    upload = queries.get_upload(user=current_user, dataset_id=upload_id)
    return answer("datasets/_reading.html", dataset=upload, url=request.path)


@blueprint.post("/uploads/<int:upload_id>")
@requires("member")
def reread(upload_id: int) -> Answer:
    """Read the file again in another way. For its owner."""
    try:
        options = parse_options({name: request.form.get(name) for name in FIELDS})
    except ValidationFailed as problem:
        return _check_page(upload_id, problem.fields), 422
    checking.reread_upload(user=current_user, dataset_id=upload_id, options=options)
    return redirect(url_for("check.check", upload_id=upload_id), 303)


@blueprint.post("/uploads/<int:upload_id>/save")
@requires("member")
def save(upload_id: int) -> Answer:
    """Make the upload a dataset. For its owner."""
    try:
        name = request.form.get("name", "")
        dataset = checking.save_upload(user=current_user, dataset_id=upload_id, name=name)
    except ValidationFailed as problem:
        return _check_page(upload_id, problem.fields), 422
    flash(f"Saved {dataset.name}", "success")
    return redirect(url_for("look.detail", dataset_id=dataset.id), 303)


@blueprint.post("/uploads/<int:upload_id>/discard")
@requires("member")
def discard(upload_id: int) -> Response:
    """Forget the upload. For its owner."""
    checking.discard_upload(user=current_user, dataset_id=upload_id)
    return redirect(url_for("uploads.new"), 303)
