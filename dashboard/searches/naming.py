"""What a candidate is called."""

from collections.abc import Mapping
from typing import Any

from dashboard.searches.search import Search
from tasks.engine.parameters import show_value

NAME_LENGTH, VARYING_LENGTH = 200, 110


def name_candidate(name: str, search: Search, parameters: Mapping[str, Any]) -> str:
    """Return a search's name with what tells a candidate from the others."""
    varying = ", ".join(f"{n} {show_value(parameters[n])}" for n in search.space)
    return join_name(name, varying)


def join_name(name: str, varying: str) -> str:
    """Return a name with what varies; the name is cut first, what varies tells jobs apart."""
    end = f", {varying[:VARYING_LENGTH]}" if varying else ""
    return name[: NAME_LENGTH - len(end)] + end
