"""Tables as they were read: written back, read in pieces, with little in memory."""

import csv
import io

import pyarrow.parquet as pq

from tasks.engine import tables
from tasks.engine.table_writer import TableWriter
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


def test_rows_are_read_from_anywhere(reader: Reader) -> None:
    reader.rows("a,b\n" + "".join(f"{n},x\n" for n in range(45_000)))
    assert pq.ParquetFile(reader.table).num_row_groups == 3
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


def test_wide_tables_are_packed_in_small_batches(reader: Reader) -> None:
    names = [f"c{n}" for n in range(5_000)]
    with TableWriter(reader.table, names) as writer:
        full = [writer.add(n, ["1"] * 5_000, n) for n in range(350)]
    assert full.count(True) == 3
    file = pq.ParquetFile(reader.table)
    assert file.metadata.num_rows == 350
    assert len(file.schema_arrow) == 5_001


def test_long_cells_end_a_batch_before_they_fill_the_memory(reader: Reader) -> None:
    with TableWriter(reader.table, ["a"]) as writer:
        assert not writer.add(1, ["x"], 1_000_000)
        assert writer.add(2, ["x"], 17_000_000)


def test_progress_rises_to_the_whole(reader: Reader, tmp_path) -> None:
    from tasks.engine.tabular import read_table

    source = tmp_path / "big.csv"
    with source.open("w", newline="") as file:
        csv.writer(file).writerows([["a", "b"], *([n, "some text"] for n in range(60_000))])
    told: list[tuple[float, int]] = []
    read_table(
        source,
        reader.table,
        file_name="big.csv",
        on_progress=lambda part, n: told.append((part, n)),
    )
    assert [rows for _part, rows in told] == [20_000, 40_000, 60_000]
    assert told == sorted(told)
    assert told[-1][0] > 0.95
