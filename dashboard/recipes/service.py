"""Saving, naming, sharing and deleting recipes."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dashboard.access import require_member, require_owner
from dashboard.db import Recipe, User
from dashboard.db.transaction import writing
from dashboard.errors import Conflict, ValidationFailed
from dashboard.jobs.asking.as_request import request_from
from dashboard.jobs.queries import get_job
from dashboard.recipes.checking import check_settings
from dashboard.recipes.queries import get_recipe
from tasks.engine.estimators.catalogue import find_estimator

MAX_NAME = 100
MOST_OF_A_PERSON = 500
# What a recipe keeps of a request: the settings, and nothing of what was learned from.
KEPT = (
    "estimator", "task", "parameters", "preprocessing", "validation", "metric", "seed",
    "class_weight", "time_limit_s", "memory_limit_bytes", "priority", "tags",
)  # fmt: skip


def save_recipe(
    *, user: User, name: str, request: Mapping[str, Any], shared: bool = False
) -> Recipe:
    """Keep the settings of a request under a name.

    Parameters
    ----------
    user : User
        Whose recipe it is.
    name : str
        1 to 100 characters, other than those of the person's other recipes.
    request : Mapping
        The fields of ``POST /jobs``; those of the dataset are left out.
    shared : bool, default False
        Whether everyone may use it.

    Raises
    ------
    Forbidden
        When the person may only look.
    ValidationFailed
        When the name or the settings cannot be kept.
    Conflict
        When the person has too many.
    """
    require_member(user)
    clean = _clean_name(name)
    kept = _kept_of(request)
    try:
        with writing() as session:
            _check_room(session, user)
            recipe = Recipe(owner_id=user.id, name=clean, request=kept, shared=shared)
            session.add(recipe)
    except IntegrityError as problem:
        raise _taken(clean) from problem
    return recipe


def save_job_as_recipe(*, user: User, name: str, job_id: int, shared: bool = False) -> Recipe:
    """Keep the settings of a job under a name; see `save_recipe`.

    Raises
    ------
    NotFound
        When there is no such job.
    Conflict
        When its model is a blend, which no request of one job asks for.
    """
    asked = request_from(get_job(user=user, job_id=job_id))
    return save_recipe(user=user, name=name, request=asked, shared=shared)


def change_recipe(
    *, user: User, recipe_id: int, name: str | None = None, shared: bool | None = None
) -> Recipe:
    """Give a recipe another name, or share it or not.

    Raises
    ------
    NotFound
        When there is none that the person may use.
    Forbidden
        When it is somebody else's.
    ValidationFailed
        When the name cannot be used.
    """
    recipe = get_recipe(user=user, recipe_id=recipe_id)
    require_owner(user, recipe, "recipe")
    clean = recipe.name if name is None else _clean_name(name)
    try:
        with writing() as session:
            held = session.get_one(Recipe, recipe.id)
            held.name = clean
            held.shared = held.shared if shared is None else shared
    except IntegrityError as problem:
        raise _taken(clean) from problem
    return held


def delete_recipe(*, user: User, recipe_id: int) -> str:
    """Delete a recipe and return its name; jobs that were made of it stay.

    Raises
    ------
    NotFound
        When there is none that the person may use.
    Forbidden
        When it is somebody else's.
    """
    recipe = get_recipe(user=user, recipe_id=recipe_id)
    require_owner(user, recipe, "recipe")
    name = recipe.name
    with writing() as session:
        session.delete(session.get_one(Recipe, recipe.id))
    return name


def _clean_name(name: str) -> str:
    clean = " ".join(name.split())
    if not clean:
        raise ValidationFailed({"name": "Enter a name for the recipe, such as boosted, slow"})
    if len(clean) > MAX_NAME:
        raise ValidationFailed(
            {"name": f"The name has {len(clean):,} characters; there is room for {MAX_NAME}"}
        )
    return clean


def _kept_of(request: Mapping[str, Any]) -> dict[str, Any]:
    for name in ("search", "several", "estimators"):
        if request.get(name):
            raise ValidationFailed(
                {"estimator": "A recipe keeps the settings of one job, or of several by commas. "
                              "A search and trying several cannot be kept"}
            )  # fmt: skip
    estimator = request.get("estimator")
    if not isinstance(estimator, str) or find_estimator(estimator) is None:
        raise ValidationFailed({"estimator": f"There is no estimator {str(estimator)[:100]!r}"})
    kept = {name: request[name] for name in KEPT if request.get(name) not in (None, {}, [], "")}
    check_settings(kept)
    return kept


def _check_room(session: Session, user: User) -> None:
    own = select(func.count()).where(Recipe.owner_id == user.id)
    if (session.scalar(own) or 0) >= MOST_OF_A_PERSON:
        raise Conflict(f"You have {MOST_OF_A_PERSON} recipes. Delete one first")


def _taken(name: str) -> ValidationFailed:
    return ValidationFailed({"name": f'You have a recipe "{name}" already. Choose another name'})
