"""What is refused while it comes in, and that nothing is that could be read."""

import base64
import gzip
import io
import random
import zipfile
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.datasets.upload.watching import SMALL_BYTES, Watcher, count_bytes
from dashboard.errors import DomainError, TooLarge, ValidationFailed
from tasks.engine.reader import unpacking
from tasks.engine.reader.limits import ReadLimits
from tasks.engine.reader.pieces import ZstdPieces
from tasks.engine.reader.zip_pieces import ZipPieces

LIMITS = ReadLimits(max_rows=50_000, max_columns=100, max_line_chars=500_000,
                    max_unpacked_bytes=4_000_000)  # fmt: skip
ROWS = b"a,b\n" + b"1,2\n" * 400_000
TO_LINES = bytes(b'1,\n"'[n % 4] if n % 16 < 8 else ord("x") for n in range(256))


def watch(content: bytes, piece: int = 65_536, **more: Any) -> int:
    """Return how many bytes came before it was refused, or all of them."""
    options = {"limit_bytes": 10_000_000, "limits": LIMITS} | more
    watcher = Watcher("x.csv", **options)
    for start in range(0, len(content), piece):
        try:
            watcher.look(content[start : start + piece])
        except DomainError as refusal:
            refusal.args = (start + piece, *refusal.args)
            raise
    return len(content)


def refusal_of(content: bytes, **more: Any) -> tuple[type, str, str, int]:
    with pytest.raises(DomainError) as refusal:
        watch(content, **more)
    problem = refusal.value
    return type(problem), problem.code, problem.message, problem.args[0]


def excel(size: int = 2_000_000) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/workbook.xml", "x" * size)
    return out.getvalue()


def zstd(content: bytes) -> bytes:
    return bytes(pa.compress(content, codec="zstd", asbytes=True))


def zipped(content: bytes, method: int = zipfile.ZIP_DEFLATED, *, beside: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        if beside:
            archive.writestr("x/", "")
            archive.writestr("__MACOSX/x/._a.csv", "not this")
        archive.writestr("x/a.csv", content)
    return out.getvalue()


def text(size: int) -> bytes:
    """Return lines that hardly shrink."""
    raw = random.Random(1).randbytes(size * 3 // 4)
    return b"a\n" + base64.encodebytes(raw)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7\n\0" + b"x" * 3_000_000, "FILE_BINARY"),
        (b"\x89PNG\0" + b"x" * 3_000_000, "FILE_BINARY"),
        (b"<!doctype html><html>" + b"<p>x</p>\n" * 400_000, "FILE_HTML"),
        (excel(), "FILE_XLSX"),
        (gzip.compress(b"<html>" + random.Random(1).randbytes(2_000_000)), "FILE_HTML"),
        (zstd(b"<html>" + random.Random(1).randbytes(2_000_000)), "FILE_HTML"),
        (zipped(b"<html>" + random.Random(1).randbytes(2_000_000)), "FILE_HTML"),
    ],
)
def test_what_is_no_table_is_refused_without_receiving_the_rest(content: bytes, code: str) -> None:
    kind, found, message, after = refusal_of(content)
    assert (kind, found) == (ValidationFailed, code)
    assert message.startswith("x.csv ")
    assert after < SMALL_BYTES + 131_072


def test_the_refusal_names_the_field() -> None:
    with pytest.raises(ValidationFailed) as refusal:
        watch(excel())
    assert "Excel workbook" in refusal.value.fields["file"]


def test_rows_are_counted_as_they_come() -> None:
    kind, code, message, after = refusal_of(ROWS)
    assert (kind, code) == (ValidationFailed, "CSV_TOO_LONG")
    assert message == "x.csv has more than 50,000 rows, the limit on this server"
    assert after < SMALL_BYTES + 131_072


@pytest.mark.parametrize("pack", ["gzip", "zip"])
def test_what_shrinks_as_no_data_does_is_refused_long_before_its_limit(
    monkeypatch: pytest.MonkeyPatch, pack: str
) -> None:
    monkeypatch.setattr(unpacking, "FREE_BYTES", 2_000_000)
    content = b"a,b\n" + b"1,2\n" * 40_000_000
    packed = gzip.compress(content, 9) if pack == "gzip" else zipped(content)
    watcher = Watcher("x.csv.gz", limit_bytes=10_000_000)
    with pytest.raises(TooLarge, match="more than 200 times its size, which data does not"):
        watcher.look(packed)
    assert watcher.unpacked < 200 * len(packed) + 2_000_000


