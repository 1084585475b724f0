"""The hash of a file, worked out in a thread beside the reading of it."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHUNK_BYTES = 1 << 20  # hashlib lets other threads run meanwhile


@contextmanager
def hashing(path: Path, *, is_wanted: bool) -> Iterator[dict[str, Any]]:
    """Work out size and SHA-256 of a file while the block runs.

    Parameters
    ----------
    path : Path
        The file.
    is_wanted : bool
        False when they are known; then nothing is done.

    Yields
    ------
    dict
        Empty; ``size_bytes`` and ``sha256`` once the block has ended.
    """
    known: dict[str, Any] = {}
    thread = threading.Thread(target=_hash, args=(path, known), daemon=True)
    if is_wanted:
        thread.start()
    yield known
    if is_wanted:
        thread.join()


def _hash(path: Path, known: dict[str, Any]) -> None:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
    known["size_bytes"], known["sha256"] = size, digest.hexdigest()
