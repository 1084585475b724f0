"""The pictures of buttons and states, drawn into the page."""

from functools import cache
from pathlib import Path

from markupsafe import Markup

FOLDER = Path(__file__).parent.parent / "static" / "vendor" / "lucide-1.62.0"
SVG = (
    '<svg class="{classes}" viewBox="0 0 24 24" width="16" height="16" aria-hidden="true">'
    "{shapes}</svg>"
)


@cache
def draw_icon(name: str, more_class: str = "") -> Markup:
    """Return a vendored icon as an ``svg`` element, which is never read aloud.

    Kept once it is drawn: a page of a list has hundreds.

    Parameters
    ----------
    name : str
        A file of the folder, without its ending.
    more_class : str, optional
        A class beside ``icon``.
    """
    text = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    inside = text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")]
    # A file of ours, checked by its hash.
    shapes = Markup(" ".join(inside.split()))  # noqa: S704
    return Markup(SVG).format(classes=f"icon {more_class}".strip(), shapes=shapes)  # noqa: S704
