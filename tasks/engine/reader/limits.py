"""The largest table that is read; apart from the reader, as the web judges uploads by it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReadLimits:
    """The largest table that is read: rows, columns, characters of a line and cell, bytes."""

    max_rows: int = 50_000_000
    max_columns: int = 20_000
    max_line_chars: int = 20_000_000
    max_cell_chars: int = 1_000_000
    max_unpacked_bytes: int = 5_000_000_000
