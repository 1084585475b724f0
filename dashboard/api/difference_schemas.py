"""In what two versions differ: the schemas of its query, body and answer."""

from typing import Annotated, Any, Literal

from pydantic import Field

from dashboard.api.schema_base import Open, Schema
from tasks.engine.profile.difference_limits import CELLS_AT_MOST, MOVED, ROWS_AT_MOST

FROM = "The id of the version to compare with, another one of the same dataset"
WHY_NO_ROWS = (
    "Why rows were not compared, where they were not: above "
    f"{ROWS_AT_MOST:,} rows or {CELLS_AT_MOST:,} cells they are not, nor without a common column"
)
MOVES = (
    f"A column moved where {MOVED:.0%} of its rows or more lie elsewhere, and chance alone would "
    "rarely do that. `columns` has those that moved most, 200 at most"
)
FromId = Annotated[int, Field(ge=0, lt=2**63, description=FROM)]


class DifferenceQuery(Open):
    """With which version."""

    from_id: FromId


class DifferenceRequest(Schema):
    """With which version."""

    from_id: FromId


class KindChange(Schema):
    """A column that is read as something else."""

    name: str
    before: str
    after: str


class ChangedCell(Schema):
    """A cell of a row that both versions have; null is missing, what is long is cut."""

    key: str | None
    before: str | None
    after: str | None


class ChangedColumn(Schema):
    """In how many rows a column's cells changed, and the first of them."""

    name: str
    count: int
    examples: list[ChangedCell]


class RowChanges(Schema):
    """Rows matched by the column `key`, an identifier in both, filled and different in each row.

    Without one (`key` is null) they are compared as a whole, whatever their order, by the
    `columns` that both have: a row in which a cell changed is one removed and one added.
    `changed_columns` has those that changed most, 50 at most; `columns_changed` is how many did.
    """

    same: int
    added: int
    removed: int
    columns: int
    key: str | None = None
    changed: int | None = None
    columns_changed: int | None = None
    changed_columns: list[ChangedColumn] | None = None


class Distributions(Schema):
    """How many were compared, how many moved, and those that moved most."""

    compared: int
    moved: int
    columns: list[dict[str, Any]]


class Difference(Schema):
    """What changed from one version to another.

    What the columns say is known at once. Rows and distributions are compared by a worker, of a
    new version and the one before it without being asked; ``none`` means that nobody asked.
    """

    from_id: int
    to_id: int
    state: Literal["none", "queued", "ready", "failed"]
    columns_added: list[str]
    columns_removed: list[str]
    kinds_changed: list[KindChange]
    rows: RowChanges | None
    rows_not_compared: Annotated[str | None, Field(description=WHY_NO_ROWS)]
    distributions: Annotated[Distributions | None, Field(description=MOVES)]
    failure: dict[str, Any] | None
