"""How many candidates of a search are open at once."""

from dashboard.searches.search import Search
from dashboard.workers.queries import count_takers
from tasks.engine.search.space import BY_CHANCE

OPEN_AT_LEAST = 2


def count_at_once() -> int:
    """Count the candidates that are open where the next ones are guessed.

    A guess is better the more it knows, so no more are made than there are workers to try them.
    """
    return max(OPEN_AT_LEAST, count_takers())


def count_first(search: Search) -> int:
    """Count the candidates that a search begins with: all, unless later ones are guessed."""
    if search.strategy != "tpe":
        return search.jobs
    return min(search.jobs, count_at_once(), BY_CHANCE)
