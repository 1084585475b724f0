"""Parquet that was uploaded: every value as exact text, in bounded memory."""

import datetime as dt
import gzip
import io
import json
import uuid
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.engine.profile.profiling import profile_table
from tasks.engine.reader import parquet_files, unpacking
from tasks.engine.reader.arrow_text import find_unfit
from tasks.engine.reader.reading import ReadLimits
from tasks.engine.table import tables
from tests.engine.reading.conftest import Reader, warnings_of


def packed(columns: dict[str, object], **options: object) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer, **options)
    return buffer.getvalue()


UTC = dt.UTC


def moment(*parts: int) -> dt.datetime:
    return dt.datetime(2026, 3, *parts)  # noqa: DTZ001 - one without a zone


@pytest.mark.parametrize(
    ("values", "kind", "texts"),
    [
        ([2**63 - 1, -5, None], pa.int64(), ["9223372036854775807", "-5", None]),
        ([2**64 - 1], pa.uint64(), ["18446744073709551615"]),
        (
            [0.1, 1.0, 1e300, -0.0, float("nan"), float("inf"), None],
            pa.float64(),
            ["0.1", "1.0", "1e+300", "-0.0", "nan", "inf", None],
        ),
        ([0.1, None, 16777216.0], pa.float32(), ["0.1", None, "1.6777216e+07"]),
        ([np.float16(0.1)], pa.float16(), ["0.1"]),
        ([True, False, None], pa.bool_(), ["true", "false", None]),
        (["", " x ", None, 'a"b\n'], pa.string(), ["", " x ", None, 'a"b\n']),
        ([b"abc", None], pa.binary(), ["abc", None]),
        ([dt.date(2026, 3, 4), None], pa.date32(), ["2026-03-04", None]),
        ([dt.date(2026, 3, 4)], pa.date64(), ["2026-03-04"]),
        ([moment(4)], pa.timestamp("ns"), ["2026-03-04T00:00:00"]),
        (
            [moment(4, 5, 6, 7, 890_000), moment(4)],
            pa.timestamp("us"),
            ["2026-03-04T05:06:07.890", "2026-03-04T00:00:00.000"],
        ),
        (
            [dt.datetime(2026, 3, 4, 5, tzinfo=UTC), None],
            pa.timestamp("us", "Europe/Berlin"),
            ["2026-03-04T05:00:00Z", None],
        ),
        ([dt.time(5, 6, 7)], pa.time32("s"), ["05:06:07"]),
        ([Decimal("1.10"), Decimal("-3.00")], pa.decimal128(9, 2), ["1.10", "-3.00"]),
        (["u", "v", None, "u"], pa.dictionary(pa.int8(), pa.string()), ["u", "v", None, "u"]),
        ([None, None], pa.null(), [None, None]),
    ],
)
def test_values_are_exact(reader: Reader, values: list, kind: pa.DataType, texts: list) -> None:
    content = packed({"x": pa.array(values, kind)})
    assert [row[0] for row in reader.rows(content)] == texts


def test_unknown_types_are_what_they_are_stored_as(reader: Reader) -> None:
    made = uuid.uuid4()
    storage = pa.array([made.bytes, None], pa.binary(16))
    content = packed({"x": pa.ExtensionArray.from_storage(pa.uuid(), storage)})
    assert reader.rows(content) == [[str(made)], [None]]


def test_reading_is_like_that_of_a_csv(reader: Reader) -> None:
    content = packed({"n": list(range(50)), "s": [f"s{i}" for i in range(50)]}, row_group_size=7)
    result = reader.read(content, name="f.parquet")
    assert result.column_names == ["n", "s"]
    assert result.n_rows == 50
    assert result.preview[19] == {"line": 20, "cells": ["19", "s19"]}
    assert len(result.preview) == 20
    assert result.dialect
    assert result.dialect.as_dict() | {"format": "parquet", "delimiter": ",", "decimal": "."} == (
        result.dialect.as_dict()
    )
    names, rows, lines = tables.read_rows(reader.table, 48, 9)
    assert (names, rows, lines) == (["n", "s"], [["48", "s48"], ["49", "s49"]], [49, 50])
    kinds = [c["kind"] for c in profile_table(reader.table, result.dialect.as_dict()).columns]
    assert kinds[0] in {"number", "identifier"}


def test_compressed_parquet_is_read(reader: Reader) -> None:
    result = reader.read(gzip.compress(packed({"a": [1], "b": [2]})))
    assert result.dialect
    assert (result.dialect.format, result.dialect.compression) == ("parquet", "gzip")


