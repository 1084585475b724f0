"""Numbers that have a unit beside them: the column is no number, and a person may not see why."""

import re
from collections.abc import Iterator

from tasks.engine.profile.column_cells import Column
from tasks.engine.profile.column_profile import ColumnProfile
from tasks.engine.reader.refusals import Problem
from tasks.engine.reader.units import UNIT
from tasks.engine.table.cell_text import MINUS, THOUSANDS
from tasks.engine.table.cells import match

GROUPS = "".join(THOUSANDS[sign] for sign in (" ", "'"))
NUMBER = rf"[+{MINUS}-]?[0-9]+(?:[{GROUPS}][0-9]{{3}})*[0-9.,]*"
# Words for money, which may stand in front; TRY1 is rather a name.
MONEY_WORD = re.compile(
    r"USD|EUR|GBP|CHF|JPY|CNY|AUD|CAD|NZD|SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|BGN|BRL|INR|MXN|ARS|CLP"
    r"|TRY|RUB|UAH|KRW|SGD|HKD|TWD|THB|IDR|MYR|VND|ILS|AED|SAR|EGP|NGN|KES|PKR"
    r"|(?:R|US|A|C|NZ|S|HK|NT)\$|Kč|zł|[Kk]r\.?|Ft|[Ll]ei|Rs\.?|руб\.?|S?Fr\."
)
DEBIT = re.compile("CR|DR|Cr|Dr")
# "12A" is rather a name: one letter is a unit only behind a space.
WITH_UNIT = re.compile(
    rf"{NUMBER}(?:\s+(?P<apart>\S{{1,20}})|(?P<close>[^\W\d_]{{2,12}}|%|‰|°\w?))"
    rf"|(?P<front>{MONEY_WORD.pattern})(?:\s|(?<=[$.])){NUMBER}"
)
LOOKED_AT = 20
LEAST_SHARE = 0.5
USED_AS = {"category": "categories", "text": "text", "identifier": "an identifier"}


def units_of(column: Column, made: ColumnProfile) -> Iterator[Problem]:
    """Warn of a column that is kept as it stands because of the units in its cells.

    Parameters
    ----------
    column : Column
        The column.
    made : ColumnProfile
        Its profile.
    """
    kind = made.facts["kind"]
    if kind not in USED_AS or made.decision.question or made.decision.is_chosen:
        return
    units = dict.fromkeys(filter(None, map(_unit_of, column.values[:LOOKED_AT].tolist())))
    if not units:
        return
    any_unit = "|".join(map(re.escape, units))
    pattern = rf"^(?:{NUMBER}\s*(?:{any_unit})|(?:{any_unit})\s?{NUMBER})$"
    count = column.count(lambda cells: match(cells, pattern))
    if count < LEAST_SHARE * column.n_present:
        return
    which = f"the unit {next(iter(units))}" if len(units) == 1 else f"units: {', '.join(units)}"
    words = (
        f'{count:,} of {column.n_present:,} cells of "{column.name}" are a number with {which}. '
        f"The column is used as {USED_AS[kind]}; to use the numbers, leave units out of the file"
    )
    yield Problem("warning", "NUMBER_UNITS", words, column=column.name, count=count)


def _unit_of(value: str) -> str | None:
    found = WITH_UNIT.fullmatch(value)
    unit = found and (found["apart"] or found["close"] or found["front"])
    known = (UNIT, MONEY_WORD, DEBIT)
    is_one = unit and unit.strip("1-") and any(words.fullmatch(unit) for words in known)
    return unit if is_one else None
