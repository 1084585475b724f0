"""One thing that may make a score too good, with the setting that removes its cause."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from tasks.engine.profile.sampled import Sampled
from tasks.engine.profile.strengths import Target, make_target
from tasks.engine.sentinel.codes import Code

# Enough to tell what these checks tell, and little beside a fit.
ROWS_AT_MOST, CELLS_AT_MOST = 20_000, 4_000_000


@dataclass(frozen=True)
class Finding:
    """A warning; `change` are the fields of a request that remove its cause, as in the API."""

    code: Code
    message: str
    change: Mapping[str, Any] = field(default_factory=dict)


def spread(n_rows: int, n_columns: int = 1) -> np.ndarray:
    """Return the rows that are looked at: all, or some spread evenly over the table."""
    most = min(ROWS_AT_MOST, max(1000, CELLS_AT_MOST // max(n_columns, 1)))
    return np.arange(0, n_rows, max(1, -(-n_rows // most)))


def as_sampled(name: str, values: "pd.Series[Any]") -> Sampled:
    """Return a typed column as the profile's checks take it."""
    if values.dtype != object:
        return Sampled(name, "number", values.to_numpy(float), [])
    codes, labels = pd.factorize(values)
    return Sampled(name, "category", codes.astype(int), [str(label) for label in labels])


def as_target(y: np.ndarray, task: str) -> Target | None:
    """Return a target as the profile's checks take it; None where there is nothing to tell."""
    if task == "regression":
        return Target(np.arange(len(y)), y.astype(float), None) if np.ptp(y) > 0 else None
    return make_target(as_sampled("", pd.Series(y, dtype=object)))
