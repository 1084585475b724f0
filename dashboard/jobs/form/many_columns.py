"""Choosing among more columns than a form can list: by parts of names, and by lines of names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.jobs.asking.requests import default_features, unsuitable_target

COLUMNS_LISTED = 300
MATCHES_SHOWN = 10
PATTERNS_AT_MOST = 50
ANY = "*"
# How a choice of columns is said; without one all that suit are used.
ONLY, WITHOUT = "only", "without"
Columns = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Matches:
    """The columns that may be meant by what was typed so far: the first ones, and how many."""

    typed: str
    names: Sequence[str]
    total: int


@dataclass(frozen=True)
class Picked:
    """What lines of names stand for: columns, in file order, and lines that stand for none."""

    names: Sequence[str]
    unknown: Sequence[str]


def on_one_line(text: str) -> str:
    """Return a text as a field of one line holds it."""
    return " ".join(text.split())


def find_by_name(columns: Columns, typed: str) -> Mapping[str, Any] | None:
    """Return the column of a name; browsers send other signs for a name's ends of lines."""
    exact = next((c for c in columns if c["name"] == typed), None)
    if exact is not None or not typed:
        return exact
    wanted = on_one_line(typed)
    return next((c for c in columns if on_one_line(c["name"]) == wanted), None)


class Names:
    """The names of columns, each to be found by what a browser sends of it."""

    def __init__(self, columns: Columns) -> None:
        self._exact = {str(c["name"]) for c in columns}
        self._by_words = {on_one_line(name): name for name in self._exact}

    def find(self, typed: str) -> str | None:
        """Return the name that is meant, or None."""
        return typed if typed in self._exact else self._by_words.get(on_one_line(typed))


def match_targets(columns: Columns, typed: str) -> Matches:
    """Return the columns that can be predicted and whose names hold a text, best first."""
    wanted = on_one_line(typed).casefold()
    suitable = (c["name"] for c in columns if not unsuitable_target(c))
    found = [name for name in suitable if wanted in on_one_line(name).casefold()]
    best = sorted(found, key=lambda name: on_one_line(name).casefold().find(wanted))
    return Matches(typed, best[:MATCHES_SHOWN], len(found))


def pick_columns(columns: Columns, lines: str, target: str) -> Picked:
    """Return the columns that lines name, but for the target.

    Parameters
    ----------
    columns : sequence of Mapping
        The dataset's.
    lines : str
        A name on each line. One with ``*``, which stands for any text, takes columns that are
        learned from unless others are chosen; a whole name takes any column.
    target : str
        The name of the target.

    Returns
    -------
    Picked
        What is unknown are names without a column, and patterns beyond `PATTERNS_AT_MOST`.
    """
    names = Names(columns)
    suitable = default_features(columns, target)
    picked: set[str] = set()
    unknown: list[str] = []
    n_patterns = 0
    for line in filter(None, map(str.strip, lines.splitlines())):
        named = names.find(line)
        found = {named} if named else set()
        if not named and ANY in line:
            n_patterns += 1
            parts = line.split(ANY)
            may_look = n_patterns <= PATTERNS_AT_MOST
            found = {name for name in suitable if may_look and _fits(name, parts)}
        picked |= found
        unknown += [] if found else [line]
    picked.discard(target)
    return Picked([c["name"] for c in columns if c["name"] in picked], unknown)


def lines_of(columns: Columns, features: Sequence[str], target: str) -> tuple[str, str]:
    """Return how a choice of columns is said, and the lines that name it: the fewer ones."""
    default, chosen = default_features(columns, target), set(features)
    left_out = [name for name in default if name not in chosen]
    if chosen <= set(default) and len(left_out) < len(chosen):
        return (WITHOUT if left_out else ""), _lines(left_out)
    return ONLY, _lines(features)


def _lines(names: Sequence[str]) -> str:
    return "\n".join(" ".join(name.splitlines()) for name in names)


def _fits(name: str, parts: Sequence[str]) -> bool:
    """Tell whether a name is made of the parts, in their order, with any text between them."""
    first, *middle, last = parts
    if not name.startswith(first):
        return False
    at = len(first)
    for part in middle:
        found = name.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(name) - len(last) >= at and name.endswith(last)
