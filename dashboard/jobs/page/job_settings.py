"""The settings of a job as one types them, those that were changed first."""

from dataclasses import dataclass
from typing import Any

from dashboard.db import Job
from tasks.engine.estimators.catalogue import get_estimator
from tasks.engine.estimators.parameters import show_value


@dataclass(frozen=True)
class ShownSetting:
    """A parameter with its value and its default, as one types them."""

    name: str
    value: str
    default: str
    is_changed: bool


def read_settings(job: Job) -> dict[str, Any]:
    """Return ``settings``, the parameters, and ``preprocessing``, names and values.

    A blend has no parameters of its own: its members have them.
    """
    shown: list[ShownSetting] = []
    if len(job.details.get("members") or []) <= 1:
        for parameter in get_estimator(job.estimator).parameters:
            value, default = (
                job.parameters.get(parameter.name, parameter.default),
                parameter.default,
            )
            texts = (show_value(value), show_value(default))
            shown.append(ShownSetting(parameter.name, *texts, value != default))
    return {
        "settings": sorted(shown, key=lambda one: not one.is_changed),
        "preprocessing": [(name, show_value(v)) for name, v in job.preprocessing.items()],
    }
