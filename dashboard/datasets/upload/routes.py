"""Pages that take a dataset in at once: a form with a file, pasted rows, samples.

The upload page's script sends files in parts instead; see `transfer_routes.py`.
"""

import io
from typing import BinaryIO, cast

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboard.bodies import takes_upload
from dashboard.datasets.upload import uploads
from dashboard.datasets.upload.transfer_view import browser_origin
from dashboard.datasets.upload.waiting import goes_at, list_coming
from dashboard.datasets.version import versions
from dashboard.errors import DomainError, TooLarge, Unavailable, ValidationFailed
from dashboard.filters import size
from dashboard.web import requires
from tasks.engine.table.samples import list_samples

blueprint = Blueprint("uploads", __name__)
Answer = Response | str | tuple[str, int]
ACCEPT = ",".join([*uploads.TABLES, *uploads.PACKED, "text/csv"])


@blueprint.get("/datasets/new")
@requires("member")
def new() -> str:
    """Show the upload form. For members."""
    return _upload_page({})


def _upload_page(errors: dict[str, str], rows: str = "") -> str:
    asked = request.args.get("version_of")
    limit = current_app.config["SETTINGS"].max_upload_bytes
    g.connect_to = browser_origin()  # the bucket that takes parts from the browser, if it does
    return render_template(
        "datasets/new.html",
        errors=errors,
        limit_bytes=limit,
        limits=f"CSV, TSV, Parquet or JSON lines; gzip, zip and zstd allowed; up to {size(limit)}",
        accept=ACCEPT,
        rows=rows,
        coming=list_coming(user_id=current_user.id),
        goes_at=goes_at,
        samples=list_samples(),
        former=(former := versions.find_former(asked)),
        is_gone=bool(asked) and former is None,
    )


def _refused(problem: DomainError) -> tuple[str, int]:
    status = {TooLarge: 413, ValidationFailed: 422}.get(type(problem), 503)
    return _upload_page({"file": problem.message}), status


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
            family_id=versions.family_of(current_user, request.args.get("version_of")),
        )
    except (TooLarge, Unavailable, ValidationFailed) as problem:
        return _refused(problem)
    return redirect(url_for("check.check", upload_id=upload.id), 303)


@blueprint.post("/datasets/paste")
@requires("member")
def paste() -> Answer:
    """Take rows that were pasted; then they are checked. For members."""
    rows = request.form.get("rows", "")
    if not rows.strip():
        return _upload_page({"rows": "Paste some rows first"}), 422
    content = rows.replace("\r\n", "\n").encode("utf-8", "replace")
    try:
        upload = uploads.create_upload(
            user=current_user, file_name="pasted.csv", stream=io.BytesIO(content), kind="paste",
            size_hint=len(content),
            family_id=versions.family_of(current_user, request.args.get("version_of")),
        )  # fmt: skip
    except (TooLarge, Unavailable, ValidationFailed) as problem:
        return _upload_page({"rows": problem.message}, rows), _refused(problem)[1]
    return redirect(url_for("check.check", upload_id=upload.id), 303)


@blueprint.post("/datasets/sample")
@requires("member")
def create_sample() -> Response:
    """Make a dataset of a sample. For members."""
    sample = uploads.create_sample(user=current_user, sample_id=request.form.get("sample", ""))
    return redirect(url_for("look.detail", dataset_id=sample.id), 303)
