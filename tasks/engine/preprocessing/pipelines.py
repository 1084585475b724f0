"""The model before it is fitted: preprocessing and estimator in one `Pipeline`."""

import importlib
import inspect
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.gaussian_process import kernels
from sklearn.pipeline import Pipeline

from tasks.engine.errors import EngineError
from tasks.engine.estimators.catalogue import SCIKIT_LEARN, Estimator, get_estimator
from tasks.engine.estimators.inside import name_of, settings_of
from tasks.engine.preprocessing.selection import selection_steps
from tasks.engine.preprocessing.steps import FeaturePlan, make_preprocessor, plan_features
from tasks.engine.preprocessing.target_scale import scale_target
from tasks.engine.spec import TrainingSpec
from tasks.engine.versions import threads

AROUND = {"constant_value", "noise_level"}


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
        Steps ``preprocess`` and ``estimator``, between them those of `selection_steps`;
        scikit-learn's own classes only.
    """
    entry, settings = get_estimator(spec.estimator), spec.preprocessing
    plan = plan_features(X, spec.schema, settings, entry)
    estimator = make_estimator(spec, entry, plan)
    return Pipeline(
        [
            ("preprocess", make_preprocessor(plan, settings, entry, len(X), spec.seed)),
            *selection_steps(settings, spec.task, spec.seed),
            ("estimator", scale_target(estimator, settings, len(X), spec.seed)),
        ]
    )


def make_estimator(spec: TrainingSpec, entry: Estimator, plan: FeaturePlan) -> Any:
    """Make the unfitted estimator with the request's parameters, seed and class weight."""
    values = dict(spec.parameters)
    if spec.class_weight and entry.weighs_classes:
        values["class_weight"] = spec.class_weight
    if entry.native:
        values["categorical_features"] = list(range(len(plan.native)))
    return _make(entry, values, spec.seed)


def _make(entry: Estimator, values: Mapping[str, Any], seed: int) -> Any:
    cls = _find_class(entry)
    values = {**entry.fixed, **values}
    made = {name: _to_object(entry, name, value, seed) for name, value in values.items()}
    if entry.library != SCIKIT_LEARN or "random_state" in inspect.signature(cls).parameters:
        made["random_state"] = seed
    if entry.library == "catboost":  # the others ask OpenMP by themselves
        made["thread_count"] = threads().get("openmp", 1)
    return _alone_in_vote(entry, cls(**made)) if entry.alone_in_vote else cls(**made)


def _find_class(entry: Estimator) -> Any:
    try:
        return getattr(importlib.import_module(entry.module), entry.id)
    except ImportError as problem:
        raise EngineError(
            "NOT_INSTALLED",
            f"{entry.title} cannot be loaded where this job is trained: {problem}",
            "On that machine, make extra installs it; then start its workers anew",
        ) from problem


def _alone_in_vote(entry: Estimator, made: Any) -> Any:
    """Return an estimator that answers as scikit-learn's do: with classes by their names."""
    if entry.task == "classification":
        return VotingClassifier([(entry.library, made)], voting="soft")
    return VotingRegressor([(entry.library, made)])


def _to_object(entry: Estimator, name: str, value: Any, seed: int) -> Any:
    """Return a value as scikit-learn takes it: an estimator for its name, a tuple for a list."""
    parameter = entry.find_parameter(name)
    kinds = parameter.kinds if parameter else {}
    if "estimator" in kinds and value is not None:
        return _make_inside(value, seed)
    if "estimators" in kinds:
        return [(called, _make_inside(inner, seed)) for called, inner in _call(value)]
    if "kernel" in kinds and value is not None:
        return make_kernel(name_of(value), settings_of(value))
    return tuple(value) if isinstance(value, list) and "ints" in kinds else value


def _make_inside(value: Any, seed: int) -> Any:
    return _make(get_estimator(name_of(value)), settings_of(value), seed)


def _call(members: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """Give each member its name; the second of a name gets a number, as scikit-learn needs it."""
    seen: Counter[str] = Counter()
    for member in members:
        name = name_of(member)
        seen[name] += 1
        yield (name if seen[name] == 1 else f"{name}-{seen[name]}"), member


def make_kernel(name: str, settings: Mapping[str, Any]) -> Any:
    """Make a kernel of Gaussian processes.

    Parameters
    ----------
    name : str
        scikit-learn's class name.
    settings : Mapping of str to float
        Its parameters as they are at first. `constant_value` multiplies it by a constant,
        `noise_level` adds a `WhiteKernel`; None does not.
    """
    own = {n: value for n, value in settings.items() if n not in AROUND}
    made = getattr(kernels, name)(**own)
    if settings.get("constant_value") is not None:
        made = kernels.ConstantKernel(settings["constant_value"]) * made
    if settings.get("noise_level") is not None:
        made = made + kernels.WhiteKernel(settings["noise_level"])
    return made
