"""Things worth checking on a dataset: the problems that its page shows, and what may be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashboard.datasets.check.kept_words import as_kept
from dashboard.datasets.look.alike import Alike, gather

CHECKS_AT_MOST = 5
# The gravest first; what is not named here comes after these.
ORDER = (
    "TARGET_LEAK", "CSV_RAGGED", "ROWS_TOTAL", "LAST_ROWS", "SEPARATOR_EITHER",
    "SECOND_TABLE", "ENCODING_ASSUMED", "ENCODING_DAMAGED",
    "MIXED_TYPES", "DATE_AMBIGUOUS", "NUMBER_AMBIGUOUS", "NUMBER_THOUSANDS", "HIDDEN_MISSING",
    "DUPLICATE_ROWS", "DUPLICATE_COLUMNS", "CLASS_RARE", "MISSING_WORD", "MOSTLY_MISSING",
    "DATE_ZONES", "DATE_UNREAD", "DATE_SUSPICIOUS", "EXCEL_TEXT", "NUMBER_UNITS", "NUMBER_UNREAD",
    "CATEGORY_ALIKE", "NUMBER_CODES", "NUMBER_ZEROS", "NUMBER_SYMBOLS", "ROWS_GROUPED",
    "ROWS_SORTED", "IDENTIFIER", "ROW_NUMBERS", "CORRELATED", "CONSTANT",
)  # fmt: skip
_GRAVITY = {code: n for n, code in enumerate(ORDER)}
PAIRS = {"CORRELATED", "DUPLICATE_COLUMNS"}
# What is said of lines that are in no row: those that are kept with the reason, and others.
REJECTED = {"CSV_RAGGED", "JSON_LINE", "FOOTNOTE", "DRAWN"}
# And of what stands above the first row: it is in no row either.
ABOVE = {
    "PREAMBLE",
    "HEADER_LINES",
    "HEADER_ASSUMED",
    "NAME_REPEATED",
    "NAME_BLANK",
    "NAME_HIDDEN",
}
LEFT_OUT = REJECTED | {"HEADER_REPEATED", "ENCODING_ASSUMED"}


@dataclass(frozen=True)
class Check:
    """One thing worth checking.

    Parameters
    ----------
    title, text : str
        What it is, and more of it; the text may be empty.
    action : str
        What may be done: ``rows``, ``line``, ``rejects``, ``type``, ``pair``, ``column`` or "".
    column, line : optional
        What it is about.
    kind : str, optional
        For ``type``: what the column could be.
    """

    title: str
    text: str
    action: str = ""
    column: str | None = None
    line: int | None = None
    kind: str | None = None


def worth_checking(
    problems: Sequence[Mapping[str, Any]], columns: Sequence[Mapping[str, Any]]
) -> tuple[list[Check], int]:
    """Return the warnings that the page shows, the gravest first, and how many there are.

    One that many columns share counts once.
    """
    warnings = gather_warnings(problems)
    ranked = sorted(warnings, key=lambda one: _GRAVITY.get(one.problems[0]["code"], len(ORDER)))
    first = ranked[:CHECKS_AT_MOST]
    named = {one.column for one in first}
    by_name = {column["name"]: column for column in columns if column["name"] in named}
    return [_check_of(one, by_name.get(one.column or "")) for one in first], len(warnings)


def gather_warnings(problems: Sequence[Mapping[str, Any]]) -> list[Alike]:
    """Return a dataset's warnings, those put together that many columns share."""
    return gather((p.get("column"), [p]) for p in problems if p["severity"] == "warning")


def _check_of(one: Alike, column: Mapping[str, Any] | None) -> Check:
    check = _check(one.problems[0], column)
    text = ". ".join(filter(None, (check.text, one.words)))
    return replace(check, text=text)


def _check(problem: Mapping[str, Any], column: Mapping[str, Any] | None) -> Check:
    title, text = split_message(as_kept(problem["message"]))
    name = column["name"] if column else None
    if column and problem["code"] == "IDENTIFIER":
        return Check(title, text, "type", name, kind=_usable_kind(column))
    if problem["code"] in PAIRS:
        return Check(title, text, "pair", name)
    if problem["code"] in LEFT_OUT:
        return Check(title, text, "rejects" if problem["code"] in REJECTED else "", name)
    if problem.get("line") and problem["code"] not in ABOVE:
        return Check(title, text, "line", name, line=problem["line"])
    if column and problem["code"] == "MOSTLY_MISSING":
        return Check(title, text, "rows", name)
    return Check(title, text, "column" if column else "", name)


def split_message(message: str) -> tuple[str, str]:
    """Return a message's first sentence, and the rest of it."""
    for sign in (". ", "; "):
        first, _, rest = message.partition(sign)
        if rest and first.count('"') % 2 == 0:  # not within somebody's value
            return first, rest[0].upper() + rest[1:]
    return message, ""


def _usable_kind(column: Mapping[str, Any]) -> str:
    """Return what an identifier could be used as."""
    values = [str(v["value"]) for v in column.get("top") or []]
    return "number" if values and all(v.lstrip("+-").isdigit() for v in values) else "text"
