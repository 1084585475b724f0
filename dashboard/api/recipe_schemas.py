"""Recipes in the API: schemas of the OpenAPI document."""

from typing import Annotated, Any

from pydantic import Field

from dashboard.api.schema_base import Moment, Open, Schema, page_of


class Recipe(Schema):
    """Settings of a job under a name; `request` goes into ``POST /jobs`` as it stands."""

    id: int
    name: str
    owner: str
    shared: bool
    request: dict[str, Any]
    created_at: Moment


class RecipeRequest(Open):
    """A new recipe, of a job or of settings: fields of ``POST /jobs``, the dataset's left out."""

    name: str
    job_id: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    request: dict[str, Any] | None = None
    shared: bool = False


class RecipeChange(Open):
    """What is to be different; what is left out stays."""

    name: str | None = None
    shared: bool | None = None


RecipePage = page_of(Recipe)
