"""An estimator's parameters as data: what a form value can set, its ranges, choices and help."""

import inspect
import math
import re
from numbers import Integral
from typing import Any

from numpydoc.docscrape import ClassDoc
from sklearn.gaussian_process.kernels import Kernel
from sklearn.utils._param_validation import HasMethods, Interval, Options, StrOptions

from tools.estimators.kernels import KERNELS

# Set by Trainyard itself, of no use in a form, or needing an object that a form cannot make.
UNSET = {
    "n_jobs", "random_state", "verbose", "warm_start", "class_weight", "copy_X", "copy", "copy_x",
    "categorical_features", "monotonic_cst", "interaction_cst", "precompute", "cache_size",
    "probability", "scoring", "max_bins", "constant", "store_precision", "priors", "cv",
    "copy_X_train", "store_covariance", "store_cv_results", "compute_score", "fit_path",
    "use_legacy_attributes", "refit", "jitter", "flatten_transform", "verbose_interval",
    "n_targets",
}  # fmt: skip
WRONG_CHOICES = {
    "precomputed", "deprecated", "random_state", "prefit",
    # kernels of counts, and solvers that SciPy has no more
    "chi2", "additive_chi2", "interior-point", "revised simplex",
}  # fmt: skip
# Distances that need a further value, are for two columns or for yes and no alone, or are other
# names of one that is offered.
WRONG_METRICS = {
    "haversine", "mahalanobis", "pyfunc", "seuclidean", "wminkowski", "dice", "hamming", "jaccard",
    "matching", "rogerstanimoto", "russellrao", "sokalmichener", "sokalsneath", "yule",
    "p", "l1", "l2", "infinity", "cityblock",
}  # fmt: skip
# scikit-learn says that it takes None here, and then does not.
NOT_NONE = {
    "n_neighbors": {"KNeighborsClassifier", "KNeighborsRegressor"},
    "p": {"KNeighborsClassifier", "KNeighborsRegressor", "RadiusNeighborsClassifier"},
    "max_iter": {"Lasso", "ElasticNet"},
}
# These two need a further value.
DUMMY_NEEDS_MORE = {"constant", "quantile"}
INSIDE = {"estimator", "final_estimator", "estimators"}
Parameters = list[dict[str, Any]]


def describe_parameters(cls: type, inside: list[str], fixed: set[str]) -> Parameters:
    """Return the parameters that a form value can set, in the order of the signature.

    Parameters
    ----------
    cls : type
        The estimator.
    inside : list of str
        The estimators that may be trained inside it.
    fixed : set of str
        Parameters that are set already.
    """
    signature = inspect.signature(cls).parameters
    found = []
    for name, constraints in cls._parameter_constraints.items():  # type: ignore[attr-defined]
        is_known = name in signature and isinstance(constraints, list)
        if not is_known or name in UNSET | fixed:
            continue
        default = signature[name].default
        described = (
            _describe_inside(name, constraints, inside)
            if name in INSIDE
            else _describe(name, constraints, default)
        )
        if described and cls.__name__.startswith("Dummy"):
            described["choices"] = [c for c in described["choices"] if c not in DUMMY_NEEDS_MORE]
        if described and cls.__name__ in NOT_NONE.get(name, set()):
            del described["kinds"]["none"]
        if described:
            found.append(described)
    return found


def _describe_inside(name: str, constraints: list[Any], inside: list[str]) -> dict[str, Any]:
    """Return a parameter that says what is trained inside."""
    if name == "estimators":
        kinds: dict[str, Any] = {"estimators": {}}
        return {"name": name, "kinds": kinds, "choices": inside, "default": inside[:3]}
    kinds = {"none": {}} if None in constraints else {}
    default = None if kinds else inside[0]
    return {"name": name, "kinds": kinds | {"estimator": {}}, "choices": inside,
            "default": default}  # fmt: skip


def _describe(name: str, constraints: list[Any], default: Any) -> dict[str, Any] | None:
    """Return a parameter as data, or None when no form value can set it."""
    if Kernel in constraints:
        return {"name": name, "kinds": {"none": {}, "kernel": {}}, "choices": list(KERNELS),
                "default": None}  # fmt: skip
    kinds: dict[str, dict[str, Any]] = {"none": {}} if None in constraints else {}
    choices: list[str] = []
    wrong = WRONG_CHOICES | (WRONG_METRICS if name == "metric" else set())
    for constraint in constraints:
        if isinstance(constraint, Interval):
            kinds["int" if issubclass(constraint.type, Integral) else "float"] = bounds(constraint)
        elif isinstance(constraint, StrOptions | Options):
            words = {o for o in constraint.options if isinstance(o, str)}
            choices += sorted(words - wrong - set(constraint.deprecated))
        elif constraint in ("boolean", "bool"):
            kinds["bool"] = {}
        elif constraint == "array-like" and name == "hidden_layer_sizes":
            kinds["ints"] = {"minimum": 1, "maximum": None}
    if choices:
        kinds["choice"] = {}
    return (
        {"name": name, "kinds": kinds, "choices": choices, "default": default}
        if _can_be_set(kinds, default)
        else None
    )


def bounds(interval: Interval) -> dict[str, Any]:
    """Return an interval's ends as data."""
    left = None if interval.left in (None, float("-inf")) else interval.left
    right = None if interval.right in (None, float("inf")) else interval.right
    return {
        "minimum": left,
        "maximum": right,
        "minimum_open": left is not None and interval.closed in {"right", "neither"},
        "maximum_open": right is not None and interval.closed in {"left", "neither"},
    }


def _can_be_set(kinds: dict[str, Any], default: Any) -> bool:
    """Tell whether a form value can set a parameter of these kinds."""
    is_plain = default is None or isinstance(default, bool | int | str)
    is_number = isinstance(default, float) and math.isfinite(default)
    is_list = isinstance(default, tuple) and "ints" in kinds
    is_given_up = default in ("deprecated", "warn")
    return bool(set(kinds) - {"none"}) and (is_plain or is_number or is_list) and not is_given_up


def inside_needs(cls: type) -> set[str]:
    """Return the methods that an estimator trained inside must have, any of them."""
    constraints = cls._parameter_constraints.get("estimator", [])  # type: ignore[attr-defined]
    return {
        method for c in constraints if isinstance(c, HasMethods) for method in c.methods
    } - {"fit", "predict"}  # fmt: skip


def help_of(cls: type, name: str) -> str:
    """Return the first sentence of a parameter's documentation, without markup."""
    for parameter in ClassDoc(cls)["Parameters"]:
        if name in [part.strip() for part in parameter.name.split(",")]:
            lines = []
            for line in parameter.desc:
                if not line.strip() or line.lstrip().startswith(("-", "..", "*")):
                    break
                lines.append(line.strip())
            text = " ".join(lines)
            text = re.sub(r":\w+:`~?([^`<]+?)(?:\s*<[^`]*>)?`", r"\1", text).replace("``", "")
            text = text.replace("`", "").replace("**", "").rstrip(":")
            return re.split(r"(?<=[a-z0-9)])\. (?=[A-Z])", text)[0].rstrip(".")[:240]
    return ""
