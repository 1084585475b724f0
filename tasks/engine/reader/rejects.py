"""The lines that were left out of a table, or mended: counted, and kept in a file."""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from tasks.engine.reader.records import Record

MAX_LINES = 100_000
SHOWN_CHARS = 10_000
COLUMNS = ("line", "reason", "text")


class Rejects:
    """Lines with their reasons.

    Parameters
    ----------
    path : Path or None
        Where to write; the file is made with the first line. None only counts.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.file: TextIO | None = None
        self.counts: Counter[str] = Counter()
        self.first: dict[str, tuple[Record, str]] = {}

    def add(self, kind: str, record: Record, reason: str) -> None:
        """Note a line under a kind, with the reason in words."""
        self.first.setdefault(kind, (record, reason))
        self._count(kind, [(record.line, record.text)], reason)

    def add_lines(self, kind: str, lines: Sequence[tuple[int, str]], reason: str) -> None:
        """Note many lines, each with its text, that became rows."""
        line, text = lines[0]
        self.first.setdefault(kind, (Record(line, [], text), reason))
        self._count(kind, lines, reason)

    def _count(self, kind: str, lines: Sequence[tuple[int, str]], reason: str) -> None:
        room = max(MAX_LINES - self.counts.total(), 0)
        self.counts[kind] += len(lines)
        if self.path is None or not room:
            return
        if self.file is None:
            self.file = self.path.open("w", newline="", encoding="utf-8")
            csv.writer(self.file).writerow(COLUMNS)
        csv.writer(self.file).writerows(
            (line, reason, text.replace("\0", "\ufffd")[:SHOWN_CHARS])
            for line, text in lines[:room]
        )

    def line_of(self, kind: str) -> int:
        """Return the first line of a kind."""
        return self.first[kind][0].line

    def close(self) -> None:
        """Close the file."""
        if self.file:
            self.file.close()
