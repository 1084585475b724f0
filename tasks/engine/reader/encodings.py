"""The encoding of a text file, held against all of its bytes."""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from tasks.engine.reader.central_european import find_central
from tasks.engine.reader.controls import with_line_ends, without_end_mark
from tasks.engine.reader.encoding_signs import (
    around,
    count_lines,
    find_c1_control,
    find_ebcdic,
    find_utf_7,
    find_wide,
    has_iso_2022,
    has_mark,
    skip_mark,
)
from tasks.engine.reader.hz import has_hz
from tasks.engine.reader.likely_encodings import find_lines, say_likely, show_likely
from tasks.engine.reader.refusals import HEAD_BYTES, Problem, RefusedError, error
from tasks.engine.reader.shift_jis import SHIFT_JIS, are_shift_jis, beginning_of
from tasks.engine.reader.text_signs import of_text

CHUNK_BYTES = 1 << 20
SAMPLE_CHARS = 4 * HEAD_BYTES
SAMPLE_LINES = 20
MOST_CHARS = 40_000_000
MANY = 5
RARE = 1_000  # times as many whole characters make damaged ones few
DAMAGED = "ENCODING_DAMAGED"
LATIN = {"iso8859-1": "Latin-1", "iso8859-15": "Latin-9"}
OTHER = 'choose another encoding under "How we read the file"'
ISO_2022 = ("iso2022_jp", "iso2022_jp_ext", "iso2022_kr", "iso2022_jp_2")  # the stricter first


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
        ``utf-8``, one of those that have signs of their own (``utf-16``, ``utf-32``,
        ``iso2022_jp`` and its kin, ``hz``, ``cp932``), ``cp1250``, ``cp1252``, or the chosen
        one.
    problems : list of Problem
        A warning when it had to be assumed, or is in doubt; `DAMAGED` where the file has the mark
        of UTF-8 and few bytes that are none.

    Raises
    ------
    RefusedError
        When no plausible encoding reads every byte: a file that is UTF-8 but for some bytes is
        not taken for Windows-1252, which would garble all the others.
    """
    file.seek(0)
    wide = None if chosen else find_wide(file.read(HEAD_BYTES))
    encoding = codecs.lookup(chosen or wide or "utf-8").name
    is_plain = encoding == "utf-8" and _is_plain(file)
    bad = None if is_plain else _first_undecodable(file, encoding)
    if bad is None:
        return _doubted(file, encoding, is_chosen=bool(chosen), is_plain=is_plain)
    if not chosen and not wide:
        _refuse_ebcdic(file)
    line, sample, is_cut = bad
    is_marked = not chosen and not wide and has_mark(file)
    if is_cut and (wide or is_marked):
        message = (
            f"The file is {(wide or encoding).upper()}, but it ends in the middle of a character, "
            f"in line {line}, so a part of it is missing. Save or download it again"
        )
        raise RefusedError(error("CSV_ENCODING", message, line=line))
    n_good, n_bad = (0, 0) if chosen or wide else _count_beyond(file)
    if is_marked and (n_bad < MANY or RARE * n_bad <= n_good):
        return encoding, [_damaged(n_bad, line, sample)]
    if 0 < n_bad >= MANY * n_good and (found := _find_plausible(file, line, sample, is_marked)):
        return found
    message = (
        f"Some characters could not be read, first in line {line}. "
        f'Choose the encoding in which "{sample.decode("latin-1")}" looks right, under "How we '
        f'read the file"{show_likely(file) if n_bad > n_good else ""}'
    )
    raise RefusedError(error("CSV_ENCODING", message, line=line))


def _find_plausible(
    file: BinaryIO, line: int, sample: bytes, is_marked: bool
) -> tuple[str, list[Problem]] | None:
    """Return the encoding that the words of a file suit, if it reads every byte, and a warning."""
    lines = find_lines(file)
    if are_shift_jis(lines) and _first_undecodable(file, SHIFT_JIS) is None:
        shown = beginning_of(lines)
        return SHIFT_JIS, [_assumed(SHIFT_JIS, line, shown, is_marked=is_marked)]
    central = find_central(lines)
    if central == "surely" and _first_undecodable(file, "cp1250") is None:
        return "cp1250", [_assumed("cp1250", line, sample, is_marked=is_marked)]
    if _first_undecodable(file, "cp1252") is not None:
        return None
    likely = show_likely(file)
    if not likely and central != "no":
        likely = say_likely(lines, ["Windows-1250"])
    return "cp1252", [_assumed("cp1252", line, sample, likely, is_marked=is_marked)]


def _refuse_ebcdic(file: BinaryIO) -> None:
    file.seek(0)
    shown = find_ebcdic(file.read(HEAD_BYTES))
    if shown:
        message = (
            "The file is EBCDIC, as mainframes write it. Choose its encoding, such as cp037, "
            f'cp500 or cp273, under "How we read the file": as cp037 it would read "{shown}"'
        )
        raise RefusedError(error("CSV_ENCODING", message, line=1))


def _assumed(
    encoding: str, line: int, sample: bytes, likely: str = "", *, is_marked: bool
) -> Problem:
    name = "Shift JIS" if encoding == SHIFT_JIS else encoding.replace("cp", "Windows-")
    marked = "begins with the mark of UTF-8, but it is not UTF-8" if is_marked else "is not UTF-8"
    message = (
        f"The file {marked}; it was read as {name}. A part of line {line} reads "
        f'"{sample.decode(encoding)}". If that looks wrong, {OTHER}{likely}'
    )
    return Problem("warning", "ENCODING_ASSUMED", message, line=line)


def _damaged(n: int, line: int, sample: bytes) -> Problem:
    """Say that a file with the mark of UTF-8 has few bytes that are no UTF-8."""
    are = "1 character is" if n == 1 else f"{n:,} characters are"
    message = (
        f"The file begins with the mark of UTF-8, but {are} not UTF-8. First: line {line}, a "
        f'part of which reads "{sample.decode(errors="replace")}", with \ufffd for what is lost. '
        f'If "{sample.decode("cp1252", "replace")}" looks right, choose '
        'Windows-1252 under "How we read the file"'
    )
    return Problem("warning", DAMAGED, message, line=line, count=n)


def _is_plain(file: BinaryIO) -> bool:
    """Tell whether a file is ASCII without escapes and tildes, so that nothing is looked for."""
    signs = (b"\x1b", b"~")
    return all(chunk.isascii() and not any(s in chunk for s in signs) for chunk in _chunks(file))


def _doubted(
    file: BinaryIO, encoding: str, *, is_chosen: bool, is_plain: bool
) -> tuple[str, list[Problem]]:
    """Return an encoding that reads every byte, or the one that is meant; and what is in doubt."""
    if encoding in LATIN and (control := find_c1_control(file)):
        line, sample = control
        message = (
            f"Line {line} has a character that {LATIN[encoding]} does not have. If "
            f'"{sample.decode("cp1252", "replace")}" looks right, choose Windows-1252'
        )
        return encoding, [Problem("warning", "ENCODING_DOUBTFUL", message, line=line)]
    if encoding != "utf-8":
        return encoding, []
    problems = [] if is_plain else list(of_text(file, is_chosen=is_chosen))
    if is_chosen or problems:
        return encoding, problems
    escaped = () if is_plain or not has_iso_2022(file) else ISO_2022
    for other in escaped or (("hz",) if not is_plain and has_hz(file) else ()):
        if _first_undecodable(file, other) is None:
            name = other.upper().replace("_", "-").replace("ISO", "ISO-")
            message = f"It was read as {name}. If that looks wrong, {OTHER}"
            return other, [Problem("warning", "ENCODING_ASSUMED", message)]
    if found := find_utf_7(file):
        message = (
            f'Line {found[0]} reads "{found[1]}", which looks like UTF-7. If so, choose UTF-7 as '
            'the encoding under "How we read the file"'
        )
        return encoding, [Problem("warning", "ENCODING_DOUBTFUL", message, line=found[0])]
    return encoding, []


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(CHUNK_BYTES):
        yield chunk
    yield b""


def _first_undecodable(file: BinaryIO, encoding: str) -> tuple[int, bytes, bool] | None:
    """Return where the encoding cannot read a file first, or None.

    That is the line, the bytes around, and whether the file ends within a character.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    skips_ascii = encoding in {"utf-8", "ascii", "cp1250", "cp1252"}
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
            line = 1 + count_lines(file, done - len(pending) + start)
            return line, around(whole, start), not chunk
        done += len(chunk)
    return None


