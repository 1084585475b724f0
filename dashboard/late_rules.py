"""Routes that work out how their addresses are built once one is asked for."""

from collections.abc import Callable

from flask import Flask
from werkzeug.routing import Rule


def init_app(app: Flask) -> None:
    """Let the routes that are registered from now on be such."""
    app.url_rule_class = LateRule


class LateRule(Rule):
    """A route whose builders are compiled at their first use.

    Werkzeug compiles two of them for each route, which is a seventh of what a process of the
    product takes to start; the workers and the dispatcher build next to no addresses.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compile_now = super()._compile_builder
        made: list[Callable[..., tuple[str, str]]] = []

        def build(rule: Rule, **values: object) -> tuple[str, str]:
            if not made:
                made.append(compile_now(append_unknown))
            return made[0](rule, **values)

        return build
