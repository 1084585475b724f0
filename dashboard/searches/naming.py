"""What a candidate is called."""

import re
from collections.abc import Mapping
from typing import Any

from dashboard.searches.search import Search
from tasks.engine.estimators.parameters import show_value

NAME_LENGTH, VARYING_LENGTH = 200, 150
MORE = " ..."
# The end of a winner's name.
BEST_OF = re.compile(r" \(best of [\d,]+\)$")


def name_candidate(name: str, search: Search, parameters: Mapping[str, Any]) -> str:
    """Return a search's name with what tells a candidate from the others."""
    varying = ", ".join(f"{n} {show_value(parameters[n])}" for n in search.space)
    return join_name(name, varying)


def join_name(name: str, varying: str) -> str:
    """Return a name with what varies; the name is cut first, what varies tells jobs apart."""
    end = f", {cut(varying, VARYING_LENGTH)}" if varying else ""
    return cut(name, NAME_LENGTH - len(end)) + end


def cut(text: str, length: int) -> str:
    """Return a text of parts with commas between, without those at its end that are too much.

    A part is cut within itself only where it is the first one. A comma in brackets is none
    between parts.
    """
    if len(text) <= length:
        return text
    depth, end = 0, 0
    for place, sign in enumerate(text[: length - len(MORE)]):
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and depth == 0:
            end = place
    return text[: end or length - len(MORE)] + MORE
