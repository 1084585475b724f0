"""Which sign the numbers of a file have before their decimals."""

import re
from collections.abc import Sequence

COMMA_NUMBER = re.compile(r"[+-]?\d+,\d+")
POINT_NUMBER = re.compile(r"[+-]?\d+\.\d+")
THOUSANDS_NUMBER = re.compile(r"[+-]?[1-9]\d{0,2}[,.]\d{3}")


def find_decimal(rows: Sequence[Sequence[str]]) -> str:
    """Return the decimal sign: a comma only where some number shows it, and none shows a point.

    A sign before three digits may be one of thousands; that shows nothing, and is asked about.
    """

    def shows(sign: str, number: re.Pattern[str]) -> bool:
        cells = (cell.strip() for row in rows for cell in row if sign in cell)
        return any(
            number.fullmatch(cell) and not THOUSANDS_NUMBER.fullmatch(cell) for cell in cells
        )

    return "," if shows(",", COMMA_NUMBER) and not shows(".", POINT_NUMBER) else "."
