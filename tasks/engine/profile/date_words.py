"""Dates that are written in words which no format reads: they stay text, and are told."""

import re

from tasks.engine.profile.column_cells import Column

FIRST, LOOKED_AT, MOST = 20, 2_000, 0.5
# Python's patterns: RE2 takes milliseconds to understand one with letters of every script.
IN_WORDS = re.compile(
    r"(\d{1,2}\.?[ -])?[^\W\d_]{3,12}\.?,?[ -]'?\d{2,4}|\d{1,2}\.? de [^\W\d_]{4,12} de \d{4}"
)
WITH_ZONE_NAME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*[A-Z]{3,4}")
_YEAR = r"(?:1[89]|20)\d\d"
_ZONE = r"(?: ?[A-Za-z.]{0,4}(?:[+-]\d{1,2}(?::?\d\d)?)?){0,2}"
_TIME = rf"(?:(?:,? |T)\d{{1,2}}:\d\d[\d:.,]*{_ZONE})?"
IN_SIGNS = re.compile(
    rf"{_YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}}\.?{_TIME}|\d{{1,2}}[-/.]\d{{1,2}}[-/.]{_YEAR}{_TIME}"
    rf"|{_YEAR}(?:年|\. ?)\d{{1,2}}(?:月|\. ?)(?:\d{{1,2}}(?:日|\.)?)?{_TIME}"
    rf"|{_YEAR}[-/ ]?[QWKTH]\d{{1,2}}|[QTH]\d[-/ ]{_YEAR}"
    rf"|[^\W\d_]{{2,12}}\.?,? \d{{1,2}}\.? [^\W\d_]{{3,12}}\.?,? {_YEAR}{_TIME}"
    rf"|[A-Z][a-z]{{2}} [A-Z][a-z]{{2}} +\d{{1,2}} \d\d:\d\d:\d\d .{{0,12}}{_YEAR}"
    rf"|\d{{1,2}}(?:st|nd|rd|th) [^\W\d_]{{3,12}},? {_YEAR}|/Date\(-?\d+.{{0,8}}\)/"
    rf"|\[?\d{{1,2}}/[A-Z][a-z]{{2}}/{_YEAR}:\d\d.{{0,30}}"
    r"|\d+ days? .{0,5}\d{1,2}:\d\d.{0,20}"
    r"|\d{1,3}:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?"
)
HINTS = 3  # values of which one must have a form of `IN_SIGNS`, before more are looked at
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


def unread_dates(column: Column) -> tuple[str, str] | None:
    """Say what the cells of a column mostly are, dates or times, and show one; else None."""
    for pattern in (IN_WORDS, WITH_ZONE_NAME, IN_SIGNS):
        if pattern is IN_SIGNS and not any(map(pattern.fullmatch, column.values[:HINTS])):
            continue
        found: list[str] = []
        for values in (column.values[:FIRST], column.values[:LOOKED_AT]):
            found = [value for value in values if pattern.fullmatch(value)]
            if len(found) <= MOST * len(values):
                break
        else:
            words = {word for value in found for word in WORD.findall(value.lower())}
            if pattern is IN_SIGNS:
                return "dates or times in a form that is not read", found[0]
            if pattern is WITH_ZONE_NAME or all(map(_is_month, words)):
                return "dates in words that are not read", found[0]
    return None


def _is_month(word: str) -> bool:
    return f" {word}" in MONTHS
