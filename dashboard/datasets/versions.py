"""Other readings of a dataset, each a version of its own."""

from collections.abc import Mapping
from typing import Any

from dashboard.db import Dataset, User
from dashboard.errors import Conflict


def make_reading(*, user: User, dataset_id: int, options: Mapping[str, Any]) -> Dataset:
    """Make a new version of a dataset from the same bytes, read with other options.

    Raises
    ------
    Conflict
        Always: nothing makes versions yet.
    """
    raise Conflict("Versions cannot be made yet")
