"""Files of which little is read, on both storages; and how little of a table a page takes."""

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dashboard.errors import NotFound, Unavailable
from dashboard.storage import Storage, keys, open_storage
from dashboard.storage.s3_seekable import S3Seekable
from tasks.engine.reader.table_writer import TableWriter
from tasks.engine.rows.cells import OpenTable, fetch_rows
from tasks.engine.table.tables import GROUP_ROWS, read_rows

KEY = keys.dataset_table(7, "ab" * 8, 1)
NAMES = [f"c{n}" for n in range(12)]
N_ROWS = 3 * GROUP_ROWS


def test_it_is_read_here_and_there(storage: Storage) -> None:
    content = bytes(range(256)) * 50
    storage.write(KEY, io.BytesIO(content))
    with storage.seekable(KEY) as given:
        file = given.open("rb") if isinstance(given, Path) else given
        with file:
            assert file.seek(-5, io.SEEK_END) == len(content) - 5
            assert file.read(10) == content[-5:]
            assert file.read(10) == b""
            assert (file.seek(300), file.seek(11, io.SEEK_CUR), file.tell()) == (300, 311, 311)
            assert file.read(7) == content[311:318]


def test_what_is_not_there_is_told(storage: Storage) -> None:
    with pytest.raises(NotFound), storage.seekable(KEY):
        pass


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table of three row groups, every cell of it another."""
    path = tmp_path / "table.parquet"
    with TableWriter(path, NAMES) as writer:
        for start in range(0, N_ROWS, GROUP_ROWS):
            rows = range(start, start + GROUP_ROWS)
            cells = [pa.array([f"{n}:{row}" for row in rows], pa.string()) for n in range(12)]
            writer.add(pa.array(rows).to_numpy(), cells)
    return path


def test_a_page_takes_what_it_shows_and_no_more(
    s3_server: str, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    storage: Any = open_storage("s3://far-tables/prefix", s3_endpoint_url=s3_server)
    storage.client.create_bucket(Bucket="far-tables")
    storage.put_file(KEY, table)
    taken: list[int] = []
    read = S3Seekable.readinto

    def counted(file: S3Seekable, buffer: Any) -> int:
        taken.append(read(file, buffer))
        return taken[-1]

    monkeypatch.setattr(S3Seekable, "readinto", counted)
    with storage.seekable(KEY) as file:
        opened = OpenTable(file)
        lines, cells = fetch_rows(opened, [GROUP_ROWS + 1, 2], ["c3"])
    assert (lines, cells) == ([GROUP_ROWS + 1, 2], [[f"3:{GROUP_ROWS + 1}"], ["3:2"]])
    assert sum(taken) < table.stat().st_size / 5
    assert len(taken) < 20  # each is a request
    with storage.seekable(KEY) as file:
        assert read_rows(file, N_ROWS - 1, 5)[1] == [[f"{n}:{N_ROWS - 1}" for n in range(12)]]


def test_a_file_that_goes_meanwhile_is_no_crash(storage: Storage) -> None:
    storage.write(KEY, io.BytesIO(b"x" * 100))
    with storage.seekable(KEY) as given:
        if isinstance(given, Path):
            return  # what is open on this machine stays
        storage.delete(KEY)
        with pytest.raises(Unavailable, match="does not answer"):
            given.read(5)