@pytest.mark.parametrize("piece", [10_000, 65_536, 1 << 20])
def test_rows_of_a_zstd_file_are_counted_in_pieces_of_any_size(piece: int) -> None:
    lines = text(6_000_000)
    packed, seen = zstd(lines) + zstd(lines), []
    unpacked = ZstdPieces()
    for start in range(0, len(packed), piece):
        seen += unpacked.pieces(packed[start : start + piece])
    found = b"".join(seen)
    assert (lines + lines).startswith(found)
    assert len(found) > 2 * len(lines) - 1_000_000
    limits = ReadLimits(max_rows=50_000)
    problem = refusal_of(packed, limits=limits, piece=piece)
    assert problem[1:3] == (
        "CSV_TOO_LONG", "x.csv has more than 50,000 rows, the limit on this server",
    )  # fmt: skip


def test_columns_of_the_first_line_are_counted() -> None:
    line = b",".join(b"name_%d" % n for n in range(101)) + b"\n"
    content = line + (b"," * 100 + b"\n") * 20_000
    assert refusal_of(content)[1:3] == (
        "CSV_TOO_WIDE", "x.csv has 101 columns. The limit on this server is 100",
    )  # fmt: skip
    quoted = b'"' + b"," * 500 + b'",b\n' + b"1,2\n" * 300_000
    assert watch(quoted) == len(quoted)


def test_a_line_without_an_end_is_refused() -> None:
    content = b"a,b\n" + b"x" * 3_000_000
    assert refusal_of(content)[1:3] == (
        "CSV_LINE_LONG",
        "x.csv has a line of more than 500,000 characters, the limit on this server",
    )


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
@pytest.mark.parametrize("beside", [False, True])
@pytest.mark.parametrize("piece", [1000, 65_536, 1 << 20])
def test_what_a_zip_archive_holds_comes_out_in_pieces_of_any_size(
    method: int, beside: bool, piece: int
) -> None:
    lines = text(3_000_000)
    packed, unpacked = zipped(lines, method, beside=beside), ZipPieces()
    found = [unpacked.pieces(packed[n : n + piece]) for n in range(0, len(packed), piece)]
    assert b"".join(part for parts in found for part in parts) == lines
    problem = refusal_of(packed, limits=ReadLimits(max_rows=30_000), piece=piece)
    assert problem[1:3] == (
        "CSV_TOO_LONG", "x.csv has more than 30,000 rows, the limit on this server",
    )  # fmt: skip


