"""`/leaderboards`."""

from typing import Any

from dashboard.api import leaderboard_schemas as answers
from dashboard.api import requests
from dashboard.api.auth import current_user
from dashboard.api.operations import cursor_of, operation, read_cursor
from dashboard.clock import isoformat
from dashboard.errors import NotFound
from dashboard.jobs.page.baselines import Baseline
from dashboard.leaderboards.board import Board, Place, Query, read_board
from dashboard.leaderboards.listing import list_leaderboards

MOST_PAGES = 10**6


@operation("GET", "/leaderboards", "List leaderboards, the one that changed last first",
           query=requests.LeaderboardsQuery, answer=answers.LeaderboardPage,
           errors=(400, 422))  # fmt: skip
def list_boards(query: requests.LeaderboardsQuery) -> dict[str, Any]:
    number = min(read_cursor(query.cursor) or 1, MOST_PAGES)
    entries, total = list_leaderboards(page=number, per=query.limit, dataset_id=query.dataset_id)
    return {
        "items": [
            {
                "dataset_id": entry.dataset.id, "dataset": entry.dataset.label,
                "target": entry.target, "task": entry.best.task, "metric": entry.metric.name,
                "jobs": entry.n_jobs, "best_job_id": entry.best.id, "best_score": entry.score,
                "changed_at": isoformat(entry.newest.finished_at),
            }
            for entry in entries
        ],
        "next_cursor": cursor_of(number + 1) if number * query.limit < total else None,
    }  # fmt: skip


@operation("GET", "/leaderboards/<int:dataset_id>",
           "The leaderboard of any target, also of one that no path can hold",
           query=requests.LeaderboardOfQuery, answer=answers.Leaderboard,
           errors=(400, 404, 422))  # fmt: skip
def get_leaderboard_of(dataset_id: int, query: requests.LeaderboardOfQuery) -> dict[str, Any]:
    return get_leaderboard(dataset_id, query.target, query)


@operation("GET", "/leaderboards/<int:dataset_id>/<path:target>",
           "The jobs of a table and target that were scored on the same folds, the best first",
           query=requests.LeaderboardQuery, answer=answers.Leaderboard,
           errors=(400, 404, 422))  # fmt: skip
def get_leaderboard(
    dataset_id: int, target: str, query: requests.LeaderboardQuery
) -> dict[str, Any]:
    asked = Query(
        positive=query.positive,
        metric=query.metric, group_id=query.folds, best_per_estimator=query.best, per=query.limit,
        owner_id=current_user().id if query.owner == "me" else None,
    )  # fmt: skip
    board = read_board(dataset_id=dataset_id, target=target, query=asked)
    if board is None:
        raise NotFound(f"There is no dataset {dataset_id}. It may have been deleted")
    return _present(board)


def _present(board: Board) -> dict[str, Any]:
    return {
        "dataset_id": board.group.dataset.id if board.group else board.dataset.id,
        "target": board.target, "metric": board.metric.name, "positive_class": board.positive,
        "greater_is_better": board.metric.greater_is_better,
        "metrics": [metric.name for metric in board.metrics],
        "folds": board.group.id if board.group else None,
        "split_hash": board.group.split_hash if board.group else None,
        "groups": [
            {"folds": group.id, "dataset_id": group.dataset.id, "jobs": group.n_jobs,
             "validation": group.of.validation, "seed": group.of.seed}
            for group in board.groups
        ],
        "jobs": board.total,
        "items": [_place(place) for place in board.places],
        "baselines": [_baseline(baseline) for baseline in board.baselines],
    }  # fmt: skip


def _place(place: Place) -> dict[str, Any]:
    return {
        "rank": place.rank.number, "tied": place.rank.shared, "job_id": place.job.id,
        "name": place.job.name, "estimator": place.job.estimator, "score": place.score,
        "score_std": place.spread, "fit_seconds": place.fit_s, "owner": place.job.owner.name,
        "finished_at": isoformat(place.job.finished_at),
        "model_id": place.model.id if place.model else None,
        "winner_of_batch_id": place.won.id if place.won else None,
    }  # fmt: skip


def _baseline(baseline: Baseline) -> dict[str, Any]:
    return {"kind": baseline.kind, "score": baseline.score, "score_std": baseline.spread}
