"""Files as answers: streamed, with name, length and checksum."""

import csv
import io
import re
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack
from itertools import chain
from typing import BinaryIO, TypeVar
from urllib.parse import quote

from flask import Response

from dashboard.errors import Unavailable

CHUNK_BYTES = 1 << 16
# A line of a file may be longer than csv's own limit; ours are bounded by the reader.
csv.field_size_limit(2**31 - 1)
# Of the 8 threads of a process (see deploy/gunicorn.py).
FILES_AT_ONCE = 4
_places = threading.BoundedSemaphore(FILES_AT_ONCE)
# Less is on its way at once, however slow the line is.
SMALL_BYTES = 1 << 20
Opened = TypeVar("Opened")
# Digits, however they are grouped: nothing that a spreadsheet would run.
NUMBER = re.compile(
    r"(?=.*\d)[+-]?\d*(?:[., '\xa0\u202f]\d{3})*[.,]?\d*(?:[eE][+-]?\d+)?"
    # A unit of letters alone: -2 °C, -5 km/h. There is nothing to run in it.
    r"[ \xa0]?(?:[A-Za-z%°µμ²³]{1,8}(?:/[A-Za-z²³]{1,4})?)?",
    re.ASCII,
)
# Also the wide signs of East Asian writing, which some spreadsheets take for the narrow ones.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
NO_NAME = re.compile(r"[/\\\x00-\x1f\x7f\ud800-\udfff]")  # folders, control characters, no text


def send_stream(
    stream: BinaryIO,
    *,
    file_name: str,
    media_type: str,
    size_bytes: int | None = None,
    sha256: str | None = None,
) -> Response:
    """Answer with a file, which is closed at its end.

    Parameters
    ----------
    stream : BinaryIO
        The bytes.
    file_name : str
        What the browser saves it as.
    media_type : str
        Its Content-Type.
    size_bytes, sha256 : optional
        Become the headers Content-Length and X-Content-SHA256.
    """
    response = send_chunks(_chunks(stream), file_name=file_name, media_type=media_type)
    return _with_facts(response, size_bytes, sha256)


def send_original(
    stream: BinaryIO, *, file_name: str, size_bytes: int, sha256: str | None
) -> Response:
    """Answer with a file as `send_stream` does; a large one takes a place, as a table does.

    Raises
    ------
    Unavailable
        When as many files are being handed out as can be at once.
    """
    chunks: Iterator[bytes] = _chunks(stream)
    if size_bytes > SMALL_BYTES:
        with ExitStack() as unless_begun:
            unless_begun.callback(stream.close)
            made = _in_a_place(chunks)
            chunks = chain([next(made, b"")], made)
            unless_begun.pop_all()
    response = send_chunks(chunks, file_name=file_name, media_type="application/octet-stream")
    if size_bytes > SMALL_BYTES:
        response.call_on_close(made.close)  # also where nobody takes more of it
    return _with_facts(response, size_bytes, sha256)


def _chunks(stream: BinaryIO) -> Generator[bytes]:
    with stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def _in_a_place(pieces: Iterator[bytes]) -> Generator[bytes]:
    """Yield pieces of a file while it holds one of the places; Unavailable when all are taken."""
    if not _places.acquire(blocking=False):
        raise Unavailable(
            f"{FILES_AT_ONCE} files are being downloaded from this server just now, and "
            "that is the most at once. Try again in a minute"
        )
    try:
        yield from pieces
    finally:
        _places.release()


def _with_facts(response: Response, size_bytes: int | None, sha256: str | None) -> Response:
    if size_bytes is not None:
        response.headers["Content-Length"] = str(size_bytes)
    if sha256:
        response.headers["X-Content-SHA256"] = sha256
    return response


def send_chunks(chunks: Iterator[bytes], *, file_name: str, media_type: str) -> Response:
    """Answer with a file that is made while it is sent; nothing of the request is there by then.

    So no connection to the database is held by somebody who takes hours.
    """
    response = Response(chunks, mimetype=media_type)
    response.headers["Content-Disposition"] = attachment(file_name)
    return response


def send_table(
    opened: AbstractContextManager[Opened],
    lines: Callable[[Opened], Iterator[bytes]],
    *,
    file_name: str,
) -> Response:
    """Answer with CSV that is made of a table while it is sent.

    Only so many at once for each process: each holds one of its threads until the last byte was
    taken, and a part of its table in memory; the others are left for pages.

    Parameters
    ----------
    opened : context manager
        Gives the table, as `Storage.seekable` does, or several; it is left at the end.
    lines : callable
        From the table to pieces of the file. What keeps the first one from coming is raised here,
        before any of the answer is sent.
    file_name : str
        What the browser saves it as.

    Raises
    ------
    Unavailable
        When there are as many as can be.
    """

    def pieces() -> Generator[bytes]:
        with opened as table:
            yield from lines(table)

    made = _in_a_place(pieces())
    first = next(made)
    response = send_chunks(chain([first], made), file_name=file_name, media_type="text/csv")
    response.call_on_close(made.close)  # also where nobody takes more of it
    return response


def attachment(file_name: str) -> str:
    """Return the Content-Disposition of a file that is saved, whatever its name holds."""
    name = NO_NAME.sub("_", file_name)
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def defuse(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) and not _is_number(cell) else cell


def _is_number(cell: str) -> bool:
    """Tell whether a cell is a number, in whatever way it is written: there is nothing to run."""
    return bool(NUMBER.fullmatch(cell)) or cell in {"-inf", "+inf"}


def defused_csv(stream: BinaryIO, delimiter: str | None = None) -> Iterator[bytes]:
    """Yield a CSV file with its formulas defused, line by line.

    Without a `delimiter` it is the one that the first line has most of.
    """
    with stream:
        text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
        first = text.readline()  # once: in a stream from a bucket there is no way back
        delimiter = delimiter or max(",;\t|", key=first.count)
        for row in csv.reader(chain([first], text), delimiter=delimiter):
            line = io.StringIO()
            csv.writer(line, delimiter=delimiter).writerow([defuse(cell) for cell in row])
            yield line.getvalue().encode()
