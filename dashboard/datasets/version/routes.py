"""Versions of a dataset: the head of all its pages, the list of them, the difference of two.

A version has its own number and address; ``?v=3`` at the page of any version leads to that one.
"""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboard.auth.sessions import signed_in_user
from dashboard.datasets import queries
from dashboard.datasets.look import routes as look_routes
from dashboard.datasets.look.head import Head
from dashboard.datasets.upload.sources import say_source
from dashboard.datasets.version import comparing
from dashboard.datasets.version.changes import Changes, find_changes
from dashboard.db import Dataset
from dashboard.errors import Conflict
from dashboard.live import answer
from dashboard.paging import Page, read_number
from dashboard.web import requires

blueprint = Blueprint("versions", __name__)
PER_PAGE = 100


@blueprint.context_processor
@look_routes.blueprint.context_processor
def add_head() -> dict[str, Any]:
    """Give the pages of one dataset their head, as `head`."""
    if "head" not in g:
        dataset = queries.find_dataset((request.view_args or {}).get("dataset_id", 0))
        g.head = Head(dataset, signed_in_user()) if dataset else None
    return {"head": g.head}


@blueprint.before_request
@look_routes.blueprint.before_request
def go_to_version() -> Response | None:
    """Lead to the version that ``?v=`` asks for; at a live part that is the part's own version."""
    asked = read_number(request.args.get("v"), 0)
    is_page = request.method == "GET" and not request.path.startswith("/_live/")
    if not asked or not is_page or "dataset_id" not in (request.view_args or {}):
        return None
    given = dict(request.view_args or {})
    dataset = queries.get_dataset(user=current_user, dataset_id=given.pop("dataset_id"))
    found = queries.find_version(dataset.family_id, asked)
    if found is None:
        flash(f"{dataset.name} has no v{asked}; this is v{dataset.version}", "warning")
        found = dataset
    address = url_for(str(request.endpoint), dataset_id=found.id, **given)
    query = urlencode([pair for pair in request.args.items(multi=True) if pair[0] != "v"])
    return redirect(f"{address}?{query}".rstrip("?"), 302)


@blueprint.get("/datasets/<int:dataset_id>/versions")
def index(dataset_id: int) -> str:
    """List the versions of a dataset, and the difference of two of them. For all."""
    dataset = queries.get_dataset(user=current_user, dataset_id=dataset_id)
    versions = queries.list_versions(dataset.family_id)
    page = Page(read_number(request.args.get("page"), 1), PER_PAGE, len(versions))
    shown = versions[page.first - 1 : page.last]
    return render_template(
        "datasets/versions.html",
        dataset=dataset,
        tab="versions",
        versions=shown,
        page=page,
        jobs_of=queries.count_jobs([version.id for version in shown]),
        sources={version.id: say_source(version, versions) for version in shown},
        former=_formers(versions),
        choices=[(v.id, f"v{v.version}") for v in versions if v.state == "ready"],
        **_difference(dataset),
    )


def _formers(versions: Any) -> dict[int, int]:
    """Return for each version that can be compared the one before it."""
    ready = [version for version in versions if version.state == "ready"]
    return {after.id: before.id for after, before in zip(ready, ready[1:], strict=False)}


def _difference(dataset: Dataset) -> dict[str, Any]:
    """Return what the page shows of the two versions that the address asks for."""
    asked = [read_number(request.args.get(name), 0, 2**63 - 1) for name in ("from", "to")]
    if not all(asked):
        return {"changes": None, "live_url": None, "chosen": asked}
    sides = [queries.get_dataset(user=current_user, dataset_id=number) for number in asked]
    for side in sides:
        if side.family_id != dataset.family_id:
            raise queries.missing(side.id)
    return {
        "changes": _changes(*sides),
        "live_url": url_for(
            "versions.live_difference",
            dataset_id=dataset.id,
            **_query(*asked),
        ),
        "chosen": asked,
    }


def _query(from_id: int, to_id: int) -> dict[str, Any]:
    return {"from": from_id, "to": to_id}


def _changes(before: Dataset, after: Dataset) -> Changes:
    return find_changes(before, after, comparing.find_difference(before.id, after.id))


@blueprint.get("/_live/datasets/<int:dataset_id>/versions")
def live_difference(dataset_id: int) -> Response:
    """Answer the difference of two versions, while it is worked out. For all."""
    dataset = queries.get_dataset(user=current_user, dataset_id=dataset_id)
    found = _difference(dataset)
    if found["changes"] is None:
        raise queries.missing(0)
    return answer("datasets/_difference.html", dataset=dataset, **found)


@blueprint.post("/datasets/<int:dataset_id>/versions/compare")
@requires("member")
def compare(dataset_id: int) -> Response:
    """Have two versions compared row by row. For members."""
    sides = [read_number(request.form.get(name), 0, 2**63 - 1) for name in ("from", "to")]
    try:
        comparing.ask_difference(user=current_user, from_id=sides[0], to_id=sides[1])
    except Conflict as problem:
        flash(problem.message, "warning")
    return redirect(url_for("versions.index", dataset_id=dataset_id, **_query(*sides)), 303)
