"""A row of units below the names: no row of the table, but a part of the names."""

import re
from collections.abc import Sequence

from tasks.engine.reader.cell_types import is_typed

_PART = (
    r"(?:[yzafpnuµμmcdhkMGTP]|da)?(?:m|g|s|l|L|t|A|K|V|W|Wh|VA|J|N|Hz|Pa|bar|B|bit|bps|mol|M|eV|cd|lx"
    r"|lm|Ω|ohm|F|H|T|S|Bq|Sv|Gy|cal|rad|sr|px|dB|dBm)(?:[²³⁻¹0-9]|\^?-?\d)*"
    r"|%|‰|ppm|ppb|ppt|psu|°[CFKRNESW]?|deg(?:rees?)?(?: ?[CF])?|h|hr|hrs|hours?|min|minutes?|sec"
    r"|seconds?|d|days?|weeks?|months?|yr|yrs|years?|a|in|inch(?:es)?|ft|feet|yd|mi|miles?|oz|lbs?"
    r"|gal|mph|kph|kn|kts?|knots?|rpm|atm|psi|mmHg|inHg|ha|acres?|dbar|counts?|pct|percent"
    r"|USD|EUR|GBP|CHF|JPY|CNY|[$€£¥]|units?|pcs|1|-"
)
UNIT = re.compile(rf"(?:1/)?(?:{_PART})(?:(?:/| per |·|⋅|\*|\.| )(?:{_PART}))*")
IN_BRACKETS = re.compile(r"\([^()]{0,30}\)|\[[^\[\]]{0,30}\]|\{[^{}]{0,30}\}|<[^<>]{0,30}>")


def is_units(row: Sequence[str], are_typed: Sequence[bool]) -> bool:
    """Tell whether a row holds units alone, at least one above a column of numbers.

    Parameters
    ----------
    row : sequence of str
        The row below the names.
    are_typed : sequence of bool
        Of each column, whether it holds numbers, dates or the like further below.
    """
    filled = [(cell.strip(), typed) for cell, typed in zip(row, are_typed, strict=False)
              if cell.strip()]  # fmt: skip
    return any(typed and cell != "-" for cell, typed in filled) and all(
        not is_typed(cell) and (IN_BRACKETS.fullmatch(cell) or UNIT.fullmatch(cell))
        for cell, _ in filled
    )
