"""Which rows are trained on and which are scored, fold by fold."""

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from tasks.engine.errors import DataError
from tasks.engine.folds.drawn import (
    draw_folds,
    draw_groups,
    draw_part,
    draw_stratified,
    draw_stratified_part,
)
from tasks.engine.spec import TIME_KINDS, Validation
from tasks.engine.table import coercion
from tasks.engine.table.loading import Cells

Split = tuple[np.ndarray, np.ndarray]


def order_rows(
    validation: Validation, schema: dict[str, Any], cells: Mapping[str, Any] | pd.DataFrame
) -> np.ndarray | None:
    """Return what rows are grouped or sorted by.

    Parameters
    ----------
    validation : Validation
        How to split.
    schema : dict
        What the table is typed by.
    cells : DataFrame of shape (n_samples, n_columns), or Mapping of str to cells
        Text cells.

    Returns
    -------
    ndarray of shape (n_samples,) or None
        Scheme ``group``: each row's group as text, empty where the cell is missing: such rows are
        a group too, as nobody knows which of them belong together. Scheme ``time`` with a column:
        datetime64 or float64; NaT or NaN where the cell is missing or unreadable, which
        `split_rows` sorts last, as if it were the newest, so that such a row is scored and trains
        nothing before it. None for other schemes, and for ``time`` in the order of the file.

    Raises
    ------
    DataError
        When rows cannot be sorted by the time column because it holds neither dates nor numbers.
    """
    missing = coercion.missing_markers(schema)
    if validation.scheme == "group":
        groups = coercion.clean(cells[validation.group_column or ""], missing)
        return np.array([cell or "" for cell in groups], dtype=object)
    if validation.scheme != "time" or not validation.time_column:
        return None
    column = next(c for c in schema["columns"] if c["name"] == validation.time_column)
    if column["kind"] not in TIME_KINDS:
        raise DataError(
            "TIME_COLUMN_KIND",
            f'"{column["name"]}" holds neither dates nor numbers but is of the kind '
            f"{column['kind']}, so rows cannot be sorted by it",
            "Choose a column of dates or numbers",
        )
    cleaned = coercion.clean(cells[validation.time_column], missing)
    if column["kind"] == "date":
        return coercion.dates(cleaned, column["format"], column.get("offset") or 0).to_numpy()
    return coercion.numbers(cleaned, *coercion.how_written(column))


def split_rows(
    y: np.ndarray, validation: Validation, task: str, seed: int, order: np.ndarray | None = None
) -> list[Split]:
    """Split rows into folds.

    The same target, validation and seed give the same folds, whatever the estimator and the
    version of any library, see `drawn_folds`.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        The target.
    validation : Validation
        How to split.
    task : {"classification", "regression"}
        Hold-out is stratified for classes.
    seed : int
        From 0 to 2**32 - 1.
    order : ndarray of shape (n_samples,), optional
        The group of each row (scheme ``group``), or what rows are sorted by (scheme ``time``); see
        `order_rows`. NaN and NaT are sorted last.

    Returns
    -------
    list of (ndarray, ndarray)
        Row numbers of training and test rows, sorted, for each fold.

    Raises
    ------
    DataError
        When there are too few rows, classes or groups for the folds.

    Examples
    --------
    >>> y = np.array(["a", "b"] * 4)
    >>> for train, test in split_rows(y, Validation("stratified", folds=2), "classification", 0):
    ...     print(train, test)
    [0 2 3 7] [1 4 5 6]
    [1 4 5 6] [0 2 3 7]
    >>> for train, test in split_rows(y, Validation("time", folds=3), "regression", 0):
    ...     print(train, test)
    [0 1] [2 3]
    [0 1 2 3] [4 5]
    [0 1 2 3 4 5] [6 7]
    """
    check_folds(y, validation, task, order)
    if validation.scheme == "time":
        return _split_by_time(len(y), validation, order)
    every, splits = np.ones(len(y), dtype=bool), []
    for drawn in _draw(y, validation, task, seed, order):
        is_train = every.copy()
        is_train[drawn] = False
        splits.append((np.flatnonzero(is_train), np.sort(drawn)))
    return splits


def _draw(
    y: np.ndarray, validation: Validation, task: str, seed: int, order: np.ndarray | None
) -> Iterable[np.ndarray]:
    """Return the test rows of each fold."""
    folds, repeats = validation.folds, validation.repeats
    if validation.scheme == "group" and order is not None:
        return draw_groups(order, folds, seed)
    if validation.scheme == "holdout":
        n_test = _n_held_out(len(y), validation)
        draw = draw_stratified_part if task == "classification" else None
        return [draw(y, n_test, seed) if draw else draw_part(len(y), n_test, seed)]
    if validation.scheme == "stratified":
        return draw_stratified(y, folds, repeats, seed)
    return draw_folds(len(y), folds, repeats, seed)


