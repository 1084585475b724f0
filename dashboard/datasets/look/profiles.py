"""What is known of a dataset's columns beyond its compact profile: read from the profile file."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dashboard.db import Dataset
from dashboard.errors import NotFound
from dashboard.storage import get_storage
from tasks.engine.profile.profile_file import read_details, read_summary


def find_details(dataset: Dataset, positions: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    """Return the details of some columns by their position; none without a profile file.

    Parameters
    ----------
    dataset : Dataset
        The dataset.
    positions : sequence of int
        Columns in file order, from 0.
    """
    if dataset.profile_key is None or not positions:
        return {}
    found: dict[int, Mapping[str, Any]] = {}
    try:
        with get_storage().seekable(dataset.profile_key) as file:
            for first, length in _runs(positions):
                found |= dict(enumerate(read_details(file, first, length), start=first))
    except NotFound:
        return {}
    return found


def _runs(positions: Iterable[int]) -> list[tuple[int, int]]:
    """Return positions, which are in order, as runs of neighbours: first, length."""
    runs: list[tuple[int, int]] = []
    for position in sorted(positions):
        if runs and position == sum(runs[-1]):
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((position, 1))
    return runs


def find_summary(dataset: Dataset) -> Mapping[str, Any]:
    """Return what is known of the table as a whole; nothing without a profile file."""
    if dataset.profile_key is None:
        return {}
    try:
        with get_storage().seekable(dataset.profile_key) as file:
            return read_summary(file)
    except NotFound:
        return {}


def missing_files(dataset: Dataset) -> list[str]:
    """Return, in words, which files of a dataset that was read are gone from the storage."""
    storage = get_storage()
    named = (("table", dataset.table_key), ("profile", dataset.profile_key))
    return [word for word, key in named if key is not None and not storage.exists(key)]
