"""Jobs in the order of the names of what they belong to, the newest job of each first.

Sorting a hundred thousand takes long, counting them by owner or dataset does not: that is done
first. Then a page knows between which of them it lies, and reads nothing else.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from dashboard.db import Dataset, User
from dashboard.extensions import db
from dashboard.jobs.listing.filtering import JobFilters, filter_ids
from dashboard.jobs.listing.segments import NEWEST_FIRST, Segment

# Groups of few jobs are read together: a thousand owners of one job each are one segment.
TOGETHER = 1000


def name_segments(
    record: type[Dataset | User],
    column: InstrumentedAttribute[int],
    filters: JobFilters,
    *,
    down: bool,
) -> Iterator[Segment]:
    """Yield the segments of a list sorted by the name of a job's owner or dataset.

    Parameters
    ----------
    record : type
        What jobs belong to.
    column : column
        Which column of a job says so.
    filters : JobFilters
        Which jobs.
    down : bool
        Whether the last name comes first.
    """
    name = func.lower(record.name)
    counted = filter_ids(filters).with_only_columns(column.label("of"), func.count().label("n"))
    sizes = counted.group_by(column).subquery()
    order = [part.desc() if down else part.asc() for part in (name, record.id)]
    named = select(sizes.c.of, sizes.c.n).join(record, record.id == sizes.c.of).order_by(*order)
    for chosen in _together(db.session.execute(named).all()):
        ids, count = [row.of for row in chosen], sum(row.n for row in chosen)
        found = filter_ids(filters).where(column.in_(ids))
        if len(ids) == 1:
            yield Segment(found, NEWEST_FIRST, count)
        else:
            order_of = ((name, down), (record.id, down), *NEWEST_FIRST)
            joined = found.join(record, record.id == column)
            yield Segment(joined, order_of, count)


def _together(groups: Sequence[Any]) -> Iterator[list[Any]]:
    """Put neighbours together as long as they have few jobs."""
    chosen: list[Any] = []
    n_jobs = 0
    for group in groups:
        if chosen and n_jobs + group.n > TOGETHER:
            yield chosen
            chosen, n_jobs = [], 0
        chosen.append(group)
        n_jobs += group.n
    if chosen:
        yield chosen
