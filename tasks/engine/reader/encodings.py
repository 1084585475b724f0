"""The encoding of a text file, held against all of its bytes."""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from tasks.engine.reader.refusals import HEAD_BYTES, Problem, RefusedError, error

CHUNK_BYTES = 1 << 20
SAMPLE_CHARS = 4 * HEAD_BYTES
SAMPLE_LINES = 20
MOST_CHARS = 40_000_000
WIDE_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip


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
    head = file.read(4096)
    encoding = codecs.lookup(chosen or _wide_encoding(head) or "utf-8").name
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


def _wide_encoding(head: bytes) -> str | None:
    """Return UTF-16 or UTF-32 by the mark at the file's start, or by its zero bytes."""
    for mark, encoding in WIDE_BOMS:
        if head.startswith(mark):
            return encoding
    return find_unmarked_wide(head)


def find_unmarked_wide(head: bytes) -> str | None:
    """Return ``utf-16-le`` or ``utf-16-be`` for text in it that has no mark at its start.

    In text of mostly western letters every other byte is zero, and no line end is torn.
    """
    head = head[: len(head) // 2 * 2][:4096]
    if len(head) < 8:
        return None
    for encoding, zeros, others in (
        ("utf-16-le", head[1::2], head[0::2]),
        ("utf-16-be", head[0::2], head[1::2]),
    ):
        if zeros.count(0) > 0.8 * len(zeros) and others.count(0) == 0:
            return encoding
    return None


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(CHUNK_BYTES):
        yield chunk
    yield b""


def _first_undecodable(file: BinaryIO, encoding: str) -> tuple[int, bytes] | None:
    """Return line and bytes of the first place that the encoding cannot read, or None."""
    decoder = codecs.getincrementaldecoder(encoding)()
    skips_ascii = encoding in {"utf-8", "ascii", "cp1252"}
    done = 0
    for chunk in _chunks(file):
        pending = decoder.getstate()[0]
        if skips_ascii and chunk and not pending and chunk.isascii():
            done += len(chunk)
            continue
        try:
            text = decoder.decode(chunk, final=not chunk)
            if not skips_ascii:  # some give halves of surrogate pairs, which are no text
                text.encode()
        except UnicodeError as bad:
            start = bad.start if isinstance(bad, UnicodeDecodeError) else 0
            whole = pending + chunk
            line = 1 + _count_lines(file, done - len(pending) + start)
            return line, whole[max(0, start - 12) : start + 12]
        done += len(chunk)
    return None


def _count_lines(file: BinaryIO, size: int) -> int:
    """Count the line ends in the first bytes of a file."""
    file.seek(0)
    count = 0
    while size > 0 and (chunk := file.read(min(size, CHUNK_BYTES))):
        count += chunk.count(b"\n")
        size -= len(chunk)
    return count


def _is_mostly_utf8(file: BinaryIO) -> bool:
    """Tell whether more characters beyond ASCII are valid UTF-8 than are not."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
    good = bad = 0
    for chunk in _chunks(file):
        text = decoder.decode(chunk)
        broken = text.count("\ufffd")
        bad += broken
        good += len(text) - broken - len(text.encode("ascii", "ignore"))
    return good > bad


def read_sample(path: Path, encoding: str) -> str:
    """Return the decoded beginning of a file: whole lines, 256 KB of them or twenty."""
    decoder = codecs.getincrementaldecoder(encoding)()
    text, is_whole = "", False
    with path.open("rb") as file:
        while not is_whole and (len(text) < SAMPLE_CHARS or _count_ends(text) < SAMPLE_LINES):
            chunk = file.read(SAMPLE_CHARS)
            is_whole = not chunk
            text += decoder.decode(chunk, final=is_whole)
            if len(text) > MOST_CHARS:
                break
    text = text.removeprefix("\ufeff")
    end = "\n" if "\n" in text else "\r"
    return text if is_whole or end not in text else text[: text.rindex(end) + 1]


def _count_ends(text: str) -> int:
    return text.count("\n") or text.count("\r")