@pytest.mark.parametrize(
    ("columns", "code", "words"),
    [
        ({"x": pa.array([b"\xff\xfe"])}, "PARQUET_BYTES", 'Column "x" holds bytes that are no'),
        (
            {"a": [1], "hash": pa.array([b"\xff\xfe"], pa.binary(2))},
            "PARQUET_BYTES",
            'Column "hash" holds bytes that are no text (fixed_size_binary[2])',
        ),
        ({"x": ["a\0b"]}, "CELL_UNFIT", 'The cell of "x" in row 1 has a zero byte'),
        ({"a": pa.array([], pa.int64())}, "CSV_NO_ROWS", "no rows"),
        ({"__line__": [1], "b": [2]}, "CSV_HEADER_RESERVED", "__line__"),
        ({"a\0": [1], "b": [2]}, "NAME_NO_TEXT", "column 1"),
    ],
)
def test_what_is_no_table_is_refused(reader: Reader, columns: dict, code: str, words: str) -> None:
    found, message, _line = reader.refusal(packed(columns), name="f")
    assert (found, words in message) == (code, True), message


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (ReadLimits(max_rows=99), "CSV_TOO_LONG"),
        (ReadLimits(max_columns=1), "CSV_TOO_WIDE"),
        (ReadLimits(max_cell_chars=9), "CELL_UNFIT"),
        (ReadLimits(max_unpacked_bytes=500), "FILE_TOO_BIG"),
    ],
)
def test_limits_are_kept(reader: Reader, limits: ReadLimits, code: str) -> None:
    content = packed({"a": list(range(100)), "b": ["x" * 10] * 100})
    assert reader.refusal(content, limits=limits)[0] == code


def test_names_are_mended_and_told(reader: Reader) -> None:
    table = pa.table([[1], [2], [3], [4]], names=["a", "", "a", "a_2"])
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    result = reader.read(buffer.getvalue())
    assert result.column_names == ["a", "column_2", "a_3", "a_2"]
    assert warnings_of(result) == ["NAME_REPEATED", "NAME_BLANK"]


def test_durations_are_counted_and_told(reader: Reader) -> None:
    result = reader.read(packed({"d": pa.array([5], pa.duration("ms")), "b": [1]}))
    assert result.problems[0].message == '"d" holds durations; they are counted in ms'
    assert reader.rows(packed({"d": pa.array([5], pa.duration("ms"))})) == [["5"]]


@pytest.mark.parametrize("cut", [4, 5, 40, 200, -1, -30])
def test_damaged_file_is_refused(reader: Reader, cut: int) -> None:
    content = packed({"a": list(range(500)), "b": [str(i) for i in range(500)]})
    code, message, _line = reader.refusal(content[:cut], name="f")
    assert code == "FILE_BINARY"
    assert "damaged Parquet" in message


def test_one_large_cell_that_is_repeated_does_not_fill_the_memory(
    reader: Reader,
) -> None:
    cell = "x" * 900_000
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 5_000, pa.int32()), [cell])
    content = packed({"a": column, "b": list(range(5_000))})
    assert len(content) < 200_000
    limits = ReadLimits(max_unpacked_bytes=300_000_000)
    pool, usual = pa.proxy_memory_pool(pa.default_memory_pool()), pa.default_memory_pool()
    pa.set_memory_pool(pool)
    try:
        code, _message, _line = reader.refusal(content, limits=limits)
    finally:
        pa.set_memory_pool(usual)
    assert code == "FILE_TOO_BIG"
    assert 60_000_000 < pool.max_memory() < 500_000_000


def test_many_columns_are_read(reader: Reader) -> None:
    content = packed({f"c{n}": [n, n] for n in range(5_000)})
    result = reader.read(content)
    assert result.n_rows == 2
    assert len(result.column_names) == 5_000


def test_one_large_cell_over_and_over_is_stopped_early(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "FREE_BYTES", 3_000_000)
    monkeypatch.setattr(parquet_files, "PIECE_BYTES", 1_000_000)
    written: list[int] = []
    check = parquet_files.check_ratio
    monkeypatch.setattr(
        parquet_files, "check_ratio", lambda n, *more: (written.append(n), check(n, *more))
    )
    code, message, _line = reader.refusal(packed({"a": ["x" * 100_000] * 3_000}))
    assert code == "FILE_TOO_BIG"
    assert "200 times its size" in message
    assert "Unpack" not in message
    assert max(written) < 5_000_000


