"""Rows that are copies of others, and columns that are.

Rows are compared by 64 bits for each, made of one column after the other. A row that differs from
all others by the columns so far is left out of the comparison from then on, so that most tables
need one or two columns only.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from tasks.engine.profile.column_profile import Outline
from tasks.engine.profile.table_cells import TableCells
from tasks.engine.reader.refusals import Problem
from tasks.engine.table.cells import as_text, hash_cells, mix

LOOKED_ROWS = 5_000_000  # the first ones of a longer table: the bits of all would fill the memory
AT_ONCE = 1 << 18  # rows: what is worked out on the way takes their memory several times
TURN = np.uint64(0x9E3779B97F4A7C15)
NAMED = 5
SAID = frozenset({"number", "date", "boolean"})  # kinds whose cells may say one thing in two ways


def find_duplicate_rows(cells: TableCells, made: Sequence[Outline]) -> tuple[int, tuple[int, int]]:
    """Count the rows that are exact copies of a row above, among the first `LOOKED_ROWS`.

    Returns
    -------
    count : int
    first : tuple of (int, int)
        The rows, from 0, of the first copy and of what it is a copy of; (0, 0) without one.
    """
    if any(found.is_all_different for found in made):
        return 0, (0, 0)
    rows = np.arange(min(cells.n_rows, LOOKED_ROWS), dtype=np.int32)  # those that may have copies
    bits = np.zeros(len(rows), np.uint64)
    for batch in _order(cells, made):
        for position, start, column in _pieces(cells, batch):
            here = slice(*np.searchsorted(rows, [start, start + len(column)]))
            found = hash_column(column)[rows[here] - start]
            bits[here] = mix((bits[here] + np.uint64(position)) * TURN ^ found)
        kept = repeated(bits)
        if not kept.all():
            rows, bits = rows[kept], bits[kept]
        if not len(rows):
            return 0, (0, 0)
    return _count(rows, bits)


def _pieces(cells: TableCells, positions: list[int]) -> Iterator[tuple[int, int, pa.ChunkedArray]]:
    """Yield position, first row and cells of each piece of the columns, of the rows looked at."""
    if len(positions) > 1:
        yield from ((at, 0, column) for at, column in zip(
            positions, cells.raw_columns(positions), strict=True
        ))  # fmt: skip
        return
    start = 0
    for piece in cells.raw_pieces(positions[0]):
        yield positions[0], start, piece
        start += len(piece)
        if start >= LOOKED_ROWS:
            return


def _parts(n: int) -> Iterator[slice]:
    """Yield parts of so many rows."""
    for start in range(0, n, AT_ONCE):
        yield slice(start, start + AT_ONCE)


def _count(rows: np.ndarray, bits: np.ndarray) -> tuple[int, tuple[int, int]]:
    order = np.argsort(bits, kind="stable")
    bits = bits[order]
    is_copy = np.append(False, bits[1:] == bits[:-1])
    if not is_copy.any():
        return 0, (0, 0)
    copies = np.flatnonzero(is_copy)
    first = copies[order[copies].argmin()]
    original = np.searchsorted(bits, bits[first])
    return len(copies), (int(rows[order[first]]), int(rows[order[original]]))


def _order(cells: TableCells, made: Sequence[Outline]) -> list[list[int]]:
    """Return batches of columns, those with the most different values first."""
    batches = cells.batches()
    if len(batches) < len(made):
        return batches
    return sorted(batches, key=lambda batch: -made[batch[0] - 1].facts["distinct"])


def repeated(bits: np.ndarray) -> np.ndarray:
    """Tell which values stand more than once."""
    ordered = np.sort(bits)
    is_again = ordered[1:] == ordered[:-1]
    is_again[1:] &= ~is_again[:-1]  # of what stands many times, once
    again = ordered[1:][is_again]
    del ordered
    found = np.zeros(len(bits), bool)
    if not len(again):
        return found
    for part in _parts(len(bits)):
        places = np.minimum(np.searchsorted(again, bits[part]), len(again) - 1)
        found[part] = again[places] == bits[part]
    return found


def hash_column(column: pa.ChunkedArray) -> np.ndarray:
    """Return 64 bits for each cell of a column; a missing cell is as an empty one."""
    parts = []
    for chunk in column.chunks:
        if pa.types.is_dictionary(chunk.type):
            known = np.append(hash_cells(as_text(chunk.dictionary)), hash_cells(pa.array([""])))
            parts.append(known[chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False)])
        else:
            parts.append(hash_cells(chunk.fill_null("") if chunk.null_count else chunk))
    return np.concatenate(parts) if parts else np.zeros(0, np.uint64)


def duplicate_rows_problem(count: int, lines: tuple[int, int], n_rows: int) -> Problem:
    """Return the warning about copies; `lines` are those of the first and of its original."""
    looked = f"{n_rows:,}" if n_rows <= LOOKED_ROWS else f"the first {LOOKED_ROWS:,}"
    rows = f"{count:,} of {looked} rows {'is a copy' if count == 1 else 'are copies'}"
    message = f"{rows} of a row above. First: line {lines[0]} is the same as line {lines[1]}"
    return Problem("warning", "DUPLICATE_ROWS", message, line=lines[0], count=count)


def duplicate_columns(cells: TableCells, made: Sequence[Outline]) -> list[Problem]:
    """Return warnings about columns that are the same as one before them, in every cell.

    Also about those whose cells differ and mean the same: 7 and 7.0, or one day in two formats.
    Whether they do in a large table is told by its sample, by missing, extremes and mean.
    """
    pairs = [(first, second, "") for first, second in _same_cells(cells, made)]
    known = {second for _first, second, _how in pairs}
    rows = "in every row" if cells.step == 1 else "in the rows of a sample"
    others = [n for n in range(len(made)) if n not in known]
    pairs += [(*pair, rows) for pair in _same_values(made, others)]
    pairs.sort(key=lambda pair: pair[1])
    problems = []
    for first, second, how in pairs[:NAMED]:
        one, other = made[first].facts["name"], made[second].facts["name"]
        words = f'"{other}" is the same as "{one}" in every row'
        if how:
            words = f'"{other}" says the same as "{one}" {how}, written in another way'
        problems.append(Problem("warning", "DUPLICATE_COLUMNS", words, column=other))
    if len(pairs) > NAMED:
        words = f"{len(pairs) - NAMED:,} more columns are the same as others"
        problems.append(Problem("warning", "DUPLICATE_COLUMNS", words, count=len(pairs) - NAMED))
    return problems


def _same_cells(cells: TableCells, made: Sequence[Outline]) -> list[tuple[int, int]]:
    groups: dict[tuple[object, ...], list[int]] = {}
    for n, found in enumerate(made):
        facts = found.facts
        if facts["kind"] != "constant":
            key = (facts["kind"], facts["missing"], facts["distinct"], found.fingerprint)
            groups.setdefault(key, []).append(n)
    pairs = []
    for group in (group for group in groups.values() if len(group) > 1):
        known: dict[bytes, int] = {}
        for n in group:
            digest = b"" if cells.step == 1 else _digest(cells, n + 1)
            if digest in known:
                pairs.append((known[digest], n))
            known.setdefault(digest, n)
    return pairs


def _same_values(made: Sequence[Outline], among: Sequence[int]) -> list[tuple[int, int]]:
    first_of: dict[tuple[object, ...], int] = {}
    pairs = []
    for n in among:
        facts = made[n].facts
        if facts["kind"] not in SAID or not made[n].sample.known.any():
            continue
        mean = None if facts.get("mean") is None else f"{facts['mean']:.9g}"
        key = (facts["kind"], facts["missing"], facts.get("min"), facts.get("max"), mean,
               made[n].values_print)  # fmt: skip
        if key in first_of:
            pairs.append((first_of[key], n))
        first_of.setdefault(key, n)
    return pairs


def _digest(cells: TableCells, position: int) -> bytes:
    total, start = np.uint64(0), 0
    for column in cells.raw_pieces(position):
        bits = hash_column(column)
        rows = np.arange(start, start + len(bits), dtype=np.uint64)
        total = total + mix(bits + rows * TURN).sum(dtype=np.uint64)
        start += len(bits)
    return total.tobytes()
