"""How a text file is laid out: encoding, separator, header and decimal sign.

What is found here is a proposal made from the file's beginning; `tabular` holds the whole file
against it.
"""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

from tasks.engine.coercion import MISSING, NUMBER
from tasks.engine.refusals import HEAD_BYTES, Problem, RefusedError, error

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_RECORDS = 500
COMMA_NUMBER = re.compile(r"[+-]?\d+,\d+")
POINT_NUMBER = re.compile(r"[+-]?\d+\.\d+")


BadLines = Literal["refuse", "skip", "pad"]


@dataclass(frozen=True)
class ReadOptions:
    """What the person decided about a file; None means: find out.

    `bad_lines` says what becomes of lines with a different number of cells: ``refuse`` the file,
    ``skip`` them, or ``pad`` the short ones with missing cells (longer ones are skipped).
    `one_column` allows for a table of a single column, as rows for a model of one feature are.
    """

    delimiter: str | None = None
    encoding: str | None = None
    header: bool | None = None
    decimal: str | None = None
    bad_lines: BadLines = "refuse"
    one_column: bool = False


@dataclass(frozen=True)
class Dialect:
    """How a file was read; `bad_lines` as in `ReadOptions`, so that it is read so again."""

    delimiter: str
    quote: str
    encoding: str
    header: bool
    decimal: str
    bad_lines: BadLines = "refuse"
    format: Literal["csv", "parquet", "jsonl"] = "csv"
    compression: Literal["gzip", "zip", "zstd"] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the dialect as the API publishes it."""
        return asdict(self)


def _first_undecodable(file: BinaryIO, encoding: str) -> tuple[int, bytes] | None:
    """Return line and bytes of the first place that the encoding cannot read, or None."""
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    line = 1
    while True:
        chunk = file.read(1 << 20)
        pending = decoder.getstate()[0]
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeError as bad:
            start = bad.start if isinstance(bad, UnicodeDecodeError) else 0
            whole = pending + chunk
            line += whole[:start].count(b"\n")
            return line, whole[max(0, start - 12) : start + 12]
        if not chunk:
            return None
        line += chunk.count(b"\n")


def _is_mostly_utf8(file: BinaryIO) -> bool:
    """Tell whether more characters beyond ASCII are valid UTF-8 than are not."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
    file.seek(0)
    good = bad = 0
    while chunk := file.read(1 << 20):
        text = decoder.decode(chunk)
        broken = text.count("\ufffd")
        bad += broken
        good += len(text) - broken - len(text.encode("ascii", "ignore"))
    return good > bad


def find_encoding(file: BinaryIO, chosen: str | None) -> tuple[str, list[Problem]]:
    """Work out a file's encoding by reading all of it.

    Parameters
    ----------
    file : BinaryIO
        The file; its position is changed.
    chosen : str or None
        The encoding that the person chose.

    Returns
    -------
    encoding : str
        ``utf-8``, ``utf-16``, ``utf-32``, ``cp1252`` or the chosen one.
    problems : list of Problem
        A warning when it had to be assumed.

    Raises
    ------
    RefusedError
        When no plausible encoding reads every byte: a file that is UTF-8 but for some bytes is
        not taken for Windows-1252, which would garble all the others.
    """
    file.seek(0)
    head = file.read(4)
    if chosen is None and head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        chosen = "utf-32" if head == codecs.BOM_UTF32_LE else "utf-16"
    encoding = codecs.lookup(chosen or "utf-8").name
    bad = _first_undecodable(file, encoding)
    if bad is None:
        return encoding, []
    line, sample = bad
    plausible = chosen is None and not _is_mostly_utf8(file)
    if plausible and _first_undecodable(file, "cp1252") is None:
        shown = sample.decode("cp1252").strip()
        message = (
            f"The file is not UTF-8; it was read as Windows-1252. Line {line} reads "
            f'"{shown}". If that looks wrong, choose another encoding'
        )
        return "cp1252", [Problem("warning", "ENCODING_ASSUMED", message, line=line)]
    shown = sample.decode("latin-1").strip()
    message = (
        f"Some characters could not be read, first in line {line}. "
        f'Choose the encoding in which "{shown}" looks right'
    )
    raise RefusedError(error("CSV_ENCODING", message, line=line))


def read_sample(path: Path, encoding: str) -> str:
    """Return the decoded beginning of a file, cut at a line's end unless it is one long line."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES * 4)
        is_whole = not file.read(1)
    text = codecs.getincrementaldecoder(encoding)().decode(head).removeprefix("\ufeff")
    if is_whole or "\n" not in text:
        return text
    return text[: text.rindex("\n") + 1]


def sample_records(text: str, delimiter: str) -> list[list[str]]:
    """Split a sample into records; as far as it can be, where quotes are broken."""
    records: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if record:
                records.append(record)
            if len(records) >= SAMPLE_RECORDS:
                break
    except csv.Error:
        pass
    return records


def find_delimiter(text: str) -> str | None:
    """Return the separator that splits a sample most evenly, or None when none does.

    Every candidate is scored by the share of records that have the most frequent number of cells;
    between equals, by the share of cells that are numbers, then by the number of cells. A file
    whose records differ widely is still split, so that it can be said in which line they do.
    """
    best: tuple[float, float, int] = (0.0, 0.0, 0)
    found = None
    for delimiter in DELIMITERS:
        records = sample_records(text, delimiter)
        if sum(len(record) > 1 for record in records) <= 0.5 * len(records):
            continue
        width, count = Counter(map(len, records)).most_common(1)[0]
        cells = [cell for record in records[1:] for cell in record] or ["-"]
        numeric = sum(map(_is_number, cells)) / len(cells)
        score = (round(count / len(records), 1), round(numeric, 1), width)
        if width > 1 and score > best:
            best, found = score, delimiter
    return found


def _is_number(cell: str) -> bool:
    cell = cell.strip().replace(",", ".")
    return bool(NUMBER.fullmatch(cell))


def has_header(records: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first record names the columns.

    It does not when it holds a number above a column of numbers, unless these numbers are years
    side by side, or when one of its cells is missing in a way that no name is (``?``, ``NA``).
    """
    first = [cell.strip() for cell in records[0]]
    body = records[1:200]
    if not body:
        return not all(_is_number(cell) for cell in first)
    numeric = [n for n, cell in enumerate(first) if _is_number(cell)]
    years = [first[n] for n in numeric]
    if len(years) > 1 and all(re.fullmatch(r"(18|19|20)\d\d", y) for y in years):
        return len(set(years)) != len(years) or len(numeric) < len(first)
    for n in numeric:
        below = [r[n].strip() for r in body if len(r) > n and r[n].strip() not in MISSING]
        if below and sum(map(_is_number, below)) > 0.8 * len(below):
            return False
    return not any(cell in MISSING and cell for cell in first)


def find_decimal(records: Sequence[Sequence[str]], delimiter: str) -> str:
    """Return the decimal sign: a comma only where numbers have one and none has a point."""
    cells = [cell.strip() for record in records[1:] for cell in record]
    commas = [cell for cell in cells if COMMA_NUMBER.fullmatch(cell)]
    if not commas or any(POINT_NUMBER.fullmatch(cell) for cell in cells):
        return "."
    thousands = all(len(cell.rpartition(",")[2]) == 3 for cell in commas)
    return "." if thousands and delimiter == "," else ","
