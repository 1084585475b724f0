"""JSON values through a pipe, one a line, for a reader that never waits for the rest of one.

A connection's own messages say how long they are and are then waited for: a writer that is frozen
in the middle of one would freeze its reader too.
"""

import json
import os
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Any

CHUNK = 1 << 16
# A writer that never rests must not keep its reader from everything else.
CHUNKS_AT_ONCE = 256


def write_line(pipe: Connection, value: dict[str, Any]) -> None:
    """Write a value, and wait while the pipe is full."""
    rest = memoryview(json.dumps(value).encode() + b"\n")
    while rest:
        rest = rest[os.write(pipe.fileno(), rest) :]


class Lines:
    """The values that came whole through a pipe.

    Parameters
    ----------
    pipe : Connection
        The reading end. It no longer blocks; its writing end may be anybody's.
    """

    def __init__(self, pipe: Connection) -> None:
        os.set_blocking(pipe.fileno(), False)
        self.pipe, self.has_ended = pipe, False
        self._parts: list[bytes] = []

    def read(self) -> Iterator[dict[str, Any]]:
        """Read what is there. What is half written comes with a later call, or never."""
        for _ in range(CHUNKS_AT_ONCE):
            try:
                chunk = os.read(self.pipe.fileno(), CHUNK)
            except BlockingIOError:
                return
            if not chunk:
                self.has_ended = True
                return
            first, *others = chunk.split(b"\n")
            self._parts.append(first)
            for part in others:
                yield json.loads(b"".join(self._parts))
                self._parts = [part]
