"""Pages of datasets: list, upload, check, look, delete."""

from typing import Any, BinaryIO, cast

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboard.bodies import takes_upload
from dashboard.datasets import queries, service
from dashboard.datasets.columns import view_columns, worth_checking
from dashboard.datasets.files import original_file, table_csv
from dashboard.datasets.options import DELIMITERS, ENCODINGS, FIELDS, parse_options
from dashboard.errors import Conflict, DomainError, TooLarge, Unavailable, ValidationFailed
from dashboard.filters import size
from dashboard.live import answer
from dashboard.paging import Page, read_number, read_per
from dashboard.web import requires
from tasks.engine.samples import list_samples

blueprint = Blueprint("datasets", __name__)
Answer = Response | str | tuple[str, int]
COLUMNS_PER_PAGE = 200
ROWS_PER_PAGE = 100


@blueprint.get("/datasets")
def index() -> str:
    """List datasets. For all."""
    q, sort = request.args.get("q", ""), request.args.get("sort", "-uploaded")
    per, number = read_per(request.args.get("per")), read_number(request.args.get("page"), 1)
    found = queries.list_datasets(q=q, sort=sort, page=number, per=per)
    page = Page(number, per, found.total)
    return render_template(
        "datasets/index.html", found=found, page=page, q=q, sort=sort, samples=list_samples()
    )


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
        upload = service.create_upload(
            user=current_user,
            file_name=file.filename,
            stream=cast(BinaryIO, file.stream),
            size_hint=request.content_length or 0,
        )
    except (TooLarge, Unavailable) as problem:
        return _refused(problem)
    return redirect(url_for("datasets.check", upload_id=upload.id), 303)


@blueprint.post("/datasets/sample")
@requires("member")
def create_sample() -> Response:
    """Make a dataset of a sample. For members."""
    sample = service.create_sample(user=current_user, sample_id=request.form.get("sample", ""))
    return redirect(url_for("datasets.detail", dataset_id=sample.id), 303)


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
    service.reread_upload(user=current_user, dataset_id=upload_id, options=options)
    return redirect(url_for("datasets.check", upload_id=upload_id), 303)


@blueprint.post("/uploads/<int:upload_id>/save")
@requires("member")
def save(upload_id: int) -> Answer:
    """Make the upload a dataset. For its owner."""
    try:
        name = request.form.get("name", "")
        dataset = service.save_upload(user=current_user, dataset_id=upload_id, name=name)
    except ValidationFailed as problem:
        return _check_page(upload_id, problem.fields), 422
    flash(f"Saved {dataset.name}", "success")
    return redirect(url_for("datasets.detail", dataset_id=dataset.id), 303)


@blueprint.post("/uploads/<int:upload_id>/discard")
@requires("member")
def discard(upload_id: int) -> Response:
    """Forget the upload. For its owner."""
    service.discard_upload(user=current_user, dataset_id=upload_id)
    return redirect(url_for("datasets.new"), 303)


@blueprint.get("/datasets/<int:dataset_id>")
def detail(dataset_id: int) -> str:
    """Show a dataset's columns. For all."""
    dataset = queries.get_dataset(user=current_user, dataset_id=dataset_id)
    q = request.args.get("q", "")
    columns = view_columns(dataset, queries.count_targets(dataset_id), q)
    page = Page(read_number(request.args.get("page"), 1), COLUMNS_PER_PAGE, len(columns))
    return render_template(
        "datasets/detail.html",
        dataset=dataset,
        columns=columns[page.first - 1 : page.last],
        page=page,
        q=q,
        checks=worth_checking(dataset),
        tab="columns",
        jobs=queries.count_jobs([dataset_id]).get(dataset_id, 0),
    )


@blueprint.get("/_live/datasets/<int:dataset_id>")
def live_detail(dataset_id: int) -> Response:
    """Answer how far the reading is. For all."""
    dataset = queries.get_dataset(user=current_user, dataset_id=dataset_id)
    return answer("datasets/_reading.html", dataset=dataset, url=request.path)


@blueprint.get("/datasets/<int:dataset_id>/rows")
def rows(dataset_id: int) -> str:
    """Show a dataset's rows as they were read. For all."""
    dataset = queries.get_dataset(user=current_user, dataset_id=dataset_id)
    page = Page(read_number(request.args.get("page"), 1), ROWS_PER_PAGE, dataset.rows or 0)
    _names, cells, lines = queries.get_rows(dataset, page.first - 1, page.per)
    return render_template(
        "datasets/rows.html",
        dataset=dataset,
        page=page,
        rows=[{"line": n, "cells": row} for n, row in zip(lines, cells, strict=True)],
        tab="rows",
        jobs=queries.count_jobs([dataset_id]).get(dataset_id, 0),
    )


@blueprint.get("/datasets/<int:dataset_id>/file")
def download(dataset_id: int) -> Response:
    """Hand out the bytes as uploaded. For all."""
    return original_file(queries.get_dataset(user=current_user, dataset_id=dataset_id))


@blueprint.get("/datasets/<int:dataset_id>/table.csv")
def download_table(dataset_id: int) -> Response:
    """Hand out the table as it was read. For all."""
    return table_csv(queries.get_dataset(user=current_user, dataset_id=dataset_id))


@blueprint.post("/datasets/<int:dataset_id>/delete")
@requires("member")
def delete(dataset_id: int) -> Response:
    """Delete a dataset that no job uses. For its owner and admins."""
    try:
        service.delete_dataset(user=current_user, dataset_id=dataset_id)
    except Conflict as problem:
        flash(problem.message, "error")
        return redirect(url_for("datasets.detail", dataset_id=dataset_id), 303)
    flash("The dataset and its files are deleted", "success")
    return redirect(url_for("datasets.index"), 303)
