"""Points that may be signs of thousands, as in 1.250: told unless the table shows otherwise."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tasks.engine.profile.column_cells import Column
from tasks.engine.profile.column_profile import ColumnProfile
from tasks.engine.profile.table_cells import TableCells
from tasks.engine.reader.refusals import Problem
from tasks.engine.table.cells import fits, match

CODE = "NUMBER_THOUSANDS"
THOUSANDS = re.compile(r"^[+-]?[1-9]\d{0,2}\.\d{3}$")
ENOUGH_VALUES = 3


def points_of(
    column: Column,
    made: ColumnProfile,
    dialect: Mapping[str, Any],
    line_of: Callable[[int], int],
) -> Iterator[Problem]:
    """Warn of a column whose decimals are three everywhere, in a file as German programs write it.

    They separate cells by semicolons and thousands by points. In other files it is too likely that
    three decimals were measured.

    Parameters
    ----------
    column : Column
        The column.
    made : ColumnProfile
        Its profile.
    dialect : Mapping
        How the file was read; ``delimiter`` and ``decimal`` are used.
    line_of : callable
        Gives the line in which a row, from 0, starts.
    """
    if dialect.get("delimiter") != ";" or column.decimal != "." or made.facts["kind"] != "number":
        return
    few = len(column.values) < ENOUGH_VALUES
    if few or not THOUSANDS.match(column.values[0]) or not _are_thousands(column):
        return
    row, value = column.find_row(lambda cells: match(cells, THOUSANDS.pattern)) or (0, "")
    words = (
        f'"{value}" in "{column.name}" is read as {float(value):g}, and all its numbers have '
        f"exactly three decimals. Files that separate cells by ; often write thousands so: if it "
        f'means {value.replace(".", "")}, choose "," as the decimal sign under "How we read the '
        'file"'
    )
    yield Problem("warning", CODE, words, line=line_of(row), column=column.name)


def _are_thousands(column: Column) -> bool:
    return all(match(cells, THOUSANDS.pattern).all() for cells, _counts in column.pieces())


def drop_disproved(
    problems: list[Problem], columns: Sequence[Mapping[str, Any]], cells: TableCells
) -> list[Problem]:
    """Leave out what `points_of` told where numbers of another column show a decimal point.

    Parameters
    ----------
    problems : list of Problem
        What was found in the columns.
    columns : sequence of Mapping
        The columns' facts, in file order.
    cells : TableCells
        Reads the table.
    """
    told = {problem.column for problem in problems if problem.code == CODE}
    others = [n for n, facts in enumerate(columns, 1) if facts["name"] not in told and
              facts["kind"] == "number" and facts["decimal"] == "."]  # fmt: skip
    if told and any(_shows_point(cells.column(position)) for position in others):
        return [problem for problem in problems if problem.code != CODE]
    return problems


def _shows_point(column: Column) -> bool:
    has_point = fits(column.cells, r"\.")
    return bool((has_point & ~match(column.cells, THOUSANDS.pattern)).any())
