"""Write `tasks/engine/catalogue.json` from the installed scikit-learn: ``make catalogue``.

Ranges and choices come from the estimators' own ``_parameter_constraints``, defaults from their
signatures, help from their docstrings; titles and plain words from `tools.estimators`.
"""

import importlib
import inspect
import json
import re
from numbers import Integral
from pathlib import Path
from typing import Any

import sklearn
from numpydoc.docscrape import ClassDoc
from sklearn.base import is_classifier
from sklearn.utils._param_validation import Interval, Options, StrOptions

from tools.estimators import ESTIMATORS, FEATURED

TARGET = Path(__file__).parents[1] / "tasks" / "engine" / "catalogue.json"
# Set by Trainyard itself, of no use in a form, or needing an object that a form cannot make.
LEFT_OUT = {
    "n_jobs", "random_state", "verbose", "warm_start", "class_weight", "copy_X", "copy", "copy_x",
    "categorical_features", "monotonic_cst", "interaction_cst", "precompute", "cache_size",
    "probability", "scoring", "max_bins", "constant", "store_precision", "priors", "estimator",
}  # fmt: skip
WRONG_CHOICES = {"precomputed", "deprecated", "random_state"}


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


def can_be_set(kinds: dict[str, Any], default: Any) -> bool:
    """Tell whether a form value can set a parameter of these kinds."""
    is_plain = default is None or isinstance(default, bool | int | float | str | tuple)
    return bool(set(kinds) - {"none"}) and is_plain and default != "deprecated"


def describe_parameter(name: str, constraints: list[Any], default: Any) -> dict[str, Any] | None:
    """Return a parameter as data, or None when no form value can set it."""
    kinds: dict[str, dict[str, Any]] = {"none": {}} if None in constraints else {}
    choices: list[str] = []
    for constraint in constraints:
        if isinstance(constraint, Interval):
            kinds["int" if issubclass(constraint.type, Integral) else "float"] = bounds(constraint)
        elif isinstance(constraint, StrOptions | Options):
            words = {o for o in constraint.options if isinstance(o, str)}
            choices += sorted(words - WRONG_CHOICES - set(constraint.deprecated))
        elif constraint in ("boolean", "bool"):
            kinds["bool"] = {}
        elif constraint == "array-like" and name == "hidden_layer_sizes":
            kinds["ints"] = {"minimum": 1, "maximum": None}
    if choices:
        kinds["choice"] = {}
    if not can_be_set(kinds, default):
        return None
    return {"name": name, "kinds": kinds, "choices": choices, "default": default}


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


def describe_estimator(name: str, entry: dict[str, Any]) -> dict[str, Any]:
    """Return one estimator as data."""
    module = importlib.import_module(entry["module"])
    cls = getattr(module, name)
    signature = inspect.signature(cls.__init__).parameters
    parameters = []
    for parameter, constraints in cls._parameter_constraints.items():
        if (
            parameter in LEFT_OUT
            or parameter not in signature
            or not isinstance(constraints, list)
        ):
            continue
        found = describe_parameter(parameter, constraints, signature[parameter].default)
        if found and name.startswith("Dummy"):  # these two need a further value
            found["choices"] = [c for c in found["choices"] if c not in {"constant", "quantile"}]
        if found:
            is_common = parameter in entry["common"]
            words = entry.get("help", {}).get(parameter) or help_of(cls, parameter)
            parameters.append(found | {"help": words, "common": is_common})
    order = {parameter: n for n, parameter in enumerate(entry["common"])}
    parameters.sort(key=lambda p: (order.get(p["name"], 99), p["name"]))
    return {
        "id": name, "module": entry["module"], "title": entry["title"],
        "task": "classification" if is_classifier(cls()) else "regression",
        "summary": entry["summary"], "tags": entry["tags"], "featured": name in FEATURED,
        "scale": entry.get("scale", False), "dense": entry.get("dense", False),
        "native": entry.get("native", False),
        "weighs_classes": is_classifier(cls()) and "class_weight" in signature,
        "parameters": parameters,
    }  # fmt: skip


def make_catalogue() -> dict[str, Any]:
    """Return the whole catalogue as it is stored."""
    return {
        "scikit_learn": sklearn.__version__,
        "estimators": [describe_estimator(name, entry) for name, entry in ESTIMATORS.items()],
    }


if __name__ == "__main__":
    TARGET.write_text(json.dumps(make_catalogue(), indent=1) + "\n", encoding="utf-8")
