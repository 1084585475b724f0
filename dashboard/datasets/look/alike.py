"""Warnings that many columns share, put together: a wide file has the same one in each."""

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.breaking import cut_middle
from dashboard.filters import count, plural

# Two are shown by themselves.
LEAST = 3
NAMES_SHOWN = 5
NAME_CHARS = 60
VALUES = re.compile(r'"[^"]*"')
NUMBERS = re.compile(r"\d[\d,.]*")
Problem = Mapping[str, Any]


@dataclass
class Alike:
    """What was found of one column, and the others of which the same was found.

    `is_same` is False where their numbers or values differ.
    """

    column: str | None
    problems: list[Problem]
    others: list[str] = field(default_factory=list)
    is_same: bool = True

    @property
    def words(self) -> str | None:
        """In which other columns it is so; None where there is none."""
        if not self.others:
            return None
        how = "The same" if self.is_same else "Alike, with other numbers or values,"
        shown = [cut_middle(name, NAME_CHARS) for name in self.others[:NAMES_SHOWN]]
        more = len(self.others) - len(shown)
        names = ", ".join(shown) + (f" and {count(more)} more" if more else "")
        return f"{how} in {plural(len(self.others), 'more column')}: {names}"


def gather(found: Iterable[tuple[str | None, Sequence[Problem]]]) -> list[Alike]:
    """Put the columns together of which alike warnings were found, in the order of the first.

    Parameters
    ----------
    found : iterable of (column, problems)
        What was found of each column. Errors, and what is about the whole file, stay as they are.
    """
    kept: list[list[Alike]] = []
    by_kind: dict[Hashable, list[Alike]] = {}
    for column, problems in found:
        one = Alike(column, list(problems))
        kind = _kind(column, problems)
        alike = by_kind.setdefault(kind, []) if kind else []
        if not alike:
            kept.append(alike)
        alike.append(one)
    return [merged for alike in kept for merged in _merge(alike)]


def _merge(alike: list[Alike]) -> list[Alike]:
    if len(alike) < LEAST:
        return alike
    first = alike[0]
    first.others = [str(other.column) for other in alike[1:]]
    words = [_without_name(one) for one in alike]
    first.is_same = all(other == words[0] for other in words)
    return [first]


def _kind(column: str | None, problems: Sequence[Problem]) -> Hashable:
    """Return what two columns have in common of which alike things were found; "" if none may."""
    is_told = column is not None and bool(problems)
    if not is_told or any(problem["severity"] == "error" for problem in problems):
        return ""
    return tuple(
        (p["code"], NUMBERS.sub("0", VALUES.sub('""', p["message"].replace(f'"{column}"', '""'))))
        for p in problems
    )


def _without_name(one: Alike) -> list[str]:
    return [p["message"].replace(f'"{one.column}"', '""') for p in one.problems]
