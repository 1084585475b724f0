"""The job that the form of a new one was opened from: what its fields held."""

from collections.abc import Mapping
from dataclasses import dataclass

from tasks.engine.estimators.catalogue import Estimator, find_estimator

OFFERED = "offered_name"  # the name that the form came with; who leaves it typed none


@dataclass(frozen=True)
class Former:
    """A job, and the texts of the form's fields as that job filled them."""

    id: int
    values: Mapping[str, str]

    @property
    def estimator(self) -> Estimator | None:
        """The job's estimator."""
        return find_estimator(self.values.get("estimator", ""))

    def has(self, estimator: Estimator | None) -> bool:
        """Tell whether it is the job's estimator, whose parameters can be held against its own."""
        return estimator is not None and self.estimator == estimator
