"""What a job has in the columns of settings and metrics."""

import json
from dataclasses import dataclass
from typing import Any

from dashboard.db import Job
from dashboard.filters import number
from tasks.engine.estimators.catalogue import find_estimator


@dataclass(frozen=True)
class Setting:
    """The value of a setting; `is_default` when the job was given none."""

    value: Any
    is_default: bool

    @property
    def text(self) -> str:
        """The value as a page shows it."""
        if isinstance(self.value, int | float) and not isinstance(self.value, bool):
            return number(self.value)
        return setting_text(self.value)


def setting_text(value: Any) -> str:
    """Return the value of a setting as scikit-learn's users write it, at full precision."""
    if value is None or isinstance(value, bool | int | float):
        return str(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def setting_of(job: Job, name: str) -> Setting | None:
    """Return a setting of a job's estimator; None where that has no such setting."""
    if name in job.parameters:
        return Setting(job.parameters[name], is_default=False)
    estimator = find_estimator(job.estimator)
    parameter = estimator.find_parameter(name) if estimator else None
    return None if parameter is None else Setting(parameter.default, is_default=True)


def mean_of(job: Job, metric: str) -> float | None:
    """Return a job's mean over its folds by a metric; None where it has none."""
    mean: float | None = ((job.metrics or {}).get(metric) or {}).get("mean")
    return mean
