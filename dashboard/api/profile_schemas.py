"""What is known of a dataset's columns: the schemas of its queries, bodies and answers."""

from typing import Any, Literal

from dashboard.api.schema_base import Open, Schema
from dashboard.api.schemas import Column, Problem


class ColumnDetail(Schema):
    """A column by itself; `number` is its place in the file, from 1.

    `profile` is what lists hold of it. `details` may have ``histogram``, ``top``, ``quantiles``
    and ``lengths``; it is empty where none were kept. A ``histogram`` whose ``whole`` is true has
    bins of as many whole numbers each: its edges are halves, such as -0.5 and 1.5, and the last
    one may be beyond the greatest value. Of dates they are the first day of each bin, and last the
    day after the last bin.
    """

    number: int
    name: str
    profile: Column
    details: dict[str, Any]
    problems: list[Problem]


class TableProfile(Open):
    """What is known of the table as a whole; without fields where nothing was kept."""

    rows: int | None = None
    sampled_rows: int | None = None
    duplicate_rows: int | None = None
    correlations: dict[str, Any] | None = None
    likely_target: str | None = None


class RelationRequest(Schema):
    """To which column the others are to be related."""

    target: str


class RelatedColumn(Open):
    """How well one column alone tells the target."""

    name: str
    strength: float | None = None
    measure: str | None = None


class Relation(Schema):
    """How every column tells a target, the strongest first; ask again until it is over."""

    target: str
    state: Literal["queued", "ready", "failed"]
    columns: list[RelatedColumn]
    failure: dict[str, Any] | None
