"""Formats of dates as a person writes them, in strptime's language."""

import re
from datetime import UTC, datetime
from typing import Any

ISO = "ISO8601"
LONGEST_FORMAT = 40
DIRECTIVE = re.compile(r"%(.?)", re.DOTALL)
# What a date is read by; others depend on the server's language, or need each other.
KNOWN = frozenset("aAbBdfHIjmMpSyYzZ")
SAMPLE = datetime(2026, 12, 31, 23, 59, 58, tzinfo=UTC)


def check_date_format(value: Any) -> str:
    """Return a format that dates can be read by.

    Raises
    ------
    ValueError
        Saying what is wrong with it; the message goes on behind the value.
    """
    if value == ISO:
        return ISO
    if not isinstance(value, str) or len(value) > LONGEST_FORMAT or not value.isprintable():
        raise ValueError("it must be a format of dates, such as %d/%m/%Y")
    found = [letter for letter in DIRECTIVE.findall(value) if letter != "%"]
    if not found:
        raise ValueError("it must be a format of dates, such as %d/%m/%Y")
    for letter in found:
        if letter not in KNOWN:
            raise ValueError(f"%{letter} is no part of a date that is read here")
        if found.count(letter) > 1:
            raise ValueError(f"%{letter} stands in it more than once")
    try:
        datetime.strptime(SAMPLE.strftime(value), value).replace(tzinfo=UTC)
    except (ValueError, re.error):
        raise ValueError("no date can be read by it") from None
    return value
