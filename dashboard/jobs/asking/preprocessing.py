"""How a job's columns are to be made ready: checked against the settings and the estimators."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.jobs.asking.checked import Checked
from tasks.engine.errors import ParameterError
from tasks.engine.estimators.catalogue import Estimator
from tasks.engine.preprocessing.settings import find_misfit, read_preprocessing


def check_preprocessing(
    checked: Checked, body: Mapping[str, Any], estimators: Sequence[Estimator]
) -> None:
    """Check settings of preprocessing, and keep those that are not the defaults.

    Parameters
    ----------
    checked : Checked
        Takes a message for each setting that cannot be used.
    body : Mapping
        The fields of ``POST /jobs`` or ``POST /batches``.
    estimators : sequence of Estimator
        Those that the request tries.
    """
    given = body.get("preprocessing") or {}
    if not isinstance(given, Mapping):
        checked.problems["preprocessing"] = "preprocessing must be an object of values by name"
        return
    try:
        chosen = read_preprocessing(given)
    except ParameterError as problem:
        found = problem.fields
    else:
        checked.values["preprocessing"] = chosen.changed
        misfits = (find_misfit(chosen, estimator) for estimator in estimators)
        found = next(filter(None, misfits), {})
        if chosen.target != "none" and checked.values["task"] != "regression":
            found = found or {"target": "target must be none: classes are predicted"}
    checked.problems |= {f"preprocessing.{name}": words for name, words in found.items()}
