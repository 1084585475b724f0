"""How the first cells of a column that was read agree with what a person wants it to be."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa

from tasks.engine.profile.column_cells import Column, tally
from tasks.engine.profile.column_choices import decide
from tasks.engine.profile.date_formats import days_of
from tasks.engine.profile.kinds import Found, find_kind
from tasks.engine.rows.cells import OpenTable
from tasks.engine.table.cells import as_text, objects, parse_numbers, present
from tasks.engine.table.coercion import how_written

LOOKED_AT = 50_000


@dataclass(frozen=True)
class Fit:
    """What a look at the first filled cells of a column found.

    Parameters
    ----------
    cells, values : int
        How many cells were looked at, and how many different values they have.
    is_all : bool
        Whether no other cell of the column has a value.
    left : int
        How many of the cells cannot be what was chosen, and would be missing.
    example : str
        The first of these.
    is_refused : bool
        Whether the column would stay what it is, as not one cell can be what was chosen.
    """

    cells: int
    values: int
    is_all: bool
    left: int
    example: str
    is_refused: bool


def fit_choice(
    parquet: Path | BinaryIO,
    name: str,
    choice: Mapping[str, Any],
    *,
    decimal: str = ".",
    missing: Collection[str],
) -> Fit | None:
    """Look whether the first filled cells of a column can be what was chosen.

    Parameters
    ----------
    parquet : Path or file
        A table that `tabular.read_table` wrote.
    name : str
        The column.
    choice : Mapping
        ``kind``, and ``format`` of a date, as `column_choices.decide` takes it.
    decimal : str
        The file's decimal sign.
    missing : collection of str
        The markers of missing cells.

    Returns
    -------
    Fit or None
        None where no cell has a value.
    """
    cells, is_all = _first_cells(OpenTable(parquet), name, missing)
    if not len(cells):
        return None
    counted = cells.value_counts()
    texts, counts = counted.field("values").to_pylist(), counted.field("counts").to_pylist()
    column = Column(
        name, len(cells), decimal, missing, *tally(texts, counts, ()), is_few=True,
        n_present=len(cells), read=lambda: iter([pa.chunked_array([cells])]),
    )  # fmt: skip
    decision = decide(column, find_kind(column), choice)
    bad = np.flatnonzero(
        np.ones(len(cells), bool) if decision.refused else _unfit(cells, decision.found)
    )
    example = objects(cells[int(bad[0]) : int(bad[0]) + 1])[0] if len(bad) else ""
    return Fit(
        len(cells),
        len(column.values),
        is_all,
        len(bad),
        str(example),
        decision.refused is not None,
    )


def _first_cells(
    table: OpenTable, name: str, missing: Collection[str]
) -> tuple[pa.StringArray, bool]:
    """Return the first cells that have a value, trimmed, and whether these are all."""
    found: list[pa.Array] = []
    for _start, batch in table.batches([name]):
        found.append(present(as_text(batch.column(0)), missing)[0])
        if sum(map(len, found)) > LOOKED_AT:
            break
    cells = pa.concat_arrays(found) if found else pa.array([], pa.string())
    return cells[:LOOKED_AT], len(cells) <= LOOKED_AT


def _unfit(cells: pa.StringArray, found: Found) -> np.ndarray:
    schema = found.schema
    if found.kind == "number":
        return np.asarray(np.isnan(parse_numbers(cells, how_written(schema))))
    if found.kind == "date":
        return np.asarray(np.isnan(days_of(cells, schema["format"])))
    return np.zeros(len(cells), bool)
