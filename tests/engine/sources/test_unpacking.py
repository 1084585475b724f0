"""Compressed files: what is in them is read, within limits; what is no table is named."""

import gzip
import io
import struct
import time
import tracemalloc
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest

from tasks.engine.reader import unpacking
from tasks.engine.reader.reading import ReadLimits
from tests.engine.reading.conftest import Reader

TEXT = b"a,b\n1,2\n3,4\n"
ROWS = [["1", "2"], ["3", "4"]]


def by_words(value: object) -> str:
    """Name a case by its words: bytes of an archive hold the time at which it was made."""
    return value if isinstance(value, str) else "file"


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, method)  # of 1980: always the same
    return buffer.getvalue()


def zstd(content: bytes) -> bytes:
    return pa.compress(content, "zstd", asbytes=True)


@pytest.mark.parametrize(
    ("packed", "compression"),
    [
        (gzip.compress(TEXT, mtime=0), "gzip"),
        (zstd(TEXT), "zstd"),
        (zstd(TEXT[:8]) + zstd(TEXT[8:]), "zstd"),
        (zipped(("data.csv", TEXT)), "zip"),
        (zipped(("data.csv", TEXT), method=zipfile.ZIP_STORED), "zip"),
        (zipped(("data.csv", TEXT), method=zipfile.ZIP_LZMA), "zip"),
        (zipped(("in/", b""), ("in/data.csv", TEXT), ("__MACOSX/in/._data.csv", b"\0")), "zip"),
    ],
    ids=by_words,
)
def test_what_is_packed_is_read(reader: Reader, packed: bytes, compression: str) -> None:
    assert reader.rows(packed) == ROWS
    result = reader.read(packed)
    assert result.dialect
    assert (result.dialect.format, result.dialect.compression) == ("csv", compression)


def test_plain_file_has_no_compression(reader: Reader) -> None:
    dialect = reader.read(TEXT).dialect
    assert dialect
    assert dialect.compression is None


def test_names_in_a_zip_are_never_paths(reader: Reader, tmp_path: Path) -> None:
    for name in ("../../escaped.csv", "/tmp/escaped.csv", "..\\..\\escaped.csv", "C:\\escaped"):
        assert reader.rows(zipped((name, TEXT))) == ROWS
    found = {path.name for path in tmp_path.rglob("*")}
    assert found == {"source", "table.parquet"}
    assert not (tmp_path.parent.parent / "escaped.csv").exists()
    assert not Path("/tmp/escaped.csv").exists()


def test_zip_with_several_files_names_them(reader: Reader) -> None:
    packed = zipped(("a.csv", TEXT), ("<b>\n.csv", TEXT), *((f"{n}.csv", TEXT) for n in range(9)))
    code, message, _line = reader.refusal(packed, name="f.zip")
    assert code == "FILE_BINARY"
    assert message == (
        "f.zip is a zip archive with 11 files (a.csv, <b>?.csv, 0.csv, 1.csv, 2.csv and 6 more). "
        "Unpack it and upload one CSV file"
    )


@pytest.mark.parametrize(
    ("packed", "words"),
    [
        (zipped(), "a zip archive with no file in it"),
        (zipped(("[Content_Types].xml", b"<"), ("word/document.xml", b"<")), "a Word document"),
        (zipped(("[Content_Types].xml", b"<"), ("ppt/a.xml", b"<")), "a PowerPoint presentation"),
        (
            zipped(
                ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("c.xml", b"")
            ),
            "an OpenDocument spreadsheet",
        ),
        (zipped(("mimetype", b"application/epub+zip"), ("c.xml", b"")), "an e-book"),
        (zipped(("META-INF/MANIFEST.MF", b""), ("A.class", b"")), "a Java archive"),
        (gzip.compress(gzip.compress(TEXT, mtime=0), mtime=0), "gzip inside another archive"),
        (zipped(("a.gz", gzip.compress(TEXT, mtime=0))), "gzip inside another archive"),
        (gzip.compress(zipped(("a.csv", TEXT)), mtime=0), "a zip archive inside another archive"),
        (gzip.compress(b"%PDF-1.7\n", mtime=0), "a PDF"),
        (zstd(b"\0" * 10_000_000), "is not a text file"),
        (zipped(("a.csv", TEXT), method=zipfile.ZIP_BZIP2), "a zip archive packed with bzip2"),
        (b"PK\x03\x04" + b"\0" * 500, "a damaged zip file"),
        (b"\x28\xb5\x2f\xfd" + b"\xff" * 500, "a damaged zstd file"),
        (zstd(TEXT * 50_000)[:-9], "a damaged zstd file"),
    ],
    ids=by_words,
)
def test_archive_of_something_else_is_named(reader: Reader, packed: bytes, words: str) -> None:
    code, message, _line = reader.refusal(packed, name="f")
    assert code == "FILE_BINARY"
    assert words in message


