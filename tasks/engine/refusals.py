"""Files that are no CSV at all, told by their first bytes and named as what they are."""

import gzip
import io
import re
import zipfile
import zlib
from dataclasses import asdict, dataclass
from typing import Any

HEAD_BYTES = 65_536
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF")
MAGIC = (
    (b"%PDF", "a PDF"),
    (b"PAR1", "a Parquet file"),
    (b"\x1f\x8b", "gzip inside gzip"),
    *((magic, "a picture") for magic in PICTURES),
)
EXCEL_97 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WIDE = re.compile(r"utf[-_]?(16|32)", re.IGNORECASE)
CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1f\x7f]")  # no text has many of them
GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Problem:
    """Something found while reading a file.

    Severity is ``error`` (the file is refused) or ``warning``. `line` is the line in the uploaded
    file, from 1; `count` how many lines or cells have the problem.
    """

    severity: str
    code: str
    message: str
    line: int | None = None
    column: str | None = None
    count: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the problem as the API publishes it."""
        return asdict(self)


class RefusedError(Exception):
    """The file cannot be a table; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def error(code: str, message: str, line: int | None = None, count: int | None = None) -> Problem:
    """Make a problem that refuses the file."""
    return Problem("error", code, message, line=line, count=count)


def is_gzip(head: bytes) -> bool:
    """Tell whether a file is gzip-compressed."""
    return head.startswith(GZIP)


def unzip_head(head: bytes) -> bytes:
    """Return the beginning of what a gzip file holds, as far as its own beginning tells."""
    unpacked = b""
    try:
        file = gzip.GzipFile(fileobj=io.BytesIO(head))
        while len(unpacked) < HEAD_BYTES and (chunk := file.read1(HEAD_BYTES)):
            unpacked += chunk
    except (OSError, EOFError, zlib.error):
        pass  # it ends in the middle, or is damaged: then it is refused when all of it is read
    return unpacked


def find_refusal(
    head: bytes, file_name: str, size_bytes: int, encoding: str | None = None
) -> Problem | None:
    """Say why a file cannot be a table, if its beginning shows it.

    Parameters
    ----------
    head : bytes
        The first `HEAD_BYTES` of the file, decompressed if it is gzip.
    file_name : str
        The name that the person knows it by.
    size_bytes : int
        Size of the whole file, in bytes.
    encoding : str, optional
        The one that the person chose; a wide one has zero bytes in every text.

    Returns
    -------
    Problem or None
        In the words of the interface; None when the file may be text.
    """
    if size_bytes == 0 or not head.strip(b"\xef\xbb\xbf\r\n\t "):
        return error("FILE_EMPTY", f"{file_name} is empty")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", EXCEL_97)):
        return _archive_refusal(head, file_name)
    what = next((words for magic, words in MAGIC if head.startswith(magic)), None)
    if what and (b"\0" in head or not what.startswith("a picture")):
        return error("FILE_BINARY", f"{file_name} is {what}, not a text file")
    if re.match(rb"\s*(<!doctype html|<html|<head)", head.lstrip(b"\xef\xbb\xbf"), re.IGNORECASE):
        return error(
            "FILE_HTML",
            f"{file_name} looks like a web page, not a CSV. "
            "The download link may have needed a sign-in",
        )
    is_wide = head.startswith((b"\xff\xfe", b"\xfe\xff")) or bool(WIDE.match(encoding or ""))
    controls = 0 if encoding else len(CONTROL.findall(head))
    if not is_wide and (b"\0" in head or controls > max(10, 0.02 * len(head))):
        return error("FILE_BINARY", f"{file_name} is not a text file")
    return None


def _excel(file_name: str) -> Problem:
    return error(
        "FILE_XLSX",
        f"{file_name} is an Excel workbook. In Excel choose File, Save As, "
        '"CSV UTF-8 (Comma delimited)", then upload that file',
    )


def _archive_refusal(head: bytes, file_name: str) -> Problem:
    if (
        head.startswith(EXCEL_97)
        or b"xl/" in head
        or b"[Content_Types].xml" in head
        or file_name.lower().endswith(".xlsx")
    ):
        return _excel(file_name)
    try:
        count = len(zipfile.ZipFile(io.BytesIO(head)).namelist())
        inside = f" with {count} file{'s' if count != 1 else ''}"
    except zipfile.BadZipFile:
        inside = ""
    return error(
        "FILE_BINARY",
        f"{file_name} is a zip archive{inside}. Unpack it and upload the CSV file",
    )
