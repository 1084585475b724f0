"""The numbers that rows are filtered and ordered by are those that a job learns from."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.engine.rows.values import cell_type, comparable, value_of
from tasks.engine.table import coercion

CELLS = [
    "1.5", "+3", "1e3", "1e999", "inf", "1_000", "٣", "٣.٥", "１２", "−5", "−$5", "(123)", "123-",
    "1,234.5-", "1.234,5", "1,234", "1 234", "1\u202f234", "1\u2009234", "1’234", "1'234", "12%",
    "$1,050", "5 €", "1,23,456", "12,34", "5-", "-", "--5", "1-2", "–5",
]  # fmt: skip
WRITTEN = [
    {"decimal": decimal, "thousands": thousands, "symbols": symbols}
    for decimal in ".,"
    for thousands in ("", ".", ",", " ", "'")
    for symbols in (False, True)
    if decimal != thousands
]


@pytest.mark.parametrize("written", WRITTEN)
@given(more=st.lists(st.text("0123456789.,-+−–eE $%()'€٣", max_size=8), max_size=6))
def test_any_cell_is_the_same_number(written: dict[str, object], more: list[str]) -> None:
    cells = [text.strip() for text in [*CELLS, *more]]
    cells = [cell for cell in cells if cell not in coercion.missing_markers({})]
    column = {"kind": "number", **written}
    found = comparable(pa.array(cells), cell_type(column, None)).to_pylist()
    expected = coercion.numbers(
        np.array([*cells, None], dtype=object), *coercion.how_written(column)
    )
    known = [None if np.isnan(value) else value for value in expected[:-1]]
    assert dict(zip(cells, found, strict=True)) == dict(zip(cells, known, strict=True))


@pytest.mark.parametrize(
    ("typed", "column", "number"),
    [
        ("5,500", {}, 5500.0),
        ("−1,234,567.5", {}, -1234567.5),
        ("5,500", {"decimal": ","}, 5.5),  # the file's own signs come first
        ("5.500", {"thousands": ".", "decimal": ","}, 5500.0),
    ],
)
def test_a_number_may_be_typed_as_the_pages_show_it(
    typed: str, column: dict[str, str], number: float
) -> None:
    assert value_of(typed, cell_type({"kind": "number", **column}, None)) == number


def test_what_is_no_number_is_still_none() -> None:
    with pytest.raises(ValueError, match='"5,5000" is not a number'):
        value_of("5,5000", cell_type({"kind": "number"}, None))
