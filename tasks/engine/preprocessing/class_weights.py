"""Balanced class weights for forests whose classes are named by whole numbers.

scikit-learn 1.9 turns such names into numbers on the way to a forest's weights, and then does not
find them ("The classes, [0, 1], are not in class_weight"). The weights given by number are found,
and are the same.
"""

import re
from typing import Any

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.pipeline import Pipeline

WHOLE = re.compile(r"-?[0-9]+")


def weigh_numbered_classes(model: Pipeline, y: np.ndarray, class_weight: str | None) -> None:
    """Write a forest's balanced weights out, where its classes are named by whole numbers.

    Parameters
    ----------
    model : Pipeline
        Unfitted; its last step is changed in place where that is needed.
    y : ndarray of shape (n_rows,)
        The classes that it is about to be fitted to: weights are of these rows alone.
    class_weight : str or None
        What was asked for.
    """
    forest: Any = model[-1]
    is_forest = isinstance(forest, RandomForestClassifier | ExtraTreesClassifier)
    if class_weight != "balanced" or not is_forest:
        return
    names, counts = np.unique(y.astype(str), return_counts=True)
    numbers = [int(name) for name in names if WHOLE.fullmatch(name)]
    if len(set(numbers)) == len(names):
        shares = len(y) / (len(names) * counts)  # as "balanced" is defined
        weights = dict(zip(numbers, shares.tolist(), strict=True))
        forest.set_params(class_weight=weights)
