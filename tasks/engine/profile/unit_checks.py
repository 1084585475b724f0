"""Numbers that have a unit behind them: the column is no number, and a person may not see why."""

import re
from collections.abc import Iterator

from tasks.engine.cells import match
from tasks.engine.profile.column_cells import Column
from tasks.engine.profile.column_profile import ColumnProfile
from tasks.engine.reader.refusals import Problem
from tasks.engine.reader.units import UNIT

NUMBER = r"[+-]?[0-9][0-9.,]*"
# "12A" is rather a name: one letter is a unit only behind a space.
WITH_UNIT = re.compile(rf"{NUMBER}(?:\s+(?P<apart>\S{{1,20}})|(?P<close>[^\W\d_]{{2,12}}|%|°\w?))")
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
    count = column.count(lambda cells: match(cells, rf"^{NUMBER}\s*(?:{any_unit})$"))
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
    unit = found and (found["apart"] or found["close"])
    is_one = unit and UNIT.fullmatch(unit) and unit.strip("1-")
    return unit if is_one else None
