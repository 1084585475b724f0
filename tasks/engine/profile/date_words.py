"""Dates that are written in words which no format reads: they stay text, and are told."""

import re

from tasks.engine.cells import match
from tasks.engine.profile.column_cells import Column

LOOKED_AT, MOST = 2_000, 0.5
IN_WORDS = r"^((\d{1,2}\.?[ -])?\p{L}{3,12}\.?,?[ -]'?\d{2,4}|\d{1,2}\.? de \p{L}{4,12} de \d{4})$"
WITH_ZONE_NAME = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*[A-Z]{3,4}$"
WORD = re.compile(r"[^\W\d_]{3,}")
# How the months begin in German, French, Spanish, Portuguese, Italian, Dutch and the North.
MONTHS = re.compile(
    "jan|jän|ene|gen|feb|fév|fev|mar|mär|maa|mrz|abr|apr|avr|mai|may|maj|mag|mei|giu|jui|jul|jun"
    "|lug|aug|ago|aoû|sep|set|okt|oct|out|ott|nov|dez|dec|dic|déc|des"
)


def unread_dates(column: Column) -> str | None:
    """Return a cell of a column whose cells are mostly dates in words; None where they are not."""
    first, counts = column.cells[:LOOKED_AT], column.counts[:LOOKED_AT]
    for pattern in (IN_WORDS, WITH_ZONE_NAME):
        looks = match(first, pattern)
        if counts[looks].sum() > MOST * counts.sum():
            values = column.values[:LOOKED_AT][looks]
            words = {word for value in values for word in WORD.findall(value.lower())}
            if pattern == WITH_ZONE_NAME or all(map(MONTHS.match, words)):
                return str(values[0])
    return None
