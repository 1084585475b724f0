"""A fitted or unfitted pipeline as Python source: constructor calls, and their imports."""

import inspect
import itertools
import math
from functools import partial
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

INDENT = "    "


def source_of(model: BaseEstimator) -> tuple[str, str]:
    """Write an estimator as source that makes an equal one.

    Parameters
    ----------
    model : BaseEstimator
        Anything made of scikit-learn's own classes; parameters that have their default are left
        out.

    Returns
    -------
    imports : str
        Import lines, sorted.
    expression : str
        The constructor call, over several lines, indented for the body of a function.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> imports, expression = source_of(make_pipeline(StandardScaler(), Ridge(alpha=0.5)))
    >>> print(imports)
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler
    >>> print(expression)
    Pipeline(steps=[('standardscaler', StandardScaler()), ('ridge', Ridge(alpha=0.5))])
    """
    imports: set[str] = set()
    expression = _write(model, imports, 1)
    return "\n".join(sorted(imports)), expression


def _write(value: Any, imports: set[str], depth: int) -> str:
    if hasattr(value, "get_params") and not isinstance(value, type):  # CatBoost's have no base
        return _write_estimator(value, imports, depth)
    if isinstance(value, list | tuple):
        return _write_sequence(value, imports, depth)
    if isinstance(value, partial) or inspect.isfunction(value):
        return _write_function(value, imports)
    if isinstance(value, type | np.ufunc) or _is_endless(value):
        imports.add("import numpy as np")
        named = str(float(value)) if _is_endless(value) else value.__name__
        return f"-np.{named[1:]}" if named.startswith("-") else f"np.{named}"
    if isinstance(value, np.generic):
        return repr(value.item())
    if type(value).__module__.startswith("sklearn."):  # a splitter: its repr is a call
        imports.add(_import(type(value)))
    return repr(value)


def _is_endless(value: Any) -> bool:
    return isinstance(value, float | np.floating) and not math.isfinite(value)


def _write_function(value: Any, imports: set[str]) -> str:
    function = value.func if isinstance(value, partial) else value
    imports.add(_import(function))
    if function is value:
        return str(function.__name__)
    imports.add("from functools import partial")
    given = "".join(f", {name}={word!r}" for name, word in value.keywords.items())
    return f"partial({function.__name__}{given})"


def _import(cls: Any) -> str:
    # Private modules end the public path: sklearn.ensemble._hist_gradient_boosting and below.
    parts = itertools.takewhile(lambda part: not part.startswith("_"), cls.__module__.split("."))
    module = ".".join(parts)
    return f"from {module} import {cls.__name__}"


def _write_estimator(value: Any, imports: set[str], depth: int) -> str:
    cls = type(value)
    imports.add(_import(cls))
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(cls.__init__).parameters.items()
    }
    arguments = [
        f"{name}={_write(given, imports, depth + 1)}"
        for name, given in value.get_params(deep=False).items()
        if not _is_default(given, defaults.get(name))
    ]
    return _enclose(f"{cls.__name__}(", arguments, ")", depth)


def _write_sequence(value: Any, imports: set[str], depth: int) -> str:
    parts = [_write(part, imports, depth + 1) for part in value]
    if isinstance(value, tuple):
        return _enclose("(", parts, ",)" if len(parts) == 1 else ")", depth)
    return _enclose("[", parts, "]", depth)


def _enclose(left: str, parts: list[str], right: str, depth: int) -> str:
    line = left + ", ".join(parts) + right
    if len(line) + depth * 4 <= 88 and "\n" not in line:
        return line
    inner = ",\n".join(INDENT * (depth + 1) + part for part in parts)
    return f"{left}\n{inner},\n{INDENT * depth}{right.lstrip(',')}"


def _is_default(given: Any, default: Any) -> bool:
    if isinstance(given, float) and isinstance(default, float) and math.isnan(given):
        return math.isnan(default)
    return (
        type(given) is type(default) and not isinstance(given, BaseEstimator) and given == default
    )
