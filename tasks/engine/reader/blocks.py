"""Whole blocks of a CSV text at once, where nothing in them is in doubt.

A block is taken when its quotes are those of RFC 4180, each line has the table's width, and
nothing is too long: then everybody splits it in the same way, and Arrow does it fastest. Whatever
is not so clear is left to `records`.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from tasks.engine.reader.dialects import Dialect
from tasks.engine.reader.lost_separators import is_torn
from tasks.engine.reader.swallowed import find_rows
from tasks.engine.reader.text_source import LF, TextSource

BLOCK_BYTES = 1 << 23
HALF_ROWS = 4_000  # so many at least are split apart: each column has its costs
CR = 13


@dataclass(frozen=True)
class Block:
    """Rows, column by column, with the line of each row; and the blank lines around them.

    `n_blank` are before the last row, `n_blank_after` after it. `told` are those of which
    something is to be said, by what it is: each with its line and the text of its first line.
    """

    lines: np.ndarray
    columns: list[pa.Array]
    n_blank: int
    n_blank_after: int
    told: dict[str, list[tuple[int, str]]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Shape:
    """Where the records of some bytes end, and which of them are blank.

    `spans` are the bytes of those that go over lines, each from its start to its end; `stray` of
    those with a quote inside a cell that is not quoted.
    """

    n_bytes: int
    n_lines: int
    starts: np.ndarray  # of each record that is not blank
    line_of: np.ndarray  # of the same, from 0
    n_blank: int
    n_blank_after: int
    has_quotes: bool
    spans: np.ndarray
    stray: np.ndarray


def take_block(
    source: TextSource,
    dialect: Dialect,
    width: int,
    *,
    max_cell: int,
    are_typed: Sequence[bool] = (),
    size: int = 0,
    mend: Callable[[str], object] = bool,
) -> Block | None:
    """Take the next rows of a text, if they are plain.

    Parameters
    ----------
    source : TextSource
        The text, at the start of a record.
    dialect : Dialect
        How it is laid out.
    width : int
        How many cells each record must have.
    max_cell : int
        The longest cell; a longer line is left to `records`.
    are_typed : sequence of bool, optional
        Of each column, whether it holds numbers, dates or the like.
    size : int, optional
        About how many bytes; `BLOCK_BYTES` by default.
    mend : callable, optional
        Gives the cells of a line that seems to be torn at a quote, or nothing where it is not; by
        default each is.

    Returns
    -------
    Block or None
        None where something is in doubt, or nothing is left; then nothing is taken.
    """
    if dialect.escape or dialect.skip_space or len(dialect.splits_at.encode()) != 1:
        return None
    size = size or BLOCK_BYTES
    held = source.held(size)
    if not held or not _has_plain_ends(source, len(held)):
        return None
    shape = _find_shape(held, dialect, is_last=len(held) < size, longest=max_cell)
    if shape is None:
        return None
    may_hold_rows = _find_holding(held, dialect, width, shape.spans, are_typed)
    if may_hold_rows is None:
        return None
    lines = shape.line_of + source.line
    told = {
        kind: _tell(held, spans, shape, source.line)
        for kind, spans in (("stray", shape.stray), ("holds_rows", may_hold_rows)) if len(spans)
    }  # fmt: skip
    stray = [text for _, text in told.get("stray", ())]
    columns = None
    if not any(is_torn(t.split(dialect.splits_at), dialect.quote) and mend(t) for t in stray):
        columns = _split(held[: shape.n_bytes], dialect, width, shape)
    if columns is None:
        return None
    source.take(shape.n_bytes, shape.n_lines)
    return Block(lines, columns, shape.n_blank, shape.n_blank_after, told)


def _find_shape(
    held: memoryview, dialect: Dialect, *, is_last: bool, longest: int
) -> _Shape | None:
    data = np.frombuffer(held, np.uint8)
    ends = np.flatnonzero(data == LF)
    if is_last and (not len(ends) or ends[-1] != len(data) - 1):
        ends = np.append(ends, len(data))  # the last line has no end
    quotes = stray = np.zeros(0, int)
    record_ends = ends
    if dialect.quote:
        quotes = np.flatnonzero(data == ord(dialect.quote))
        found = _find_records(data, quotes, ends, dialect)
        if found is None:
            return None
        record_ends, stray = found
    if not len(record_ends):
        return None
    starts = np.concatenate(([0], record_ends[:-1] + 1))
    lengths = record_ends - starts
    if lengths.max() > longest:
        return None
    last = np.minimum(record_ends, len(data)) - 1
    is_blank = (lengths == 0) | ((lengths == 1) & (data[np.maximum(last, 0)] == CR))
    n_lines = int(np.searchsorted(ends, record_ends[-1])) + 1
    last_lines = np.arange(n_lines)  # of each record, from 0; most files have one for each
    if n_lines != len(record_ends):
        last_lines = np.searchsorted(ends, record_ends)
    n_inner = np.diff(last_lines, prepend=-1) - 1
    spans = np.column_stack((starts, record_ends))
    with_stray = spans[np.unique(np.searchsorted(record_ends, stray))]
    n_bytes = min(int(record_ends[-1]) + 1, len(data))
    rows = np.flatnonzero(~is_blank)
    n_after = len(is_blank) - 1 - int(rows[-1]) if len(rows) else len(is_blank)
    n_blank = int(is_blank.sum()) - n_after
    return _Shape(
        n_bytes, n_lines, starts[rows], (last_lines - n_inner)[rows], n_blank, n_after,
        len(quotes) > 0, spans[n_inner > 0], with_stray,
    )  # fmt: skip


def _find_records(
    data: np.ndarray, quotes: np.ndarray, ends: np.ndarray, dialect: Dialect
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return where records end, and the quotes inside cells that are not quoted; None in doubt.

    Such quotes are no more than text, for Arrow too, where no quote of their line opens a cell.
    """
    record_ends = ends[np.searchsorted(quotes, ends) % 2 == 0] if len(quotes) else ends
    if not len(record_ends) or _are_plain(data, quotes, record_ends[-1], dialect):
        return record_ends, quotes[:0]
    line_of = np.searchsorted(ends, quotes)
    opens = np.isin(_before(data, quotes), [ord(dialect.splits_at), LF])
    is_stray = ~np.isin(line_of, line_of[opens])
    quotes, stray = quotes[~is_stray], quotes[is_stray]
    record_ends = ends[np.searchsorted(quotes, ends) % 2 == 0]
    if not len(record_ends) or (np.searchsorted(quotes, stray) % 2).any():
        return None
    if not _are_plain(data, quotes, record_ends[-1], dialect):
        return None
    return record_ends, stray[stray < record_ends[-1]]


