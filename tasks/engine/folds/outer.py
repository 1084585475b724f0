"""Nested validation: a search is scored on rows that no candidate of it has seen.

Rows are split into *outer* folds as without a search. In each, a search is done on the training
rows alone: these are all the rows that its candidates have, and are split once more into inner
folds. What it finds best is fitted on the outer training rows, and scored on the test rows.
"""

from dataclasses import replace

import numpy as np

from tasks.engine.folds.splitting import Split, split_rows
from tasks.engine.spec import Validation


def split_nested(
    y: np.ndarray, validation: Validation, task: str, seed: int, order: np.ndarray | None
) -> tuple[np.ndarray, list[Split]]:
    """Return the rows that a request may see, and how these are split.

    Parameters
    ----------
    y, validation, task, seed, order
        As of `split_rows`.

    Returns
    -------
    rows : ndarray of int
        Positions of the rows that are there, in their order; without an outer fold all of them.
    splits : list of (ndarray, ndarray)
        Positions among those rows.

    Raises
    ------
    DataError
        When there are too few rows, classes or groups.
    """
    every = np.arange(len(y))
    if validation.outer_fold is None:
        return every, split_rows(y, validation, task, seed, order)
    outer = replace(validation, folds=validation.outer_folds, repeats=1)
    train, test = split_rows(y, outer, task, seed, order)[validation.outer_fold - 1]
    if validation.scores_outer:
        return every, [(train, test)]
    inner_order = None if order is None else order[train]
    return train, split_rows(y[train], validation, task, seed, inner_order)
