"""A text file as UTF-8 bytes, from which lines or whole blocks are taken."""

import codecs
import re
from typing import BinaryIO

import numpy as np

from tasks.engine.reader.controls import Controls, find_end_mark, find_line_sign
from tasks.engine.reader.encoding_signs import skip_mark
from tasks.engine.reader.refusals import HEAD_BYTES, RefusedError, error

CHUNK_BYTES = 1 << 22
LF = 10
MOST_ZEROS = 10_000  # bytes; what has more is no text
MARK = codecs.BOM_UTF8
# Each program that a file went through may have set a mark, before a quote or behind it.
MARKS = re.compile(rb"^(?:\xef\xbb\xbf)*(\"?)(?:\xef\xbb\xbf)*")
# The end of a chunk that may go on as a line's end, a mark or a control in the next one.
UNDECIDED = re.compile(rb"(?:\r+|\r*\n(?:\xef\xbb?)?|\xc2|\xe2\x80?)\Z")
SHORT = 16
SHOWN_BYTES = 10_000  # of a line with a zero byte
QUOTED = re.compile(rb'"[^"]*"')
CR_END = re.compile(rb"\r(?!\r*\n)")
ANY_END = re.compile(rb"\r+\n|\r")
BLANK_LINES = re.compile(rb"(?:[ \t\r]{0,100}+\n)++")