def test_of_an_archive_that_is_written_as_it_is_sent_the_size_is_not_needed() -> None:
    class Sent(io.RawIOBase):
        def __init__(self) -> None:
            self.content = b""

        def writable(self) -> bool:
            return True

        def write(self, piece: Any) -> int:
            self.content += bytes(piece)
            return len(piece)

    sent, lines = Sent(), text(1_000_000)
    with zipfile.ZipFile(sent, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        archive.writestr("a.csv", lines)
    assert b"".join(ZipPieces().pieces(sent.content)) == lines


@given(st.binary(max_size=200), st.integers(0, 60), st.integers(1, 90))
def test_no_damage_to_an_archive_is_more_than_its_end(noise: bytes, at: int, piece: int) -> None:
    packed = zipped(b"a,b\n1,2\n", beside=True)
    packed, unpacked = packed[:at] + noise + packed[at + len(noise) :], ZipPieces()
    for start in range(0, len(packed), piece):
        assert all(len(out) < 1000 for out in unpacked.pieces(packed[start : start + piece]))


@pytest.mark.parametrize("pack", [gzip.compress, zstd, zipped])
def test_a_bomb_is_refused_before_it_is_unpacked(pack: Callable[[bytes], bytes]) -> None:
    # In front of it something that takes room: of zstd the last bytes are looked at later.
    bomb = pack(text(1_000_000) + b"1,2\n" * 10_000_000 + text(1_000_000))
    limits = ReadLimits(max_unpacked_bytes=4_000_000)
    watcher = Watcher("x.csv.gz", limit_bytes=10_000_000, limits=limits)
    with pytest.raises(TooLarge, match="unpacks to more than 4,000,000 bytes"):
        watcher.look(bomb)
    assert watcher.unpacked < 6_000_000


def test_more_bytes_than_allowed_are_refused_however_few_they_are() -> None:
    kind, code, message, after = refusal_of(b"x" * 200, limit_bytes=100, piece=50)
    assert (kind, code, after) == (TooLarge, "FILE_TOO_BIG", 150)
    assert message.startswith("x.csv is larger than 100 bytes, the limit on this server")


@pytest.mark.parametrize(
    "content",
    [
        excel(100)[:100],  # small: the check page says what it is
        b"a,b\r" + b"1,22222222222222222\r" * 40_000,
        b'"a","b"\n' + b'"1\n\n\n","2"\n' * 200_000,  # ends of lines in quotes end no rows
        gzip.compress(b"a,b\n1,2\n") * 20_000,  # members after each other
        gzip.compress(b"a,b")[:10] + b"\xff" * 2_000_000,  # damaged
        ("a,b\n" + "1,2\n" * 400_000).encode("utf-16"),
        b"PK\x03\x04" + b"x" * 2_000_000,  # damaged
        b"PAR1" + bytes(2_000_000),
        b"\x28\xb5\x2f\xfd" + bytes(2_000_000),
        b'{"a": [' + b"1," * 600 + b"1]}\n" + b'{"a": []}\n' * 40_000,
    ],
    ids=["small", "macintosh", "quoted", "members", "damaged", "utf-16", "zip", "parquet", "zstd",
         "jsonl"],
)  # fmt: skip
def test_what_the_reader_may_take_is_left_to_the_reader(content: bytes) -> None:
    assert watch(content) == len(content)


@given(st.lists(st.binary(max_size=30).map(lambda b: b.translate(TO_LINES)), max_size=8))
def test_counting_parts_is_as_looking_at_them(pieces: list[bytes]) -> None:
    looked = Watcher("x.csv", limit_bytes=10**9)
    looked.look(ROWS[:SMALL_BYTES])
    told = Watcher("x.csv", limit_bytes=10**9, watched=looked.state())
    for piece in pieces:
        looked.look(piece)
        told.hear(len(piece), count_bytes(piece, b"\n"))
    assert told.state() == looked.state()


def test_a_long_line_that_ends_in_the_piece_is_refused_too() -> None:
    content = ROWS[:SMALL_BYTES] + b"x" * 2_500_000 + b"\n1,2\n"
    limits = ReadLimits(max_line_chars=500_000)
    assert refusal_of(content, limits=limits, piece=1_500_000)[1] == "CSV_LINE_LONG"


def test_another_process_counts_on() -> None:
    whole, half = Watcher("x.csv", limit_bytes=10**9, limits=LIMITS), len(ROWS) // 20
    first = Watcher("x.csv", limit_bytes=10**9, limits=LIMITS)
    first.look(ROWS[:half])
    second = Watcher("x.csv", limit_bytes=10**9, limits=LIMITS, watched=first.state())
    whole.look(ROWS[:half])
    for watcher in (whole, second):
        watcher.look(ROWS[half : half + 1000])
    assert second.state() == whole.state()
    with pytest.raises(ValidationFailed, match="50,000 rows"):
        second.look(ROWS[half:])


def test_of_a_packed_file_another_process_knows_that_it_is_packed() -> None:
    packed = gzip.compress(text(2_000_000), 1)
    first = Watcher("x.gz", limit_bytes=10**9, limits=ReadLimits())
    first.look(packed[: len(packed) // 2])
    assert first.state() == {"seen": len(packed) // 2, "is_packed": True, "text": None}
    second = Watcher("x.gz", limit_bytes=10**9, watched=first.state())
    second.look(packed[len(packed) // 2 :])
    assert second.seen == len(packed)
    with pytest.raises(TooLarge):
        Watcher("x.gz", limit_bytes=first.seen, watched=first.state()).look(b"x")


@given(st.binary(max_size=300), st.integers(1, 80), st.integers(0, 3))
def test_any_bytes_pass_or_are_refused_in_words(content: bytes, piece: int, times: int) -> None:
    content = content * (10 ** (times + 1))
    try:
        watch(content, piece * 1000)
    except (TooLarge, ValidationFailed) as refusal:
        assert refusal.message  # noqa: PT017 - either is right
