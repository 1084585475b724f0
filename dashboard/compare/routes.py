"""The page of jobs side by side."""

from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask_login import current_user

from dashboard.compare import charts
from dashboard.compare.comparison import MAX_JOBS, MIN_JOBS, Comparison, compare_jobs, read_ids
from dashboard.compare.rows import PARAMETERS, SETTINGS
from dashboard.db.lookup import LARGEST_ID
from dashboard.errors import NotFound, ValidationFailed
from dashboard.paging import read_number
from tasks.engine.catalogue import METRICS

blueprint = Blueprint("compare", __name__)
ADD_ONE_MORE = "Add at least one more job"
FIGURES = {"folds": charts.fold_chart, "time": charts.time_chart}


def _asked_ids() -> list[int]:
    """Return the ids of a link, ``jobs=1,2``, or of the boxes of a form, ``jobs=1&jobs=2``."""
    return read_ids(",".join(request.args.getlist("jobs")))


def _comparison() -> Comparison:
    metric = request.args.get("metric")
    return compare_jobs(user=current_user, job_ids=_asked_ids(), metric=metric)


@blueprint.get("/compare")
def index() -> str | tuple[str, int]:
    """Show jobs side by side. For all."""
    try:
        found = _comparison()
    except ValidationFailed as problem:
        too_few = len(_asked_ids()) <= MAX_JOBS
        words = ADD_ONE_MORE if too_few else problem.message
        return render_template("compare/empty.html", message=words), 422
    if len(found.jobs) < MIN_JOBS:
        return render_template(
            "compare/empty.html", message=ADD_ONE_MORE, missing=found.missing
        ), 422
    ids = [job.id for job in found.jobs]
    asked = read_number(request.args.get("base"), 0, LARGEST_ID)
    base = ids.index(asked) if asked in ids else 0
    only = request.args.get("diff", "1") != "0"
    shown = [row for row in found.rows if row.differs or row.group not in (SETTINGS, PARAMETERS)]
    rows = shown if only else found.rows
    query = urlencode({"jobs": ",".join(map(str, ids)), "metric": found.metric})
    metrics = {m.name: m.title for m in METRICS[found.jobs[0].task]}
    return render_template(
        "compare/index.html",
        found=found,
        ids=",".join(map(str, ids)),
        base=base,
        only=only,
        rows=rows,
        hidden=len(found.rows) - len(shown),
        markers=[charts.marker(n) for n in range(len(ids))],
        metrics=[(name, metrics[name]) for name in found.metrics],
        metric_title=metrics.get(found.metric, found.metric),
        figures=[
            (name, title, f"{url_for('compare.figure', name=name)}?{query}", FIGURES[name](found))
            for name, title in (("folds", "by fold"), ("time", "against training time"))
        ],
        others=[",".join(str(i) for i in ids if i != job_id) for job_id in ids],
    )


@blueprint.get("/compare/charts/<name>.json")
def figure(name: str) -> Response:
    """Answer one figure of the page. For all."""
    if name not in FIGURES:
        raise NotFound(f"There is no chart called {name}")
    return jsonify(FIGURES[name](_comparison()))
