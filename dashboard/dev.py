"""A page with every component, for people who change them; only while debugging or testing."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, current_app, jsonify, render_template
from werkzeug.wrappers import Response

from dashboard.clock import now
from dashboard.db.states import JobState
from dashboard.errors import NotFound

blueprint = Blueprint("dev", __name__, url_prefix="/_dev")

STAGES = [
    {"title": "Queued", "state": "done", "note": "waited 14 s"},
    {"title": "Load data", "state": "done", "note": "7,043 rows, 1.2 s"},
    {"title": "Prepare", "state": "failed", "note": "failed after 0.8 s"},
    {"title": "Fit and validate", "state": "now", "note": "fold 4 of 5"},
    {"title": "Final fit", "state": "stopped", "note": None},
    {"title": "Save model", "state": "ahead", "note": None},
]
CARDS = [
    {"value": "gb", "title": "Gradient boosting", "text": "Many small trees.", "checked": True,
     "code": "HistGradientBoostingClassifier", "tags": ["Handles missing values"]},
    {"value": "lr", "title": "Logistic regression", "text": "A weighted sum.", "tags": []},
    {"value": "nb", "title": "Naive Bayes", "text": "Needs categories.", "disabled": True},
]  # fmt: skip
PARAMETER = {
    "name": "max_depth", "kind": "text", "help": "How many questions each tree may ask. Default 3",
    "default": "3", "choices": (),
}  # fmt: skip
SHEET = {
    "columns": [{"name": "id", "kind": "identifier"}, {"name": "price", "kind": "number"}],
    "rows": [
        {"line": 118, "cells": ["7129300520", {"text": "$1,050,000", "error": "Has a sign"}]},
        {"line": 133, "cells": ["6414100192", "538000"]},
        {"line": 134, "cells": ["1954400510", None]},
    ],
}
FILTERS = [
    {"name": "q", "label": "Search", "kind": "search", "value": "", "placeholder": "Name or #id"},
    {"name": "state", "label": "State", "kind": "select", "value": "failed",
     "choices": [("failed", "Failed"), ("lost", "Lost")]},
]  # fmt: skip
FIGURE: dict[str, Any] = {
    "traces": [
        {"x": [0, 1, 2], "y": [0.78, 0.82, 0.84], "name": "Fold 1", "mode": "lines+markers",
         "line": {"color": "c1"}, "marker": {"color": "c1"}},
        {"x": [0, 1, 2], "y": [0.77, 0.80, 0.83], "name": "Fold 2", "mode": "lines+markers",
         "line": {"color": "c2", "dash": "dash"}, "marker": {"color": "c2", "symbol": "square"}},
    ],
    "layout": {"xaxis": {"title": "Boosting round"}, "showlegend": True},
    "table": {"columns": ["Round", "Fold 1", "Fold 2"],
              "rows": [["0", "0.780", "0.770"], ["1", "0.820", "0.800"], ["2", "0.840", "0.830"]]},
    "alt": "ROC AUC by round: fold 1 ends at 0.840, fold 2 at 0.830",
    "final": True,
}  # fmt: skip


@blueprint.before_request
def only_in_development() -> None:
    """Hide these pages from people who use Trainyard."""
    if not (current_app.debug or current_app.testing):
        raise NotFound("There is nothing here")


@blueprint.get("/components")
def components() -> str:
    """Show every component. For all who are signed in, while debugging or testing."""
    line = SimpleNamespace(n=1, at=now(), level="info", text="load: 7,043 rows x 21 columns")
    bad = SimpleNamespace(n=2, at=now(), level="error", text="<img src=x> is text")
    page = SimpleNamespace(number=2, per=50, total=1284, first=51, last=100, pages=26)
    return render_template(
        "_dev/components.html",
        states=list(JobState), stages=STAGES, cards=CARDS, parameter=PARAMETER, sheet_of=SHEET,
        filter_spec=FILTERS, figure=FIGURE, lines=[line, bad], page=page, moment_at=now(),
        week_ago=now() - timedelta(days=7),
    )  # fmt: skip


@blueprint.get("/chart.json")
def chart() -> Response:
    """Return the figure of the components page."""
    return jsonify(FIGURE)
