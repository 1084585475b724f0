"""Write the engine's `catalogue.json` from the installed scikit-learn: ``make catalogue``.

Ranges and choices come from the estimators' own ``_parameter_constraints``, defaults from their
signatures, help from their docstrings; titles and plain words from `tools.estimators`.
"""

import inspect
import json
import warnings
from pathlib import Path
from typing import Any

import sklearn
from sklearn.gaussian_process import kernels
from sklearn.utils import all_estimators, get_tags
from sklearn.utils.validation import has_fit_parameter

from tools.estimators.extra import describe_extra
from tools.estimators.featured import FEATURED, FIRST
from tools.estimators.further import FURTHER
from tools.estimators.kernels import AROUND, BOUNDS, KERNELS
from tools.estimators.left_out import LEFT_OUT
from tools.estimators.rules import RULES
from tools.estimators.words import PARAMETER_HELP
from tools.parameters import INSIDE, describe_parameters, help_of, inside_needs

TARGET = Path(__file__).parents[1] / "tasks" / "engine" / "estimators" / "catalogue.json"
# Where scikit-learn's own default does not suit a table with one target, or there is none.
FIXED: dict[str, dict[str, Any]] = {  # fmt: skip
    "CCA": {"n_components": 1},
    "LogisticRegressionCV": {
        "l1_ratios": [0.0],
        "scoring": "neg_log_loss",
        "use_legacy_attributes": False,
    },
    "PLSCanonical": {"n_components": 1},
    "RadiusNeighborsClassifier": {"outlier_label": "most_frequent"},
}
# Where another default serves a table better than scikit-learn's own.
DEFAULTS: dict[str, dict[str, Any]] = {
    "QuadraticDiscriminantAnalysis": {"solver": "eigen", "shrinkage": "auto"},
    "VotingClassifier": {"voting": "soft"},
}
# These give probabilities where they are set so.
SURE_IF_SET = [{"name": "SGDClassifier", "parameters": {"loss": ["log_loss", "modified_huber"]}}]
UNSCALED = {"tree", "ensemble", "dummy", "naive_bayes"}  # what is in these needs no scale
WORDS = FIRST | FURTHER


def describe_estimator(cls: type, inside: list[str]) -> dict[str, Any]:
    """Return one estimator as data.

    Parameters
    ----------
    cls : type
        scikit-learn's class.
    inside : list of str
        The estimators that may be trained inside it, if it is made of others.
    """
    name, signature = cls.__name__, inspect.signature(cls).parameters
    words, fixed = WORDS[name], FIXED.get(name, {})
    parameters = describe_parameters(cls, inside, set(fixed))
    defaults = _set_defaults(name, parameters)
    for parameter in parameters:
        is_common = parameter["name"] in words.common
        own = PARAMETER_HELP.get(parameter["name"]) if is_common else None
        parameter |= {"help": own or help_of(cls, parameter["name"]), "common": is_common}
    order = {parameter: n for n, parameter in enumerate(words.common)}
    parameters.sort(key=lambda p: (order.get(p["name"], 99), p["name"]))
    is_made_of_others = is_meta(cls)
    tags = None if is_made_of_others else get_tags(cls()).input_tags
    return {
        "id": name, "module": public_module(cls), "library": "scikit-learn",
        "alone_in_vote": False, "title": words.title,
        "task": "classification" if is_classifier_class(cls) else "regression",
        "summary": words.summary, "tags": words.tags, "featured": name in FEATURED,
        "scale": scale_of(cls), "dense": tags is None or not tags.sparse,
        "native": "categorical_features" in signature,
        "weighs_classes": is_classifier_class(cls) and "class_weight" in signature,
        "fixed": fixed | defaults, "rules": rules_of(cls), "parameters": parameters,
    }  # fmt: skip


def rules_of(cls: type) -> list[dict[str, Any]]:
    """List what the parameters of an estimator take together."""
    rules = list(RULES.get(cls.__name__, []))
    if cls.__name__ == "VotingClassifier":
        sure = [name for name in CLASSIFIERS & set(WORDS) if _gives_probabilities(KNOWN[name])]
        says = (
            "Soft voting needs estimators that give probabilities. Choose hard, or leave out: {}"
        )
        allowed = [*sorted(sure), *SURE_IF_SET]
        rules.append({"when": {"voting": ["soft"]}, "then": {"estimators": allowed}, "says": says})
    return rules


