"""Routes are compiled once for each process of tests, and not once for each test's app.

That is most of what making an app costs, and the code that Werkzeug makes of a route depends on
the route alone.
"""

from collections.abc import Callable

from werkzeug.routing import Rule

_compile = Rule._compile_builder
_made: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}


def _compile_once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
    if key not in _made:
        _made[key] = _compile(rule, append_unknown)
    return _made[key]


def keep() -> None:
    """Keep what is compiled, from now on and for all apps of this process."""
    Rule._compile_builder = _compile_once  # type: ignore[method-assign]
