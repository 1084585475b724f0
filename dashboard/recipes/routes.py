"""The page of recipes, and saving the form of a new job as one."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboard.access import require_owner
from dashboard.auth.sessions import signed_in_user
from dashboard.confirming import Confirmation, confirm, is_sure
from dashboard.db import Recipe
from dashboard.errors import ValidationFailed
from dashboard.jobs.form.page import find_chosen, show_form
from dashboard.jobs.form.request import request_of
from dashboard.jobs.form.sources import posted_form
from dashboard.jobs.form.values import text_of
from dashboard.recipes import service
from dashboard.recipes.queries import get_recipe, list_recipes
from dashboard.web import requires

blueprint = Blueprint("recipes", __name__)
Answer = Response | str | tuple[str, int]


@blueprint.get("/recipes")
def index() -> str:
    """List one's own recipes and those that are shared. For all."""
    return _page({})


def _page(errors: dict[str, str], wrong_id: int | None = None) -> str:
    recipes = list_recipes(current_user)
    return render_template(
        "recipes/index.html",
        recipes=recipes,
        parameters={recipe.id: _parameters_of(recipe) for recipe in recipes},
        dataset=find_chosen(request.args.get("dataset_id")),
        target=request.args.get("target"),
        errors=errors,
        wrong_id=wrong_id,
    )


def _parameters_of(recipe: Recipe) -> dict[str, str]:
    given = recipe.request.get("parameters") or {}
    return {name: text_of(value) for name, value in given.items()}


@blueprint.post("/recipes/from-form")
@requires("member")
def save() -> Answer:
    """Keep the settings of the form of a new job. For members."""
    form = posted_form(find_chosen(request.form.get("dataset_id")), request.form)
    name = request.form.get("recipe_name", "")
    try:
        recipe = service.save_recipe(user=signed_in_user(), name=name, request=request_of(form))
    except ValidationFailed as problem:
        renamed = {"recipe_name" if n == "name" else n: text for n, text in problem.fields.items()}
        form.errors = renamed
        return show_form(form), 422
    flash(f'The recipe "{recipe.name}" is saved', "success")
    kept: dict[str, Any] = {"target": form.target_name or None}
    kept["dataset_id"] = form.dataset.id if form.dataset else None
    return redirect(url_for("jobs.new", recipe=recipe.id, **kept), 303)


@blueprint.post("/recipes/<int:recipe_id>")
@requires("member")
def change(recipe_id: int) -> Answer:
    """Give a recipe another name. For its owner and admins."""
    try:
        recipe = service.change_recipe(
            user=signed_in_user(), recipe_id=recipe_id, name=request.form.get("name", "")
        )
    except ValidationFailed as problem:
        return _page(problem.fields, recipe_id), 422
    flash(f'The recipe is called "{recipe.name}" now', "success")
    return redirect(url_for("recipes.index"), 303)


@blueprint.post("/recipes/<int:recipe_id>/share")
@requires("member")
def share(recipe_id: int) -> Response:
    """Share a recipe with everyone, or no longer. For its owner and admins."""
    shared = request.form.get("shared") == "yes"
    recipe = service.change_recipe(user=signed_in_user(), recipe_id=recipe_id, shared=shared)
    words = "is shared with everyone" if recipe.shared else "is private again"
    flash(f'The recipe "{recipe.name}" {words}', "success")
    return redirect(url_for("recipes.index"), 303)


@blueprint.route("/recipes/<int:recipe_id>/delete", methods=["GET", "POST"])
@requires("member")
def delete(recipe_id: int) -> Answer:
    """Ask whether a recipe is to be deleted, then delete it. For its owner and admins."""
    recipe = get_recipe(user=signed_in_user(), recipe_id=recipe_id)
    require_owner(signed_in_user(), recipe, "recipe")
    here = url_for("recipes.index")
    if not is_sure():
        asked = Confirmation(
            title=f"Delete the recipe {recipe.name}?",
            act="Delete the recipe",
            goes=["The settings under this name" + (", for everyone" if recipe.shared else "")],
            stays=["Jobs that were made of it"],
            back=here,
            crumbs=[("Jobs", url_for("jobs.index")), ("Recipes", here)],
        )
        return confirm(asked)
    name = service.delete_recipe(user=signed_in_user(), recipe_id=recipe_id)
    flash(f'The recipe "{name}" is deleted', "success")
    return redirect(here, 303)