def _gives_probabilities(cls: type) -> bool:
    return not is_meta(cls) and hasattr(cls(), "predict_proba")


def _set_defaults(name: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    """Give parameters our own defaults, and return those that scikit-learn would not use."""
    ours = DEFAULTS.get(name, {})
    for parameter in parameters:
        parameter["default"] = ours.get(parameter["name"], parameter["default"])
    inside = {p["name"]: p["default"] for p in parameters if p["name"] in INSIDE}
    return ours | {name: value for name, value in inside.items() if value is not None}


def public_module(cls: type) -> str:
    """Return the module that a class is imported from: ``sklearn.linear_model``."""
    return ".".join(cls.__module__.split(".")[:2])


def is_meta(cls: type) -> bool:
    """Tell whether an estimator is made of others."""
    return bool(INSIDE & set(inspect.signature(cls).parameters))


def is_classifier_class(cls: type) -> bool:
    """Tell whether a class is a classifier, also where it cannot be made without others."""
    return cls.__name__ in CLASSIFIERS


def scale_of(cls: type) -> str:
    """Return how numbers are brought to one scale: "" where nothing depends on it."""
    if is_meta(cls):
        return "standard"
    if get_tags(cls()).input_tags.positive_only:
        return "range"
    return "" if public_module(cls).split(".")[1] in UNSCALED else "standard"


def inside_of(cls: type, classes: dict[str, type]) -> list[str]:
    """List the estimators of the same task that may be trained inside another."""
    if not is_meta(cls):
        return []
    needs = inside_needs(cls)
    return [
        name
        for name, other in classes.items()
        if is_classifier_class(other) == is_classifier_class(cls)
        and not is_meta(other)
        and not name.startswith("Dummy")
        and scale_of(other) != "range"  # numbers are brought to the scale of the outer one
        and (not needs or any(hasattr(other(), method) for method in needs))
        and (not cls.__name__.startswith("AdaBoost") or has_fit_parameter(other, "sample_weight"))
    ]


def make_catalogue() -> dict[str, Any]:
    """Return the whole catalogue as it is stored."""
    classes = {name: KNOWN[name] for name in WORDS}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        described = [describe_estimator(c, inside_of(c, classes)) for c in classes.values()]
    return {
        "scikit_learn": sklearn.__version__,
        "estimators": [*described, *describe_extra()],
        "kernels": [describe_kernel(name) for name in KERNELS],
        "left_out": [describe_left_out(name, reason) for name, reason in LEFT_OUT.items()],
    }


def describe_left_out(name: str, reason: str) -> dict[str, str]:
    """Return an estimator that is left out as data."""
    task = "classification" if is_classifier_class(KNOWN[name]) else "regression"
    return {"id": name, "task": task, "reason": reason}


def describe_kernel(name: str) -> dict[str, Any]:
    """Return a kernel as data: what it is given, and where that may be at first."""
    words = KERNELS[name]
    own = [describe_start(getattr(kernels, name), n, says) for n, says in words.parameters.items()]
    around = [
        describe_start(getattr(kernels, kernel), of, says)
        | {"name": n, "kinds": {"none": {}, "float": _span(getattr(kernels, kernel), of)},
           "default": None}
        for n, (kernel, of, says) in AROUND.items()
    ]  # fmt: skip
    return {"id": name, "title": words.title, "summary": words.summary,
            "parameters": [*own, *around]}  # fmt: skip


def describe_start(kernel: type, name: str, says: str) -> dict[str, Any]:
    """Return the value that a kernel's parameter has at first, as data."""
    default = inspect.signature(kernel).parameters[name].default
    return {"name": name, "kinds": {"float": _span(kernel, name)}, "choices": [],
            "default": default, "help": says, "common": True}  # fmt: skip


def _span(kernel: type, name: str) -> dict[str, Any]:
    searched = inspect.signature(kernel).parameters.get(f"{name}_bounds")
    low, high = searched.default if searched else BOUNDS[name]
    return {"minimum": low, "maximum": high, "minimum_open": low == 0, "maximum_open": False}


CLASSIFIERS = {name for name, _ in all_estimators(type_filter="classifier")}
KNOWN = dict(all_estimators(type_filter=["classifier", "regressor"]))

if __name__ == "__main__":
    TARGET.write_text(json.dumps(make_catalogue(), indent=1) + "\n", encoding="utf-8")