def _n_held_out(n: int, validation: Validation) -> int:
    return math.ceil(validation.test_size * n)


def _split_by_time(n: int, validation: Validation, order: np.ndarray | None) -> list[Split]:
    """Cut rows in their order into parts, each scored by what comes before it and the gap."""
    ranks = np.argsort(order, kind="stable") if order is not None else np.arange(n)
    size, splits = n // (validation.folds + 1), []
    for start in range(n - validation.folds * size, n, size):
        train, test = ranks[: max(start - validation.gap, 0)], ranks[start : start + size]
        splits.append((np.sort(train), np.sort(test)))
    return splits


def check_folds(
    y: np.ndarray, validation: Validation, task: str, order: np.ndarray | None
) -> None:
    """Raise `DataError` when rows, classes or groups are too few for the folds."""
    k = validation.folds if validation.scheme != "holdout" else 2
    if len(y) < 2 * k:
        raise DataError(
            "TOO_FEW_ROWS",
            f"{_say_rows(len(y))} a target; {_say_parts(k, validation)} at least {2 * k}",
            "Upload more rows",
        )
    _check_training_rows(len(y), validation)
    if task == "classification":
        check_classes(Counter(y.tolist()), validation)
    if validation.scheme == "group" and order is not None and len(set(order.tolist())) < k:
        raise DataError(
            "TOO_FEW_GROUPS",
            f'"{validation.group_column}" has {_count(len(set(order.tolist())), "group")}; '
            f"{k} folds need at least {k}",
            "Choose another column of groups",
        )


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"


def _say_rows(n: int) -> str:
    return f"{_count(n, 'row')} {'has' if n == 1 else 'have'}"


def _say_parts(folds: int, validation: Validation) -> str:
    return "a hold-out part needs" if validation.scheme == "holdout" else f"{folds} folds need"


def _check_training_rows(n: int, validation: Validation) -> None:
    if validation.scheme == "holdout" and n - _n_held_out(n, validation) < 1:
        raise DataError(
            "TOO_FEW_ROWS",
            f"A hold-out part of {validation.test_size:.1%} leaves none of {n:,} rows to train on",
            "Use a smaller part",
        )
    size = n // (validation.folds + 1)
    first = n - validation.folds * size - validation.gap
    if validation.scheme == "time" and first < 1:
        raise DataError(
            "TOO_FEW_ROWS",
            f"A gap of {validation.gap:,} rows leaves none of the {first + validation.gap:,} rows "
            "before the first fold to train on",
            "Use a smaller gap",
        )


def check_classes(counts: dict[Any, int], validation: Validation) -> None:
    """Raise `DataError` when classes are too few, or one is too rare for stratified folds."""
    if len(counts) < 2:
        only = next(iter(counts), "")
        raise DataError(
            "TARGET_ONE_CLASS",
            f'Every row has the same target, "{only}", so there is nothing to learn',
            "Choose another target",
        )
    rare, n = min(counts.items(), key=lambda item: item[1])
    if validation.scheme == "stratified" and n < validation.folds:
        raise DataError(
            "TARGET_RARE_CLASS",
            f'Class "{rare}" has {_count(n, "row")}; '
            f"{validation.folds}-fold validation needs at least {validation.folds}",
            "Join classes",
        )


def hash_split(splits: Iterable[Split], rows: np.ndarray, y: np.ndarray, gap: int = 0) -> str:
    """Return a SHA-256 that is the same only for the same rows, target and folds.

    Test rows tell the training rows, but for the `gap` between them in the order of time.

    Examples
    --------
    >>> y = np.arange(9.0)
    >>> splits = split_rows(y, Validation(folds=3), "regression", seed=1)
    >>> hash_split(splits, np.arange(9), y)[:12]
    '9f7d8d8941fc'
    """
    digest = hashlib.sha256(rows.astype("<i8").tobytes())
    digest.update("\x1f".join(map(str, y.tolist())).encode())
    for _train, test in splits:
        digest.update(b"\x1e" + test.astype("<i8").tobytes())
    if gap:
        digest.update(f"\x1egap {gap}".encode())
    return digest.hexdigest()


def hash_data(columns: dict[str, Any]) -> str:
    """Return a SHA-256 over the text of the columns that are trained on.

    Parameters
    ----------
    columns : dict of str to Cells or array of shape (n_rows,)
        Cells as text, as they were read.
    """
    digest = hashlib.sha256()
    for name in sorted(columns):
        digest.update(f"\x1e{name}\x1e".encode())
        if isinstance(columns[name], Cells):
            for piece in columns[name].joined("\x1f", "\x00"):
                digest.update(piece)
            continue
        cells = "\x1f".join("\x00" if cell is None else str(cell) for cell in columns[name])
        digest.update(cells.encode())
    return digest.hexdigest()
