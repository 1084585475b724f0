"""A comparison as one HTML file that opens without a server: no script, nothing from elsewhere."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markupsafe import Markup

from dashboard.compare.drawing import Drawing, draw
from dashboard.compare.figures import Named
from dashboard.compare.page import ComparePage

STYLES = Path(__file__).parent.parent.parent / "static" / "css"


@dataclass(frozen=True)
class Drawn:
    """A figure with its drawing."""

    named: Named
    drawing: Drawing


def draw_all(page: ComparePage) -> Sequence[Drawn]:
    """Draw every figure of the page that has a trace."""
    return [Drawn(named, draw(named.figure)) for named in page.figures if named.figure["traces"]]


@cache
def style_element() -> Markup:
    """Return the styles of a report as an element: tokens of both themes, and its own sheet."""
    tokens, dark, own = (
        (STYLES / f"{name}.css").read_text(encoding="utf-8")
        for name in ("tokens", "dark", "report")
    )
    tokens = re.sub(r"@font-face \{.*?\n\}", "", tokens, flags=re.DOTALL)  # files that stay here
    sheets = f"{tokens}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}\n{own}"
    return Markup(f"<style>{sheets}</style>")  # noqa: S704 - files of ours
