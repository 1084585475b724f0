"""Addresses from which files may be fetched. For admins."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from dashboard.auth.sessions import signed_in_user
from dashboard.confirming import Confirmation, confirm, is_sure
from dashboard.datasets.upload.addresses import (
    allow_address,
    forbid_address,
    get_allowed,
    list_allowed,
)
from dashboard.errors import ValidationFailed
from dashboard.web import requires

blueprint = Blueprint("addresses", __name__, url_prefix="/settings/addresses")
Answer = Response | str | tuple[str, int]


@blueprint.route("", methods=["GET", "POST"])
@requires("admin")
def index() -> Answer:
    """Show what is allowed, and allow one more."""
    if request.method != "POST":
        return _page({})
    try:
        allowed = allow_address(user=signed_in_user(), prefix=request.form.get("prefix", ""))
    except ValidationFailed as refusal:
        return _page(refusal.fields), 422
    flash(f"Files may be fetched from {allowed.prefix} now", "success")
    return redirect(url_for("addresses.index"))


def _page(errors: dict[str, str]) -> str:
    return render_template(
        "settings/addresses.html",
        errors=errors,
        addresses=list_allowed(),
        prefix=request.form.get("prefix", ""),
    )


@blueprint.route("/<int:address_id>/remove", methods=["GET", "POST"])
@requires("admin")
def remove(address_id: int) -> Answer:
    """Ask whether an address is to be allowed no longer, then see to it."""
    if not is_sure():
        prefix, here = get_allowed(address_id).prefix, url_for("addresses.index")
        asked = Confirmation(
            title=f"Remove {prefix}?",
            act="Remove the address",
            goes=["Nobody can have a file fetched from there any more, also no next version"],
            stays=["Datasets that were fetched from there"],
            back=here,
            crumbs=[("Addresses", here)],
            is_final=False,
        )
        return confirm(asked)
    prefix = forbid_address(user=signed_in_user(), address_id=address_id)
    flash(f"Files are no longer fetched from {prefix}", "success")
    return redirect(url_for("addresses.index"))
