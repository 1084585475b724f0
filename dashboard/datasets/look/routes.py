"""Pages that show a dataset: its columns, how they relate, and its rows."""

from collections.abc import Mapping
from typing import Any

from flask import (
    Blueprint,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboard.access import may_change
from dashboard.datasets import queries
from dashboard.datasets.check.kept_words import as_kept
from dashboard.datasets.look import relations
from dashboard.datasets.look.column_page import read_column, read_columns
from dashboard.datasets.look.correlation_views import view_correlations
from dashboard.datasets.look.distributions import column_figure
from dashboard.datasets.look.profiles import find_summary, missing_files
from dashboard.datasets.look.row_download import rows_csv
from dashboard.datasets.look.row_page import read_rows_page, way_to_line, way_with_condition
from dashboard.datasets.look.row_views import read_asked
from dashboard.datasets.version import retyping
from dashboard.db import Dataset
from dashboard.errors import Conflict, DomainError, ValidationFailed
from dashboard.live import answer
from dashboard.paging import read_number
from dashboard.web import requires

blueprint = Blueprint("look", __name__)
UNUSABLE = "CHOICE_UNUSABLE"
# What the form above the columns says of the page that it leads to.
SHOWN = ("q", "kind", "target", "sort")


def _head(dataset: Dataset, tab: str) -> dict[str, Any]:
    jobs = queries.count_jobs([dataset.id]).get(dataset.id, 0)
    return {"dataset": dataset, "tab": tab, "jobs": jobs, "was_saved": "saved" in request.args}


def _get(dataset_id: int) -> Dataset:
    return queries.get_dataset(user=current_user, dataset_id=dataset_id)


@blueprint.get("/datasets/<int:dataset_id>")
def detail(dataset_id: int) -> str:
    """Show a dataset's columns. For all."""
    dataset = _get(dataset_id)
    head = _head(dataset, "columns")
    if dataset.state != "ready":
        return render_template(
            "datasets/detail.html",
            **head,
            view=None,
            refusals=[(as_kept(p["message"]), p.get("column") if p["code"] == UNUSABLE else None)
                      for p in dataset.problems if p["severity"] == "error"],
            as_found=retyping.AS_FOUND,
            may_retype=may_change(current_user, dataset),
        )  # fmt: skip
    view = read_columns(dataset, request.args)
    return render_template(
        "datasets/detail.html",
        **head,
        view=view,
        gone=missing_files(dataset),
        may_retype=may_change(current_user, dataset),
    )


@blueprint.get("/_live/datasets/<int:dataset_id>")
def live_detail(dataset_id: int) -> Response:
    """Answer how far the reading is. For all."""
    return answer("datasets/_reading.html", dataset=_get(dataset_id), url=request.path)


@blueprint.get("/_live/datasets/<int:dataset_id>/column")
def live_column(dataset_id: int) -> Response:
    """Answer with more about one column, to be shown in place. For all."""
    dataset = _get(dataset_id)
    view = read_column(dataset, request.args)
    html = render_template(
        "datasets/_column.html",
        dataset=dataset,
        view=view,
        column=view.opened,
        may_retype=may_change(current_user, dataset),
    )
    response = make_response(html)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/datasets/<int:dataset_id>/column.json")
def column_chart(dataset_id: int) -> Response:
    """Answer with the larger chart of one column. For all."""
    view = read_column(_get(dataset_id), request.args)
    return jsonify(column_figure(view.opened.profile, view.opened.details))


@blueprint.post("/datasets/<int:dataset_id>/relation")
@requires("member")
def ask_relation(dataset_id: int) -> Response:
    """Ask how all columns relate to a target, if one is chosen, and show them. For members."""
    shown: dict[str, Any] = {n: request.form[n] for n in SHOWN if request.form.get(n)}
    # Another condition for the columns asks nothing: the target's relation was asked for before.
    if "target" in shown and shown["target"] != request.form.get("asked"):
        try:
            relations.ask_relation(
                user=current_user, dataset_id=dataset_id, target=shown["target"]
            )
        except (Conflict, ValidationFailed) as problem:
            flash(problem.message, "error")
    return redirect(url_for("look.detail", dataset_id=dataset_id, **shown), 303)


@blueprint.get("/_live/datasets/<int:dataset_id>/relation")
def live_relation(dataset_id: int) -> Response:
    """Answer whether a relation is known by now. For all."""
    dataset, target = _get(dataset_id), request.args.get("target", "")
    relation = relations.find_relation(dataset_id, target)
    return answer("datasets/_relation.html", dataset=dataset, target=target, relation=relation)


@blueprint.post("/datasets/<int:dataset_id>/type")
@requires("member")
def change_type(dataset_id: int) -> Response:
    """Make a version in which a column has another type. For members."""
    form: Mapping[str, str] = request.form
    name = form.get("name", "")
    try:
        made = retyping.change_type(
            user=current_user,
            dataset_id=dataset_id,
            name=name,
            kind=form.get("kind", ""),
            date_format=form.get("format", ""),
        )
    except DomainError as problem:
        flash(problem.message, "error")
        return redirect(url_for("look.detail", dataset_id=dataset_id, open=name), 303)
    return redirect(url_for("look.detail", dataset_id=made.id), 303)


@blueprint.get("/datasets/<int:dataset_id>/correlations")
def correlations(dataset_id: int) -> str:
    """Show how columns go together. For all."""
    dataset = _get(dataset_id)
    summary = find_summary(dataset)
    return render_template(
        "datasets/correlations.html",
        **_head(dataset, "columns"),
        found=view_correlations(summary, dataset.columns),
        summary=summary,
        marked=request.args.get("column"),
    )


@blueprint.get("/datasets/<int:dataset_id>/rows")
def rows(dataset_id: int) -> str | Response:
    """Show a dataset's rows as they were read. For all."""
    dataset = _get(dataset_id)
    if dataset.state != "ready":
        return render_template("datasets/rows.html", **_head(dataset, "rows"), view=None)
    args = list(request.args.lists())
    way = way_with_condition(dataset, args) or way_to_line(dataset, request.args.get("line"))
    if way:
        return redirect(way)
    view = read_rows_page(
        dataset,
        args,
        number=read_number(request.args.get("page"), 1),
        first_column=read_number(request.args.get("columns"), 1),
        patient=request.args.get("all") == "1",
    )
    return render_template("datasets/rows.html", **_head(dataset, "rows"), view=view)


@blueprint.get("/datasets/<int:dataset_id>/rows.csv")
def download_rows(dataset_id: int) -> Response:
    """Hand out the rows that a page's address asks for. For all."""
    dataset = _get(dataset_id)
    asked = read_asked(dataset, request.args.lists())
    return rows_csv(dataset, asked, raw=request.args.get("raw") == "true")
