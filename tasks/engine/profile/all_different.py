"""Whether no value of a column stands twice: exactly, of all cells, however many they are."""

import contextlib
import tempfile
from collections.abc import Callable, Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.engine.table.cells import hash_cells

HASHED_CELLS = 5_000_000  # that are compared at once; the hashes of more wait on the disk
Pieces = Callable[[], Iterable[pa.Array]]


def are_different(read: Pieces, size: int) -> bool:
    """Tell whether no value stands twice.

    Parameters
    ----------
    read : callable
        Reads the cells, piece by piece; called once or twice.
    size : int
        How many they are.
    """
    if rise(read()):
        return True
    n_parts = 1 + size // HASHED_CELLS
    if n_parts == 1:
        return _is_once_each(_hashes(read(), size))
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(n_parts)]
        for cells in read():
            hashes = hash_cells(cells)
            for part, file in enumerate(files):
                hashes[hashes % np.uint64(n_parts) == part].tofile(file)
        for file in files:
            file.seek(0)
            if not _is_once_each(np.fromfile(file, np.uint64)):
                return False
    return True


def rise(pieces: Iterable[pa.Array]) -> bool:
    """Tell whether each cell is longer than the one before it, or as long and greater.

    So are numbers that count, dates in their order and codes of one length, and none stands twice.
    """
    last = -1, b""
    for cells in pieces:
        if not len(cells):
            continue
        steps = np.diff(pc.binary_length(cells).to_numpy(zero_copy_only=False))
        if last >= _place(cells[0]) or (steps < 0).any():
            return False
        is_greater = pc.greater(cells[1:], cells[:-1]).to_numpy(zero_copy_only=False)
        if not (is_greater | (steps > 0)).all():
            return False
        last = _place(cells[-1])
    return True


def _place(cell: pa.StringScalar) -> tuple[int, bytes]:
    """Return what cells are put in order by: their length in bytes, then the bytes."""
    text = cell.as_py().encode()
    return len(text), text


def _hashes(pieces: Iterable[pa.Array], size: int) -> np.ndarray:
    found, n = np.empty(size, np.uint64), 0
    for cells in pieces:
        found[n : n + len(cells)] = hash_cells(cells)
        n += len(cells)
    return found[:n]


def _is_once_each(hashes: np.ndarray) -> bool:
    hashes.sort()
    return not (hashes[1:] == hashes[:-1]).any()
