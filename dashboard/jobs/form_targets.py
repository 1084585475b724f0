"""The columns that the form of a new job offers as its target."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.jobs.requests import unsuitable_target


def list_target_choices(columns: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, bool]]:
    """Return the columns, those that cannot be predicted last and marked so."""
    fine = [(c["name"], c["name"], False) for c in columns if not unsuitable_target(c)]
    rest = [
        (c["name"], f"{c['name']} (not suitable)", True) for c in columns if unsuitable_target(c)
    ]
    return [("", "Choose a column", False), *fine, *rest]
