"""A word to PostgreSQL's planner, for queries that read the first few rows of a long queue."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select
from sqlalchemy.orm import Session


@contextmanager
def in_index_order(session: Session) -> Iterator[None]:
    """Have the rows of a block read in an index's order, and not all of them sorted.

    PostgreSQL plans by statistics of some minutes ago. While those know of few waiting jobs it
    would fetch all that wait, however many came since, and sort them to give the first. The other
    databases need no word.
    """
    if session.get_bind().dialect.name != "postgresql":
        yield
        return
    _let_sort(session, "off")
    yield
    _let_sort(session, "on")  # no use after an error: it ends with the transaction anyway


def _let_sort(session: Session, state: str) -> None:
    session.execute(select(func.set_config("enable_sort", state, True)))
