"""Which sign the numbers of a file have before their decimals."""

import re
from collections.abc import Sequence

COMMA_NUMBER = re.compile(r"[+-]?\d+,\d+")
POINT_NUMBER = re.compile(r"[+-]?\d+\.\d+")
THOUSANDS_NUMBER = re.compile(r"[+-]?[1-9]\d{0,2}[,.]\d{3}")
# What a number may have beside it and be a number all the same.
_BESIDE = r"(?:[€$£¥]|%|‰|°[CF]?|EUR|USD|GBP|CHF|PLN|zł|Kč|kr\.?)"
MEASURED = re.compile(rf"(?:{_BESIDE} ?)?([+-]?[\d.,]+)(?: ?{_BESIDE})?")
THOUSANDS_SIGN = re.compile(r"(?<=\d)[.,](?=\d{3}(?:[.,]|$))")


def find_decimal(rows: Sequence[Sequence[str]]) -> str:
    """Return the decimal sign: a comma only where some number shows it, and none shows a point.

    A sign before three digits may be one of thousands; that shows nothing, and is asked about.
    Where no bare number shows a sign, those with a currency, a percent or a degree beside them do.
    """
    cells = [cell.strip() for row in rows for cell in row if "," in cell or "." in cell]
    signs = _signs(cells) or _signs([_bare(cell) for cell in cells])
    return "," if signs == {","} else "."


def _signs(cells: Sequence[str]) -> set[str]:
    """Return the signs that numbers show."""
    numbers = [cell for cell in cells if not THOUSANDS_NUMBER.fullmatch(cell)]
    found = {",": COMMA_NUMBER, ".": POINT_NUMBER}
    return {sign for sign, number in found.items() if any(map(number.fullmatch, numbers))}


def _bare(cell: str) -> str:
    """Return the number of a cell without what stands beside it and without signs of thousands."""
    found = MEASURED.fullmatch(cell)
    if found is None:
        return ""
    number = found[1]
    return THOUSANDS_SIGN.sub("", number) if "," in number and "." in number else number
