"""Rows in another order than the file's, however many pieces they are laid down in."""

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.engine.rows.cells import OpenTable
from tasks.engine.rows.relay import relay_rows
from tasks.engine.table.tables import LINE

NAMES = ["place", "b"]
ROWS = 1000
# Takes the first piece, says so, and goes on for ever.
WAITS = """
import sys, time
from pathlib import Path
from tasks.engine.rows.cells import OpenTable
from tasks.engine.rows.relay import relay_rows
pieces = relay_rows(OpenTable(Path(sys.argv[1])), range(999, -1, -1), ["b"], 10)
print(len(next(pieces)), flush=True)
time.sleep(600)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    columns = [
        pa.array(range(2, ROWS + 2), pa.int64()),
        pa.array([f"p{n}" for n in range(ROWS)]),
        pa.array([None if n % 7 == 0 else str(n) for n in range(ROWS)], pa.string()),
    ]
    table = pa.table(columns, names=[LINE, *NAMES])
    pq.write_table(table, tmp_path / "table.parquet", row_group_size=77)
    return tmp_path / "table.parquet"


@pytest.mark.parametrize("size", [1000, 101, 10])
def test_pieces_have_the_rows_in_the_order_asked_for(path: Path, size: int) -> None:
    order = [n * 37 % ROWS for n in range(ROWS)]
    pieces = list(relay_rows(OpenTable(path), order, ["b", "place"], size))
    assert {len(piece) for piece in pieces[:-1]} <= {size}
    rows = [row for piece in pieces for row in piece]
    assert rows == [[None if n % 7 == 0 else str(n), f"p{n}"] for n in order]


def test_a_process_that_is_killed_meanwhile_leaves_nothing(path: Path, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", WAITS, str(path)],
        env={"TMPDIR": str(scratch), "PATH": "/usr/bin:/bin"}, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "10\n"
        finally:
            process.kill()
    assert not list(scratch.iterdir())
