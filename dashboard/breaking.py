"""Where a long name without spaces may break, so that it does not widen a table or a phone."""

from flask import Flask
from markupsafe import Markup, escape


def init_app(app: Flask) -> None:
    """Register the filter."""
    app.add_template_filter(breakable)


def breakable(text: str) -> Markup:
    """Let a name break behind its underscores: ``churn_gb`` becomes ``churn_<wbr>gb``."""
    return Markup("_<wbr>").join(escape(part) for part in text.split("_"))
