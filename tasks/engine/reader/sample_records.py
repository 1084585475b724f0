"""The first records of a text, split in the way that a dialect says."""

import contextlib
import io
import re
from collections.abc import Sequence

from tasks.engine.reader.dialects import Dialect
from tasks.engine.reader.names import ENDLESS
from tasks.engine.reader.records import Record, Records
from tasks.engine.reader.refusals import RefusedError
from tasks.engine.reader.text_source import TextSource

SAMPLE_RECORDS = 500


def sample(
    text: str, dialect: Dialect, width: int = 0, are_typed: Sequence[bool] = ()
) -> list[Record]:
    """Split a sample into records, as far as it can be; mended where their width is known.

    Parameters
    ----------
    text : str
        The beginning of a file.
    dialect : Dialect
        How it is split.
    width : int, optional
        How many cells a record has.
    are_typed : sequence of bool, optional
        Of each column, whether it holds numbers, dates or the like.

    Returns
    -------
    list of Record
        The first 500. One has `ENDLESS` cells at most, which is far more than a
        table may have columns.
    """
    text = _cut_endless(text, dialect)
    source = TextSource(io.BytesIO(text.encode()), "utf-8", len(text) + 1)
    records = Records(source, dialect, len(text) + 1)
    records.width, records.are_typed = width, are_typed
    found: list[Record] = []
    with contextlib.suppress(RefusedError):
        while len(found) < SAMPLE_RECORDS and (record := records.next()):
            found.append(record)
    return found


def _cut_endless(text: str, dialect: Dialect) -> str:
    """Cut lines that would take seconds to split, and are too wide in any case."""
    if not dialect.delimiter or text.count(dialect.delimiter) < ENDLESS:
        return text
    return "\n".join(_cut(line, dialect) for line in text.split("\n"))


def _cut(line: str, dialect: Dialect) -> str:
    """Return a line, or the first of its cells, what quotes enclose left out."""
    plain = line
    if dialect.quote and line.count(dialect.delimiter) >= ENDLESS:
        plain = re.sub(f"{dialect.quote}[^{dialect.quote}]*{dialect.quote}", "", line)
    if plain.count(dialect.delimiter) < ENDLESS:
        return line
    return dialect.delimiter.join(plain.split(dialect.delimiter, ENDLESS)[:ENDLESS])
