"""The catalogue: estimators, their parameters and the metrics, as data.

Imports neither scikit-learn nor numpy, so that the web process can draw forms from it. The data
comes from `catalogue.json`, which ``make catalogue`` writes from scikit-learn itself.
"""

import functools
import importlib.util
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCIKIT_LEARN = "scikit-learn"


@dataclass(frozen=True)
class Bounds:
    """The ends of a range; None is no end, an open end is itself not allowed."""

    minimum: float | None = None
    maximum: float | None = None
    minimum_open: bool = False
    maximum_open: bool = False

    def admits(self, value: float) -> bool:
        """Tell whether a value lies within; never for NaN and infinity."""
        low = -math.inf if self.minimum is None else self.minimum
        high = math.inf if self.maximum is None else self.maximum
        on_open_end = (self.minimum_open and value == low) or (self.maximum_open and value == high)
        return math.isfinite(value) and low <= value <= high and not on_open_end


@dataclass(frozen=True)
class Parameter:
    """A parameter of an estimator; `kinds` are the kinds of value it takes, with their bounds."""

    name: str
    kinds: Mapping[str, Bounds]
    default: Any
    choices: tuple[str, ...]
    help: str
    common: bool

    @property
    def minimum(self) -> float | None:
        """The lowest number that any kind admits."""
        ends = [b.minimum for kind, b in self.kinds.items() if kind in {"int", "float"}]
        return None if not ends or None in ends else min(ends)  # type: ignore[type-var]

    @property
    def maximum(self) -> float | None:
        """The highest number that any kind admits."""
        ends = [b.maximum for kind, b in self.kinds.items() if kind in {"int", "float"}]
        return None if not ends or None in ends else max(ends)  # type: ignore[type-var]


@dataclass(frozen=True)
class Estimator:
    """An estimator; `id` is its class name, `library` what it is of.

    `alone_in_vote`: it is fitted within one of scikit-learn's voting estimators, as the only one,
    because by itself it does not answer as scikit-learn's do.
    `scale`: how numbers are brought to one scale, "standard", "range" (from 0 to 1), or "" where
    nothing depends on it; `dense`: it takes no sparse matrix; `native`: it deals with categories
    and missing values itself; `weighs_classes`: it takes a class weight; `fixed`: what parameters
    are set to unless a request says otherwise, where that is not scikit-learn's own default;
    `rules`: what parameters take together, see `rules`.
    """

    id: str
    module: str
    library: str
    alone_in_vote: bool
    title: str
    task: str
    summary: str
    tags: tuple[str, ...]
    featured: bool
    scale: str
    dense: bool
    native: bool
    weighs_classes: bool
    fixed: Mapping[str, Any]
    rules: Sequence[Mapping[str, Any]]
    parameters: tuple[Parameter, ...]

    @property
    def is_installed(self) -> bool:
        """Whether its library is there; it is not imported for that."""
        return self.library == SCIKIT_LEARN or _is_installed(self.library)

    def find_parameter(self, name: str) -> Parameter | None:
        """Return a parameter by its name."""
        return next((p for p in self.parameters if p.name == name), None)


@dataclass(frozen=True)
class Kernel:
    """A kernel of Gaussian processes; `id` is scikit-learn's class name.

    `constant_value` and `noise_level`, where they are set, add a kernel of their own.
    """

    id: str
    title: str
    summary: str
    parameters: tuple[Parameter, ...]
    rules: tuple[Mapping[str, Any], ...] = ()

    def find_parameter(self, name: str) -> Parameter | None:
        """Return a parameter by its name."""
        return next((p for p in self.parameters if p.name == name), None)


@dataclass(frozen=True)
class LeftOut:
    """An estimator that is not offered, and why; `id` is its class name."""

    id: str
    task: str
    reason: str


@dataclass(frozen=True)
class Metric:
    """A way to score predictions; its sign is natural, its direction is data.

    `of_positive`: of two classes it is about the positive one, which is to be named beside it.
    `two_only`: it is for two classes.
    """

    name: str
    title: str
    greater_is_better: bool
    of_positive: bool = False
    two_only: bool = False


