"""What skl2onnx lacks for our pipelines, registered with it.

It has no missing-value indicator for `SimpleImputer`, and writes truth values where ONNX wants
whole numbers for histogram gradient boosting, which newer protobuf refuses.
"""

from typing import Any

import numpy as np
from onnx import TensorProto
from skl2onnx import update_registered_converter
from skl2onnx._supported_operators import sklearn_operator_name_map
from skl2onnx.common._registration import get_converter, get_shape_calculator
from skl2onnx.common.data_types import guess_numpy_type
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.model_selection import FixedThresholdClassifier

from tasks.engine.onnx import target
from tasks.engine.onnx.threshold import ALIAS, convert_threshold, shape_of_threshold

BOOSTED = (HistGradientBoostingClassifier, HistGradientBoostingRegressor)
# What may be asked of a classifier's conversion, as skl2onnx registers it itself.
ASKED = {
    "zipmap": [True, False, "columns"],
    "raw_scores": [True, False],
    "nocl": [True, False],
    "output_class_labels": [True, False],
}


def register() -> None:
    """Tell skl2onnx; again is harmless."""
    update_registered_converter(
        SimpleImputer, "SklearnSimpleImputer", _imputer_shape, _convert_imputer, overwrite=True
    )
    update_registered_converter(
        FixedThresholdClassifier, ALIAS, shape_of_threshold, convert_threshold, overwrite=True,
        options=ASKED,
    )  # fmt: skip
    update_registered_converter(
        TransformedTargetRegressor, target.ALIAS, target.shape_of_target, target.convert_target,
        overwrite=True,
    )  # fmt: skip
    for cls in BOOSTED:
        alias = sklearn_operator_name_map[cls]
        convert = get_converter(alias)
        if getattr(convert, "of_ours", False):
            continue
        update_registered_converter(
            cls, alias, get_shape_calculator(alias), _with_whole_numbers(convert), overwrite=True,
            options=ASKED if cls is HistGradientBoostingClassifier else None,
        )  # fmt: skip


def _imputer_shape(operator: Any) -> None:
    imputer = operator.raw_operator
    width = len(imputer.statistics_)
    if imputer.add_indicator:
        width += len(imputer.indicator_.features_)
    operator.outputs[0].type = type(operator.inputs[0].type)([None, width])


def _convert_imputer(scope: Any, operator: Any, container: Any) -> None:
    imputer = operator.raw_operator
    dtype = guess_numpy_type(operator.inputs[0].type)
    number = TensorProto.DOUBLE if dtype == np.float64 else TensorProto.FLOAT

    def add(kind: str, inputs: Any, output: str | None = None, **attributes: Any) -> str:
        name = output or scope.get_unique_variable_name(kind.lower())
        own = scope.get_unique_operator_name(kind)
        container.add_node(kind, inputs, name, name=own, **attributes)
        return name

    def constant(kind: int, values: np.ndarray, shape: list[int]) -> str:
        name: str = scope.get_unique_variable_name("constant")
        container.add_initializer(name, kind, shape, values.tolist())
        return name

    given = [column.full_name for column in operator.inputs]
    table = given[0] if len(given) == 1 else add("Concat", given, axis=1)
    output = operator.outputs[0].full_name
    missing = add("IsNaN", table, op_version=13)
    statistics = imputer.statistics_.astype(dtype)
    fill = constant(number, statistics, [1, len(statistics)])
    marked = imputer.indicator_.features_ if imputer.add_indicator else np.array([], int)
    if not len(marked):
        add("Where", [missing, fill, table], output, op_version=9)
        return
    filled = add("Where", [missing, fill, table], op_version=9)
    which = constant(TensorProto.INT64, marked.astype(int), [len(marked)])
    told = add("Cast", add("Gather", [missing, which], axis=1), to=number)
    add("Concat", [filled, told], output, axis=1)


def _with_whole_numbers(convert: Any) -> Any:
    def converted(scope: Any, operator: Any, container: Any) -> Any:
        return convert(scope, operator, _WholeNumbers(container))

    converted.of_ours = True  # type: ignore[attr-defined]
    return converted


class _WholeNumbers:
    """A container that takes truth values in an attribute as 0 and 1."""

    def __init__(self, container: Any) -> None:
        self.container = container

    def __getattr__(self, name: str) -> Any:
        return getattr(self.container, name)

    def add_node(self, *given: Any, **attributes: Any) -> Any:
        whole = {name: _as_whole(value) for name, value in attributes.items()}
        return self.container.add_node(*given, **whole)


def _as_whole(value: Any) -> Any:
    if isinstance(value, list) and any(isinstance(part, bool | np.bool_) for part in value):
        return [int(part) for part in value]
    return value
