"""Where a long name without spaces may break, so that it does not widen a table or a phone."""

from flask import Flask
from markupsafe import Markup, escape


def init_app(app: Flask) -> None:
    """Register the filter."""
    app.add_template_filter(breakable)
    app.add_template_filter(cut_middle)


def breakable(text: str) -> Markup:
    """Let a name break behind its underscores: ``churn_gb`` becomes ``churn_<wbr>gb``."""
    return Markup("_<wbr>").join(escape(part) for part in text.split("_"))


def cut_middle(text: str, most: int = 48) -> str:
    """Return a text without its middle where it has more letters than there is room for.

    Names that share a long beginning, as of a sweep, differ at their end.
    """
    tail = (most - 1) // 2
    return keep_ends(text, most - 1 - tail, tail)


def keep_ends(text: str, head: int, tail: int) -> str:
    """Return a text that is longer as so many letters of its beginning and of its end."""
    if len(text) <= head + tail + 1:
        return text
    return f"{text[:head].rstrip()}\N{HORIZONTAL ELLIPSIS}{text[-tail:].lstrip()}"
