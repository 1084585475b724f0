"""A leaderboard as a CSV file."""

from typing import Any

from flask import Response

from dashboard.jobs.page.baselines import Baseline
from dashboard.leaderboards.board import Board, Place
from dashboard.list_csv import send_list

# Ranks come of the folds of all that are ranked, which are read at once.
MOST = 1000
HEAD = ("rank", "by_score", "job_id", "name", "estimator", "metric", "score", "score_std")
TAIL = ("fit_seconds", "predict_seconds_per_1000", "finished_at", "owner", "model_id")


def export_board(board: Board, *, raw: bool) -> Response:
    """Answer with the places of a leaderboard and the baselines between them, as CSV.

    Parameters
    ----------
    board : Board
        With the places to hand out.
    raw : bool
        Whether cells that a spreadsheet would run stay as they are.
    """
    rows = [_row(board, line) for line in board.lines]
    head = (*HEAD, *(metric.name for metric in board.more_metrics), *TAIL)
    return send_list(
        head, range(len(rows)), lambda some: [rows[n] for n in some], raw=raw,
        file_name=f"{board.dataset.name}-{board.target}-leaderboard.csv",
    )  # fmt: skip


def _row(board: Board, line: Place | Baseline) -> list[Any]:
    scored = (board.metric.name, line.score, line.spread)
    if isinstance(line, Baseline):
        empty = [None] * (len(board.more_metrics) + len(TAIL))
        return [None, None, None, line.title, None, *scored, *empty]
    job = line.job
    return [line.rank.words, line.by_score, job.id, job.name, job.estimator, *scored, *line.more,
            line.fit_s, line.predict_s, job.finished_at, job.owner.email,
            line.model.id if line.model else None]  # fmt: skip
