"""From a fitted pipeline to ONNX, and whether it answers the same there.

The input is one tensor of shape (n_rows, 1) for each column that the pipeline takes, in order:
32-bit numbers, NaN where missing, or texts, "" where missing. The metadata's ``columns`` has the
columns' names as JSON; those of the tensors are made of letters, digits and underscores. A
bundle's ``schema.py`` makes these columns from a CSV file.
"""

import copy
import json
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
from onnx import ModelProto
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from skl2onnx.common.exceptions import MissingConverter, MissingShapeCalculator
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, TargetEncoder

from tasks.engine.errors import EngineError
from tasks.engine.onnx.converters import BOOSTED, register
from tasks.engine.onnx.texts import TEXTS, text_options
from tasks.engine.onnx.votes import VOTES, list_members, write_vote
from tasks.engine.preprocessing.target_scale import within
from tasks.engine.scores.evaluation import predict

ENCODERS = (OneHotEncoder, OrdinalEncoder, TargetEncoder)
# ONNX counts with 32 bits: probabilities may differ by this much, numbers by this share of
# their standard deviation.
PROBABILITY_WITHIN, SPREAD_WITHIN = 1e-4, 1e-3
CODE = "NO_ONNX"


@dataclass(frozen=True)
class Converted:
    """A model as ONNX; `difference`: the most that its answers differed on the rows checked."""

    content: bytes
    difference: float
    n_rows: int


def convert(model: Pipeline, X: pd.DataFrame, facts: Mapping[str, str]) -> Converted:
    """Convert a model, and hold its answers about some rows against the model's own.

    Parameters
    ----------
    model : Pipeline
        Fitted; it is not changed.
    X : DataFrame of shape (n_rows, n_features)
        Typed rows that it is asked about in both forms.
    facts : Mapping of str to str
        What is written into the file's metadata.

    Returns
    -------
    Converted

    Raises
    ------
    EngineError
        With code ``NO_ONNX`` when it cannot be converted, or answers otherwise.
    """
    _check_splits(model)
    types = [(name, _tensor_type(X[name])) for name in X.columns]
    register()
    members = list_members(model)
    made = [_write(member, types) for member in members or [model]]
    with _refusing(model):
        whole = write_vote(model, made) if members else made[0]
        converted = _with_facts(whole, list(X.columns), facts)
        session = onnxruntime.InferenceSession(converted, providers=["CPUExecutionProvider"])
        names = [given.name for given in session.get_inputs()]
        answer = session.run(None, dict(zip(names, _feed(X), strict=True)))
    return Converted(converted, _compare(model, X, answer), len(X))


@contextmanager
def _refusing(model: Pipeline) -> Iterator[None]:
    """Turn what skl2onnx raises about a model into words."""
    try:
        yield
    except (MissingConverter, MissingShapeCalculator) as lacking:
        raise EngineError(CODE, _lacking(model)) from lacking
    except Exception as problem:  # each of skl2onnx's parts raises what it likes
        raise EngineError(CODE, f"{_name(model)} could not be converted to ONNX") from problem


def _name(model: Pipeline) -> str:
    return type(_last_of(model)).__name__


def _last_of(model: Any) -> Any:
    """Return a model's estimator, without what is put around it for its target or threshold."""
    last = within(model[-1] if isinstance(model, Pipeline) else model)
    return last.estimator_ if isinstance(last, FixedThresholdClassifier) else last


def _estimators_of(model: Any) -> list[Any]:
    """Return a model's estimator; of a vote those that vote."""
    last = _last_of(model)
    if isinstance(last, VOTES):
        return [one for member in last.estimators_ for one in _estimators_of(member)]
    return [last]


def _lacking(model: Pipeline) -> str:
    name = _name(model)
    if isinstance(model[-1], FixedThresholdClassifier):
        name = f"{type(model[-1]).__name__} around {name}"
    return f"ONNX has no counterpart of {name}, or of a step before it"


