"""What a file itself says of missing cells: lines above its table that name their marker."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tasks.engine.reader.header import Above
from tasks.engine.reader.refusals import Problem
from tasks.engine.reader.words import warn

MOST_CHARS = 5_000  # a line beyond that is no note
NUMBER = r"(?<![\w.-])(?P<marker>-?[0-9]++(?:\.[0-9]++)?)"
MISSING = (
    r"(?P<word>missing|no[ _-]?data|fill[ _-]?value|not available|not measured)"
    r"(?P<nouns>(?:[ \t_-](?:values?|data|cells?|marker|code|observations?)\b)*+)"
)
# Possessive, so that each sign is gone through once; blanks were joined before.
FORWARD = re.compile(
    rf"\b{MISSING}[\"')]*+"
    r"(?P<how>(?:[\s:=]|\b(?:is|are|was|were|as|by|with|coded|marked|denoted|indicated|shown)\b)*+)"
    rf"(?P<opens>[\"'(]*+){NUMBER}",
    re.IGNORECASE,
)
BACKWARD = re.compile(
    rf"(?P<opens>[\"']?){NUMBER}[\"')]*+\s?(?P<how>:|=|is|means|denotes|indicates|stands for|for)"
    rf"\s?(?:an?\s)?[\"'(]*+{MISSING}",
    re.IGNORECASE,
)
# What hardly is a count or a value.
SENTINEL = re.compile(r"-9+(\.9+|\.0+)?|-1(\.0+)?|-999\.25|-32768|-2147483648|9{3,}(\.9+|\.0+)?")
# Others may count or name what is missing: of these, words have to say that it is a sign.
SIGN = re.compile(r"(value|marker|code)$", re.IGNORECASE)
SAYS_SIGN = re.compile(r"=|\b(as|by|with|means|denotes|indicates|stands for|for)\b", re.IGNORECASE)
ENDS = re.compile(r"[\"')\]]*+(?:[.;](?=\s|$)|(?:,(?=\s)|\t|$)(?!\s*[\"']?[-+.]?[0-9]))")
OPENED_BEFORE = re.compile(r"[\"']*[)\]]")
NO_SIGN = re.compile(
    r"[\"')\]]*+\s?(?:[\w.,%-]*[0-9%]|(?:of|to|and|or|until|through)\b|[-–,]\s?[0-9-])"
)
BEGINS = re.compile(
    r"(?:^|[#:;.(*/]|(?<![0-9])[,\t]|\bvalues?|\bvalues? of|\bcodes?|\bmarkers?)[ \"'(]*$",
    re.IGNORECASE,
)
DENIES = re.compile(r"\b(?:no|not|none|never|nothing|without)[\s\"'(]*$", re.IGNORECASE)
BEFORE_CHARS = 20


class Documented(NamedTuple):
    """A marker of missing cells, the line that names it, and whether it surely does."""

    marker: str
    line: int
    is_sure: bool


def find_documented(above: Sequence[Above]) -> Documented | None:
    """Find the marker of missing cells that a line above the table names.

    One that is sure goes first; where only others are found it is for the user to say.
    """
    found = [
        Documented(marker, line, is_sure)
        for line, cells in above
        for marker, is_sure in _markers(_join(cells))
    ]
    return next((one for one in found if one.is_sure), found[0] if found else None)


def say_documented(found: Documented) -> Problem:
    """Say that its cells count as missing, or that they may have to."""
    if not found.is_sure:
        message = (
            f'Line {found.line} may say that "{found.marker}" means missing. Cells that are just '
            "that stay values. If they mean missing, say so "
            'under "How we read the file"'
        )
        return warn("MISSING_NAMED", message, line=found.line)
    message = (
        f'Line {found.line} says that "{found.marker}" means missing, so cells that are just '
        "that count as missing. If they are values, change the cells that mean missing under "
        '"How we read the file"'
    )
    return warn("MISSING_DOCUMENTED", message, line=found.line)


def _join(cells: Sequence[str]) -> str:
    """Join cells by tabs, which end a phrase, or by blanks where these divided them."""
    if sum(map(len, cells)) > MOST_CHARS:
        return ""
    words = [" ".join(cell.split()) for cell in cells]
    between = "\t" if any(" " in word for word in words) else " "
    return between.join(word for word in words if word)


def _markers(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the markers that a line may name, and whether it surely does."""
    for pattern in (FORWARD, BACKWARD):
        for match in pattern.finditer(text):
            before = text[max(match.start() - BEFORE_CHARS, 0) : match.start()]
            is_quoted = bool(match["opens"]) and match["opens"][-1] in "\"'"
            if DENIES.search(before) or not (is_quoted or SENTINEL.fullmatch(match["marker"])):
                continue
            rest = text[match.end() : match.end() + BEFORE_CHARS]
            ends = ENDS.match(rest) or ("(" not in match["opens"] and OPENED_BEFORE.match(rest))
            is_begun = pattern is FORWARD or BEGINS.search(before)
            is_negative = match["marker"].startswith("-")
            is_sign = is_negative or _is_sign(match)
            if ends and is_begun and is_sign:
                yield match["marker"], True
            elif ends or (is_negative and not (pattern is FORWARD and NO_SIGN.match(rest))):
                yield match["marker"], False


def _is_sign(match: re.Match[str]) -> bool:
    return bool(SIGN.search(match["word"] + match["nouns"]) or SAYS_SIGN.search(match["how"]))
