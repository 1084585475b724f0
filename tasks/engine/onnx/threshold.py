"""A decision threshold as ONNX.

skl2onnx has no fixed one, and of a tuned one it takes the estimator's own labels.
"""

from typing import Any

import numpy as np
from onnx import TensorProto
from skl2onnx._supported_operators import sklearn_operator_name_map
from skl2onnx.common.data_types import guess_numpy_type
from skl2onnx.common.exceptions import MissingConverter
from skl2onnx.common.shape_calculator import calculate_linear_classifier_output_shapes

ALIAS = "TrainyardFixedThreshold"
shape_of_threshold = calculate_linear_classifier_output_shapes


def convert_threshold(scope: Any, operator: Any, container: Any) -> None:
    """Write a `FixedThresholdClassifier`: what its estimator says, then labels by it."""
    fixed = operator.raw_operator
    estimator, classes = fixed.estimator_, list(fixed.classes_)
    alias = sklearn_operator_name_map.get(type(estimator))
    if alias is None or fixed.response_method != "predict_proba":
        raise MissingConverter(f"no threshold of {type(estimator).__name__}")
    inner = scope.declare_local_operator(alias, estimator)
    inner.inputs = operator.inputs
    for output, name in zip(operator.outputs, ("label_before", "probability"), strict=True):
        inner.outputs.append(scope.declare_local_variable(name, type(output.type)()))
    told = inner.outputs[1].onnx_name

    def add(kind: str, inputs: Any, output: str | None = None, **attributes: Any) -> str:
        name = output or scope.get_unique_variable_name(kind.lower())
        own = scope.get_unique_operator_name(kind)
        container.add_node(kind, inputs, name, name=own, **attributes)
        return name

    def constant(kind: int, values: list[Any], shape: list[int]) -> str:
        name: str = scope.get_unique_variable_name("constant")
        container.add_initializer(name, kind, shape, values)
        return name

    double = guess_numpy_type(operator.outputs[1].type) == np.float64
    number = TensorProto.DOUBLE if double else TensorProto.FLOAT
    column = classes.index(fixed.pos_label)
    names = [str(name).encode() for name in (fixed.pos_label, classes[1 - column])]
    positive, other = (constant(TensorProto.STRING, [name], [1]) for name in names)
    limit = constant(number, [float(fixed.threshold)], [1])
    one = add("ArrayFeatureExtractor", [told, constant(TensorProto.INT64, [column], [1])],
              op_domain="ai.onnx.ml")  # fmt: skip
    flat = add("Reshape", [one, constant(TensorProto.INT64, [-1], [1])], op_version=13)
    below = add("Less", [flat, limit], op_version=13)
    add("Where", [below, other, positive], operator.outputs[0].full_name, op_version=9)
    add("Identity", [told], operator.outputs[1].full_name, op_version=13)
