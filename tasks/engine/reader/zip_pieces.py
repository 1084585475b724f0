"""Unpacks a zip archive as it comes in: the first of its files that is not put aside.

The list of an archive's files comes last, so what stands in front of each file is all that is
known until then. That tells how large its files are only where who packed it knew it beforehand.
"""

import struct
import zlib
from collections.abc import Iterator

from tasks.engine.reader.unpacking import ASIDE

HEADER = struct.Struct("<4s5H3I2H")
SIGNATURE = b"PK\x03\x04"
PIECE_BYTES = 1 << 20
STORED, DEFLATED = 0, 8
ENCRYPTED, SIZES_FOLLOW = 1, 8
ELSEWHERE = 0xFFFFFFFF  # a size of four gigabytes or more stands at another place


class ZipPieces:
    """What the file in a zip archive holds; nothing where it is stored in a rare way."""

    def __init__(self) -> None:
        self.held = b""  # of a header that is not whole yet
        self.passed_over = 0  # so many bytes that come next are of a file that is put aside
        self.stream: zlib._Decompress | None = None
        self.left: int | None = None  # of a file that is stored as it is
        self.is_over = False

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what comes out of the bytes that come next."""
        while chunk and not self.is_over:
            if self.stream is not None:
                yield from self._inflated(chunk)
                return
            if self.left is not None:
                piece, self.left = chunk[: self.left], max(0, self.left - len(chunk))
                self.is_over = not self.left
                yield piece
                return
            chunk = self._find_file(chunk)

    def _inflated(self, chunk: bytes) -> Iterator[bytes]:
        stream = self.stream
        while stream is not None and chunk and not self.is_over:
            try:
                piece = stream.decompress(chunk, PIECE_BYTES)
            except zlib.error:  # damaged: the reader says so
                self.is_over = True
                return
            chunk, self.is_over = stream.unconsumed_tail, stream.eof
            yield piece

    def _find_file(self, chunk: bytes) -> bytes:
        """Read on to the file's first byte; return what comes from there on."""
        if self.passed_over:
            passed = min(self.passed_over, len(chunk))
            self.passed_over -= passed
            return chunk[passed:]
        self.held += chunk
        if len(self.held) < HEADER.size:
            return b""
        signature, _, flags, method, _, _, _, packed, _, n_name, n_more = HEADER.unpack_from(
            self.held
        )
        end = HEADER.size + n_name + n_more
        if signature != SIGNATURE:
            self.is_over = True
        if self.is_over or len(self.held) < end:
            return b""
        name = self.held[HEADER.size : HEADER.size + n_name].decode("utf-8", "replace")
        rest, self.held = self.held[end:], b""
        self._begin(name, flags, method, packed)
        return rest

    def _begin(self, name: str, flags: int, method: int, packed: int) -> None:
        has_size = not flags & SIZES_FOLLOW and packed != ELSEWHERE
        if name.endswith("/") or ASIDE.search(name):
            self.passed_over, self.is_over = packed, not has_size
        elif method == DEFLATED and not flags & ENCRYPTED:
            self.stream = zlib.decompressobj(wbits=-15)
        elif method == STORED and has_size and packed and not flags & ENCRYPTED:
            self.left = packed
        else:
            self.is_over = True