def _tell(held: memoryview, spans: np.ndarray, shape: _Shape, line: int) -> list[tuple[int, str]]:
    """Return the line, counted from that of the block, and the first line of some records."""
    n_lines = shape.line_of[np.searchsorted(shape.starts, spans[:, 0])] + line
    texts = (bytes(held[start:end]).partition(b"\n")[0] for start, end in spans.tolist())
    return [
        (at, text.decode().rstrip("\r")) for at, text in zip(n_lines.tolist(), texts, strict=True)
    ]


def _find_holding(
    held: memoryview,
    dialect: Dialect,
    width: int,
    spans: np.ndarray,
    are_typed: Sequence[bool],
) -> np.ndarray | None:
    """Return the records that may be several rows between quotes that are no pair.

    None where one surely is.
    """
    if not len(spans):
        return spans
    data, starts = np.frombuffer(held, np.uint8), spans[:, 0]
    breaks = np.flatnonzero(data == LF)
    delimiters = np.flatnonzero(data == ord(dialect.splits_at))
    first_ends = breaks[np.searchsorted(breaks, starts)]
    n_cells = np.searchsorted(delimiters, first_ends) - np.searchsorted(delimiters, starts) + 1
    # The first lines of nearly all cells that go over lines have too few to be rows.
    spans, kinds = spans[n_cells >= width], []
    for start, end in spans.tolist():
        lines = bytes(held[start:end]).decode().split("\n")
        kinds.append(find_rows(lines, dialect, width, are_typed))
        if kinds[-1] == "sure":
            return None
    return spans[np.array(kinds, bool)] if kinds else spans


