"""Pages that take a file in: upload and samples."""

from typing import BinaryIO, cast

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboard.bodies import takes_upload
from dashboard.datasets import uploads
from dashboard.errors import DomainError, TooLarge, Unavailable
from dashboard.filters import size
from dashboard.web import requires
from tasks.engine.samples import list_samples

blueprint = Blueprint("uploads", __name__)
Answer = Response | str | tuple[str, int]


@blueprint.get("/datasets/new")
@requires("member")
def new() -> str:
    """Show the upload form. For members."""
    return _upload_page({})


def _upload_page(errors: dict[str, str]) -> str:
    limit = current_app.config["SETTINGS"].max_upload_bytes
    return render_template(
        "datasets/new.html",
        errors=errors,
        limit_bytes=limit,
        limits=f"CSV or TSV, gzip allowed, up to {size(limit)}",
        samples=list_samples(),
    )


def _refused(problem: DomainError) -> tuple[str, int]:
    return _upload_page({"file": problem.message}), 413 if isinstance(problem, TooLarge) else 503


@blueprint.post("/datasets/new")
@requires("member")
@takes_upload(_refused)
def create() -> Answer:
    """Take a file; then it is checked. For members."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _upload_page({"file": "Choose a CSV file"}), 422
    try:
        upload = uploads.create_upload(
            user=current_user,
            file_name=file.filename,
            stream=cast(BinaryIO, file.stream),
            size_hint=request.content_length or 0,
        )
    except (TooLarge, Unavailable) as problem:
        return _refused(problem)
    return redirect(url_for("check.check", upload_id=upload.id), 303)


@blueprint.post("/datasets/sample")
@requires("member")
def create_sample() -> Response:
    """Make a dataset of a sample. For members."""
    sample = uploads.create_sample(user=current_user, sample_id=request.form.get("sample", ""))
    return redirect(url_for("look.detail", dataset_id=sample.id), 303)