def _count_beyond(file: BinaryIO) -> tuple[int, int]:
    """Count the characters beyond ASCII that are valid UTF-8, and those that are not.

    In another encoding they are so by chance, seldom.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
    good = bad = 0
    for chunk in _chunks(file):
        text = decoder.decode(chunk, final=not chunk)
        broken = text.count("\ufffd")
        bad += broken
        good += len(text) - broken - len(text.encode("ascii", "ignore"))
    return good, bad


def read_sample(path: Path, encoding: str) -> str:
    """Return the decoded beginning of a file: whole lines, 256 KB or twenty, not all blank."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    text, is_whole, is_blank = "", False, True
    with path.open("rb") as file:
        skip_mark(file, encoding)
        while not is_whole and (
            is_blank or len(text) < SAMPLE_CHARS or _count_ends(text) < SAMPLE_LINES
        ):
            chunk = file.read(SAMPLE_CHARS)
            is_whole = not chunk
            more = decoder.decode(chunk, final=is_whole).replace("\0", "")  # they are left out
            text, is_blank = text + more, is_blank and not more.strip("\ufeff \t\r\n")
            if len(text) > MOST_CHARS:
                break
    text = with_line_ends(text.removeprefix("\ufeff"))
    text = without_end_mark(text) if is_whole else text
    end = "\n" if "\n" in text else "\r"
    return text if is_whole or end not in text else text[: text.rindex(end) + 1]


def _count_ends(text: str) -> int:
    return text.count("\n") or text.count("\r")
