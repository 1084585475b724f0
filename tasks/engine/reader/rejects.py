"""The lines that were left out of a table, or mended: counted, and kept in a file."""

import csv
from collections import Counter
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
        self.counts[kind] += 1
        self.first.setdefault(kind, (record, reason))
        if self.path is None or sum(self.counts.values()) > MAX_LINES:
            return
        if self.file is None:
            self.file = self.path.open("w", newline="", encoding="utf-8")
            csv.writer(self.file).writerow(COLUMNS)
        text = record.text.replace("\0", "\ufffd")[:SHOWN_CHARS]
        csv.writer(self.file).writerow((record.line, reason, text))

    def line_of(self, kind: str) -> int:
        """Return the first line of a kind."""
        return self.first[kind][0].line

    def close(self) -> None:
        """Close the file."""
        if self.file:
            self.file.close()
