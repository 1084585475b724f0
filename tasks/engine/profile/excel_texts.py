"""Cells that are written so that Excel keeps their zeros: ="01234" and '01234."""

import re
from collections.abc import Iterator

from tasks.engine.profile.column_cells import Column
from tasks.engine.profile.column_profile import ColumnProfile
from tasks.engine.reader.refusals import Problem
from tasks.engine.table.cells import match

FOR_EXCEL = r"""^(="[^"]*"|'[0-9]+)$"""
AROUND = "='\""
KINDS = {"category", "text", "identifier", "constant"}
LEAST_SHARE = 0.5
SHOWN = 60


def excel_texts(column: Column, made: ColumnProfile) -> Iterator[Problem]:
    """Warn of a column whose cells have signs around them that only Excel leaves out.

    Parameters
    ----------
    column : Column
        The column.
    made : ColumnProfile
        Its profile.
    """
    first = next((v for v in column.values[:2].tolist() if re.match(FOR_EXCEL, v)), None)
    if first is None or made.facts["kind"] not in KINDS:
        return
    count = column.count(lambda cells: match(cells, FOR_EXCEL))
    if count >= LEAST_SHARE * column.n_present:
        words = (
            f'{count:,} of {column.n_present:,} cells of "{column.name}" are written for Excel, '
            f"such as {first[:SHOWN]}. They are kept as they stand, with these signs; write "
            f"{first.strip(AROUND)[:SHOWN]} in the file to be rid of them"
        )
        yield Problem("warning", "EXCEL_TEXT", words, column=column.name, count=count)
