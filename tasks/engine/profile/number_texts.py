"""The texts of a column whose other cells are numbers, for whoever predicts it."""

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa

from tasks.engine.predicting.cell_warnings import MOST_TEXTS
from tasks.engine.profile.column_cells import Column
from tasks.engine.profile.column_choices import Decision
from tasks.engine.profile.kinds import written_facts
from tasks.engine.table.cells import Written, objects, parse_numbers
from tasks.engine.table.coercion import how_written

MOST_SHARE = 0.5  # of the cells; beyond, numbers are hardly what the column is about


def find_texts(column: Column, decision: Decision, n_unreadable: int) -> dict[str, Any]:
    """Return the facts of a column by which it may be predicted as numbers though some are none.

    Parameters
    ----------
    column : Column
        The column.
    decision : Decision
        What it is.
    n_unreadable : int
        How many cells are not what it is.

    Returns
    -------
    dict
        ``texts``: value and count of each, where they are few; and ``as_number``, the schema of
        its numbers, where it is none of numbers because of them. Empty for other columns.
    """
    found, asked = decision.found, decision.question
    if decision.is_left_out:
        return {}
    if found.kind == "number" and n_unreadable:
        written, more = how_written(found.schema), dict[str, Any]()
    elif asked and asked["about"] == "number" and asked["chosen"] is None and found.reading:
        written, more = found.reading.written, {"as_number": written_facts(found.reading.written)}
        if asked["become"]:  # how they are written is in doubt
            return {}
    else:
        return {}
    texts = _count_texts(column, written)
    if not texts or sum(texts.values()) > MOST_SHARE * column.n_present:
        return {}
    return {"texts": [{"value": v, "count": n} for v, n in texts.most_common()], **more}


def _count_texts(column: Column, written: Written) -> Counter[str]:
    """Return the cells that are no numbers; none where they are too many to be told apart."""
    texts = Counter[str]()
    for cells, counts in column.pieces():
        odd = np.isnan(parse_numbers(cells, written))
        weights = np.ones(len(odd), int) if counts is None else counts
        for text, n in zip(objects(cells.filter(pa.array(odd))), weights[odd], strict=True):
            texts[str(text)] += int(n)
        if len(texts) > MOST_TEXTS:
            return Counter()
    return texts
