"""The weights of a linear model, by the name of what each is multiplied with."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.pipeline import Pipeline

from tasks.engine.preprocessing.target_scale import within

MOST = 40


def read_coefficients(
    model: Pipeline, classes: Sequence[Any] | None, scale: str, target: str = "none"
) -> dict[str, Any] | None:
    """Return the weights of a fitted model, the largest first.

    Parameters
    ----------
    model : Pipeline
        Fitted; a blend of several has no weights of its own.
    classes : sequence or None
        All classes; None for regression.
    scale : str
        How numbers were brought to one scale, see `catalogue.Estimator`.

    target : str
        On which scale the target was learned, see `preprocessing_settings`.

    Returns
    -------
    dict or None
        ``names`` after encoding, ``rows``: for each class (the second of two) or for the number
        its ``weights``; ``of``: how many there are; ``scale``; ``target``. None
        where the model has none.
    """
    last = within(model[-1])
    if isinstance(last, FixedThresholdClassifier):
        last = last.estimator_
    try:
        found = last.coef_
        names = [_plain(name) for name in model[:-1].get_feature_names_out()]
    except (AttributeError, ValueError):
        return None
    dense = found.toarray() if hasattr(found, "toarray") else found
    weights = np.atleast_2d(np.asarray(dense, dtype=np.float64))
    labels = [""] if classes is None else [str(name) for name in classes]
    if len(labels) == 2:
        labels = labels[1:]
    if weights.shape != (len(labels), len(names)) or not np.isfinite(weights).all():
        return None
    largest = np.argsort(-np.abs(weights).max(axis=0), kind="stable")[:MOST]
    return {
        "names": [names[n] for n in largest],
        "rows": [
            {"class": label, "weights": row[largest].tolist()}
            for label, row in zip(labels, weights, strict=True)
        ],
        "of": len(names),
        "scale": scale,
        "target": target,
    }


def _plain(name: str) -> str:
    """Return a name without the step of the preprocessing that it comes from."""
    return str(name).split("__", 1)[-1]
