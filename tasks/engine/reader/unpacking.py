"""Compressed uploads: gzip, zstd, and a zip with one file; unpacked with a limit as they come.

Nothing is ever written under a name that an archive holds. What an archive says of its own sizes
is believed only where it leads to a refusal.
"""

import contextlib
import gzip
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

from tasks.engine.reader.dialects import Compression
from tasks.engine.reader.file_signs import UNPACK
from tasks.engine.reader.other_formats import excel, is_workbook
from tasks.engine.reader.refusals import HEAD_BYTES, RefusedError, error

GZIP = b"\x1f\x8b"
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
ZSTD = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")
CHUNK_BYTES = 1 << 20
# Of these two, zipfile unpacks as many packed bytes at once as are asked for. So many of LZMA give
# 30 MB at most; of bzip2, which is therefore not taken, they may give gigabytes.
LZMA_BYTES = 1 << 12
# Text that shrinks to less than a two-hundredth is repetition, not data; below a gigabyte it is
# unpacked all the same, in seconds.
MAX_RATIO = 200
FREE_BYTES = 1_000_000_000
# The list of an archive's files, of which each takes 46 bytes and its name.
MAX_LISTING_BYTES = 4_000_000
SHOWN_NAMES = 5
# What systems put beside a file when they pack it.
ASIDE = re.compile(r"^__MACOSX/|(^|/)(\.DS_Store|Thumbs\.db|desktop\.ini)$")
BROKEN = (OSError, LookupError, EOFError, ValueError, RuntimeError, zlib.error,
          lzma.LZMAError, struct.error, zipfile.BadZipFile, pa.ArrowException)  # fmt: skip
OFFICE = (("word/", "a Word document"), ("ppt/", "a PowerPoint presentation"))
KINDS_BY_MIMETYPE = (
    ("opendocument.spreadsheet", "an OpenDocument spreadsheet"),
    ("opendocument.text", "an OpenDocument text"),
    ("opendocument", "an OpenDocument file"),
    ("epub", "an e-book"),
)


@dataclass(frozen=True)
class _Packed:
    """A stream of unpacked bytes, and how many packed ones it took so far."""

    stream: BinaryIO
    taken: Callable[[], int]
    chunk_bytes: int = CHUNK_BYTES


def compression_of(head: bytes) -> Compression | None:
    """Tell by its first bytes how a file is compressed; None when it is not."""
    if head.startswith(GZIP):
        return "gzip"
    if head.startswith(ZIP):
        return "zip"
    return "zstd" if ZSTD.match(head) else None


def unpack(
    source: Path,
    target: Path,
    *,
    compression: Compression,
    name: str,
    limit: int,
    check: Callable[[bytes], None],
) -> None:
    """Write what a compressed file holds.

    Parameters
    ----------
    source : Path
        The compressed file.
    target : Path
        Where to; never more than `limit` bytes, and of a file that shrinks too well not much more
        than a gigabyte.
    compression : {"gzip", "zip", "zstd"}
        As `compression_of` told.
    name : str
        The name that the person knows the file by.
    limit : int
        The most that it may hold, in bytes.
    check : callable
        Is given the first `HEAD_BYTES` that were unpacked, and raises where they are no table.

    Raises
    ------
    RefusedError
        ``FILE_TOO_BIG``; ``FILE_BINARY`` or ``FILE_XLSX`` for an archive of something else, or a
        damaged one; whatever `check` raises.
    """
    with source.open("rb") as file, target.open("wb") as out:
        if is_workbook(file.read(HEAD_BYTES)):  # also one that is damaged
            raise RefusedError(excel(name))
        file.seek(0)
        with _sound(name, compression):
            packed = OPENERS[compression](file, name, limit)
        head, copied = b"", 0
        while chunk := _read(packed, name, compression):
            copied += len(chunk)
            if len(head) < HEAD_BYTES:
                head = (head + chunk)[:HEAD_BYTES]
                if len(head) == HEAD_BYTES:
                    check(head)
            _check_size(copied, packed, name, limit)
            out.write(chunk)
        if len(head) < HEAD_BYTES:
            check(head)


def _read(packed: _Packed, name: str, compression: str) -> bytes:
    with _sound(name, compression):
        return packed.stream.read(packed.chunk_bytes)


@contextlib.contextmanager
def _sound(name: str, compression: str) -> Iterator[None]:
    """Refuse a damaged file in its own words; nothing is written within."""
    try:
        yield
    except BROKEN as broken:
        first = (str(broken).splitlines() or [""])[0][:200].rstrip(". ") or type(broken).__name__
        message = f"{name} is a damaged {compression} file: {first}"
        raise RefusedError(error("FILE_BINARY", message)) from None


def _check_size(copied: int, packed: _Packed, name: str, limit: int) -> None:
    if copied > limit:
        raise _too_big(name, limit)
    check_ratio(copied, packed.taken(), name, UNPACK)


def check_ratio(n_bytes: int, n_packed: int, name: str, advice: str) -> None:
    """Raise RefusedError where a file holds more than any data that shrinks to its size."""
    if n_bytes > FREE_BYTES and n_bytes > MAX_RATIO * n_packed:
        many = f"{MAX_RATIO} times its size"
        message = f"{name} unpacks to more than {many}, which data does not. {advice}"
        raise RefusedError(error("FILE_TOO_BIG", message))


