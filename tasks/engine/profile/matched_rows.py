"""What became of each row from one version of a table to the next, by a column that names it.

Cells are compared by 64 bits for each, as they are written: 7 and 7.0 differ, a missing cell and
an empty one do not. Of a table no more is in memory at once than the bits of some columns and the
cells of one group of rows.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.engine.profile.cell_hashes import Progress, hash_groups
from tasks.engine.profile.row_numbers import NO_NAME
from tasks.engine.table.cells import hash_cells

AT_ONCE = 4_000_000  # cells of either table whose bits are held against each other
KEYS_AT_MOST = 5  # columns that are tried
SHOWN = 50
EXAMPLES = 3
LONGEST = 100  # characters of a cell in an example
EMPTY = hash_cells(pa.array([""]))[0]
Files = tuple[pq.ParquetFile, pq.ParquetFile]


class _Match:
    """The rows that both tables have by a column: `at` in the first, `new_at` in the second."""

    def __init__(self, key: str, old: np.ndarray, new: np.ndarray) -> None:
        self.key = key
        found = np.intersect1d(old, new, assume_unique=True, return_indices=True)
        order = np.argsort(found[2])  # examples are the first ones of the second table
        self.at, self.new_at = found[1][order], found[2][order]


def match_rows(
    before: pq.ParquetFile,
    after: pq.ParquetFile,
    keys: Sequence[str],
    names: Sequence[str],
    on_progress: Progress,
) -> dict[str, Any] | None:
    """Match the rows of two tables by a column, and count those that changed.

    Parameters
    ----------
    before, after : ParquetFile
        Tables that `tabular.read_table` wrote.
    keys : sequence of str
        Columns that may name the rows of both. That one does which is filled and different in
        every row of both, and by which the most rows are in both; of equal ones the first.
    names : sequence of str
        The columns that both have.
    on_progress : callable
        Is told the fraction that is done, 0 to 1.

    Returns
    -------
    dict or None
        ``key``; ``same``, ``changed``, ``added``, ``removed``: numbers of rows; ``columns``: how
        many were compared beside the key; ``changed_columns``: those whose cells changed, the
        most first, 50 at most, each with ``name``, ``count`` and three ``examples`` of ``key``,
        ``before`` and ``after``, None for a missing cell; ``columns_changed``: how many there are.
        None where no column names the rows of both.
    """
    match = _find_match((before, after), keys)
    if match is None:
        return None
    others = [name for name in names if name != match.key]
    changed = np.zeros(len(match.at), bool)
    found: list[tuple[str, int, np.ndarray]] = []
    for done, (name, cells) in enumerate(_changes((before, after), match, others)):
        changed |= cells
        if n := int(np.count_nonzero(cells)):
            found.append((name, n, np.flatnonzero(cells)[:EXAMPLES]))
        on_progress((done + 1) / (len(others) + 1))
    found.sort(key=lambda column: -column[1])
    answer = {
        "key": match.key,
        "same": len(changed) - int(np.count_nonzero(changed)),
        "changed": int(np.count_nonzero(changed)),
        "added": after.metadata.num_rows - len(changed),
        "removed": before.metadata.num_rows - len(changed),
        "columns": len(others),
        "columns_changed": len(found),
        "changed_columns": _examples((before, after), match, found[:SHOWN]),
    }
    on_progress(1.0)
    return answer


def _find_match(files: Files, keys: Sequence[str]) -> _Match | None:
    ordered = sorted(keys, key=_has_no_name)
    best: _Match | None = None
    for key in ordered[:KEYS_AT_MOST]:
        if best and _has_no_name(key):
            break
        sides = [_hash_all(file, [key])[0] for file in files]
        if not all(map(_names_rows, sides)):
            continue
        match = _Match(key, *sides)
        if len(match.at) > (0 if best is None else len(best.at)):
            best = match
    return best


def _has_no_name(key: str) -> bool:
    """Tell whether a column has no name: such an index numbers the rows of one file."""
    return NO_NAME.fullmatch(key) is not None


def _names_rows(bits: np.ndarray) -> bool:
    ordered = np.sort(bits)
    return not ((ordered[1:] == ordered[:-1]).any() or (bits == EMPTY).any())


def _hash_all(file: pq.ParquetFile, names: Sequence[str]) -> np.ndarray:
    found = np.empty((len(names), file.metadata.num_rows), np.uint64)
    for position, start, bits in hash_groups(file, names):
        found[position, start : start + len(bits)] = bits
    return found


def _changes(
    files: Files, match: _Match, names: Sequence[str]
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield for each column in which of the matched rows its cells differ."""
    n_rows = max(file.metadata.num_rows for file in files)
    step = max(1, AT_ONCE // max(1, n_rows))
    for start in range(0, len(names), step):
        part = names[start : start + step]
        sides = [_hash_all(file, part) for file in files]
        for name, old, new in zip(part, *sides, strict=True):
            yield name, old[match.at] != new[match.new_at]


def _examples(
    files: Files, match: _Match, columns: Sequence[tuple[str, int, np.ndarray]]
) -> list[dict[str, Any]]:
    old, new = (
        _pick(file, {name: at[rows].tolist() for name, _count, rows in columns})
        for file, at in zip(files, (match.at, match.new_at), strict=True)
    )
    places = {match.key: sorted({int(n) for _, _, rows in columns for n in match.new_at[rows]})}
    keys = _pick(files[1], places)
    return [
        {
            "name": name,
            "count": count,
            "examples": [
                {
                    "key": keys[match.key, int(match.new_at[row])],
                    "before": old[name, int(match.at[row])],
                    "after": new[name, int(match.new_at[row])],
                }
                for row in rows
            ],
        }
        for name, count, rows in columns
    ]


def _pick(file: pq.ParquetFile, wanted: dict[str, list[int]]) -> dict[tuple[str, int], str | None]:
    """Return some cells of some columns; each group of rows is read once, its columns only."""
    sizes = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    ends = np.cumsum(sizes)
    by_group: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for name, rows in wanted.items():
        for row in rows:
            by_group[int(np.searchsorted(ends, row, side="right"))].append((name, row))
    found: dict[tuple[str, int], str | None] = {}
    every = file.schema_arrow.names
    for group, places in by_group.items():
        indices = sorted({every.index(name) for name, _row in places})
        table = file.reader.read_row_group(group, column_indices=indices)
        by_name = dict(zip(table.column_names, table.columns, strict=True))
        start = int(ends[group]) - sizes[group]
        for name, row in places:
            found[name, row] = _cut(by_name[name][row - start].as_py())
    return found


def _cut(cell: str | None) -> str | None:
    return cell if cell is None or len(cell) <= LONGEST else f"{cell[:LONGEST]}…"
