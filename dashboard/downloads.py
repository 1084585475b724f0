"""Files as answers: streamed, with name, length and checksum."""

import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import quote

from flask import Response, stream_with_context

CHUNK_BYTES = 1 << 16
# A line of a file may be longer than csv's own limit; ours are bounded by the reader.
csv.field_size_limit(2**31 - 1)
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

    def chunks() -> Iterator[bytes]:
        with stream:
            while chunk := stream.read(CHUNK_BYTES):
                yield chunk

    response = send_chunks(chunks(), file_name=file_name, media_type=media_type)
    if size_bytes is not None:
        response.headers["Content-Length"] = str(size_bytes)
    if sha256:
        response.headers["X-Content-SHA256"] = sha256
    return response


def send_chunks(chunks: Iterator[bytes], *, file_name: str, media_type: str) -> Response:
    """Answer with a file that is made while it is sent."""
    response = Response(stream_with_context(chunks), mimetype=media_type)
    response.headers["Content-Disposition"] = attachment(file_name)
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
    try:
        float(cell)
    except ValueError:
        return False
    return True


def defused_csv(stream: BinaryIO) -> Iterator[bytes]:
    """Yield a CSV file with its formulas defused, line by line."""
    with stream:
        text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
        sample = text.readline()
        delimiter = max(",;\t|", key=sample.count)
        text.seek(0)
        for row in csv.reader(text, delimiter=delimiter):
            line = io.StringIO()
            csv.writer(line, delimiter=delimiter).writerow([defuse(cell) for cell in row])
            yield line.getvalue().encode()
