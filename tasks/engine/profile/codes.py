"""Numbers that are names: postal codes, phones, plates, versions. They stay text, and are told."""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.engine.profile.column_cells import Column
from tasks.engine.table.cells import fits, match, text_lengths
from tasks.engine.table.picked import of_likely_cells, plain_array

ZEROS = r"^[+-]?(0[0-9]+|[0-9]{16,})$"  # a leading zero, or more digits than a float64 holds
LEADING_ZEROS = "numbers with leading zeros or over 15 digits"
MAY_BE = ", which may be codes"
WHOLE = r"^\+?[0-9]+$"
WITH_E = r"^[0-9]+[eE][0-9]+$"  # 2E2 is a plate or a room, if no other cell is a fraction
PHONE = r"^\+[0-9]{8,}$"
VERSION = r"^[0-9]+\.[0-9]+$"
PHONE_NAME = re.compile(
    r"(.*[_\-. ])?(phone|telephone|tel|telefon|mobile|mobil|handy|fax|isbn|ean|gtin|upc|barcode"
    r"|imei|ssn)([_\-. ]?(no|nr|num|number|nummer|code))?\.?",
    re.IGNORECASE,
)
# What is measured before and after has the names score_pre and score_post.
POST_NAME = re.compile(
    r"(.*[_\-. ])?((zip|postal|plz)([_\-. ]?code)?|post[_\-. ]?code)", re.IGNORECASE
)
VERSION_NAME = re.compile(r"(.*[_\-. ])?(version|ver)|release", re.IGNORECASE)
PHONE_DIGITS, POST_DIGITS = 7, 4


def _are_long(shapes: pa.Array) -> np.ndarray:
    """Tell which shapes are whole numbers of several digits."""
    return match(shapes, r"^[+-]?[0-9]{2,}$")


@of_likely_cells(_are_long)
def have_zeros(cells: pa.Array) -> np.ndarray:
    """Tell which cells are whole numbers with a zero in front, or longer than float64 holds."""
    return match(cells, ZEROS)


def code_words(name: str, cells: pa.Array) -> str:
    """Say what makes a column's numbers codes; empty where they may be measured.

    Parameters
    ----------
    name : str
        The column's.
    cells : Array of string
        Those of its cells, or of a sample, that are numbers as they stand.
    """
    if not len(cells):
        return ""
    if have_zeros(cells).any():
        return LEADING_ZEROS
    is_whole, with_e = fits(cells, WHOLE), fits(cells, WITH_E)
    if with_e.any() and (is_whole | with_e).all():
        return f'numbers such as "{plain_array(cells)[int(with_e.argmax())]}"{MAY_BE}'
    if is_whole.all() and fits(cells, PHONE).any():
        return "phone numbers"
    return "numbers that are codes by its name" if _is_named_so(name, cells) else ""


def _is_named_so(name: str, cells: pa.Array) -> bool:
    if VERSION_NAME.fullmatch(name):
        return bool(fits(cells, VERSION).all())
    if not fits(cells, WHOLE).all():
        return False
    lengths = text_lengths(cells)
    if POST_NAME.fullmatch(name):
        return bool(POST_DIGITS <= lengths.min() == lengths.max())
    return bool(PHONE_NAME.fullmatch(name)) and bool(lengths.min() >= PHONE_DIGITS)


def same_numbers(column: Column) -> tuple[str, str] | None:
    """Return two cells that differ by a last zero only, such as 1.1 and 1.10; None without."""
    if not column.is_few:
        return None
    ends_with_zero = match(column.cells, r"[.,][0-9]*[1-9]0+$")
    if not ends_with_zero.any():
        return None
    cells = plain_array(column.cells)
    longer = cells.filter(pa.array(ends_with_zero))
    shorter = pc.utf8_rtrim(longer, "0")
    found = pc.is_in(shorter, cells)
    at = pc.index(found, True).as_py()
    return (shorter[at].as_py(), longer[at].as_py()) if at >= 0 else None
