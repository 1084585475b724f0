"""Some rows of a table, as text: what models are checked by, and what bundles show."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from tasks.engine.table.coercion import free_names
from tasks.engine.table.tables import LINE


def spread_rows(columns: Mapping[str, Any], names: Sequence[str], at_most: int) -> pd.DataFrame:
    """Return rows spread evenly over a table.

    Parameters
    ----------
    columns : Mapping of str to Cells or ndarray of shape (n_rows,)
        The table as text, and ``__line__``; see `loading.load_cells`.
    names : sequence of str
        Which columns.
    at_most : int
        The most rows.

    Returns
    -------
    DataFrame of shape (n, len(names))
        Cells as text, "" where there is none.
    """
    n_rows = len(columns[LINE])
    step = max(1, n_rows // at_most)
    chosen = list(range(0, n_rows, step))[:at_most]
    rows = [[columns[name][row] or "" for name in names] for row in chosen]
    return pd.DataFrame(rows, columns=pd.Index(list(names), dtype=object), dtype=object)


def as_csv(text: pd.DataFrame, answer: Mapping[str, Sequence[str]], delimiter: str) -> str:
    """Return a table with an answer's columns behind its own, as ``predict.py`` writes it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow([*text.columns, *free_names(text.columns, answer)])
    writer.writerows(zip(*(text[name] for name in text.columns), *answer.values(), strict=True))
    return out.getvalue()