def _has_plain_ends(source: TextSource, size: int) -> bool:
    """Tell whether there is no carriage return but before a line's end."""
    n_cr = source.count(b"\r", size)
    return not n_cr or n_cr == source.count(b"\r\n", size + 1)


def _are_plain(data: np.ndarray, quotes: np.ndarray, end: int, dialect: Dialect) -> bool:
    """Tell whether quotes open and close cells, or are doubled inside them, and nothing else.

    Counted from 0, a quote of even number opens a cell or is the second of two; one of odd number
    closes a cell or is the first of two.
    """
    quotes = quotes[quotes < end]
    if not len(quotes):
        return True
    before = _before(data, quotes)
    after = data[np.minimum(quotes + 1, len(data) - 1)]
    after[-1] = LF if quotes[-1] == len(data) - 1 else after[-1]
    delimiter, quote = ord(dialect.splits_at), ord(dialect.quote)
    may_open, may_close = np.zeros(256, bool), np.zeros(256, bool)
    may_open[[delimiter, LF, quote]] = True
    may_close[[delimiter, LF, CR, quote]] = True
    return bool(may_open[before[::2]].all() and may_close[after[1::2]].all())


def _before(data: np.ndarray, quotes: np.ndarray) -> np.ndarray:
    """Return what stands before each quote; a line's end before the first byte."""
    return np.where(quotes > 0, data[np.maximum(quotes - 1, 0)], np.uint8(LF))


def _split(held: memoryview, dialect: Dialect, width: int, shape: _Shape) -> list[pa.Array] | None:
    """Return the columns, or None where a row has another width.

    Of a long block both halves are split at once: nothing else is to do meanwhile but to write.
    """
    n_rows = len(shape.starts)
    n_records = n_rows + shape.n_blank + shape.n_blank_after
    has_inner_ends = shape.has_quotes and n_records != shape.n_lines
    half = n_rows // 2
    if half < HALF_ROWS:
        return _to_columns(held, dialect, width, n_rows, has_inner_ends)
    at = int(shape.starts[half])
    with ThreadPoolExecutor(1) as beside:
        last = beside.submit(_to_columns, held[at:], dialect, width, n_rows - half, has_inner_ends)
        first = _to_columns(held[:at], dialect, width, half, has_inner_ends)
    if first is None or (rest := last.result()) is None:
        return None
    return [pa.concat_arrays(parts) for parts in zip(first, rest, strict=True)]


def _to_columns(
    held: memoryview, dialect: Dialect, width: int, n_rows: int, has_inner_ends: bool
) -> list[pa.Array] | None:
    names = [f"c{n}" for n in range(width)]
    try:
        table = pacsv.read_csv(
            pa.py_buffer(held),
            read_options=pacsv.ReadOptions(
                column_names=names, block_size=max(len(held), 1), use_threads=False
            ),
            parse_options=pacsv.ParseOptions(
                delimiter=dialect.splits_at,
                quote_char=dialect.quote or False,
                double_quote=True,
                newlines_in_values=has_inner_ends,
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False,
                check_utf8=False,
                null_values=[],  # each column would hold a search tree of the default ones
                true_values=[],
                false_values=[],
            ),
        )
    except pa.ArrowInvalid:  # it ends with the first row of another width
        return None
    if table.num_rows != n_rows:
        return None
    return [column.chunk(0) for column in table.columns]