def test_zip_with_a_password_is_named(reader: Reader) -> None:
    packed = bytearray(zipped(("a.csv", TEXT)))
    packed[6] |= 1
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    assert "with a password" in reader.refusal(bytes(packed))[1]


def test_zip_with_another_checksum_is_damaged(reader: Reader) -> None:
    packed = bytearray(zipped(("a.csv", TEXT), method=zipfile.ZIP_STORED))
    packed[packed.index(TEXT) + 5] ^= 1
    assert "damaged zip" in reader.refusal(bytes(packed))[1]


def test_zip_that_is_packed_in_an_unknown_way_is_refused(reader: Reader) -> None:
    packed = bytearray(zipped(("a.csv", TEXT)))
    packed[8:10] = packed[packed.index(b"PK\x01\x02") + 10 :][:2] = struct.pack("<H", 97)
    at = packed.index(b"PK\x01\x02") + 10
    packed[at : at + 2] = struct.pack("<H", 97)
    assert "damaged zip" in reader.refusal(bytes(packed))[1]


@pytest.mark.parametrize("pack", [gzip.compress, zstd, lambda text: zipped(("a.csv", text))])
def test_bomb_is_stopped_at_the_limit(reader: Reader, tmp_path: Path, pack) -> None:
    bomb = pack(b"a,b\n" + b"0,0\n" * 2_000_000)
    code, message, _line = reader.refusal(bomb, limits=ReadLimits(max_unpacked_bytes=1_000_000))
    assert code == "FILE_TOO_BIG"
    assert "1,000,000 bytes" in message
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


@pytest.mark.parametrize("pack", [gzip.compress, zstd, lambda text: zipped(("a.csv", text))])
def test_what_shrinks_too_well_is_stopped_early(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, pack
) -> None:
    monkeypatch.setattr(unpacking, "FREE_BYTES", 3_000_000)
    text = b"a,b\n" + b"0,0\n" * 2_000_000
    written: list[int] = []
    check = unpacking._check_size
    monkeypatch.setattr(
        unpacking, "_check_size", lambda size, *more: (written.append(size), check(size, *more))
    )
    code, message, _line = reader.refusal(pack(text))
    assert code == "FILE_TOO_BIG"
    assert "200 times" in message
    assert max(written) < 5_000_000


def test_zip_with_an_endless_list_of_files_takes_no_memory(reader: Reader) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for n in range(45_000):
            archive.writestr(f"{n:060}", b"")
    started = time.monotonic()
    assert "a great many files" in reader.refusal(buffer.getvalue())[1]
    assert time.monotonic() - started < 2


def test_full_disk_is_no_damage(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(unpacking, "_check_size", full)
    with pytest.raises(OSError, match="No space left"):
        reader.read(gzip.compress(TEXT, mtime=0))


def test_zip_of_lzma_is_unpacked_piece_by_piece(reader: Reader) -> None:
    packed = zipped(("a.csv", b"1,2\n" * 50_000_000), method=zipfile.ZIP_LZMA)
    tracemalloc.start()
    try:
        assert reader.read(packed, limits=ReadLimits(max_rows=1_000)).refused
        assert tracemalloc.get_traced_memory()[1] < 250_000_000
    finally:
        tracemalloc.stop()
