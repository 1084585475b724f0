"""A target on another scale as ONNX: what the estimator says, brought back to its own unit.

skl2onnx has no `TransformedTargetRegressor`.
"""

import math
from typing import Any

import numpy as np
from onnx import TensorProto
from skl2onnx._supported_operators import sklearn_operator_name_map
from skl2onnx.common.data_types import FloatTensorType
from skl2onnx.common.exceptions import MissingConverter
from skl2onnx.common.shape_calculator import calculate_linear_regressor_output_shapes
from sklearn.preprocessing import QuantileTransformer, StandardScaler

ALIAS = "TrainyardTransformedTarget"
shape_of_target = calculate_linear_regressor_output_shapes


def convert_target(scope: Any, operator: Any, container: Any) -> None:
    """Write a `TransformedTargetRegressor`: its estimator, then the way back."""
    model = operator.raw_operator
    estimator, transformer = model.regressor_, model.transformer_
    alias = sklearn_operator_name_map.get(type(estimator))
    if alias is None:
        raise MissingConverter(f"no target on another scale of {type(estimator).__name__}")
    inner = scope.declare_local_operator(alias, estimator)
    inner.inputs = operator.inputs
    inner.outputs.append(scope.declare_local_variable("on_scale", FloatTensorType()))
    write = _Writing(scope, container)
    # Some estimators answer with a row of numbers, and a column is asked for.
    column = write("Reshape", inner.outputs[0].onnx_name, write.whole([-1, 1]), op_version=13)
    if isinstance(transformer, StandardScaler):
        back = _to_spread(write, transformer, column)
    elif isinstance(transformer, QuantileTransformer):
        back = _to_quantiles(write, transformer, column)
    else:
        back = write("Sub", write("Exp", column, op_version=13), write.numbers([1.0]))
    output = operator.outputs[0].full_name
    container.add_node("Identity", back, output, name=scope.get_unique_operator_name("Identity"))


class _Writing:
    """Adds nodes and constants, and returns their names."""

    def __init__(self, scope: Any, container: Any) -> None:
        self.scope, self.container = scope, container

    def __call__(self, kind: str, *inputs: str, op_version: int = 13, **attributes: Any) -> str:
        output: str = self.scope.get_unique_variable_name(kind.lower())
        name = self.scope.get_unique_operator_name(kind)
        self.container.add_node(
            kind, list(inputs), output, name=name, op_version=op_version, **attributes
        )
        return output

    def numbers(self, values: Any) -> str:
        """Add a constant of 32-bit numbers."""
        return self._add(TensorProto.FLOAT, np.asarray(values, np.float32).tolist())

    def whole(self, values: list[int]) -> str:
        """Add a constant of whole numbers."""
        return self._add(TensorProto.INT64, values)

    def _add(self, kind: int, values: list[Any]) -> str:
        name: str = self.scope.get_unique_variable_name("constant")
        self.container.add_initializer(name, kind, [len(values)], values)
        return name


def _to_spread(write: _Writing, scaler: StandardScaler, column: str) -> str:
    return write("Add", write("Mul", column, write.numbers(scaler.scale_)),
                 write.numbers(scaler.mean_))  # fmt: skip


def _to_quantiles(write: _Writing, transformer: QuantileTransformer, column: str) -> str:
    """Write the share of the normal distribution that lies below, then the quantile of it."""
    quantiles = transformer.quantiles_[:, 0]
    last = len(quantiles) - 1
    erf = write("Erf", write("Mul", column, write.numbers([1 / math.sqrt(2)])))
    share = write("Mul", write("Add", erf, write.numbers([1.0])), write.numbers([0.5]))
    place = write("Mul", share, write.numbers([float(last)]))
    floor = write("Min", write("Floor", place), write.numbers([float(last - 1)]))
    low = write("Cast", floor, to=TensorProto.INT64)
    known = write.numbers(quantiles)
    below = write("Gather", known, low, axis=0)
    above = write("Gather", known, write("Add", low, write.whole([1])), axis=0)
    part = write("Mul", write("Sub", place, floor), write("Sub", above, below))
    return write("Add", below, part)
