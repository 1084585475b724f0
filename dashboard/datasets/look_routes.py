"""Pages that show a dataset: its columns and its rows."""

from flask import Blueprint, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboard.datasets import queries
from dashboard.datasets.columns import view_columns, worth_checking
from dashboard.live import answer
from dashboard.paging import Page, read_number

blueprint = Blueprint("look", __name__)
COLUMNS_PER_PAGE = 200
ROWS_PER_PAGE = 100


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
