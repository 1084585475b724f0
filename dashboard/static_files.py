"""Scripts, styles and pictures: their addresses hold a version, so that browsers may keep them.

What every page looks like stands in several sheets, which browsers get as one: a page waits for
each of its sheets before anything of it is drawn.

Modules and styles name each other by relative addresses, so these have the version too. It is
found at the start of the app: whoever replaces files starts the web anew, as with every release.
"""

import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, request, send_from_directory

FOLDER = Path(__file__).parent.parent / "static"
KEPT = "public, max-age=31536000, immutable"
# Of a release before or after this one: a page that was open meanwhile, or another web server.
OTHER_VERSION = re.compile(r"v-[0-9a-f]{12}/")

# In their order: later ones win. dark.css stands alone, as its medium changes with the theme.
REBOOT = "vendor/bootstrap-5.3.9/bootstrap-reboot.min.css"
SHEETS = ("tokens", "base", "shell", "controls", "surfaces", "tables", "status", "forms", "data")

OF_THIS_VERSION = frozenset({"static", "static_files.every_page"})
ENDPOINTS = OF_THIS_VERSION | {"static_files.other_version"}

blueprint = Blueprint("static_files", __name__)


@cache
def static_path() -> str:
    """Return the address below which the files are: ``/static/v-`` and a hash of all of them."""
    found = sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            found.update(f"{path.relative_to(FOLDER)} {path.stat().st_size}\n".encode())
            found.update(path.read_bytes())
    return f"/static/v-{found.hexdigest()[:12]}"


def static_place() -> dict[str, Any]:
    """Return where an app has its static files, and below which address."""
    return {"static_folder": FOLDER, "static_url_path": static_path()}


@blueprint.get(f"{static_path()}/css/every-page.css")
def every_page() -> Response:
    """Answer the sheets of every page as one. For all."""
    sheets = (REBOOT, *(f"css/{name}.css" for name in SHEETS))
    joined = "\n".join((FOLDER / name).read_text() for name in sheets)
    return Response(joined, mimetype="text/css")


@blueprint.get("/static/<path:name>")
def other_version(name: str) -> Response:
    """Answer a file without a version, or of another one, as it is here. For all."""
    return send_from_directory(FOLDER, OTHER_VERSION.sub("", name, count=1))


def how_long(response: Response) -> str:
    """Return the ``Cache-Control`` of a static file: for ever where its address has its version.

    Not while debugging, when files change under a running app.
    """
    is_there = request.endpoint in OF_THIS_VERSION and response.status_code in {200, 206, 304}
    return KEPT if is_there and not current_app.debug else "no-cache"
