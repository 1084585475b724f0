"""Unpacks gzip, zstd and zip archives as they come in, in pieces of bounded size.

What is damaged is left to the reader (`unpacking`), which says so; here it only ends the pieces.
"""

import io
import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

import pyarrow as pa

from tasks.engine.reader.dialects import Compression
from tasks.engine.reader.zip_pieces import ZipPieces

PIECE_BYTES = 1 << 20
ZSTD_PIECE_BYTES = 1 << 16
# Arrow loses what it has unpacked where a read meets the end of what is there. So many packed
# bytes are enough for a piece: what comes out is made of whole blocks, of 128 KB at most.
ZSTD_RESERVE = (1 << 18) + ZSTD_PIECE_BYTES


class Pieces(Protocol):
    """Unpacks a file in pieces."""

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what comes out of the bytes that come next."""


class GzipPieces:
    """What a gzip file holds, one member after the other."""

    def __init__(self) -> None:
        self.stream = zlib.decompressobj(wbits=31)
        self.broken = False

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what comes out of the bytes that come next."""
        while chunk and not self.broken:
            if self.stream.eof:
                self.stream = zlib.decompressobj(wbits=31)
            try:
                piece = self.stream.decompress(chunk, PIECE_BYTES)
            except zlib.error:
                self.broken = True
                return
            chunk = self.stream.unused_data if self.stream.eof else self.stream.unconsumed_tail
            if not piece and not self.stream.eof:
                return
            yield piece


class _Inbox(io.RawIOBase):
    """Bytes that came and were not unpacked yet."""

    def __init__(self) -> None:
        self.held = bytearray()

    def readable(self) -> bool:
        """Tell Arrow that it may read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Take bytes."""
        taken = bytes(self.held[:size])
        del self.held[:size]
        return taken


class ZstdPieces:
    """What a zstd file holds; the last `ZSTD_RESERVE` bytes that came are always still held."""

    def __init__(self) -> None:
        self.inbox, self.broken = _Inbox(), False
        self.stream = pa.CompressedInputStream(pa.PythonFile(self.inbox, mode="r"), "zstd")

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what comes out of the bytes that come next."""
        if self.broken:
            return
        self.inbox.held += chunk
        while len(self.inbox.held) >= ZSTD_RESERVE:
            try:
                piece = self.stream.read(ZSTD_PIECE_BYTES)
            except (OSError, pa.ArrowException):
                piece = b""
            if not piece:
                self.broken = True
                self.inbox.held.clear()
                return
            yield piece


def pieces_of(compression: Compression | None) -> Pieces | None:
    """Return what unpacks a file that is so compressed; None where it is not."""
    made: dict[str, Callable[[], Pieces]] = {
        "gzip": GzipPieces, "zip": ZipPieces, "zstd": ZstdPieces,
    }  # fmt: skip
    return made[compression]() if compression else None
