"""Tables as they were read: written back, read in pieces, with little in memory."""

import csv
import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.engine.reader import blocks, table_writer
from tasks.engine.reader.table_writer import TableWriter
from tasks.engine.table import tables
from tests.engine.reading.conftest import Reader


def written(reader: Reader) -> bytes:
    buffer = io.BytesIO()
    tables.write_csv(reader.table, buffer)
    return buffer.getvalue()


def test_table_is_written_as_rfc_4180_with_cells_as_they_were(reader: Reader) -> None:
    reader.rows('a;b\n 01 ;"x;y"\n1,50;"say ""hi"""\n;"p\nq"\n')
    assert written(reader) == b'a,b\r\n 01 ,x;y\r\n"1,50","say ""hi"""\r\n,"p\nq"\r\n'


def test_names_with_dots_are_columns_like_others(reader: Reader) -> None:
    text = "x.y,x\n1,2\n3,4\n"
    profile = reader.profile(text)
    assert [column["name"] for column in profile.columns] == ["x.y", "x"]
    assert list(tables.load_columns(reader.table, ["x", "x.y"])["x.y"]) == ["1", "3"]
    assert written(reader).decode() == text.replace("\n", "\r\n")


def test_rows_are_read_from_anywhere(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 50_000)
    monkeypatch.setattr(table_writer, "GROUP_ROWS", 10_000)
    reader.rows("a,b\n" + "".join(f"{n},x\n" for n in range(45_000)))
    assert pq.ParquetFile(reader.table).num_row_groups > 2
    names, rows, lines = tables.read_rows(reader.table, 19_999, 3)
    assert names == ["a", "b"]
    assert [row[0] for row in rows] == ["19999", "20000", "20001"]
    assert lines == [20_001, 20_002, 20_003]
    assert tables.read_rows(reader.table, 44_999, 10)[1] == [["44999", "x"]]
    assert tables.read_rows(reader.table, 45_000, 10)[1] == []


def test_columns_are_loaded_by_name_with_their_lines(reader: Reader) -> None:
    reader.rows("a,b,c\n1,2,3\n4,5,6\n")
    loaded = tables.load_columns(reader.table, ["c", "nothing", "a"])
    assert list(loaded) == ["__line__", "c", "a"]
    assert loaded["__line__"].tolist() == [2, 3]
    assert loaded["c"].tolist() == ["3", "6"]


def test_wide_tables_are_written_in_small_groups(reader: Reader) -> None:
    names = [f"c{n}" for n in range(5_000)]
    one = pa.array(["1"] * 7)
    with TableWriter(reader.table, names) as writer:
        for n in range(100):
            writer.add(np.arange(n * 7, n * 7 + 7), [one] * 5_000)
    file = pq.ParquetFile(reader.table)
    assert (file.metadata.num_rows, file.num_row_groups) == (700, 3)
    assert len(file.schema_arrow) == 5_001
    assert tables.load_columns(reader.table, [])["__line__"].tolist() == list(range(700))


@pytest.mark.parametrize(("size", "n_groups"), [(0, 10), (3_600_000, 5)])
def test_a_large_wide_table_has_larger_groups(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, size: int, n_groups: int
) -> None:
    monkeypatch.setattr(table_writer, "GROUP_BYTES", 30_000)
    monkeypatch.setattr(table_writer, "CHUNK_BYTES", 1)
    names = [f"c{n}" for n in range(1_000)]
    with TableWriter(reader.table, names, size=size) as writer:
        for n in range(10):
            writer.add(np.arange(n * 7, n * 7 + 7), [pa.array(["1"] * 7)] * 1_000)
    file = pq.ParquetFile(reader.table)
    assert (file.metadata.num_rows, file.num_row_groups) == (70, n_groups)
    assert tables.load_columns(reader.table, [])["__line__"].tolist() == list(range(70))


def test_long_cells_end_a_group_before_they_fill_the_memory(reader: Reader) -> None:
    cell = pa.array(["x" * 33_000_000])
    with TableWriter(reader.table, ["a"]) as writer:
        for n in range(4):
            writer.add(np.array([n]), [cell])
    assert pq.ParquetFile(reader.table).num_row_groups == 2


def test_what_is_written_beside_the_reading_fails_aloud(reader: Reader) -> None:
    folder = reader.table.with_name("nowhere") / "table"
    with pytest.raises(FileNotFoundError), TableWriter(folder, ["a"]) as writer:
        writer.add(np.array([1]), [pa.array(["x"])])


def test_progress_rises_to_the_whole(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tasks.engine.table.tabular import read_table

    source = tmp_path / "big.csv"
    with source.open("w", newline="") as file:
        csv.writer(file).writerows([["a", "b"], *([n, "some text"] for n in range(60_000))])
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 300_000)
    told: list[tuple[float, int]] = []
    read_table(
        source,
        reader.table,
        file_name="big.csv",
        on_progress=lambda part, n: told.append((part, n)),
    )
    assert len(told) > 2
    assert told[-1][1] == 60_000
    assert told == sorted(told)
    assert told[-1][0] > 0.95


def test_some_thousand_values_that_repeat_are_written_once(reader: Reader) -> None:
    n = 60_000
    cells = [[f"{row * 7_919 % 5_000 / 1000:.3f}" for row in range(n)], [*map(str, range(n))]]
    with TableWriter(reader.table, ["few", "many"]) as writer:
        writer.add(np.arange(n), [pa.array(column) for column in cells])
    group = pq.ParquetFile(reader.table).metadata.row_group(0)
    few, many = (group.column(at).total_uncompressed_size / n for at in (1, 2))
    assert (few < 3, many > 8) == (True, True)
    loaded = tables.load_columns(reader.table, ["few", "many"])
    assert [loaded["few"].tolist(), loaded["many"].tolist()] == cells


@pytest.mark.parametrize("kind", ["parquet", "jsonl"])
def test_what_means_missing_may_be_chosen_of_any_file(reader: Reader, kind: str) -> None:
    content = b'{"a": 1}\n{"a": -9}\n{"a": 2}\n{"a": -9}\n'
    if kind == "parquet":
        buffer = io.BytesIO()
        pq.write_table(pa.table({"a": [1, -9, 2, -9]}), buffer)
        content = buffer.getvalue()
    found = reader.profile(content, missing=["-9"]).columns[0]
    assert (found["kind"], found["missing"], found["min"]) == ("number", 2, 1)
    assert reader.profile(content).columns[0]["missing"] == 0
