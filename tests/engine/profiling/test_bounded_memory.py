"""What is kept to look at a column does not grow with its rows."""

import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tasks.engine.profile import all_different, duplicates, table_cells
from tasks.engine.profile.all_different import are_different, rise
from tasks.engine.profile.column_cells import about_distinct
from tasks.engine.profile.duplicates import find_duplicate_rows
from tasks.engine.profile.number_tally import NumberTally
from tasks.engine.profile.table_cells import TableCells
from tasks.engine.reader import table_writer
from tasks.engine.reader.table_writer import TableWriter

PIECE = 10_000


def peak_of(work: Callable[[], object]) -> tuple[object, int]:
    """Return what some work gives, and the greatest memory of what it made."""
    tracemalloc.start()
    try:
        return work(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def mixed_up(n_pieces: int) -> Iterator[pa.Array]:
    """Yield codes that are all different, in no order."""
    size = n_pieces * PIECE
    for start in range(0, size, PIECE):
        numbers = np.arange(start, start + PIECE) * 7_919 % size
        yield pa.array([f"K{n:07}" for n in numbers.tolist()])


def test_hashes_of_many_cells_wait_on_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(all_different, "HASHED_CELLS", 20_000)
    found, few = peak_of(lambda: are_different(lambda: mixed_up(4), 4 * PIECE))
    assert found is True
    found, many = peak_of(lambda: are_different(lambda: mixed_up(24), 24 * PIECE))
    assert found is True
    assert many < 1.2 * few

    def twice() -> Iterator[pa.Array]:
        yield from mixed_up(24)
        yield next(mixed_up(24))[-1:]

    assert not are_different(twice, 24 * PIECE + 1)


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([["1", "2", "9"], [], ["10", "11"]], True),
        ([["2024-01-01", "2024-01-02"], ["2024-02-01"]], True),
        ([["a", "z"], ["ä", "日"]], True),
        ([["1", "2"], ["2", "3"]], False),
        ([["1", "1"]], False),
        ([["10", "9"]], False),
        ([["10"], ["9"]], False),
    ],
)
def test_what_grows_from_cell_to_cell_is_told(pieces: list[list[str]], *, expected: bool) -> None:
    assert rise(pa.array(piece, pa.string()) for piece in pieces) is expected


@pytest.mark.parametrize("distinct", [200_000, 8_000_000])
def test_a_tally_counts_different_numbers_in_little_memory(distinct: int) -> None:
    rng = np.random.default_rng(0)
    tally = NumberTally(8_000_000)
    for _ in range(32):
        tally.add(rng.integers(0, distinct, 250_000).astype(float))
    expected = distinct * (1 - np.exp(-8_000_000 / distinct))
    assert tally.distinct == pytest.approx(expected, rel=0.03)
    assert sum(held.nbytes for held in tally.hashes) <= 1_600_000


def test_of_very_many_texts_a_smaller_part_tells_how_many_differ() -> None:
    cells = pa.array([f"{n * 2_654_435_761 % 2**32:010}" for n in range(200_000)])
    pieces = [cells[start : start + 2_000] for start in range(0, len(cells), 2_000)]
    found, few = peak_of(lambda: about_distinct(iter(pieces), len(cells)))
    assert found == pytest.approx(len(cells), rel=0.02)
    found, many = peak_of(lambda: about_distinct(iter(pieces * 10), 10 * len(cells)))
    assert found == pytest.approx(len(cells), rel=0.02)
    assert many < 2.5 * few


def test_copies_are_looked_for_piece_by_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "AT_ONCE", 5_000)
    monkeypatch.setattr(table_cells, "PIECE_ROWS", 5_000)
    size = 300_000
    monkeypatch.setattr(table_writer, "GROUP_ROWS", 5_000)
    with TableWriter(tmp_path / "t", ["x"]) as writer:
        for lines in np.arange(size).reshape(-1, 5_000):
            writer.add(lines, [pa.array([str(n % 299_990) for n in lines.tolist()])])
    cells = TableCells(tmp_path / "t", {}, ())
    outlines = [type("Made", (), {"is_all_different": False, "facts": {"distinct": 9}})]
    (count, first), peak = peak_of(lambda: find_duplicate_rows(cells, outlines))  # type: ignore[misc, arg-type]
    assert (count, first) == (10, (299_990, 0))
    assert peak < 26 * size
