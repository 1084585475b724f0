"""The model before it is fitted: preprocessing and estimator in one `Pipeline`."""

import importlib
import inspect
from typing import Any

import pandas as pd
from sklearn.pipeline import Pipeline

from tasks.engine.catalogue import Estimator, get_estimator
from tasks.engine.preprocessing import (
    FEW_CATEGORIES,
    NATIVE_CATEGORIES,
    FeaturePlan,
    make_preprocessor,
    plan_features,
)
from tasks.engine.spec import TrainingSpec


def make_pipeline(spec: TrainingSpec, X: pd.DataFrame) -> Pipeline:
    """Make the unfitted model for a request.

    Parameters
    ----------
    spec : TrainingSpec
        The request.
    X : DataFrame of shape (n_samples, n_features)
        The typed table; only its columns' types and numbers of categories are used.

    Returns
    -------
    Pipeline
        Steps ``preprocess`` and ``estimator``; scikit-learn's own classes only.
    """
    entry = get_estimator(spec.estimator)
    plan = plan_features(X, spec.schema, NATIVE_CATEGORIES if entry.native else FEW_CATEGORIES)
    return Pipeline(
        [
            ("preprocess", make_preprocessor(plan, entry, spec.seed)),
            ("estimator", make_estimator(spec, entry, plan)),
        ]
    )


def make_estimator(spec: TrainingSpec, entry: Estimator, plan: FeaturePlan) -> Any:
    """Make the unfitted estimator with the request's parameters, seed and class weight."""
    cls = getattr(importlib.import_module(f"{entry.module}"), entry.id)
    known = inspect.signature(cls.__init__).parameters
    values = dict(spec.parameters)
    if isinstance(values.get("hidden_layer_sizes"), list):
        values["hidden_layer_sizes"] = tuple(values["hidden_layer_sizes"])
    if "random_state" in known:
        values["random_state"] = spec.seed
    if spec.class_weight and entry.weighs_classes:
        values["class_weight"] = spec.class_weight
    if entry.native:
        values["categorical_features"] = list(range(len(plan.few)))
    return cls(**values)
