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
    r"|USD|EUR|GBP|CHF|JPY|CNY|[$€£¥]|units?|pcs|1|-|[Nn]o\.|[Nn]umber|[Aa]nzahl"
    r"|(?:[A-Z]{3} |[A-Z]{0,2}[$€£¥] ?)?(?:[Tt]housands?|[Mm]illions?|[Bb]illions?|mn|bn|000s)"
    r"|[A-Z]{0,2}[$€£¥] ?[mkbMKB]n?"
)
UNIT = re.compile(rf"(?:1/)?(?:{_PART})(?:(?:/| per |·|⋅|\*|\.| )(?:{_PART}))*")
# Below the names of what was measured: how it was summed up.
STATISTICS = frozenset((
    "mean", "avg", "average", "min", "minimum", "max", "maximum", "sum", "total", "tot", "std",
    "sd", "median", "count", "last", "smp", "mittel", "mittelwert", "moyenne",
))  # fmt: skip
# How SurveyMonkey calls what was answered, below the questions; the last may be an answer.
SURE_ANSWERS = {"Open-Ended Response", "Other (please specify)"}
ANSWERS = {*SURE_ANSWERS, "Response"}
SIGNS = {"%", "‰", "$", "€", "£", "¥"}
IN_BRACKETS = re.compile(r"\([^()]{0,30}\)|\[[^\[\]]{0,30}\]|\{[^{}]{0,30}\}|<[^<>]{0,30}>")


def are_units(row: Sequence[str]) -> bool:
    """Tell whether a row holds units alone, one at least, and no value."""
    filled = [cell.strip() for cell in row if cell.strip()]
    return any(cell != "-" for cell in filled) and all(
        not is_typed(cell) and (IN_BRACKETS.fullmatch(cell) or UNIT.fullmatch(cell))
        for cell in filled
    )


def are_units_and_words(row: Sequence[str], are_typed: Sequence[bool]) -> bool:
    """Tell whether units stand beside words such as ``persons``, and all above columns of values.

    Parameters
    ----------
    row : sequence of str
        The row below the names. Its first cell is blank, as that column needs no unit.
    are_typed : sequence of bool
        Of each column, whether it holds numbers, dates or the like below the row.
    """
    pairs = zip(map(str.strip, row), are_typed, strict=True)
    filled = [(cell, is_one) for cell, is_one in pairs if cell]
    are_above = all(is_one and not is_typed(cell) for cell, is_one in filled)
    is_blank = not row[0].strip()
    return is_blank and are_above and any(_is_surely_unit(cell) for cell, _ in filled)


def are_statistics(row: Sequence[str]) -> bool:
    """Tell whether a row says of each column but the first how its values were summed up."""
    first, *others = map(str.strip, row)
    filled = [cell.casefold() for cell in others if cell]
    return not first and len(filled) > 1 and STATISTICS.issuperset(filled)


def are_answers(row: Sequence[str], names: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Tell whether a row names the answers of a survey below its questions.

    These go on over blank names. Where one alone is blank, as by chance, the row's blank first
    cell must be the only one of its column, and an answer one that is hardly a value.
    """
    pairs = [(name.strip(), cell.strip()) for name, cell in zip(names, row, strict=True)]
    n_more = sum(bool(cell) and not name for name, cell in pairs)
    known = ANSWERS if n_more > 1 else SURE_ANSWERS
    if not pairs[0][0] or pairs[0][1] or not n_more or known.isdisjoint(row):
        return False
    return n_more > 1 or all(cells[0].strip() for cells in body if cells)


def _is_surely_unit(cell: str) -> bool:
    """Tell whether a cell is a unit that is no letter, as codes are."""
    return cell in SIGNS or (len(cell) > 1 and bool(UNIT.fullmatch(cell)))