def _of_extra(last: Any) -> str:
    """Say why an estimator of another library than scikit-learn is not converted."""
    library = type(last).__module__.partition(".")[0]
    return (
        f"{type(last).__name__} is of the library {library}; only the package onnxmltools "
        "converts its models, and Trainyard does without that"
    )


def _check_splits(model: Pipeline) -> None:
    """Refuse what skl2onnx would convert without a word to something else, and what it cannot."""
    for last in _estimators_of(model):
        name = type(last).__name__
        if not type(last).__module__.startswith("sklearn."):
            raise EngineError(CODE, _of_extra(last))
        if isinstance(last, BOOSTED) and last.is_categorical_ is not None:
            raise EngineError(
                CODE, f"{name} splits by sets of categories here, which ONNX cannot say"
            )


def _tensor_type(column: pd.Series) -> Any:
    return (StringTensorType if column.dtype == object else FloatTensorType)([None, 1])


def _write(model: Pipeline, types: list[Any]) -> ModelProto:
    """Write a model in which no others vote."""
    model = _without_nan(model)
    options = {id(one): text_options(one) for one in _steps(model) if isinstance(one, TEXTS)}
    if hasattr(model, "classes_"):
        options[id(model)] = {"zipmap": False}
    with _refusing(model), warnings.catch_warnings(action="ignore"):
        made: ModelProto = to_onnx(model, initial_types=types, options=options or None)
    return made


def _with_facts(made: ModelProto, columns: list[str], facts: Mapping[str, str]) -> bytes:
    made.doc_string = (__doc__ or "").split("\n\n")[1]
    for name, value in {**facts, "columns": json.dumps(columns)}.items():
        made.metadata_props.add(key=name, value=value)
    return bytes(made.SerializeToString(deterministic=True))


def _without_nan(model: Pipeline) -> Pipeline:
    """Return a copy whose encoders know a missing category as "": ONNX's texts have no NaN."""
    model = copy.deepcopy(model)
    for step in _steps(model):
        if isinstance(step, ENCODERS):
            step.categories_ = [_as_texts(found) for found in step.categories_]
    return model


def _steps(model: Any) -> list[Any]:
    if isinstance(model, Pipeline):
        return [step for part in model for step in _steps(part)]
    if hasattr(model, "transformers_"):
        return [step for _name, part, _columns in model.transformers_ for step in _steps(part)]
    return [model]


def _as_texts(categories: np.ndarray) -> np.ndarray:
    return np.array(["" if pd.isna(value) else value for value in categories], dtype=object)


def _feed(X: pd.DataFrame) -> list[np.ndarray]:
    fed = []
    for name in X.columns:
        texts = X[name].dtype == object
        column = X[name].fillna("").to_numpy(object) if texts else X[name].to_numpy(np.float32)
        fed.append(column.reshape(-1, 1))
    return fed


def _compare(model: Pipeline, X: pd.DataFrame, answer: list[np.ndarray]) -> float:
    """Return the most that both differ.

    Raises
    ------
    EngineError
        When that is more than 32 bits explain.
    """
    expected = predict(model, X)
    labels = np.asarray(answer[0]).ravel()
    if not hasattr(model, "classes_"):
        difference = float(np.abs(labels - expected.labels).max())
        _refuse(model, difference > SPREAD_WITHIN * float(np.std(expected.labels)))
        return difference
    _refuse(model, bool((labels.astype(str) != expected.labels.astype(str)).any()))
    if expected.probabilities is None:
        return 0.0
    difference = float(np.abs(np.asarray(answer[1]) - expected.probabilities).max())
    _refuse(model, difference > PROBABILITY_WITHIN)
    return difference


def _refuse(model: Pipeline, differs: bool) -> None:
    if differs:
        raise EngineError(
            CODE, f"As ONNX, which counts with 32 bits, {_name(model)} answers otherwise"
        )
