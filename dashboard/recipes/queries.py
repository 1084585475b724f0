"""Recipes, read."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from dashboard.db import Recipe, User
from dashboard.db.lookup import find_by_id
from dashboard.errors import NotFound
from dashboard.extensions import db

MOST_SHOWN = 500


def list_recipes(user: User) -> Sequence[Recipe]:
    """List a person's own recipes and those that are shared, by name."""
    found = select(Recipe).where(or_(Recipe.owner_id == user.id, Recipe.shared))
    return db.session.scalars(found.order_by(Recipe.name, Recipe.id).limit(MOST_SHOWN)).all()


def list_recipes_before(user: User, *, before: int | None, limit: int) -> Sequence[Recipe]:
    """List the same, the newest first, from one id downwards; for the API's cursor."""
    found = select(Recipe).where(or_(Recipe.owner_id == user.id, Recipe.shared))
    if before is not None:
        found = found.where(Recipe.id < before)
    return db.session.scalars(found.order_by(Recipe.id.desc()).limit(limit)).all()


def get_recipe(*, user: User, recipe_id: int) -> Recipe:
    """Return a recipe that a person may use.

    Raises
    ------
    NotFound
        When there is none, or it is somebody else's and not shared.
    """
    found = find_by_id(Recipe, recipe_id)
    if found is None or not (found.shared or found.owner_id == user.id or user.is_admin):
        raise NotFound(f"There is no recipe #{recipe_id} that is yours or shared")
    return found
