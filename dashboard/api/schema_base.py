"""What the schemas of all answers share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, create_model

Score = float | None
Moment = Annotated[str | None, Field(description="UTC, ISO 8601 with Z")]


class Schema(BaseModel):
    """An object whose fields are all known."""

    model_config = ConfigDict(extra="forbid")


class Open(BaseModel):
    """An object that may have further fields."""

    model_config = ConfigDict(extra="allow")


def page_of(item: type[BaseModel]) -> type[BaseModel]:
    """Return the schema of a part of a list."""
    return create_model(
        f"{item.__name__}Page",
        __base__=Schema,
        items=(list[item], ...),  # type: ignore[valid-type]
        next_cursor=(str | None, ...),
    )
