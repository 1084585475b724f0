"""What a file itself says of missing cells: lines above its table that name their marker."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from tasks.engine.reader.header import Above
from tasks.engine.reader.refusals import Problem
from tasks.engine.reader.words import warn

# Only what hardly is a count or a value: a negative number, or nothing but nines.
MARKER = r"(?P<marker>-[0-9]+(?:\.[0-9]+)?|9{3,}(?:\.9+)?)(?![0-9.]*[0-9]|\s*(?:of\b|%))"
MISSING = r"(?:missing|no[ _-]?data|fill[ _-]?value|not available|not measured)"
SAYS = re.compile(
    rf"\b{MISSING}(?:[ _-](?:values?|data|cells?|marker|code|observations?))*[\"')]*"
    rf"\s*(?::|=|\s|is|are|was|were|as|by|with|coded|marked|denoted|indicated|shown)*[\s:=\"'(]"
    rf"{MARKER}"
    rf"|(?<![0-9.]){MARKER.replace('marker', 'first')}[\"')]*\s*"
    rf"(?::|=|is|means|denotes|indicates|stands for|for)\s*(?:a\s|an\s)?[\"'(]*{MISSING}\b",
    re.IGNORECASE,
)


class Documented(NamedTuple):
    """A marker of missing cells, and the line that names it."""

    marker: str
    line: int


def find_documented(above: Sequence[Above]) -> Documented | None:
    """Find the marker of missing cells that a line above the table names."""
    for line, _n_cells, text in above:
        if found := SAYS.search(text):
            return Documented(found["marker"] or found["first"], line)
    return None


def say_documented(found: Documented) -> Problem:
    """Say that its cells count as missing."""
    message = (
        f'Line {found.line} says that "{found.marker}" means missing, so cells that are just '
        "that count as missing. If they are values, change the cells that mean missing under "
        '"How we read the file"'
    )
    return warn("MISSING_DOCUMENTED", message, line=found.line)
