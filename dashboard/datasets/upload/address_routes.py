"""A dataset from an address: the form, also as a part of the upload page. For members."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from dashboard.datasets.upload.addresses import create_from_address, list_allowed
from dashboard.datasets.version import versions
from dashboard.errors import Unavailable, ValidationFailed
from dashboard.web import requires

blueprint = Blueprint("fetching", __name__)
Answer = Response | str | tuple[str, int]


@blueprint.app_context_processor
def allowed() -> dict[str, Callable[[], Sequence[Any]]]:
    """Give templates what is allowed, where a page includes ``datasets/_address.html``."""
    return {"allowed_addresses": list_allowed}


@blueprint.get("/datasets/address")
@requires("member")
def new() -> str:
    """Show the form. For members."""
    return _page({})


@blueprint.post("/datasets/address")
@requires("member")
def create() -> Answer:
    """Have a file fetched; then it is checked. For members."""
    try:
        upload = create_from_address(
            user=current_user,
            address=request.form.get("address", ""),
            family_id=versions.family_of(current_user, request.args.get("version_of")),
        )
    except ValidationFailed as refusal:
        return _page({"address": refusal.message}), 422
    except Unavailable as problem:
        return _page({"address": problem.message}), 503
    return redirect(url_for("check.check", upload_id=upload.id), 303)


def _page(errors: dict[str, str]) -> str:
    return render_template(
        "datasets/address.html",
        errors=errors,
        address=request.form.get("address", ""),
        former=versions.find_former(request.args.get("version_of")),
    )
