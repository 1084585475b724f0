"""Tests of the engine fit many small models: what is the same for each is found out once."""

import functools
from typing import Any

import narwhals._utils
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

TABLES = (np.ndarray, pd.DataFrame, pd.Series)
_read_names = functools.cache(BaseEstimator._get_param_names.__func__)
_has = narwhals._utils._hasattr_static


def _names_of(kind: type[BaseEstimator]) -> list[str]:
    return list(_read_names(kind))


@functools.cache
def _kind_has(kind: type, name: str) -> bool:
    return hasattr(kind, name)


def _has_by_kind(found: Any, name: str) -> bool:
    return _kind_has(type(found), name) if type(found) in TABLES else bool(_has(found, name))


# Which parameters an estimator has is read from its class, and whose a table is told by its kind.
# Each fit asks both hundreds of times: a tenth of its time.
BaseEstimator._get_param_names = classmethod(_names_of)
narwhals._utils._hasattr_static = _has_by_kind
