"""The API's blueprint: who may call, how errors are answered, and its own description."""

from typing import Any

from flask import Flask

from dashboard.api import (  # noqa: F401 - they register themselves
    batches,
    compare,
    datasets,
    differences,
    jobs,
    leaderboards,
    models,
    preflights,
    profiles,
    recipes,
    rejects,
    uploads,
    workers,
)
from dashboard.api.auth import require_token
from dashboard.api.errors import init_errors
from dashboard.api.openapi import make_document
from dashboard.api.operations import OPERATIONS, blueprint
from dashboard.extensions import csrf

__all__ = ["OPERATIONS", "blueprint"]


@blueprint.get("/openapi.json")
def openapi() -> dict[str, Any]:
    """Describe the API. For all with a token."""
    return make_document()


blueprint.before_request(require_token)
init_errors(blueprint)
csrf.exempt(blueprint)  # a token in a header cannot be sent by another site


def init_app(app: Flask) -> None:
    """Keep the order of keys in answers as it is written."""
    app.json.sort_keys = False  # type: ignore[attr-defined]
