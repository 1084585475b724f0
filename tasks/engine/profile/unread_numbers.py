"""Numbers in forms that are not read, or with signs of other scripts: both are told."""

import re
import unicodedata
from typing import Any

import pyarrow as pa

from tasks.engine.profile.column_cells import Column
from tasks.engine.table.cell_text import ARABIC_POINT, NUMBER, number_of
from tasks.engine.table.cells import fits
from tasks.engine.table.coercion import how_written

FIRST, LOOKED_AT, MOST = 20, 2_000, 0.5
HINTS = 3  # values of which one must have a form, before more of them are looked at
NOT_ASCII = r"[^\x00-\x7f]"
_PLAIN = r"[+-]?\d+(?:[.,]\d+)*"
FORMS = re.compile(
    rf"[<>≤≥~≈±=]{{1,2}} ?{_PLAIN}|{_PLAIN} ?(?:\*{{1,3}}|[†‡])"  # bounds, notes
    rf"|{_PLAIN} ?(?:±|\+/-) ?{_PLAIN}|[+-]?\d+ \d{{1,2}}/\d{{1,3}}|\d{{1,3}}(?:_\d{{3}})+"
    rf"|{_PLAIN} ?[x×·*] ?10 ?(?:\^ ?[+-]?|[+-])\d+"
    rf"|[+-]?\d+(?:[.,]\d+[dD][+-]?|[dD][+-])\d+|[+-]?0[xX][0-9A-Fa-f]+"
    r"|[$€£¥]\d+(?:[.,]\d+)* ?(?:[KMBTkm]|bn|mn)|[+-]?\d+[.,]\d+ ?[KMBTk]|--\d+(?:[.,]\d+)?"
    r"|[+-]?(?:inf|infinity|∞)|-?1\.#(?:IND|INF|QNAN)",
    re.IGNORECASE,
)


def unread_number(column: Column) -> str | None:
    """Return a cell of a column whose cells are mostly numbers, some in a form that is not read.

    Parameters
    ----------
    column : Column
        A column that was not found to be a number.
    """
    if not any(map(_has_form, column.values[:HINTS])):
        return None
    first = None
    for values in (column.values[:FIRST], column.values[:LOOKED_AT]):
        forms = [value for value in values if _has_form(value)]
        plain = sum(NUMBER.fullmatch(value) is not None for value in values)
        if len(forms) + plain <= MOST * len(values):
            return None
        first = forms[0]
    return first


def _has_form(value: str) -> bool:
    if value.isalpha():
        return False
    if FORMS.fullmatch(value):
        return True
    if value.isascii():
        return False
    plain = unicodedata.normalize("NFKC", value)  # full-width and raised digits
    return plain != value and NUMBER.fullmatch(plain) is not None


def other_script(column: Column, schema: dict[str, Any]) -> tuple[str, float] | None:
    """Return a cell with digits or a decimal sign of another script, and how it was read.

    Parameters
    ----------
    column : Column
        A column of numbers.
    schema : dict
        How its numbers are written.
    """
    if column.plain or column.rules_out(fits, NOT_ASCII):
        return None
    found = column.cells.filter(pa.array(fits(column.cells, NOT_ASCII)))[:FIRST]
    written = how_written(schema)
    for value in found.to_numpy(zero_copy_only=False).tolist():
        if any(
            sign == ARABIC_POINT or (sign.isdecimal() and not sign.isascii()) for sign in value
        ):
            return value, number_of(value, *written)
    return None