class TextSource:
    """The lines of a text, counted as `sed` counts them: a line ends at LF.

    Only where CR alone ends lines near the beginning, as on the old Macintosh, does it do so
    everywhere, and so does a sign of Unicode's where none of these stands there. The marks of
    files that were put together are left out and counted, and so are zero bytes, as long as they
    are few, and Ctrl-Z at the end. No line is ever held that is longer than `max_chars`.

    Parameters
    ----------
    raw : BinaryIO
        The file, at its start.
    encoding : str
        Of the file; it was found to read every byte.
    max_chars : int
        The longest line.
    is_damaged : bool, default False
        Whether some bytes are not of the encoding after all; each is read as U+FFFD.
    """

    def __init__(
        self, raw: BinaryIO, encoding: str, max_chars: int, *, is_damaged: bool = False
    ) -> None:
        self.raw, self.max_chars = raw, max_chars
        skip_mark(raw, encoding)
        is_plain = codecs.lookup(encoding).name in {"utf-8", "ascii"} and not is_damaged
        self.decoder = None if is_plain else codecs.getincrementaldecoder(encoding)("replace")
        self.buffer, self.at, self.line, self.taken = b"", 0, 1, 0
        self.n_marks = self.first_mark = self.n_cr = self.n_lf = self.n_zeros = 0
        self.zero_lines: list[tuple[int, str]] = []  # with a zero byte, each with its text
        self.has_ended, self.has_cr_lines, self.has_end_mark = False, False, False
        self.controls = Controls()
        self.rest = self._decoded(HEAD_BYTES)
        self.line_sign = find_line_sign(self.rest)
        self.has_cr_lines = _has_cr_ends(self.rest)
        self.rest = MARKS.sub(rb"\1", self.rest, count=1)

    def fill(self, size: int) -> None:
        """Have so many bytes at hand, unless the file ends before."""
        parts, held = [self.buffer[self.at :]], len(self.buffer) - self.at
        while held < size and not self.has_ended:
            chunk = self._read()
            parts.append(chunk)
            held += len(chunk)
        if len(parts) > 1:
            self.buffer, self.at = b"".join(parts), 0

    def _read(self) -> bytes:
        chunk = self.rest + self._decoded(CHUNK_BYTES)
        at = self._find_undecided(chunk)
        chunk, self.rest = chunk[:at], b"" if self.has_ended else chunk[at:]
        if self.line_sign:
            chunk = chunk.replace(self.line_sign, b"\n")
        if self.has_cr_lines:
            self.n_cr += len(CR_END.findall(chunk))
            chunk = ANY_END.sub(b"\n", chunk)
        if MARK[:1] in chunk and b"\n" + MARK in chunk:  # one byte is looked for ten times as fast
            self._note_marks(chunk)
            chunk = chunk.replace(b"\n" + MARK, b"\n")
        if b"\0" in chunk:
            self._note_zeros(chunk)
            chunk = chunk.replace(b"\0", b"")
        self.controls.look(chunk, self.n_lf)
        self.n_lf += int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == LF))
        return chunk

    def _find_undecided(self, chunk: bytes) -> int:
        """Return where that part of a chunk begins which waits for the next one."""
        at = find_end_mark(chunk)
        if self.has_ended:
            self.has_end_mark |= at < len(chunk)
            return at
        undecided = UNDECIDED.search(chunk[-SHORT:])
        return min(at, len(chunk) - len(undecided[0] if undecided else b""))

    def _decoded(self, size: int) -> bytes:
        chunk = self.raw.read(size)
        self.has_ended = not chunk
        return self.decoder.decode(chunk, final=not chunk).encode() if self.decoder else chunk

    def _note_marks(self, chunk: bytes) -> None:
        before = chunk.index(b"\n" + MARK)
        self.first_mark = self.first_mark or self.n_lf + chunk.count(b"\n", 0, before) + 2
        self.n_marks += chunk.count(b"\n" + MARK)

    def _note_zeros(self, chunk: bytes) -> None:
        data = np.frombuffer(chunk, np.uint8)
        ends = np.append(np.flatnonzero(data == LF), len(data))
        zeros = np.flatnonzero(data == 0)
        for n in np.unique(np.searchsorted(ends, zeros)).tolist():
            start = int(ends[n - 1]) + 1 if n else 0
            text = chunk[start : min(int(ends[n]), start + SHOWN_BYTES)].decode(errors="replace")
            self.zero_lines.append((self.n_lf + n + 1, text.rstrip("\r")))
            if len(self.zero_lines) > MOST_ZEROS:
                break
        self.n_zeros += len(zeros)
        if self.n_zeros > MOST_ZEROS:
            line = self.zero_lines[0][0]
            message = (
                f"There are more than {MOST_ZEROS:,} zero bytes, first in line {line}, so this is "
                "not a text file"
            )
            raise RefusedError(error("FILE_BINARY", message, line=line))

    @property
    def has_mixed_ends(self) -> bool:
        """Whether some lines that were read so far end with CR alone, and some do not."""
        return self.has_cr_lines and 0 < self.n_cr < self.n_lf

    @property
    def is_over(self) -> bool:
        """Whether nothing is left."""
        self.fill(1)
        return len(self.buffer) == self.at

    def held(self, size: int) -> memoryview:
        """Return the next bytes, at most `size`, without taking them."""
        self.fill(size)
        return memoryview(self.buffer)[self.at : self.at + size]

    def count(self, what: bytes, size: int) -> int:
        """Count where something that is rare stands in the next bytes that are held."""
        first = self.buffer.find(what, self.at, self.at + size)
        return self.buffer.count(what, first, self.at + size) if first >= 0 else 0

    def take(self, n_bytes: int, n_lines: int) -> None:
        """Step over bytes that were looked at, whole lines."""
        self.at += n_bytes
        self.taken += n_bytes
        self.line += n_lines
        if self.at > 2 * CHUNK_BYTES:  # a block of a wide table is not held while it is written
            self.buffer, self.at = self.buffer[self.at :], 0

    def skip_blank(self, most: int | None = None) -> int:
        """Step over blank lines, at most so many, and return how many they are.

        All at once: a file may begin with millions. A line that is blank but long is left.
        """
        line = self.line
        while (most is None or self.line - line < most) and not self.is_over:
            found = BLANK_LINES.match(self.buffer, self.at)
            if not found:
                break
            ends = np.flatnonzero(np.frombuffer(found[0], np.uint8) == LF)
            ends = ends if most is None else ends[: most - (self.line - line)]
            self.take(int(ends[-1]) + 1, len(ends))
        return self.line - line

    def next_line(self) -> str | None:
        """Take one line, with its end; None at the end of the file.

        Raises
        ------
        RefusedError
            When it is too long.
        """
        end = self.buffer.find(b"\n", self.at)
        if end < 0 and not self.has_ended:
            end = self._find_end()
        line = self.buffer[self.at : end + 1 if end >= 0 else None]
        if not line:
            return None
        text = line.decode()
        if len(text) > self.max_chars:
            self._refuse_long()
        self.take(len(line), 1)
        return text

    def _find_end(self) -> int:
        looked = 0
        while True:
            held = len(self.buffer) - self.at
            end = self.buffer.find(b"\n", self.at + looked)
            if end >= 0 or self.has_ended:
                return end
            if held > 4 * self.max_chars:  # a character has at most four bytes
                self._refuse_long()
            looked = held
            self.fill(held + 1)

    def _refuse_long(self) -> None:
        message = (
            f"Line {self.line} has more than {self.max_chars:,} characters, "
            "the limit on this server"
        )
        raise RefusedError(error("CSV_LINE_LONG", message, line=self.line))


def _has_cr_ends(head: bytes) -> bool:
    """Tell whether CR alone stands outside of quotes."""
    return b"\r" in head and bool(CR_END.search(QUOTED.sub(b"", head).rstrip(b"\r")))