def _open_gzip(file: BinaryIO, name: str, limit: int) -> _Packed:
    return _Packed(cast(BinaryIO, gzip.GzipFile(fileobj=file)), file.tell)


def _open_zstd(file: BinaryIO, name: str, limit: int) -> _Packed:
    raw = pa.PythonFile(file, mode="r")
    stream = pa.CompressedInputStream(raw, "zstd")
    return _Packed(cast(BinaryIO, stream), file.tell)


class _Careful:
    """A file of which never more is read at once than an honest archive's list of files has."""

    def __init__(self, file: BinaryIO) -> None:
        self.seek, self.tell, self.seekable, self.file = file.seek, file.tell, file.seekable, file

    def read(self, size: int = -1) -> bytes:
        """Read; RefusedError for a list that would fill the memory."""
        if size > MAX_LISTING_BYTES:
            raise RefusedError(error("FILE_BINARY", "holds too many files"))
        return self.file.read(size)


def beginning_of_zip(file: BinaryIO, *, name: str, limit: int, n_bytes: int) -> bytes:
    """Return the first bytes of the file that a zip archive holds.

    Parameters
    ----------
    file : BinaryIO
        The archive; little of it is read.
    name, limit
        As for `unpack`.
    n_bytes : int
        How many at most.

    Raises
    ------
    RefusedError
        For an archive that `unpack` refuses for its list of files.
    """
    with _sound(name, "zip"):
        packed = _open_zip(file, name, limit)
    found = b""
    while len(found) < n_bytes and (chunk := _read(packed, name, "zip")):
        found += chunk
    return found[:n_bytes]


def _open_zip(file: BinaryIO, name: str, limit: int) -> _Packed:
    try:
        archive = zipfile.ZipFile(cast(BinaryIO, _Careful(file)))
    except RefusedError:
        message = f"{name} is a zip archive with a great many files. Upload one CSV file"
        raise RefusedError(error("FILE_BINARY", message)) from None
    if any(item.compress_type == zipfile.ZIP_BZIP2 for item in archive.infolist()):
        message = f"{name} is a zip archive packed with bzip2. Unpack it and upload the CSV file"
        raise RefusedError(error("FILE_BINARY", message))
    _refuse_document(archive, name)
    files = [item for item in archive.infolist()
             if not item.filename.endswith("/") and not ASIDE.search(item.filename)]  # fmt: skip
    if len(files) != 1:
        raise RefusedError(error("FILE_BINARY", _other_than_one(name, files)))
    if files[0].flag_bits & 1:
        message = f"{name} is a zip archive with a password. Unpack it and upload the CSV file"
        raise RefusedError(error("FILE_BINARY", message))
    if files[0].file_size > limit:
        raise _too_big(name, limit)
    packed_bytes = files[0].compress_size
    chunk_bytes = LZMA_BYTES if files[0].compress_type == zipfile.ZIP_LZMA else CHUNK_BYTES
    stream = cast(BinaryIO, archive.open(files[0]))
    return _Packed(stream, lambda: max(packed_bytes, 1), chunk_bytes)


def _other_than_one(name: str, files: list[zipfile.ZipInfo]) -> str:
    if not files:
        return f"{name} is a zip archive with no file in it"
    shown = ", ".join(show_name(item.filename) for item in files[:SHOWN_NAMES])
    more = f" and {len(files) - SHOWN_NAMES:,} more" if len(files) > SHOWN_NAMES else ""
    return (
        f"{name} is a zip archive with {len(files):,} files ({shown}{more}). "
        "Unpack it and upload one CSV file"
    )


def show_name(text: str) -> str:
    """Return a name from an archive as it may be shown: short, without control characters."""
    clean = re.sub(r"[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd]", "?", text)
    return clean if len(clean) <= 60 else f"{clean[:40]}...{clean[-15:]}"


def _refuse_document(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse what is a zip only by its form: workbooks, documents, programs."""
    names = archive.namelist()
    what = ""
    if "[Content_Types].xml" in names:
        fitting = (words for folder, words in OFFICE if any(n.startswith(folder) for n in names))
        what = next(fitting, "")
        if not what:
            raise RefusedError(excel(name))
    elif "mimetype" in names:
        with archive.open("mimetype") as file:
            kind = file.read(200).decode("ascii", "replace")
        what = next((words for part, words in KINDS_BY_MIMETYPE if part in kind), "")
    elif "META-INF/MANIFEST.MF" in names:
        what = "a Java archive"
    elif any(n.endswith(".iwa") for n in names):
        what = "an Apple Numbers, Pages or Keynote document"
    if what:
        raise RefusedError(error("FILE_BINARY", _is(name, what)))


def _is(name: str, what: str) -> str:
    return f"{name} is {what}, not a text file. Save it as CSV, then upload that file"


def _too_big(name: str, limit: int) -> RefusedError:
    message = f"{name} unpacks to more than {limit:,} bytes, the limit on this server"
    return RefusedError(error("FILE_TOO_BIG", message))


OPENERS: dict[str, Callable[[BinaryIO, str, int], _Packed]] = {
    "gzip": _open_gzip,
    "zip": _open_zip,
    "zstd": _open_zstd,
}
