"""The lines that were left out of a table, or mended: counted, and kept in a file."""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from tasks.engine.reader.records import Record
from tasks.engine.reader.refusals import Problem

MAX_LINES = 100_000
SHOWN_CHARS = 10_000
COLUMNS = ("line", "reason", "text")
# What the person decides about; lines with another reason were mended, or stand outside the table.
RAGGED, BROKEN = "cells, the table has", "its quotes are broken"
CUT_OFF = ": it is the last line and seems to be cut off"


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
        self._note_first(kind, record, reason)
        self._count(kind, [(record.line, record.text)], reason)

    def add_lines(self, kind: str, lines: Sequence[tuple[int, str]], reason: str) -> None:
        """Note many lines, each with its text, that became rows."""
        line, text = lines[0]
        self._note_first(kind, Record(line, [], text), reason)
        self._count(kind, lines, reason)

    def _note_first(self, kind: str, record: Record, reason: str) -> None:
        """Keep the line that stands first in the file; it may be noted after another one."""
        if kind not in self.first or record.line < self.first[kind][0].line:
            self.first[kind] = record, reason

    def _count(self, kind: str, lines: Sequence[tuple[int, str]], reason: str) -> None:
        room = max(MAX_LINES - self.counts.total(), 0)
        self.counts[kind] += len(lines)
        if self.path is None or not room:
            return
        if self.file is None:
            self.file = self.path.open("w", newline="", encoding="utf-8")
            csv.writer(self.file).writerow(COLUMNS)
        csv.writer(self.file).writerows(
            (line, *_cut(reason, text.replace("\0", "\ufffd"))) for line, text in lines[:room]
        )

    def line_of(self, kind: str) -> int:
        """Return the first line of a kind."""
        return self.first[kind][0].line

    def find_cut(self) -> list[Problem]:
        """Say that there are more lines than are listed, where that is so."""
        n = self.counts.total()
        if self.path is None or n <= MAX_LINES:
            return []
        message = (
            f"{n:,} lines were left out or mended. The list of them ends after the first "
            f"{MAX_LINES:,}"
        )
        return [Problem("warning", "REJECTS_CUT", message, count=n)]

    def close(self) -> None:
        """Close the file."""
        if self.file:
            self.file.close()


def is_unfit(reason: str) -> bool:
    """Tell by its reason whether a line of a CSV is one that the person decides about."""
    return RAGGED in reason or reason.startswith(BROKEN)


def _cut(reason: str, text: str) -> tuple[str, str]:
    """Shorten a long line, and say so."""
    if len(text) <= SHOWN_CHARS:
        return reason, text
    return f"{reason} (the first {SHOWN_CHARS:,} of {len(text):,} characters)", text[:SHOWN_CHARS]
