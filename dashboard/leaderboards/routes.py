"""Pages of leaderboards: the list, and one."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, render_template, request, url_for
from flask_login import current_user

from dashboard.errors import NotFound
from dashboard.leaderboards.addresses import board_url
from dashboard.leaderboards.best_so_far import best_so_far_chart
from dashboard.leaderboards.board import Board, Query, read_board
from dashboard.leaderboards.export import MOST, export_board
from dashboard.leaderboards.listing import list_leaderboards
from dashboard.paging import Page, read_number, read_per

# What a query is read from, and what a file of it takes besides.
ASKED = ("metric", "folds", "owner", "positive", "best", "per")
blueprint = Blueprint("leaderboards", __name__, url_prefix="/leaderboards")


@blueprint.get("")
def index() -> str:
    """List leaderboards. For all."""
    per, number = read_per(request.args.get("per")), read_number(request.args.get("page"), 1)
    dataset_id = read_number(request.args.get("dataset_id"), None)
    entries, total = list_leaderboards(page=number, per=per, dataset_id=dataset_id)
    return render_template(
        "leaderboards/index.html",
        entries=entries,
        page=Page(number, per, total),
        is_filtered=dataset_id is not None,
    )


@blueprint.get("/<int:dataset_id>")
def odd(dataset_id: int) -> str:
    """Show the leaderboard of a target that no path can hold. For all."""
    return detail(dataset_id, request.args.get("target", ""))


@blueprint.get("/<int:dataset_id>/<path:target>")
def detail(dataset_id: int, target: str) -> str:
    """Show a leaderboard. For all."""
    board = _board(dataset_id, target)
    figure = (
        best_so_far_chart(board.group, board.metric.name, board.positive) if board.group else None
    )
    key = board.group.id if board.group else None
    asked: dict[str, Any] = {
        "dataset_id": dataset_id,
        "target": target,
        "folds": key,
        "positive": board.positive,
    }
    return render_template(
        "leaderboards/detail.html",
        board=board,
        most=MOST,
        figure=figure,
        csv_url=url_for(".as_csv", **{**_asked_for(), **asked}),
        chart_url=url_for(".best_so_far", metric=board.metric.name, **asked),
    )


@blueprint.get("/best-so-far.json")
def best_so_far() -> Response:
    """Answer the figure of the best score so far. For all."""
    board = _board(read_number(request.args.get("dataset_id"), 0), request.args.get("target", ""))
    if board.group is None:
        raise NotFound("There is no finished job for this target yet")
    return jsonify(best_so_far_chart(board.group, board.metric.name, board.positive))


@blueprint.get("/board.csv")
def as_csv() -> Response:
    """Hand out a leaderboard as a CSV file: its best thousand, as the page has them. For all."""
    dataset_id, target = read_number(request.args.get("dataset_id"), 0), request.args.get("target")
    board = _board(dataset_id, target or "", per=MOST)
    return export_board(board, raw=request.args.get("raw") in {"true", "1"})


def _board(dataset_id: int, target: str, *, per: int | None = None) -> Board:
    query = _query() if per is None else replace(_query(), per=per)
    board = read_board(dataset_id=dataset_id, target=target, query=query)
    if board is None:
        raise NotFound(f"There is no dataset {dataset_id}. It may have been deleted")
    return board


def _asked_for() -> dict[str, str]:
    """Return what the address says of a query; other names could steer the link that is made."""
    return {name: request.args[name] for name in ASKED if name in request.args}


def _query() -> Query:
    owner = request.args.get("owner") or ""
    return Query(
        metric=request.args.get("metric"),
        group_id=read_number(request.args.get("folds"), None),
        owner_id=current_user.id if owner == "me" else read_number(owner, None),
        positive=request.args.get("positive") or None,
        best_per_estimator=request.args.get("best") == "1",
        per=read_per(request.args.get("per")),
    )


def init_app(app: Flask) -> None:
    """Let templates name the address of a leaderboard."""
    app.jinja_env.globals["board_url"] = board_url
