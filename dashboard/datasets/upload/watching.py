"""Looks at a file's bytes while they come in, so that what cannot be a table is refused at once.

Only what is certain is refused here; everything else is the reader's to say (`tasks.engine`),
which has the whole file. A small file is not judged: it is there before anybody could be spared
anything, and the check page says more about it.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from dashboard.errors import TooLarge, ValidationFailed
from dashboard.filters import size
from tasks.engine.reader.file_signs import UNPACK
from tasks.engine.reader.limits import ReadLimits
from tasks.engine.reader.other_formats import find_refusal
from tasks.engine.reader.pieces import Pieces, pieces_of
from tasks.engine.reader.refusals import HEAD_BYTES, Problem, RefusedError, error
from tasks.engine.reader.unpacking import check_ratio, compression_of

# No file is refused for what is in it before so much of it has come.
SMALL_BYTES = 1_000_000
# Of a first line that is longer the columns are not counted.
HEADER_BYTES = 4_000_000
OTHER_LINES = 1000  # lines that are no rows: names, preamble, blank ones
# A character has at most so many bytes: a line is too long for certain only beyond that.
BYTES_OF_A_CHARACTER = 4
PARQUET = b"PAR1"
WIDE = (b"\xff\xfe", b"\xfe\xff")
DELIMITERS = (b",", b";", b"\t", b"|")
QUOTED = re.compile(rb'"[^"]*"')


def too_big(file_name: str, limit: int) -> str:
    """Return the words for a file that is larger than the limit."""
    return (
        f"{file_name} is larger than {size(limit)}, the limit on this server. "
        "Leave out columns you do not need, or gzip it"
    )


class Counts(NamedTuple):
    """What is counted in some bytes of a text.

    How many ends of lines there are, whether there is a quote, and how many bytes stand before the
    first end and behind the last one: all of them where there is no end.
    """

    ends: int
    has_quotes: bool
    first: int
    last: int


def count_bytes(piece: bytes | bytearray, line_end: bytes, *, each: bool = True) -> Counts:
    """Count what is in some bytes; `static/js/part-counts.js` counts alike.

    Without `each` the ends of lines count as one, which saves half of the time.
    """
    size, first, last = len(piece), piece.find(line_end), piece.rfind(line_end)
    has_end = first >= 0
    return Counts(
        piece.count(line_end) if each else int(has_end), b'"' in piece,
        first if has_end else size, size - last - 1 if has_end else size,
    )  # fmt: skip


class Watcher:
    """Looks at one file as it comes.

    Parameters
    ----------
    file_name : str
        What the person calls it, for messages.
    limit_bytes : int
        The most that it may have.
    options : Mapping, optional
        What the person decided about it, as `parse_options` gives it.
    limits : ReadLimits, optional
        The largest table that is read.
    watched : Mapping, optional
        What `state` gave, where another one looked at what came before; of a file that is not
        packed.
    """

    def __init__(
        self,
        file_name: str,
        *,
        limit_bytes: int,
        options: Mapping[str, Any] | None = None,
        limits: ReadLimits | None = None,
        watched: Mapping[str, Any] | None = None,
    ) -> None:
        self.file_name, self.limit_bytes = file_name, limit_bytes
        self.limits, self.options = limits or ReadLimits(), options or {}
        self.seen = self.unpacked = 0
        self.head = b""
        self.packed: Pieces | None = None
        self.text: _Text | None = _Text(self.limits)
        if watched:
            self.seen = watched["seen"]
            self.text = _Text(self.limits, watched["text"]) if watched["text"] else None
            self.head = b"-" * HEAD_BYTES  # was judged

    def state(self) -> dict[str, Any]:
        """Return what another one needs to go on, as JSON values; only after `SMALL_BYTES`.

        What unpacks a file cannot be handed on: who goes on with one that is packed looks at all
        of it once more.
        """
        is_packed = self.packed is not None
        text = self.text.state() if self.text and not is_packed else None
        return {"seen": self.seen, "is_packed": is_packed, "text": text}

    def look(self, chunk: bytes | bytearray) -> None:
        """Look at the bytes that come next.

        Raises
        ------
        TooLarge
            When the file, or what it unpacks to, is larger than this server takes.
        ValidationFailed
            When it cannot be a table that this server reads.
        """
        self.seen += len(chunk)
        if self.seen > self.limit_bytes:
            raise TooLarge(too_big(self.file_name, self.limit_bytes), code="FILE_TOO_BIG")
        if len(self.head) < HEAD_BYTES:
            self.head += chunk
            if len(self.head) < HEAD_BYTES:
                return
            chunk, self.head = self.head, self.head[:HEAD_BYTES]
            self._begin()
        if self.text is None:
            return
        if self.packed is None:
            self._judge(chunk)
            return
        for piece in self.packed.pieces(bytes(chunk)):
            self._judge(piece)

    def hear(self, length: int, counts: Counts) -> None:
        """Take the word of another one for the bytes that come next, in a text that was begun.

        Raises
        ------
        ValidationFailed
            When it cannot be a table that this server reads.
        """
        self.seen += length
        if self.text is not None:
            self.text.add(length, counts)
            self._check_text(self.text)

    def _begin(self) -> None:
        compression = compression_of(self.head)
        if compression == "zip":
            refusal = find_refusal(self.head, self.file_name)
            if refusal and refusal.code == "FILE_XLSX":
                raise _refused(refusal)
        self.packed = pieces_of(compression)
        if self.head.startswith(PARQUET):  # its first bytes do not tell what is in it
            self.text = None

    def _judge(self, piece: bytes | bytearray) -> None:
        self.unpacked += len(piece)
        limit = self.limits.max_unpacked_bytes
        if self.packed and self.unpacked > limit:
            words = f"{self.file_name} unpacks to more than {limit:,} bytes, "
            raise TooLarge(words + "the limit on this server", code="FILE_TOO_BIG")
        if self.packed:
            self._check_ratio()
        text = self.text
        if text is None:
            return
        text.look(piece)
        if self.seen >= SMALL_BYTES or self.unpacked >= SMALL_BYTES:
            self._check_text(text)

    def _check_text(self, text: "_Text") -> None:
        problem = text.find_problem(self.file_name, self.options)
        if problem:
            raise _refused(problem)

    def _check_ratio(self) -> None:
        """Refuse what shrank as no data does: it would take a while to unpack, for nothing."""
        try:
            check_ratio(self.unpacked, self.seen, self.file_name, UNPACK)
        except RefusedError as refusal:
            raise TooLarge(refusal.problem.message, code=refusal.problem.code) from None


def _refused(problem: Problem) -> ValidationFailed:
    return ValidationFailed({"file": problem.message}, code=problem.code)


class _Text:
    """Counts what a text has: rows, columns of its first line, the length of its lines."""

    def __init__(self, limits: ReadLimits, state: Mapping[str, Any] | None = None) -> None:
        self.limits = limits
        self.head, self.first_line = b"", b""
        self.newline = b""
        self.columns: int | None = None
        self.rows = self.line = self.longest = 0
        self.is_wide = self.has_quotes = False
        self.is_judged = state is not None
        if state:
            self.newline, self.line = state["newline"].encode(), state["line"]
            self.rows, self.longest = state["rows"], state.get("longest", 0)
            self.is_wide, self.has_quotes = state["is_wide"], state["has_quotes"]
            self.columns = state["columns"]

    def state(self) -> dict[str, Any]:
        """Return all but the head, which was judged, as JSON values."""
        return {
            "newline": self.newline.decode(), "rows": self.rows, "line": self.line,
            "longest": self.longest, "is_wide": self.is_wide, "has_quotes": self.has_quotes,
            "columns": self.columns or 0,
        }  # fmt: skip

    def look(self, piece: bytes | bytearray) -> None:
        """Count on."""
        if not self.newline:
            self.head += piece
            if len(self.head) < HEAD_BYTES:
                return
            piece, self.head = self.head, self.head[:HEAD_BYTES]
            is_old = b"\r" in self.head and b"\n" not in self.head
            self.newline = b"\r" if is_old else b"\n"
            self.is_wide = self.head.startswith(WIDE)
        if self.is_wide:
            return
        if self.columns is None:
            self._read_first_line(piece)
        self.add(len(piece), count_bytes(piece, self.newline, each=not self.has_quotes))

    def add(self, size: int, counts: Counts) -> None:
        """Add what was counted in so many bytes."""
        self.has_quotes = self.has_quotes or counts.has_quotes
        if not self.has_quotes:  # a quoted cell may hold ends of lines that end no row
            self.rows += counts.ends
        self.longest = max(self.longest, self.line + counts.first, counts.last)
        self.line = counts.last if counts.ends else self.line + size

    def _read_first_line(self, piece: bytes | bytearray) -> None:
        line, end, _rest = piece.partition(self.newline)
        self.first_line += line
        if end or len(self.first_line) > HEADER_BYTES:
            bare = QUOTED.sub(b"", self.first_line[:HEADER_BYTES])
            is_json = bare.lstrip().startswith((b"{", b"["))
            self.columns = 0 if is_json else 1 + max(bare.count(sign) for sign in DELIMITERS)
            self.first_line = b""

    def find_problem(self, file_name: str, options: Mapping[str, Any]) -> Problem | None:
        """Return why this is no table that is read, if that is certain by now."""
        limits = self.limits
        if not self.is_judged and len(self.head) >= HEAD_BYTES:
            self.is_judged = True
            # Any encoding, where it is not known: bytes that no text has may be of a wide one.
            encoding, is_split = options.get("encoding"), bool(options.get("delimiter"))
            refusal = find_refusal(self.head, file_name, encoding, is_split=is_split)
            if refusal:
                return refusal
        words = f"The limit on this server is {limits.max_columns:,}"
        if self.columns and self.columns > limits.max_columns:
            return error("CSV_TOO_WIDE", f"{file_name} has {self.columns:,} columns. {words}")
        if self.rows > limits.max_rows + OTHER_LINES and not self.has_quotes:
            words = f"{limits.max_rows:,} rows, the limit on this server"
            return error("CSV_TOO_LONG", f"{file_name} has more than {words}")
        if self.longest > BYTES_OF_A_CHARACTER * limits.max_line_chars:
            words = f"more than {limits.max_line_chars:,} characters, the limit on this server"
            return error("CSV_LINE_LONG", f"{file_name} has a line of {words}")
        return None
