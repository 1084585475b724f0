"""The steps behind encoding: which columns are kept, and what takes their place."""

from functools import partial
from typing import Any

import numpy as np
from sklearn.decomposition import PCA
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor
from sklearn.feature_selection import (
    SelectFromModel,
    SelectKBest,
    SelectPercentile,
    VarianceThreshold,
    f_classif,
    f_regression,
    mutual_info_classif,
    mutual_info_regression,
)

from tasks.engine.preprocessing.settings import Preprocessing

KEPT = 0.5  # which share tests keep unless another is chosen


def selection_steps(settings: Preprocessing, task: str, seed: int) -> list[tuple[str, Any]]:
    """Make the steps behind encoding; none unless settings ask for some.

    Parameters
    ----------
    settings : Preprocessing
        What was chosen.
    task : {"classification", "regression"}
        What the target is.
    seed : int
        For steps that draw lots.

    Returns
    -------
    list of (str, transformer)
    """
    steps: list[tuple[str, Any]] = []
    if settings.select == "model":
        steps.append(("select", _by_model(settings.select_keep, task, seed)))
    elif settings.select != "none":
        # Tests divide by the variance of a column.
        steps.append(("drop_constant", VarianceThreshold()))
    if settings.select in {"f_test", "mutual_info"}:
        test = _test(settings.select, task, seed)
        steps.append(("select", _by_test(test, settings.select_keep)))
    if settings.components is not None:
        steps.append(("components", PCA(settings.components, random_state=seed)))
    return steps


def _test(name: str, task: str, seed: int) -> Any:
    is_class = task == "classification"
    if name == "f_test":
        return f_classif if is_class else f_regression
    test = mutual_info_classif if is_class else mutual_info_regression
    return partial(test, random_state=seed)


def _by_test(test: Any, keep: float | None) -> Any:
    if isinstance(keep, int):
        return SelectKBest(test, k=keep)
    return SelectPercentile(test, percentile=100 * (keep or KEPT))


def _by_model(keep: float | None, task: str, seed: int) -> SelectFromModel:
    kind = ExtraTreesClassifier if task == "classification" else ExtraTreesRegressor
    forest = kind(random_state=seed)
    if keep is None:
        return SelectFromModel(forest, threshold="mean")
    return SelectFromModel(forest, threshold=-np.inf, max_features=int(keep))
