"""Queries and bodies of `/jobs` in the API."""

from typing import Annotated, Any, Literal

from pydantic import Field

from dashboard.api.requests import PageQuery
from dashboard.api.schemas import Open


class JobQuery(PageQuery):
    """Which jobs, in which order; the names are those of the page's address.

    Where a page ignores what it does not know, the API refuses it.
    """

    state: Annotated[
        str | None,
        Field(
            description="A state, or active, failed (with lost ones), succeeded or cancelled; of "
            "those that are cancelled also skipped (the time of their batch was up: not_tried "
            "before they started, stopped while they ran) or cancelled_by_somebody"
        ),
    ] = None
    dataset_id: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    batch_id: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    estimator: str | None = None
    owner: Annotated[str | None, Field(description="The number of an account, or me")] = None
    tag: Annotated[str | None, Field(description="Several with commas: jobs that have all")] = None
    since: Annotated[
        str | None,
        Field(alias="from", description="Submitted on this day or at this moment or later"),
    ] = None
    until: Annotated[
        str | None,
        Field(alias="to", description="Submitted on this day or earlier; or before this moment"),
    ] = None
    zone: Annotated[
        str | None, Field(description="Of days in from and to, such as Europe/Rome; UTC by itself")
    ] = None
    archived: Annotated[
        Literal["false", "true", "any"] | None,
        Field(description="false by itself; of a batch any"),
    ] = None
    q: Annotated[
        str | None,
        Field(description="Part of the name, target, a tag or why it failed; or a number"),
    ] = None
    sort: Annotated[
        str,
        Field(
            description="submitted, name, score, duration, estimator, state, owner, dataset, "
            "param:NAME or metric:NAME; a minus before it turns the order round. Jobs without a "
            "value come last"
        ),
    ] = "-submitted"


class JobChange(Open):
    """What people make of a job: what is left out stays as it is."""

    tags: Annotated[
        Any, Field(description="At most 20 texts of 1 to 50 characters without commas")
    ] = None
    note: Annotated[Any, Field(description="A text; null or an empty one takes it away")] = None
    archived: Annotated[
        Any, Field(description="true leaves it out of lists; only of a job that is over")
    ] = None
