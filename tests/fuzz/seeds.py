"""Files from which fuzzing begins: a few of each kind that is read, and some that nearly are."""

import gzip
import io
import random
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq

from tests.fuzz.judging import NAMES, WRAPPERS

TEXTS = (
    b"a,b\n1,2\n3,4\n",
    b'a;b;c\r\n1,5;x;\r\n2,5;"y;z";""\r\n',
    b"a\tb\r1\t2\r3\t4\r",
    b'id,text\n1,"line one\nline ""two"""\n2,\xc3\xa9\n',
    b"\xef\xbb\xbfname|date|price\nx|2026-01-02|$1,050.00\ny|03/04/2026|12 %\n",
    "a,b\nü,2\n€,4\n".encode("utf-16"),
    "a;b\nM\u00fcller;1,5\n".encode("cp1252"),
    b"Report of 2026,,\n,,\na,b,c\n1,2,3\n4,5,6\nTotal,7,9\n",
    b"a,b\na,b\n1,2\n\n\n1\n1,2,3\n'x','y'\n",
    b"a,,a\n?,NA,\n1,2,3\n",
    b"\n\n\n",
    b"a\n1\n2\n",
    b'{"a": 1, "b": {"c": [1.50, null]}}\n{"b": "\\u00e9", "a": true}\n\n{"d": 1e400}\n',
    b'[{"a": 1}, {"a": 2}]',
    b"<!DOCTYPE html><html><table><tr><td>1</td></tr></table>",
    b'<?xml version="1.0"?><rows><row a="1"/></rows>',
    b"%PDF-1.7\n1 0 obj\n",
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    b"SQLite format 3\0\x10\0\1\1",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 64,
)
TOKENS = (
    b",", b";", b"\t", b"|", b'"', b'""', b"'", b"\\", b"\n", b"\r\n", b"\r", b"\n\n", b"\0",
    b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3", b"\xe2\x80\xa8", b" ", b"NA", b"1,5", b"1e999",
    b"2026-02-30", b"{", b"}", b"[", b"]", b'{"a":', b"\\ud800", b"\\u0000", b"PAR1",
    b"PK\x03\x04", b"PK\x05\x06", b"PK\x01\x02", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"xl/",
    b"[Content_Types].xml", b"__line__", b"=cmd()", b"<script>", b"\x80" * 9, b"9" * 400,
    b"," * 600, b"[" * 2000, b"\xff\xff\xff\x7f", b"\x00\x00\x00\x00",
)  # fmt: skip


def parquet_files() -> list[bytes]:
    """Return small Parquet files of many types and packings."""
    table = pa.table(
        {
            "n": pa.array([1, None, 3], pa.int32()),
            "f": pa.array([0.1, float("nan"), None], pa.float32()),
            "s": pa.array(["x", None, "long text " * 20]),
            "d": pa.array([1, 2, None], pa.timestamp("us", "UTC")),
            "t": pa.array([1, 2, 3], pa.time64("us")),
            "c": pa.array(["u", "v", "u"]).dictionary_encode(),
            "x": pa.array([b"a", b"\xff", None], pa.binary()),
        }
    )
    nested = pa.table({"l": [[1], [2, 3]], "s": [{"a": 1}, {"a": None}]})
    found = []
    for columns, options in (
        (table, {"compression": "none"}),
        (table.drop_columns(["x"]), {"compression": "snappy", "row_group_size": 1}),
        (table.select(["n", "f"]), {"compression": "zstd", "data_page_version": "2.0"}),
        (table.select(["s", "c"]), {"use_dictionary": False, "compression": "gzip"}),
        (nested, {}),
    ):
        buffer = io.BytesIO()
        pq.write_table(columns, buffer, **options)
        found.append(buffer.getvalue())
    return found


def archives() -> list[bytes]:
    """Return small archives, some of which are not read."""
    several, workbook = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(several, "w") as archive:
        archive.writestr("a.csv", TEXTS[0])
        archive.writestr("../b.csv", TEXTS[1])
    with zipfile.ZipFile(workbook, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return [several.getvalue(), workbook.getvalue(), gzip.compress(gzip.compress(TEXTS[0])),
            *(wrap(TEXTS[3]) for wrap in WRAPPERS[1:])]  # fmt: skip


def seeds() -> list[bytes]:
    """Return what fuzzing begins with, each with its first byte."""
    contents = [*TEXTS, *parquet_files(), *archives()]
    kinds = len(WRAPPERS) * len(NAMES)
    plain = [bytes([4 * (n % len(NAMES))]) + content for n, content in enumerate(contents)]
    packed = [bytes([(7 * n + 1) % kinds]) + content for n, content in enumerate(contents)]
    return plain + packed


def mutate(rng: random.Random, pool: list[bytes]) -> bytes:
    """Return a seed with some changes."""
    data = bytearray(rng.choice(pool))
    for _ in range(rng.choice((1, 1, 2, 3, 5, 9))):
        at = rng.randrange(len(data) + 1)
        size = min(rng.choice((1, 1, 2, 4, 16, 64)), len(data) - at)
        act = rng.randrange(6)
        if act == 0:
            data[at:at] = rng.choice(TOKENS)
        elif act == 1:
            data[at : at + size] = rng.choice(TOKENS)
        elif act == 2:
            del data[at : at + size]
        elif act == 3 and size:
            data[at] ^= 1 << rng.randrange(8)
        elif act == 4:
            data[at:at] = data[at : at + size] * rng.choice((1, 2, 50))
        else:
            other = rng.choice(pool)
            start = rng.randrange(len(other) or 1)
            data[at : at + size] = other[start : start + rng.choice((1, 8, 64))]
    return bytes(data[:60_000])
