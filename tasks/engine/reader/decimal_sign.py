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
    cells = {cell.strip() for row in rows for cell in row}
    clear = {cell for cell in cells if not THOUSANDS_NUMBER.fullmatch(cell)}
    has_commas = any(COMMA_NUMBER.fullmatch(cell) for cell in clear)
    return "," if has_commas and not any(POINT_NUMBER.fullmatch(cell) for cell in clear) else "."
