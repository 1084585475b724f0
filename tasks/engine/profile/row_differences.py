"""In what the rows of two versions of a table differ, over the columns that both have.

Rows are matched by a column that identifies them, where both versions have one (`matched_rows`).
Else they are compared as a whole and whatever their order: a row that stands there three times
and then twice is one row less, and one in which a cell changed is one removed and one added.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from tasks.engine.profile.cell_hashes import Progress, hash_groups
from tasks.engine.profile.difference_limits import is_too_large
from tasks.engine.profile.duplicates import TURN
from tasks.engine.profile.matched_rows import match_rows
from tasks.engine.table.cells import mix


def compare_rows(
    before: Path,
    after: Path,
    identifiers: Collection[str] = (),
    on_progress: Progress = lambda _: None,
) -> dict[str, Any] | None:
    """Count the rows that one table has and the other has not, and those that changed.

    Parameters
    ----------
    before, after : Path
        Tables that `tabular.read_table` wrote.
    identifiers : collection of str, optional
        The columns that are called identifiers in both.
    on_progress : callable, optional
        Is told the fraction that is done, 0 to 1.

    Returns
    -------
    dict or None
        ``same``, ``added``, ``removed``: numbers of rows; ``columns``: by how many columns they
        were compared; ``key``: the column that they were matched by, or None. With a key also
        ``changed`` and ``changed_columns``, see `matched_rows.match_rows`. None where the tables
        are too large, or have no column in common.
    """
    files = pq.ParquetFile(before), pq.ParquetFile(after)
    names = set(files[0].schema_arrow.names[1:])
    common = [name for name in files[1].schema_arrow.names[1:] if name in names]
    rows = max(file.metadata.num_rows for file in files)
    if not common or is_too_large(rows, len(common)):
        return None
    keys = [name for name in common if name in identifiers]
    matched = match_rows(*files, keys, common, on_progress) if keys else None
    return matched or _compare_whole(files, common, on_progress)


def _compare_whole(
    files: tuple[pq.ParquetFile, pq.ParquetFile], common: list[str], on_progress: Progress
) -> dict[str, Any]:
    old = _hash_rows(files[0], common, lambda part: on_progress(part / 2))
    new = _hash_rows(files[1], common, lambda part: on_progress(0.5 + part / 2))
    values, counts = np.unique(old, return_counts=True)
    new_values, new_counts = np.unique(new, return_counts=True)
    _, at, new_at = np.intersect1d(values, new_values, assume_unique=True, return_indices=True)
    same = int(np.minimum(counts[at], new_counts[new_at]).sum())
    return {
        "same": same,
        "added": len(new) - same,
        "removed": len(old) - same,
        "columns": len(common),
        "key": None,
    }


def _hash_rows(file: pq.ParquetFile, names: list[str], on_progress: Progress) -> np.ndarray:
    """Return 64 bits for each row; with 5 million rows two differ by chance once in a million."""
    total = np.zeros(file.metadata.num_rows, np.uint64)
    for name, start, bits in hash_groups(file, names, on_progress):
        here = slice(start, start + len(bits))
        # The first column of each row starts anew, the others go on from the ones before.
        total[here] = mix(total[here] * TURN ^ bits) if name else bits
    return total
