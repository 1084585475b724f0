"""All checks of the sentinel, on the rows that a request trains on."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from tasks.engine.prepared import Prepared
from tasks.engine.sentinel.copies import find_copies
from tasks.engine.sentinel.finding import Finding, as_target, spread
from tasks.engine.sentinel.groups import find_groups, group_columns
from tasks.engine.sentinel.identifiers import find_identifiers
from tasks.engine.sentinel.leaks import find_leaks
from tasks.engine.sentinel.order import SHUFFLED, find_drift, find_time
from tasks.engine.sentinel.sum_rows import find_sum_rows
from tasks.engine.sentinel.width import find_width
from tasks.engine.spec import TrainingSpec
from tasks.engine.table.coercion import clean, missing_markers


def look(spec: TrainingSpec, data: Prepared, cells: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what may make the score of a request too good, or no score of new rows.

    Parameters
    ----------
    spec : TrainingSpec
        The request.
    data : Prepared
        Its rows and folds.
    cells : Mapping of str to Cells or ndarray of shape (n_rows_of_table,)
        The table as text; columns that are no features may be among them.

    Yields
    ------
    Finding
    """
    rows = spread(len(data.y), data.X.shape[1])
    X, y = data.X.iloc[rows], data.y[rows]
    target = as_target(y, spec.task)
    yield from find_sum_rows(spec, data, cells)
    yield from find_width(len(data.y), data.X.shape[1], spec)
    yield from find_identifiers(data.X, spec.schema, data.y)
    every = target if len(rows) == len(data.y) else as_target(data.y, spec.task)
    leaks = list[Finding]()
    if target is not None and every is not None:
        leaks = list(find_leaks(X, target, spec.schema, (data.X, every)))
    yield from leaks
    copies = find_copies(data.X, data.y, data.splits, spec.seed)
    if copies and not spec.validation.drop_copies:
        yield copies
    if spec.validation.scheme not in SHUFFLED:
        return
    yield from find_groups(_group_cells(spec, data, cells, rows), y, spec.target)
    # A date that gives the target away is to be left out: its order is no remedy.
    leaking = {name for leak in leaks for name in leak.change["exclude"]}
    in_time = [] if target is None else list(find_time(X, target, spec.schema, leaking))
    yield from in_time or find_drift(X, y, spec.schema)


def _group_cells(
    spec: TrainingSpec, data: Prepared, cells: Mapping[str, Any], rows: np.ndarray
) -> dict[str, np.ndarray]:
    missing, places = missing_markers(spec.schema), data.rows[rows]
    names = group_columns(spec.schema)
    return {
        name: clean(np.asarray(cells[name])[places], missing) for name in names if name in cells
    }
