"""Rows that belong together, such as those of one patient, spread over several folds."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from tasks.engine.sentinel.finding import Finding
from tasks.engine.sentinel.group_names import LEAST_GROUPS, LEAST_SIZE, is_named_like_a_group

CANDIDATES = 20
# How much more alike in the target rows of one group are than any two; 1 is: all the same.
ALIKE = 0.2


def group_columns(schema: dict[str, Any]) -> list[str]:
    """Return the columns that may say which rows belong together, features or not.

    Parameters
    ----------
    schema : dict
        Its columns with the number of their different values, as the profile has them.
    """
    found = [
        column["name"]
        for column in schema["columns"]
        if column["name"] != schema["target"]
        and column["kind"] not in {"constant", "date", "boolean"}
        and column.get("distinct", 0) >= LEAST_GROUPS
        and is_named_like_a_group(column)
    ]
    return found[:CANDIDATES]


def find_groups(
    groups: Mapping[str, np.ndarray], y: np.ndarray, target_name: str
) -> Iterator[Finding]:
    """Yield a finding for the column whose groups agree most in the target.

    Parameters
    ----------
    groups : Mapping of str to ndarray of shape (n_rows,)
        The cells of `group_columns`.
    y : ndarray of shape (n_rows,)
        The target: numbers, or classes as objects.
    target_name : str
        For the words.
    """
    alike = {name: _alikeness(pd.factorize(cells)[0], y) for name, cells in groups.items()}
    name = max(alike, key=lambda one: alike[one], default=None)
    if name is None or alike[name] < ALIKE:
        return
    n_groups = len(pd.unique(pd.Series(groups[name]).dropna()))
    yield Finding(
        "GROUPS_ACROSS_FOLDS",
        f'Rows with the same "{name}" are much alike in "{target_name}" ({alike[name]:.2f}, where '
        f"0 is as any two and 1 the same), and its {n_groups:,} values are spread over the folds. "
        "To tell rows of new ones, keep each in one fold",
        {"validation": {"scheme": "group", "group_column": name}},
    )


def _alikeness(codes: np.ndarray, y: np.ndarray) -> float:
    """Return how alike rows of a group are: the intraclass correlation, of each class or number.

    By analysis of variance (Fisher 1925), one way, with groups of different sizes.
    """
    known = codes >= 0
    codes, y = codes[known], y[known]
    n_groups = len(np.unique(codes))
    if n_groups < LEAST_GROUPS or len(codes) < LEAST_SIZE * n_groups:
        return 0.0
    if y.dtype.kind == "f":
        return _correlation(codes, y.astype(float), n_groups)
    classes, counts = np.unique(y.astype(str), return_counts=True)
    texts = y.astype(str)
    found = [_correlation(codes, (texts == name).astype(float), n_groups) for name in classes]
    return float(np.average(found, weights=counts))


def _correlation(codes: np.ndarray, values: np.ndarray, n_groups: int) -> float:
    sizes = np.bincount(codes)
    sizes, present = sizes[sizes > 0], np.flatnonzero(sizes > 0)
    means = np.bincount(codes, values)[present] / sizes
    total, between = values - values.mean(), sizes * (means - values.mean()) ** 2
    within = float((total**2).sum() - between.sum()) / max(len(values) - n_groups, 1)
    across = float(between.sum()) / (n_groups - 1)
    size = (len(values) - float((sizes**2).sum()) / len(values)) / (n_groups - 1)
    below = across + (size - 1) * within
    return (across - within) / below if below > 0 else 0.0
