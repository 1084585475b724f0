"""What a cell looks like on its own: a number, a date, a time, an amount, or words."""

import re

from tasks.engine.cell_text import NUMBER

DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ]\d{1,2}:\d{2}.*)?"
    r"|\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm])?"
    r"|\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{2,4}"
)
AMOUNT = re.compile(r"[^\w\s,.;:-]{0,2} ?[+-]?\d{1,3}([,. ]\d{3})*([.,]\d+)? ?[^\w\s,.;:-]{0,2}")


def is_number(cell: str) -> bool:
    """Tell whether a cell is a plain number, with either decimal sign."""
    return bool(NUMBER.fullmatch(cell.strip().replace(",", ".")))


def is_typed(cell: str) -> bool:
    """Tell whether a cell is a number, an amount, a date or a time: what no column's name is."""
    cell = cell.strip()
    return is_number(cell) or bool(DATE.fullmatch(cell) or AMOUNT.fullmatch(cell))
