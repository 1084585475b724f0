"""Dates that are written in words which no format reads: they stay text, and are told."""

import re

from tasks.engine.profile.column_cells import Column

FIRST, LOOKED_AT, MOST = 20, 2_000, 0.5
# Python's patterns: RE2 takes milliseconds to understand one with letters of every script.
IN_WORDS = re.compile(
    r"(\d{1,2}\.?[ -])?[^\W\d_]{3,12}\.?,?[ -]'?\d{2,4}|\d{1,2}\.? de [^\W\d_]{4,12} de \d{4}"
)
WITH_ZONE_NAME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*[A-Z]{3,4}")
WORD = re.compile(r"[^\W\d_]{3,}")
# The months in English, German, French, Spanish, Portuguese, Italian, Dutch and of the North;
# each may be cut short from its third letter on.
MONTHS = (
    " january february march april may june july august september october november december "
    "januar jänner februar feber märz maerz mrz mai juni juli oktober dezember "
    "janvier février fevrier mars avril juin juillet août aout septembre octobre novembre "
    "décembre decembre enero febrero marzo abril mayo junio julio agosto septiembre setiembre "
    "octubre noviembre diciembre janeiro fevereiro março marco maio junho julho setembro outubro "
    "novembro dezembro gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre "
    "januari februari maart mei augustus augusti maj marts desember"
)


def unread_dates(column: Column) -> str | None:
    """Return a cell of a column whose cells are mostly dates in words; None where they are not."""
    for pattern in (IN_WORDS, WITH_ZONE_NAME):
        found: list[str] = []
        for values in (column.values[:FIRST], column.values[:LOOKED_AT]):
            found = [value for value in values if pattern.fullmatch(value)]
            if len(found) <= MOST * len(values):
                break
        else:
            words = {word for value in found for word in WORD.findall(value.lower())}
            if pattern is WITH_ZONE_NAME or all(map(_is_month, words)):
                return found[0]
    return None


def _is_month(word: str) -> bool:
    return f" {word}" in MONTHS
