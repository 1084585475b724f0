"""How values are written in cells: what is missing, numbers and the signs in them, moments.

One place for all who read cells: `coercion` (whose bundles hold this file's text too), Arrow's
`cells`, and the pages, which may import neither numpy nor pandas. It imports nothing of Trainyard.
"""

import math
import re
from datetime import datetime, timedelta, timezone
from typing import Any

MISSING = ("", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "null", "NULL", "Null", "None", "?", "-")
# Patterns are read by Python and by Arrow's RE2 alike.
PLAIN_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
OTHER_DIGITS = r"^[+-]?[\p{Nd}.]+([eE][+-]?\p{Nd}+)?$"  # Python reads digits of every script
# Written so that thousands of digits are gone through once, not once for each of them.
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
# Signs of money; of thousands, each with those that stand for it. All are parts of a class [].
MONEY = "$¢-¥֏؋৲৳૱௹฿៛₠-⃀﷼﹩＄￠￡￥￦"
SPACES = " \xa0\u2007\u2009\u202f"
THOUSANDS = {
    "": "", ",": ",", ".": ".", " ": SPACES, "'": "'\u2019", "\u066c": "\u066c",
}  # fmt: skip
MINUS = "\u2212\u2013"  # as typesetters write it, or a dash; read as a hyphen everywhere
# Arabic and Persian digits are read as those of ASCII, and the Arabic decimal sign as a point.
ARABIC_DIGITS = "\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669"
ARABIC_DIGITS += "\u06f0\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6\u06f7\u06f8\u06f9"
ARABIC_POINT = "\u066b"
ASCII_DIGITS = str.maketrans(ARABIC_DIGITS, 2 * "0123456789")
# Units that stand with and without an s in one column: 1 day, 2 days.
WITH_PLURAL = {
    "sec", "second", "min", "minute", "hr", "hour", "day", "week", "month", "yr", "year", "lb",
    "acre", "an", "jour",
}  # fmt: skip
# What the signs around a number are replaced by, one after the other.
SIGNS = (
    (f"^([{MONEY}] ?)\\((.*)\\)$", r"(\1\2)"),
    (r"^\((.*)\)$", r"-\1"),
    (f"^([+-]?) ?[{MONEY}%][{SPACES}]?", r"\1"),
    (f"[{SPACES}]?[{MONEY}%]$", ""),
    (r"^([0-9].*)-$", r"-\1"),
)
TRUTH = dict.fromkeys(("true", "t", "yes", "y", "on", "1", "1.0"), 1.0)
TRUTH |= dict.fromkeys(("false", "f", "no", "n", "off", "0", "0.0"), 0.0)
# The time zone at the end of a moment: Z, +02, +0200 or +02:00 behind a time.
ZONE = (
    r"^[^T ]*[T ][0-9:.]+ ?"
    r"(?P<zone>Z|[+-][0-9](?:[0-9](?::?[0-9]{2})?|:[0-9]{2})?)$"
)


def grouped(thousands: str, decimal: str) -> str:
    """Return the pattern of a number with thousands separators, also the Indian 12,34,567."""
    sign, point = f"[{THOUSANDS[thousands]}]", re.escape(decimal)
    indian = f"[1-9][0-9]?({sign}[0-9]{{2}})+{sign}[0-9]{{3}}"
    return f"^[+-]?([1-9][0-9]{{0,2}}({sign}[0-9]{{3}})+|{indian})({point}[0-9]*)?$"


def symbols_of(column: Any) -> bool | str:
    """Return what is left out of a column's numbers: their unit, signs of money, or nothing."""
    return column.get("unit") or bool(column.get("symbols"))


def unit_pattern(unit: str) -> str:
    """Return the pattern of a unit at the end of a number; of a word also its plural."""
    stem = unit.removesuffix("s")
    one = f"{stem}s?" if stem in WITH_PLURAL else re.escape(unit)
    return f"[{SPACES}]*{one}$"


def around(symbols: bool | str) -> tuple[tuple[str, str], ...]:
    """Return the signs around a number that are left out, each with what replaces it."""
    if isinstance(symbols, str):
        return ((unit_pattern(symbols), ""),)
    return SIGNS if symbols else ()


def number_of(
    cell: str, decimal: str = ".", thousands: str = "", symbols: bool | str = False
) -> float:
    """Return a cell's number, or NaN where the cell is none.

    `symbols` says that signs of money and percent are left out: 12.5% is 12.5. Where it is a text,
    it is the unit that is left out: 12 m² is 12.
    """
    if not cell.isascii():
        cell = re.sub(f"[{MINUS}]", "-", cell)
        cell = cell.translate(ASCII_DIGITS).replace(ARABIC_POINT, decimal)
    for pattern, kept in around(symbols):
        cell = re.sub(pattern, kept, cell)
    if thousands and re.search(grouped(thousands, decimal), cell):
        cell = re.sub(f"[{THOUSANDS[thousands]}]", "", cell)
    if decimal == ",":
        cell = cell.replace(".", "x").replace(",", ".")
    value = float(cell) if NUMBER.fullmatch(cell) else math.nan
    return value if abs(value) < math.inf else math.nan


def zone_minutes(zone: str) -> int:
    """Return how many minutes a time zone, such as +02:00 or Z, is east of UTC."""
    if zone == "Z":
        return 0
    hours, minutes = re.fullmatch(r"[+-](\d{1,2}):?(\d{2})?", zone).groups()  # type: ignore[union-attr]
    total = int(hours) * 60 + int(minutes or 0)
    return -total if zone[0] == "-" else total


def date_cell(day: str, date_format: str, offset: int = 0) -> str:
    """Return a day, such as 2026-12-31, as the cells of a column of that format have it.

    `offset` is how many minutes the column's clock is ahead of UTC.
    """
    if date_format == "ISO8601":
        return day
    zone = timezone(timedelta(minutes=offset))
    return datetime.fromisoformat(day).replace(tzinfo=zone).strftime(date_format)


def as_texts(values: Any, decimal: str = ".") -> list[str]:
    """Return an array's values as text, numbers with the decimal sign of the table they go to."""
    texts = [str(value) for value in values]
    return [text.replace(".", decimal) for text in texts] if values.dtype.kind == "f" else texts
