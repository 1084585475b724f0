"""`/recipes`."""

from typing import Any

from werkzeug.wrappers import Response

from dashboard.api import recipe_schemas as schemas
from dashboard.api import requests
from dashboard.api.auth import current_user
from dashboard.api.operations import cursor_of, operation, read_cursor
from dashboard.clock import isoformat
from dashboard.db import Recipe
from dashboard.errors import ValidationFailed
from dashboard.recipes import queries, service

ID = "/recipes/<int:recipe_id>"


def _present(record: Recipe) -> dict[str, Any]:
    return {
        "id": record.id, "name": record.name, "owner": record.owner.name, "shared": record.shared,
        "request": record.request, "created_at": isoformat(record.created_at),
    }  # fmt: skip


@operation("GET", "/recipes", "List your recipes and those that are shared, the newest first",
           query=requests.PageQuery, answer=schemas.RecipePage, errors=(400, 422))  # fmt: skip
def list_recipes(query: requests.PageQuery) -> dict[str, Any]:
    items = queries.list_recipes_before(
        current_user(), before=read_cursor(query.cursor), limit=query.limit + 1
    )
    shown = items[: query.limit]
    more = cursor_of(shown[-1].id) if len(items) > query.limit else None
    return {"items": [_present(recipe) for recipe in shown], "next_cursor": more}


@operation("POST", "/recipes", "Keep settings under a name, of a job or as they are given",
           body=schemas.RecipeRequest, answer=schemas.Recipe, status=201, role="member",
           errors=(400, 403, 404, 409, 422))  # fmt: skip
def save_recipe(body: schemas.RecipeRequest) -> dict[str, Any]:
    if (body.job_id is None) == (body.request is None):
        raise ValidationFailed({"request": "Send either job_id or request"})
    given: dict[str, Any] = {
        "user": current_user(), "name": body.name, "shared": body.shared
    }  # fmt: skip
    if body.job_id is not None:
        return _present(service.save_job_as_recipe(job_id=body.job_id, **given))
    return _present(service.save_recipe(request=body.request or {}, **given))


@operation("GET", ID, "Look at a recipe", answer=schemas.Recipe, errors=(404,))
def show_recipe(recipe_id: int) -> dict[str, Any]:
    return _present(queries.get_recipe(user=current_user(), recipe_id=recipe_id))


@operation("PATCH", ID, "Give a recipe another name, or share it or not",
           body=schemas.RecipeChange, answer=schemas.Recipe, role="member",
           errors=(400, 403, 404, 422))  # fmt: skip
def change_recipe(recipe_id: int, body: schemas.RecipeChange) -> dict[str, Any]:
    return _present(
        service.change_recipe(
            user=current_user(), recipe_id=recipe_id, name=body.name, shared=body.shared
        )
    )


@operation("DELETE", ID, "Delete a recipe; jobs that were made of it stay", status=204,
           role="member", errors=(403, 404))  # fmt: skip
def delete_recipe(recipe_id: int) -> Response:
    service.delete_recipe(user=current_user(), recipe_id=recipe_id)
    return Response(status=204)
