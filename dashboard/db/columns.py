"""Column types that the records share."""

from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import JSON, DateTime, Dialect, TypeDecorator
from sqlalchemy.orm import mapped_column


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime. SQLite keeps no zone, so it is stored without and given back with."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive datetime and store the moment as UTC without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored; use dashboard.clock.now()")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the stored moment back as an aware UTC datetime."""
        return None if value is None else value.replace(tzinfo=UTC)


# SQLite gives the number of a deleted row out again, unless it is told not to: what still comes
# for the former row, such as a late answer about it, would be written to another one.
LASTING_IDS = {"sqlite_autoincrement": True}

Id = Annotated[int, mapped_column(primary_key=True)]
Moment = Annotated[datetime, mapped_column(UtcDateTime)]
Json = Annotated[Any, mapped_column(JSON(none_as_null=True))]
