"""What separators, encodings, decimal signs and versions are called, on every page alike."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.db import Dataset
from tasks.engine.table.cell_text import MISSING

EMPTY = "empty"  # what the marker that is an empty cell is called
DEFAULT_MISSING = MISSING
MARKERS_SHOWN = 8
# By the names that forms and the API give them.
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "space": " "}
# By the names that Python gives them.
ENCODINGS = {
    "utf-8": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252", "iso8859-1": "Latin-1",
    "iso8859-15": "Latin-9", "cp1250": "Windows-1250", "cp1251": "Windows-1251",
    "mac-roman": "Mac Roman", "cp932": "Shift JIS", "gb18030": "GB 18030",
    "iso2022_jp": "ISO-2022-JP", "cp037": "EBCDIC (cp037)", "cp500": "EBCDIC (cp500)",
}  # fmt: skip
FORMATS = {"parquet": "Parquet", "jsonl": "JSON lines"}  # besides CSV
SIGNS = {".": "Point (1.5)", ",": "Comma (1,5)"}


def name_versions(dataset: Dataset, count: int) -> str:
    """Return what so many versions of a dataset are called, of which it is one."""
    if count > 1:
        return f"all {count} versions of {dataset.name}"
    is_only = dataset.version == 1 and dataset.is_newest
    return dataset.name if is_only else f"{dataset.name} v{dataset.version}"


def name_delimiter(character: str | None) -> str | None:
    """Return what a separator is called: ``Comma``, or the character itself."""
    if not character:
        return None
    return next((n.capitalize() for n, c in DELIMITERS.items() if c == character), character)


def name_encoding(name: str | None) -> str | None:
    """Return what an encoding is called: ``UTF-8``, ``Windows-1252``."""
    return ENCODINGS.get(name, name.upper()) if name else None


def markers_of(dialect: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return the cells that mean that a value is missing, by how a file was read, in order."""
    return _in_force((dialect or {}).get("missing"))


def _in_force(chosen: Sequence[str] | None) -> tuple[str, ...]:
    """Return the markers that hold: where some were chosen, or none at all, an empty cell too."""
    return tuple(DEFAULT_MISSING if chosen is None else dict.fromkeys(("", *chosen)))


def name_markers(markers: Sequence[str] | None) -> str:
    """Return which cells mean that a value is missing; the usual ones where none were chosen."""
    words = [marker or EMPTY for marker in _in_force(markers)]
    more = f" and {len(words) - MARKERS_SHOWN} more" if len(words) > MARKERS_SHOWN else ""
    return ", ".join(words[:MARKERS_SHOWN]) + more
