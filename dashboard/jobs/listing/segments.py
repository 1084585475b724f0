"""A long order as a row of segments, each read from one index, and a page of it, however deep."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, func

from dashboard.db import Job
from dashboard.extensions import db

# Columns by which rows stand, each with whether the greatest comes first.
Order = Sequence[tuple[Any, bool]]
NEWEST_FIRST: Order = ((Job.created_at, True), (Job.id, True))


@dataclass(frozen=True)
class Segment:
    """Jobs' numbers in an order, by columns in which no two are equal.

    A column is missing in all of them or in none. `count` is how many there are, or how to find
    that out, where it need not be counted.
    """

    found: Select[Any]
    order: Order
    count: int | Callable[[], int] | None = None

    def where(self, *conditions: ColumnElement[bool]) -> Self:
        """Return those of it that match, too."""
        return replace(self, found=self.found.where(*conditions), count=None)

    def turned(self) -> Self:
        """Return the same, the last one first."""
        return replace(self, order=[(column, not down) for column, down in self.order])

    def read(self, offset: int, limit: int) -> Sequence[int]:
        """Read some of it."""
        order = [column.desc() if down else column.asc() for column, down in self.order]
        return db.session.scalars(
            self.found.order_by(*order).limit(limit).offset(offset or None)
        ).all()

    def measure(self) -> int:
        """Return how many there are."""
        if self.count is None:
            return count_rows(self.found)
        return self.count() if callable(self.count) else self.count


Segments = Iterable[Segment]


def count_rows(found: Select[Any]) -> int:
    """Count the rows of a selection."""
    counted = found.with_only_columns(func.count(), maintain_column_froms=True)
    return db.session.scalar(counted) or 0


def page_of(segments: Segments, offset: int, limit: int, total: int | None = None) -> list[int]:
    """Return the ids of one page of the segments.

    Parameters
    ----------
    segments : iterable of Segment
        One behind the other.
    offset, limit : int
        How many rows stand before the page, and how many it has.
    total : int, optional
        How many rows there are in all: then a page behind the middle is read from the end.
    """
    if total is None:
        return _walk(segments, offset, limit)
    limit = min(limit, total - offset)
    behind = total - offset - limit
    if limit <= 0:
        return []
    if offset <= behind:
        return _walk(segments, offset, limit)
    turned = [segment.turned() for segment in reversed(list(segments))]
    return _walk(turned, behind, limit)[::-1]


def _walk(segments: Segments, offset: int, limit: int) -> list[int]:
    """Read a page, going over what stands before it."""
    found: list[int] = []
    rest = iter(segments)
    segment = next(rest, None)
    while segment is not None and len(found) < limit:
        following = next(rest, None)
        must_skip = offset > 0 and following is not None  # behind the last one is nothing
        size = segment.measure() if must_skip and segment.count is not None else None
        if size is not None and size <= offset:
            offset -= size
        else:
            ids = segment.read(offset, limit - len(found))
            # Where the page lies in it nobody need know how long it is.
            offset = max(0, offset - segment.measure()) if must_skip and not ids else 0
            found += ids
        segment = following
    return found
