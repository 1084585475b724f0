"""What a cell looks like on its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.engine.reader.cell_types import _has_type, columns_of, is_typed


@given(st.text("0123456789.,-/: eETAMpm+€%('x", max_size=20))
def test_cells_that_differ_in_their_digits_only_are_alike(cell: str) -> None:
    assert is_typed(cell) == _has_type(cell.strip())


def test_long_cells_are_looked_at_and_not_kept() -> None:
    assert is_typed("1" * 500 + ".5")
    assert not is_typed("1" * 500 + ".x")


@pytest.mark.parametrize(
    ("rows", "columns"),
    [([[" a", "b "], ["c", ""]], [["a", "c"], ["b", ""]]),
     ([["a"], ["b", "c"], ["d", "e", "f"]], [["a", "b", "d"], ["c", "e"]]), ([], [[], []])],
)  # fmt: skip
def test_a_short_row_has_no_cell_in_the_last_columns(
    rows: list[list[str]], columns: list[list[str]]
) -> None:
    assert [list(column) for column in columns_of(rows, 2)] == columns
