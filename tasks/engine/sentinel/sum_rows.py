"""Rows that sum up others, such as a last one called Total: their target is none of its kind."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from tasks.engine.prepared import Prepared
from tasks.engine.reader.note_words import is_called_a_sum
from tasks.engine.sentinel.finding import Finding
from tasks.engine.spec import TrainingSpec

LEAST_ABOVE, LEAST_SUMMED, CLOSE = 8, 3, 1e-6
MOST_COLUMNS = 60  # of each kind, the first ones
MOST_ROWS, MOST_SHARE = 20, 0.5
# Rows that a feature calls a total: of all, and by how much they exceed what is usual.
MOST_CALLED, TIMES_OF_USUAL = 0.1, 2.0
BLANK, FILLED = 0.5, 0.9  # a share of the columns, and of the other rows
SHOWN = 60


def find_sum_rows(
    spec: TrainingSpec, data: Prepared, cells: Mapping[str, Any]
) -> Iterator[Finding]:
    """Yield a finding for the rows of a regression that sum up others.

    They are called so, in a feature or where the file's reader saw it; or one row's target is the
    sum of all others, and so is another column's value, or hardly another column of it is filled.

    Parameters
    ----------
    spec : TrainingSpec
        The request.
    data : Prepared
        Its rows.
    cells : Mapping of str to Cells or ndarray of shape (n_rows_of_table,)
        The table as text; the target's are among them.

    Yields
    ------
    Finding
        With the targets to leave out, where no other row has the same ones.
    """
    y = data.y
    if spec.task != "regression" or len(y) <= LEAST_ABOVE:
        return
    summed = _find_summed(data.X, y)
    called = _find_called(data, spec.schema.get("total_line"))
    rows = sorted({*called, *summed})
    if not rows or len(rows) > MOST_SHARE * len(y):
        return
    targets = np.asarray(cells[spec.target], dtype=object)[data.rows[rows]]
    texts = [str(text).strip() for text in targets]
    yield Finding(
        "SUM_ROWS",
        _say(spec.target, data, rows, texts, is_sum=rows[0] in summed, is_called=bool(called)),
        _change(spec, data, rows, texts, cells),
    )


def _find_called(data: Prepared, told_line: int | None) -> list[int]:
    """Return the rows that are called a total by the reader, or in a feature.

    Average and total are values of honest features, too, so in a feature few rows may be called
    so, each far beyond what is usual; and a mean the last row alone, where it may be any number.
    """
    lines = data.lines[data.rows]
    told = lines == told_line if told_line is not None else np.zeros(len(lines), dtype=bool)
    sizes = np.abs(data.y)
    is_large = sizes >= TIMES_OF_USUAL * np.median(sizes)
    called, last = np.zeros(len(lines), dtype=bool), int(np.argmax(lines))
    is_mean = False
    texts = [name for name in data.X.columns if data.X[name].dtype == object][:MOST_COLUMNS]
    for name in texts:
        codes, labels = pd.factorize(data.X[name])
        totals = [is_called_a_sum(str(label), or_mean=False) for label in labels]
        called |= np.array([*totals, False])[codes]
        label, alone = data.X[name].iloc[last], np.count_nonzero(codes == codes[last]) == 1
        is_mean |= alone and is_called_a_sum(str(label))
    called &= is_large
    if np.count_nonzero(called) > min(MOST_ROWS, MOST_CALLED * len(lines)):
        called[:] = False
    called[last] |= is_mean
    return [int(row) for row in np.flatnonzero(told | called)]


def _find_summed(X: pd.DataFrame, y: np.ndarray) -> list[int]:
    """Return the row whose target is the sum of all others, if the row itself bears it out."""
    rows = np.flatnonzero(_are_sums(y))
    if len(rows) != 1 or np.count_nonzero(y) <= LEAST_SUMMED:
        return []
    row = int(rows[0])
    numbers = X.select_dtypes("number").iloc[:, :MOST_COLUMNS]
    shares = y / y[row]
    for name in numbers.columns:
        values = np.nan_to_num(numbers[name].to_numpy(float))
        is_sum = np.count_nonzero(values) > LEAST_SUMMED and bool(_are_sums(values)[row])
        # A multiple of the target is no second witness.
        if is_sum and not np.allclose(values / values[row], shares, rtol=CLOSE, atol=0):
            return [row]
    return [row] if _is_mostly_blank(X.iloc[:, :MOST_COLUMNS], row) else []


def _are_sums(values: np.ndarray) -> np.ndarray:
    """Tell which values are the sum of all others."""
    others = values.sum() - values
    with np.errstate(invalid="ignore"):
        found: np.ndarray = (values != 0) & (np.abs(values - others) <= CLOSE * np.abs(values))
    return found


def _is_mostly_blank(X: pd.DataFrame, row: int) -> bool:
    """Tell whether a row lacks most of the columns that nearly all others have."""
    blank = X.isna().to_numpy()
    filled = 1 - (blank.sum(axis=0) - blank[row]) / (len(X) - 1) >= FILLED
    return bool(blank[row][filled].mean() >= BLANK) if filled.any() else False


def _say(
    target: str, data: Prepared, rows: list[int], texts: list[str], *, is_sum: bool,
    is_called: bool,
) -> str:  # fmt: skip
    n, line, value = len(rows), int(data.lines[data.rows[rows[0]]]), texts[0][:SHOWN]
    median = f"the median of the others is {np.median(np.delete(data.y, rows)):,.6g}"
    if n > 1:
        what = f"{n:,} rows are called totals or means, and count as rows like the others"
        return f'{what}. First: line {line}, whose "{target}" is {value}; {median}'
    what = "is called a total or a mean" if is_called else "sums up the other rows"
    is_all = f", the sum of the other {len(data.y) - 1:,}" if is_sum else ""
    return (
        f"Line {line} {what}, and counts as a row like the others. "
        f'Its "{target}" is {value}{is_all}; {median}'
    )


def _change(
    spec: TrainingSpec, data: Prepared, rows: list[int], texts: list[str], cells: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what leaves the rows out; nothing where that takes others along."""
    if len(rows) > MOST_ROWS:
        return {}
    every = pd.Series(np.asarray(cells[spec.target], dtype=object)[data.rows]).astype(str)
    if int(every.str.strip().isin(texts).sum()) > len(rows):
        return {}
    known = spec.validation.targets_left_out or []
    return {"validation": {"targets_left_out": list(dict.fromkeys([*known, *texts]))}}
