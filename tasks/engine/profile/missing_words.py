"""Words that count as missing, though in some columns they are values: NA is Namibia's code."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from tasks.engine.profile.column_cells import Column
from tasks.engine.profile.column_profile import ColumnProfile
from tasks.engine.reader.refusals import Problem
from tasks.engine.table.cells import as_text, match, present

# What the values of a column look like in which a word is rather one of them.
BESIDE = {"NA": re.compile(r"[A-Z]{2}"), "None": re.compile(r"[A-Z][^\W\d_].*")}
FEWEST, MOST_VALUES = {"NA": 3, "None": 1}, {"NA": 700, "None": 20}
SHOWN = 3


def missing_words(
    column: Column,
    made: ColumnProfile,
    dialect: Mapping[str, Any],
    line_of: Callable[[int], int],
) -> Iterator[Problem]:
    """Warn of cells that count as missing, where their word may be one of a column's categories.

    Parameters
    ----------
    column : Column
        The column.
    made : ColumnProfile
        Its profile.
    dialect : Mapping
        How the file was read; where the person chose ``missing``, nothing is told.
    line_of : callable
        Gives the line in which a row, from 0, starts.
    """
    is_full = column.n_present == column.n_rows
    if made.facts["kind"] != "category" or is_full or dialect.get("missing") is not None:
        return
    for word, pattern in BESIDE.items():
        values = column.values[: MOST_VALUES[word] + 1].tolist()
        is_many = not FEWEST[word] <= len(values) <= MOST_VALUES[word]
        if is_many or not all(map(pattern.fullmatch, values)):
            continue
        count, row = _find(column, word)
        if count:
            beside = ", ".join(f'"{value}"' for value in values[:SHOWN])
            are, so = ("is", "counts") if count == 1 else ("are", "count")
            words = (
                f'{count:,} of {column.n_rows:,} cells of "{column.name}" {are} "{word}" and {so} '
                f"as missing. Beside {beside} it may be a value: if so, take it out of the cells "
                'that mean missing, under "How we read the file"'
            )
            yield Problem("warning", "MISSING_WORD", words, line_of(row), column.name, count)


def _find(column: Column, word: str) -> tuple[int, int]:
    """Return how many cells are a word that counts as missing, and the row of the first."""
    everything = replace(column, missing=frozenset())

    def is_word(cells: Any) -> np.ndarray:
        return match(cells, f"^{word}$")

    count = sum(int(is_word(present(as_text(raw), ())[0]).sum()) for raw in column.read())
    found = everything.find_row(is_word) if count else None
    return count, found[0] if found else 0
