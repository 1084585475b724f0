"""Columns of whole numbers that only number the rows: their index, also with lines left out.

A number is taken from what is learned only where that is beyond doubt, by the column's name or
since that is blank; of any other one that may number the rows it is told, and the person decides.
"""

import re

import numpy as np

from tasks.engine.profile.column_cells import Column
from tasks.engine.profile.number_tally import NumberTally
from tasks.engine.table.cells import PLAIN, as_text, match, parse_numbers, present

ID_NAME = re.compile(
    r"(.*[_\-. ])?(id|uuid|guid|key|nr|no|n[°º])\.?|.*(nr|nummer)\.?|#|number|num|idx"
    r"|index|rownum|row|rowid|row_?names?|unnamed: \d+(\.\d+)?|s\.?no\.?"
    r"|(row|line|record|serial|order|case|account|invoice|ticket|customer)[_\-. ]?(number|num|no)"
    r"|(user|customer|client|patient|passenger|order|product|item|member|employee|student)id",
    re.IGNORECASE,
)
ID_CAMEL = re.compile(r".*[a-z0-9](ID|Id)")  # customerID, but not "paid" or "HUMID"
# No name of a person's; the last ones are what R and pandas put where none stood.
NO_NAME = re.compile(r"(?:[Cc]olumn|[Uu]nnamed)?[_: ]*\d*|\.\.\.1|level_0")
# What is counted, though it be the first column and count the rows.
MEASURED_NAME = re.compile(
    r"(.*[_\-. ])?(rank|place|position|year|month|week|day|hour|minute|second|time|step|age"
    r"|size|date|period|epoch|frame|tick|quarter|round|lap|distance|depth|duration|count"
    r"|height|width|length|weight|mass|area|volume|temperature|temp|speed|velocity|pressure"
    r"|humidity|power|energy|voltage|current|frequency|angle|altitude|elevation|latitude|longitude"
    r"|dose|dosage|concentration|price|cost|amount|quantity|qty|sale|income|salary|wage|revenue"
    r"|demand|total|sum|cnt|visit|score|grade|rating|quality|star|ring|mpg|percent|rate|ratio"
    r"|value)s?",
    re.IGNORECASE,
)
AXES = {"x", "y", "z", "t"}  # what R puts for a name is X
WHOLE = r"^[0-9]+(\.0+)?$"  # pandas writes 7.0 where another cell is missing
ENOUGH_ROWS = 20  # fewer rows than this can be all different by chance
ENOUGH_FILLED = 50  # the same of a column that is not the first
NEAR = 0.8  # so many are left of all rows that were numbered
LEFT = 0.5  # the same where a column has no name and is only told of
FIRST_LEFT = 5  # the lowest number of these


def has_id_name(name: str) -> bool:
    """Tell whether a column is called like one that identifies rows."""
    return bool(ID_NAME.fullmatch(name) or ID_CAMEL.fullmatch(name))


def numbers_rows(column: Column, tally: NumberTally) -> bool:
    """Tell whether whole numbers, all different, only number the rows.

    By the column's name; or because the first column, or one without a name, counts the rows in
    their order, from 0 or 1; or because the first one has no name among names and rises from 0 or
    1 from row to row, as an index does of whose rows few were left out. Any other one measures,
    also years that follow each other.
    """
    if has_id_name(column.name):
        return _are_whole(column) and column.is_all_different
    if not _is_full(column):
        return False
    is_unnamed = NO_NAME.fullmatch(column.name) is not None
    may_count = is_unnamed or (column.is_first and not MEASURED_NAME.fullmatch(column.name))
    counts = tally.low in {0, 1} and tally.high - tally.low == column.n_rows - 1
    is_blank = is_unnamed and column.is_first and column.has_names
    has_gaps = is_blank and tally.low in {0, 1} and _is_dense(column, tally, NEAR)
    return bool((counts and may_count) or has_gaps) and _are_whole(column) and _rises(column)


def may_number_rows(column: Column, tally: NumberTally) -> bool:
    """Tell whether a column that was found to be a number may only number the rows.

    So may a first one that rises from 0 or 1 where few numbers were left out, and one without a
    name among names whose numbers are in any other order, as the index of rows drawn by chance;
    and any other one that has each number from 0 or 1 on once, as names that became numbers.
    """
    if not _is_full(column) or MEASURED_NAME.fullmatch(column.name) or column.name in AXES:
        return False
    if not column.is_first:
        fills = tally.low in {0, 1} and tally.high - tally.low == column.n_rows - 1
        is_told = fills and column.n_rows >= ENOUGH_FILLED
        return is_told and _are_whole(column) and column.is_all_different
    if column.has_names and NO_NAME.fullmatch(column.name):
        is_near = tally.low <= FIRST_LEFT and _is_dense(column, tally, LEFT)
        return is_near and _are_whole(column) and column.is_all_different
    is_near = tally.low in {0, 1} and _is_dense(column, tally, NEAR)
    return is_near and _are_whole(column) and _rises(column)


def _is_full(column: Column) -> bool:
    """Tell whether there are enough rows, and each has a value that a sample has once."""
    has_all = column.n_present >= max(ENOUGH_ROWS, column.n_rows)
    return has_all and len(column.values) == column.counts.sum()  # of a sample, before of all


def _is_dense(column: Column, tally: NumberTally, share: float) -> bool:
    """Tell whether so many of the numbers from 0 up to the highest one are there."""
    return tally.low >= 0 and share * tally.high < column.n_rows


def _are_whole(column: Column) -> bool:
    return all(match(cells, WHOLE).all() for cells, _counts in column.pieces())


def _rises(column: Column) -> bool:
    """Tell whether each number is greater than the one before it."""
    last = -1.0
    for raw in column.read():
        values = parse_numbers(present(as_text(raw), column.missing)[0], PLAIN)
        if len(values) and not (np.diff(values, prepend=last) > 0).all():
            return False
        last = float(values[-1]) if len(values) else last
    return True
