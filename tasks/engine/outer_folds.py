"""Nested validation: a search is scored on rows that no candidate of it has seen.

Rows are split into *outer* folds as without a search. In each, a search is done on the training
rows alone: these are all the rows that its candidates have, and are split once more into inner
folds. What it finds best is fitted on the outer training rows, and scored on the test rows.
"""

from dataclasses import replace

import numpy as np

from tasks.engine.spec import Validation
from tasks.engine.splitting import Split, split_rows

FEWEST = 2


def count_outer(validation: Validation) -> int:
    """Return how many outer folds there are: as many as folds, however often repeated."""
    return replace(validation, repeats=1).n_splits


def for_search(validation: Validation, outer_fold: int) -> Validation:
    """Return how rows are split for the candidates of an outer fold's search.

    There is one inner fold fewer than there are outer ones: of a class with a row in each of k
    parts, or of k groups, k - 1 are left.
    """
    return replace(
        validation,
        folds=max(FEWEST, validation.folds - 1),
        outer_fold=outer_fold,
        outer_folds=validation.folds,
    )


def for_score(validation: Validation, outer_fold: int) -> Validation:
    """Return how rows are split to score what the search of an outer fold found."""
    return replace(
        validation,
        repeats=1,
        outer_fold=outer_fold,
        outer_folds=validation.folds,
        scores_outer=True,
    )


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