def test_row_groups_of_a_row_each_are_written_together(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    to_text = parquet_files.to_text
    monkeypatch.setattr(
        parquet_files, "to_text", lambda cells, *more: (calls.append(1), to_text(cells, *more))[1]
    )
    n = 300
    words = [f"w{row % 7}" if row % 5 else None for row in range(n)]
    days = [moment(1 + row % 28) for row in range(n)]
    content = packed({"n": [*range(n)], "w": words, "t": days}, row_group_size=1)
    assert reader.rows(content) == [
        [str(row), word, day.isoformat()]
        for row, (word, day) in enumerate(zip(words, days, strict=True))
    ]
    assert len(calls) == 3


NESTED = {
    "id": pa.array([1, 2, 3]),
    "list": pa.array([[1, None], [], None], pa.list_(pa.int64())),
    "at": pa.array([10**9, 2 * 10**9, None], pa.timestamp("ns")),
    "struct": pa.array(
        [{"a": 'x"y', "b": Decimal("1.50")}, {"a": None, "b": None}, None],
        pa.struct([("a", pa.string()), ("b", pa.decimal128(9, 2))]),
    ),
    "map": pa.array([[("k", 0.5)], [], None], pa.map_(pa.string(), pa.float32())),
    "numbered": pa.array([[(7, True)], None, []], pa.map_(pa.int8(), pa.bool_())),
    "deep": pa.array(
        [[{"days": [dt.date(2026, 4, 3)]}], None, [None, {"days": None}]],
        pa.list_(pa.struct([("days", pa.list_(pa.date32()))])),
    ),
    "pair": pa.array([[0.1, float("nan")], None, [1e30, 2]], pa.list_(pa.float64(), 2)),
    "later": pa.array([5 * 10**8, 0, None], pa.timestamp("ns")),
}


def test_nested_columns_become_json_text_and_it_is_told(reader: Reader) -> None:
    result = reader.read(packed(NESTED))
    assert not result.refused, result.problems
    told = {p.column: p.message for p in result.problems if p.code == "PARQUET_NESTED"}
    assert list(told) == ["list", "struct", "map", "numbered", "deep", "pair"]
    assert "written as JSON text" in told["list"]
    rows = reader.rows(packed(NESTED))
    assert rows[0] == [
        "1", "[1,null]", "1970-01-01T00:00:01", '{"a":"x\\"y","b":1.50}', '{"k":0.5}',
        "[[7,true]]", '[{"days":["2026-04-03"]}]', '[0.1,"nan"]', "1970-01-01T00:00:00.500",
    ]  # fmt: skip
    assert rows[1][1:7] == ["[]", "1970-01-01T00:00:02", '{"a":null,"b":null}', "{}", None, None]
    assert rows[2][1:] == [
        None,
        None,
        None,
        None,
        "[]",
        '[null,{"days":null}]',
        "[1e+30,2.0]",
        None,
    ]
    for row in rows:
        for cell in (row[1], *row[3:8]):
            json.loads(cell or "null")


def test_nested_columns_are_read_piece_by_piece_as_a_whole(reader: Reader) -> None:
    lists = [[n, n + 1] if n % 3 else None for n in range(5_000)]
    table = pa.table({"n": range(5_000), "x": pa.array(lists)})
    out = io.BytesIO()
    pq.write_table(table.slice(7), out, row_group_size=611)
    cells = [row[1] for row in reader.rows(out.getvalue())]
    expected = [None if x is None else f"[{x[0]},{x[1]}]" for x in lists[7:]]
    assert cells == expected


def test_long_lists_are_taken_in_smaller_pieces(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_files, "BATCH_CELLS", 1_000)
    sizes = []
    to_json = parquet_files.to_json
    monkeypatch.setattr(
        parquet_files, "to_json", lambda column: sizes.append(len(column)) or to_json(column)
    )
    monkeypatch.setattr(parquet_files, "PIECE_BYTES", 1)
    content = packed({"n": range(100), "x": [[7] * 200] * 100})
    assert len(reader.rows(content)) == 100
    assert max(sizes) <= 5


def test_a_file_without_rows_is_said_so_with_nested_columns_too(reader: Reader) -> None:
    content = packed({"x": pa.array([], pa.list_(pa.int8()))})
    assert reader.refusal(content)[0] == "CSV_NO_ROWS"


def test_a_type_that_no_text_holds_is_refused_with_its_name(reader: Reader) -> None:
    kind = pa.struct([("span", pa.month_day_nano_interval())])
    assert find_unfit(pa.schema([("a", pa.int8()), ("x", kind)])).startswith('Column "x" holds')
