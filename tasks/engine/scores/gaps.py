"""What folds cannot tell: metrics that test rows do not allow, classes that no model was shown.

All of it follows from target and folds, so it is known before anything is fitted.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tasks.engine.errors import DataError
from tasks.engine.estimators.catalogue import METRICS, Metric
from tasks.engine.folds.splitting import Split

NAMED = 5
OF_POSITIVE = frozenset({"f1", "precision", "recall"})


def why_missing(metric: str, y: np.ndarray, positive: Any = None) -> str | None:
    """Say why a metric cannot be worked out on test rows with the target `y`; None when it can.

    `positive` is the positive class of two.
    """
    ranks, of_positive = metric in {"roc_auc", "average_precision"}, metric in OF_POSITIVE
    if (ranks or (of_positive and y[0] != positive)) and (y == y[0]).all():
        return f'its test rows are all of class "{y[0]}"'
    if metric == "mape" and (y == 0).any():
        return "one of its test rows has the target 0"
    if metric == "r2" and len(y) < 2:
        return "it has one test row only"
    return None


def other_metric(metric: str, *, of_several: bool = False) -> str:
    """Return a main metric that is near another, and is there on folds where that one is missing.

    `of_several`: the target has more than two classes.
    """
    if of_several and metric in OF_POSITIVE:
        return f"{metric}_macro"
    return {"mape": "mae", "r2": "rmse"}.get(metric, "accuracy")


def find_gaps(
    task: str, metric: str, y: np.ndarray, splits: Sequence[Split], positive: Any = None
) -> dict[str, str]:
    """Look for what folds cannot tell.

    Parameters
    ----------
    task : {"classification", "regression"}
        The task.
    metric : str
        The main metric.
    y : ndarray of shape (n_samples,)
        The target.
    splits : sequence of (ndarray, ndarray)
        Training and test rows of each fold.
    positive : object, optional
        The positive class; None where there are not two.

    Returns
    -------
    dict of str to str
        Warnings by code. METRIC_MISSING: another metric is missing on some folds, and its mean is
        over the rest. CLASS_UNSEEN: a class stands in a fold's test rows alone; its probability
        counts as 0 there.

    Raises
    ------
    DataError
        When the main metric is missing on a fold: its mean over other folds would be no score of
        the whole.
    """
    missing: dict[tuple[tuple[int, ...], str], list[str]] = {}
    for found in METRICS[task]:
        if found.two_only and positive is None:
            if found.name == metric:
                _refuse(found, len(set(y.tolist())))
            continue
        reasons = _reasons(found.name, y, splits, positive)
        if found.name == metric:
            _check_main(found, reasons, task)
        elif 0 < len(reasons) < len(splits):
            key = tuple(reasons), next(iter(reasons.values()))
            missing.setdefault(key, []).append(found.title)
    warnings = {}
    if missing:
        sentences = [_sentence(titles, *key) for key, titles in missing.items()]
        warnings["METRIC_MISSING"] = ". ".join(sentences)
    unseen = _unseen(y, splits) if task == "classification" else ""
    return warnings | ({"CLASS_UNSEEN": unseen} if unseen else {})


def _reasons(metric: str, y: np.ndarray, splits: Sequence[Split], positive: Any) -> dict[int, str]:
    tests = enumerate((test for _, test in splits), start=1)
    found = ((n, why_missing(metric, y[test], positive)) for n, test in tests)
    return {fold: reason for fold, reason in found if reason}


def _refuse(metric: Metric, n_classes: int) -> None:
    raise DataError(
        "METRIC_MISSING",
        f"{metric.title} is for two classes; the target has {n_classes}",
        f"Choose another main metric, such as {metric.title}, macro",
    )


def _check_main(metric: Metric, reasons: dict[int, str], task: str) -> None:
    if reasons:
        fold, reason = next(iter(reasons.items()))
        title = next(m.title for m in METRICS[task] if m.name == other_metric(metric.name))
        raise DataError(
            "METRIC_MISSING",
            f"{metric.title} cannot be worked out on fold {fold}: {reason}",
            f"Choose another main metric, such as {title}",
        )


def _sentence(titles: Sequence[str], folds: Sequence[int], reason: str) -> str:
    several, first = len(folds) > 1, "on the first of them " if len(folds) > 1 else ""
    all_but_last = ", ".join(titles[:-1])
    which = f"fold{'s' if several else ''} {_listed(folds)}"
    means = "Their means are" if len(titles) > 1 else "Its mean is"
    return (
        f"{all_but_last + ' and ' if all_but_last else ''}{titles[-1]} cannot be worked out on "
        f"{which}: {first}{reason}. {means} over the other folds"
    )


def _listed(values: Sequence[Any]) -> str:
    words = ", ".join(map(str, values[:NAMED]))
    return words if len(values) <= NAMED else f"{words} and {len(values) - NAMED} more"


def _unseen(y: np.ndarray, splits: Iterable[Split]) -> str:
    codes, names = pd.factorize(y)
    found: dict[str, list[int]] = {}
    for fold, (train, test) in enumerate(splits, start=1):
        trained = np.bincount(codes[train], minlength=len(names))
        tested = np.bincount(codes[test], minlength=len(names))
        for name in names[(trained == 0) & (tested > 0)]:
            found.setdefault(str(name), []).append(fold)
    if not found:
        return ""
    first, folds = next(iter(found.items()))
    others = len(found) - 1
    like = "1 more class is" if others == 1 else f"{others:,} more classes are"
    more = f". {like} like that" if others else ""
    return (
        f'Class "{first}" has no training row in fold{"s" if len(folds) > 1 else ""} '
        f"{_listed(folds)}, so its probability counts as 0 there{more}"
    )


def check_learnable(y: np.ndarray, fold: int) -> None:
    """Raise `DataError` when a fold's training rows, with the target `y`, are of one class."""
    if len(y) and (y == y[0]).all():
        raise DataError(
            "FOLD_ONE_CLASS",
            f'The training rows of fold {fold} are all of class "{y[0]}", so there is nothing '
            "to learn from them",
            "Upload more rows of other classes",
        )
