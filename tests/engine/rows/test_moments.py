"""The moments that rows are filtered and ordered by are those that a job learns from."""

import itertools

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.engine.profile.date_formats import DATE_FORMATS
from tasks.engine.rows.moments import dates
from tasks.engine.table import coercion

ISO = [
    "2026", "2026-01", "202601", "20260105", "2026-1-5", "2026-01-05T10", "2026-01-05 10:15",
    "2026-01-05T1015", "2026-01-05T10:15:20.1234567", "2026-01-05T10:15:20,5", "2026/01/05 10:15",
    "2026.01.05", "2026-W01-1", "2026-005", "2026-01-05T24:00", "2026-01-05t10:15", "2026-0105",
    "2026-01-05T10:1520", "2026-02-31", "2026-01-05Z", "2026-01-05+02:00", "today", "-2026-01-05",
    "2026-01-05T10:15Z", "2026-01-05T23:30:00+02:00", "2026-01-05T10:15 -0330", "2026-01-05T9:15",
    "2026-01-05T10:15+25:00", "٢٠٢٦-٠١-٠٥",
]  # fmt: skip
OTHERS = [
    "31/02/2020", "29/02/2021", "1/2/2020", " 01/02/2020", "01/02/20", "1/ 2/2020", "0/1/2020",
    "٠١/٠٢/2020", "01/02/2020x", "01.02.68", "01.02.69", "31.02.20", "1.2.5", "20-02-30", "1/2020",
    "1 jan 2020", "31 Feb 2020", "1  Jan 2020", "1 January 2020", "01/05/2020 03:45PM",
    "01/05/2020 0:45 AM", "01/05/2020 12:45 am", "2020-02-30", "20-01-01", "2020-01-01 24:00:00",
    "2020-01-01 1:2:3", "May 2020", "13/2020", "January 5, 2026", "01/13/2020",
    "today", "now", "-2026-01-05", "1. 5. 2024",
]  # fmt: skip


def trained(cells: list[str], date_format: str, offset: int = 0) -> list[int | None]:
    moments = coercion.dates(np.array([*cells, None], dtype=object), date_format, offset)[:-1]
    micros = (moments - coercion.EPOCH) // pd.Timedelta(microseconds=1)
    return [None if pd.isna(value) else int(value) for value in micros]


@pytest.mark.parametrize("offset", [0, 120, -210])
def test_moments_of_iso_8601_are_the_same(offset: int) -> None:
    found = dates(pa.array(ISO), "ISO8601", offset).to_pylist()
    assert dict(zip(ISO, found, strict=True)) == dict(
        zip(ISO, trained(ISO, "ISO8601", offset), strict=True)
    )


@pytest.mark.parametrize(
    "date_format",
    [*sorted({*DATE_FORMATS} - {"ISO8601"}), "%Y-%m-%d %H:%M:%S%z", "%d.%m.%Y %H:%M:%S.%f"],
)
def test_dates_in_a_format_are_the_same(date_format: str) -> None:
    cells = [*OTHERS, "31.12.2025 10:15:20.5", "2020-01-01 10:00:00+0200"]
    found = dates(pa.array(cells), date_format, 60).to_pylist()
    expected = trained(cells, date_format, 60)
    assert dict(zip(cells, found, strict=True)) == dict(zip(cells, expected, strict=True))


PARTS = st.tuples(st.integers(0, 32), st.integers(0, 13), st.integers(1, 2100))
SHAPES = ["{0}/{1}/{2}", "{0:02}/{1:02}/{2:04}", "{0:02}.{1:02}.{2:02}", "{2:04}-{1:02}-{0:02}"]


@given(st.lists(PARTS, min_size=1, max_size=8))
def test_any_day_is_the_same(days: list[tuple[int, int, int]]) -> None:
    cells = [shape.format(*day) for shape, day in itertools.product(SHAPES, days)]
    for date_format in ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y", "%Y-%m-%d", "ISO8601"):
        found = dates(pa.array(cells), date_format).to_pylist()
        assert found == trained(cells, date_format), date_format
