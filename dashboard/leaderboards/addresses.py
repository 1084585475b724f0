"""The address of a leaderboard: the target stands in the path, where it would survive that."""

from flask import url_for


def board_url(dataset_id: int, target: str, *, folds: int | None = None) -> str:
    """Return the address of a leaderboard's page.

    Browsers and servers resolve ``.`` and ``..`` in a path, and join slashes; a target with such
    parts stands in the query. `folds` is the group of jobs that it opens with.
    """
    if {"", ".", ".."} & set(target.split("/")):
        return url_for("leaderboards.odd", dataset_id=dataset_id, target=target, folds=folds)
    return url_for("leaderboards.detail", dataset_id=dataset_id, target=target, folds=folds)
