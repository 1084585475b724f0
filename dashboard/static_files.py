"""Scripts, styles and pictures: their addresses hold a version, so that browsers may keep them.

What every page looks like stands in several sheets, which browsers get as one: a page waits for
each of its sheets before anything of it is drawn.

Modules and styles name each other by relative addresses, so these have the version too. It is
found at the start of the app: whoever replaces files starts the web anew, as with every release.
"""

import gzip
import re
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, request, send_from_directory, url_for

FOLDER = Path(__file__).parent.parent / "static"
KEPT = "public, max-age=31536000, immutable"
# Of a release before or after this one: a page that was open meanwhile, or another web server.
OTHER_VERSION = re.compile(r"v-[0-9a-f]{12}/")

# In their order: later ones win. dark.css stands alone, as its medium changes with the theme.
REBOOT = "vendor/bootstrap-5.3.9/bootstrap-reboot.min.css"
SHEETS = ("tokens", "base", "shell", "controls", "surfaces", "tables", "status", "forms", "data")

TEXTS = (".css", ".js", ".svg")
WORTH_PACKING = 1_400  # bytes; fewer go into one packet as they are

OF_THIS_VERSION = frozenset({"static", "static_files.every_page", "static_files.prefetched"})
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


@blueprint.get(f"{static_path()}/prefetch-rules.json")
def prefetched() -> Response:
    """Answer which pages a browser may ask for as their link is pressed. For all."""
    rules = (FOLDER / "prefetch.json").read_text()
    return Response(rules, mimetype="application/speculationrules+json")


def name_prefetched(response: Response) -> None:
    """Let a page name the rules of `prefetched`; a live part is none."""
    if response.mimetype == "text/html" and not request.path.startswith("/_live/"):
        response.headers["Speculation-Rules"] = f'"{url_for("static_files.prefetched")}"'


@blueprint.get("/static/<path:name>")
def other_version(name: str) -> Response:
    """Answer a file without a version, or of another one, as it is here. For all."""
    return send_from_directory(FOLDER, OTHER_VERSION.sub("", name, count=1))


def how_long(response: Response) -> str:
    """Return the ``Cache-Control`` of a static file: for ever where its address has its version.

    Not while debugging, when files change under a running app. The page that says that there is
    no such file is somebody's, as any page.
    """
    if not is_shared(response):
        return "no-store"
    return KEPT if request.endpoint in OF_THIS_VERSION and not current_app.debug else "no-cache"


def is_shared(response: Response) -> bool:
    """Tell whether an answer is a static file, the same for everybody."""
    return request.endpoint in ENDPOINTS and response.status_code in {200, 206, 304}


def pack(response: Response) -> None:
    """Pack a static file with gzip, where it is kept and the browser takes that.

    Pages stay as they are: how long a packed one is can tell what a secret in it begins with.
    """
    if how_long(response) != KEPT or not request.path.endswith(TEXTS):
        return
    # Also where the browser has it already, in these bytes or in others.
    response.vary.add("Accept-Encoding")
    etag, _ = response.get_etag()
    if etag:
        response.set_etag(etag, weak=True)
    if response.status_code != 200:
        return
    too_few = (response.content_length or 0) < WORTH_PACKING
    if too_few or not request.accept_encodings.quality("gzip"):
        return
    response.direct_passthrough = False
    response.set_data(_packed(response.get_data()))
    response.content_encoding = "gzip"
    response.headers.pop("Accept-Ranges", None)


@lru_cache(maxsize=128)
def _packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
