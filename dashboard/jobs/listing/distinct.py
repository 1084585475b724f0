"""The values that a column has, found by jumping along an index."""

from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from dashboard.extensions import db


def distinct_values(
    column: InstrumentedAttribute[Any], *which: ColumnElement[bool], limit: int = 1000
) -> list[Any]:
    """Return the values that a column has, jumping along an index that begins with it.

    ``SELECT DISTINCT`` would read the index of all rows.
    """
    least = select(func.min(column)).where(*which).scalar_subquery()
    values = select(least.label("value")).cte("found", recursive=True)
    following = select(func.min(column)).where(column > values.c.value, *which).scalar_subquery()
    values = values.union_all(select(following).where(values.c.value.is_not(None)))
    found = select(values.c.value).where(values.c.value.is_not(None)).limit(limit)
    return list(db.session.scalars(found))
