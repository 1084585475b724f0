"""The signs in numbers that mean what others of ASCII do, replaced in many cells at once.

In Arrow alone, for `cells` and for the pages; `cell_text.number_of` does the same to one cell.
"""

import pyarrow as pa
import pyarrow.compute as pc

from tasks.engine.table.cell_text import ARABIC_DIGITS, ARABIC_POINT, MINUS

ARABIC = f"[{ARABIC_DIGITS}{ARABIC_POINT}]"


def with_plain_signs(cells: pa.Array, decimal: str) -> pa.Array:
    """Return cells with a hyphen for each minus, ASCII's digits for Arabic ones, and `decimal`.

    Parameters
    ----------
    cells : Array of string
        The cells.
    decimal : str
        What the Arabic decimal sign is replaced by.
    """
    if pc.all(pc.string_is_ascii(cells)).as_py() is not False:
        return cells
    cells = pc.replace_substring_regex(cells, f"[{MINUS}]", "-")
    if pc.any(pc.match_substring_regex(cells, ARABIC)).as_py():
        for n, digit in enumerate(ARABIC_DIGITS):
            cells = pc.replace_substring(cells, digit, str(n % 10))
        cells = pc.replace_substring(cells, ARABIC_POINT, decimal)
    return cells
