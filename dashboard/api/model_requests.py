"""Queries and bodies about models and predictions."""

from typing import Annotated, Any, Literal

from pydantic import Field

from dashboard.api.requests import PageQuery
from dashboard.api.schemas import Open, Schema


class FormatQuery(Open):
    """Which of a model's files."""

    format: str = "bundle"


class PredictionForm(Schema):
    """A file whose rows are to be predicted."""

    model_id: int
    file: Annotated[bytes, Field(json_schema_extra={"format": "binary"})]
    look_first: Annotated[
        bool,
        Field(description="Hold its columns against the model's, and wait for .../start"),
    ] = False


class ColumnsRequest(Schema):
    """What a file calls the columns that a model needs, by the model's names."""

    columns: dict[str, str]


class ModelQuery(PageQuery):
    """Which models. `dataset_id` means all versions of it; `starred`: by who asks."""

    q: str = ""
    dataset_id: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    target: str | None = None
    estimator: str | None = None
    alias: str | None = None
    starred: bool = False
    archived: Literal["false", "true", "any"] = "any"


class ModelChange(Schema):
    """What is to be otherwise about a model; what is left out stays as it is.

    An alias stands for one model of a table and target, so setting it takes it from another one;
    null takes it away. Stars are of who asks.
    """

    name: str | None = None
    note: str | None = None
    alias: str | None = None
    archived: bool | None = None
    starred: bool | None = None


class SeenQuery(Open):
    """The newest prediction that who deletes a model knows of; later ones keep it."""

    seen: Annotated[int, Field(ge=0, lt=2**63)] = 0


class RowsRequest(Schema):
    """Rows to predict."""

    rows: list[dict[str, Any]]


class AliasRowsRequest(Schema):
    """Rows to predict by the model that an alias stands for, of any version of a table."""

    dataset_id: Annotated[int, Field(ge=0, lt=2**63)]
    target: str
    alias: str
    rows: list[dict[str, Any]]