METRICS = {
    "classification": (
        Metric("roc_auc", "ROC AUC", True),
        Metric("average_precision", "Average precision", True, of_positive=True),
        Metric("accuracy", "Accuracy", True),
        Metric("balanced_accuracy", "Balanced accuracy", True),
        Metric("f1", "F1", True, of_positive=True, two_only=True),
        Metric("precision", "Precision", True, of_positive=True, two_only=True),
        Metric("recall", "Recall", True, of_positive=True, two_only=True),
        Metric("f1_macro", "F1, macro", True),
        Metric("precision_macro", "Precision, macro", True),
        Metric("recall_macro", "Recall, macro", True),
        Metric("mcc", "Matthews correlation", True),
        Metric("log_loss", "Log loss", False),
        Metric("brier", "Brier score", False),
        Metric("calibration_error", "Expected calibration error", False),
    ),
    "regression": (
        Metric("r2", "R²", True),
        Metric("rmse", "RMSE", False),
        Metric("mae", "Mean absolute error", False),
        Metric("median_ae", "Median absolute error", False),
        Metric("mape", "Mean absolute percentage error", False),
        Metric("pinball_10", "Pinball loss at 10%", False),
        Metric("pinball_50", "Pinball loss at 50%", False),
        Metric("pinball_90", "Pinball loss at 90%", False),
        Metric("max_error", "Largest error", False),
    ),
}
TASKS = tuple(METRICS)
# The simple model that results are held against.
LINEAR = {"classification": "LogisticRegression", "regression": "Ridge"}


@functools.cache
def _is_installed(library: str) -> bool:
    return importlib.util.find_spec(library) is not None


@functools.cache
def _read() -> dict[str, Any]:
    text = (Path(__file__).parent / "catalogue.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@functools.cache
def _catalogue() -> dict[str, Estimator]:
    return {entry["id"]: _estimator(entry) for entry in _read()["estimators"]}


@functools.cache
def _kernels() -> dict[str, Kernel]:
    return {
        entry["id"]: Kernel(**{**entry, "parameters": _parameters(entry)})
        for entry in _read()["kernels"]
    }


def _estimator(entry: dict[str, Any]) -> Estimator:
    return Estimator(**{**entry, "tags": tuple(entry["tags"]), "parameters": _parameters(entry)})


def _parameters(entry: dict[str, Any]) -> tuple[Parameter, ...]:
    return tuple(
        Parameter(
            **{
                **parameter,
                "kinds": {kind: Bounds(**b) for kind, b in parameter["kinds"].items()},
                "choices": tuple(parameter["choices"]),
            }
        )
        for parameter in entry["parameters"]
    )


def find_kernel(name: str) -> Kernel | None:
    """Return a kernel of Gaussian processes by scikit-learn's class name, or None."""
    return _kernels().get(name)


def list_left_out(task: str | None = None) -> tuple[LeftOut, ...]:
    """List the estimators that are not offered, and why."""
    absent = [e for e in _catalogue().values() if not e.is_installed]
    found = [LeftOut(e.id, e.task, say_not_installed(e)) for e in absent]
    found += [LeftOut(**entry) for entry in _read()["left_out"]]
    return tuple(one for one in found if task is None or one.task == task)


def say_not_installed(entry: Estimator) -> str:
    """Say that an estimator's library is not installed, and what installs it."""
    return f"{entry.title} is not installed here; make extra installs it"


def list_estimators(task: str | None = None) -> tuple[Estimator, ...]:
    """List the estimators whose libraries are installed, the most useful first.

    Parameters
    ----------
    task : {"classification", "regression"}, optional
        Only those for a task.

    Examples
    --------
    >>> [entry.id for entry in list_estimators("regression")][:3]
    ['HistGradientBoostingRegressor', 'Ridge', 'RandomForestRegressor']
    """
    suited = (e for e in _catalogue().values() if task is None or e.task == task)
    return tuple(e for e in suited if e.is_installed)


def find_estimator(estimator_id: str) -> Estimator | None:
    """Return an estimator by scikit-learn's class name, or None."""
    return _catalogue().get(estimator_id)


def get_estimator(estimator_id: str) -> Estimator:
    """Return an estimator by scikit-learn's class name.

    Raises
    ------
    KeyError
        When the catalogue has none of that name.

    Examples
    --------
    >>> alpha = get_estimator("Ridge").find_parameter("alpha")
    >>> alpha.default, alpha.minimum
    (1.0, 0)
    """
    return _catalogue()[estimator_id]


def default_metric(task: str) -> str:
    """Return the main metric unless another is chosen: ROC AUC or R2."""
    return METRICS[task][0].name


def metric_title(name: str) -> str:
    """Return a metric's title, such as ``ROC AUC``; its name when it is unknown."""
    titles = {m.name: m.title for metrics in METRICS.values() for m in metrics}
    return titles.get(name, name)


def find_metric(task: str, name: str) -> Metric | None:
    """Return a metric of a task by its name, or None."""
    return next((metric for metric in METRICS[task] if metric.name == name), None)


def name_metric(metric: Metric, positive: str | None) -> str:
    """Return a metric's title with the class that it is about, where there are two."""
    named = metric.of_positive and positive is not None
    return f'{metric.title} of "{positive}"' if named else metric.title
