"""The batches that score honestly: what is in them, and how much it costs."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from dashboard.db import Job
from dashboard.db.states import JobState
from dashboard.extensions import db
from dashboard.filters import plural
from dashboard.honest import ANEW, NESTED
from dashboard.jobs.asking.validation import count_groups
from dashboard.jobs.page.blends import is_blend
from dashboard.plans.step import Below, Copies
from dashboard.searches.naming import join_name
from dashboard.searches.search import Search
from tasks.engine.spec import Validation

SEEDS = 2**32
TRIES = 100  # of a third of the draws being the same, the most there can be


def why_not_anew(winner: Job) -> str | None:
    """Say why a winner cannot be scored anew, or need not be; None where it can."""
    if is_blend(winner):
        return "A blend is scored on other folds than it is weighed on, so its score is honest"
    if winner.validation.get("scheme") == "time":
        return "In the order of time rows are split in one way alone, so there are no other folds"
    groups = _count_groups(winner)
    if groups is not None and groups <= winner.validation["folds"]:
        column = winner.validation["group_column"]
        return (
            f'"{column}" has {plural(groups, "group")}, and each is a fold of its own, so there '
            "are no other folds. A search with fewer folds can be scored anew"
        )
    return None


def _count_groups(winner: Job) -> int | None:
    """Count the groups that folds are made of; None where they are not, or nobody knows."""
    if winner.validation.get("scheme") != "group":
        return None
    name = winner.validation.get("group_column")
    column = next((c for c in winner.dataset.columns if c["name"] == name), None)
    return count_groups(column) if column else None


def open_anew(winner: Job, before: int) -> Copies:
    """Return the batch with one job that scores a winner's settings on other folds.

    Parameters
    ----------
    winner : Job
        What is scored.
    before : int
        How many batches there are below its own: each has folds of its own.
    """
    name = join_name(winner.name, "scored anew")
    row = {"name": name, "estimator": winner.estimator, "parameters": winner.parameters}
    same = {"seed": _draw_seed(winner, winner.seed + 1 + before)}
    return Copies(winner.id, [row], same, Below(name, {"kind": ANEW, "of": winner.id}))


def _draw_seed(winner: Job, first: int) -> int:
    """Return a seed that draws other folds: of a few groups some draw the same."""
    # Here, as it loads numpy, which pages do without.
    from tasks.engine.folds.dealt import deal_the_same

    groups, seeds = _count_groups(winner), [(first + n) % SEEDS for n in range(TRIES)]
    if groups is None:
        return seeds[0]
    folds = winner.validation["folds"]
    others = (seed for seed in seeds if not deal_the_same(groups, folds, winner.seed, seed))
    return next(others, seeds[0])


def open_nested(name: str, search: Search, candidates: int, winner: Job) -> Copies:
    """Return the batch that scores a whole search; it opens a search for each outer fold.

    Parameters
    ----------
    name : str
        What the search calls its jobs.
    search : Search
        What was asked for.
    candidates : int
        How many it tried: as many are tried in each outer fold.
    winner : Job
        What it found; its validation is that of the search.
    """
    plan: dict[str, Any] = {
        "kind": NESTED,
        "name": name,
        "of": winner.id,
        "search": search.as_plan() | {"jobs": candidates, "nested": False},
        "outer_folds": Validation(**winner.validation).n_outer,
    }
    return Copies(winner.id, below=Below(join_name(name, "nested"), plan))


def count_tried(batch_id: int, plan: Mapping[str, Any], search: Search) -> int:
    """Count the candidates that a search is to try once more.

    As many as were asked for, as it has the same time for them; of one that was stopped those
    that were scored.
    """
    if not plan.get("stopped"):
        return search.jobs
    return max(1, count_scored(batch_id))


def count_scored(batch_id: int) -> int:
    """Count the candidates of a batch that were scored."""
    scored = (Job.batch_id == batch_id, Job.score_only, Job.state == JobState.SUCCEEDED)
    return db.session.scalar(select(func.count()).where(*scored)) or 0


def count_fits(validation: Validation, candidates: int) -> int:
    """Count the fits of a nested validation, if no candidate is stopped early."""
    return validation.n_outer * (candidates * validation.for_search(1).n_splits + 1)
