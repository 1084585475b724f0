"""Thousands of columns are profiled together; each comes out as if it were alone."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tasks.engine.profile import (
    column_profile,
    conventions,
    date_formats,
    kinds,
    table_cells,
    table_checks,
)
from tasks.engine.profile.codes import have_zeros
from tasks.engine.profile.leak_screen import may_leak, mean_ranks
from tasks.engine.profile.leaks import is_leak
from tasks.engine.profile.number_tally import NumberTally
from tasks.engine.profile.profiling import ProfileResult, profile_table
from tasks.engine.profile.sampled import Sampled
from tasks.engine.profile.strengths import make_target, measure_strength
from tasks.engine.profile.table_cells import TableCells
from tasks.engine.reader.short_rows import shape_of
from tasks.engine.table.cells import fits, match, parse_numbers, text_lengths
from tasks.engine.table.picked import Picked, Texts
from tests.engine.profiling.conftest import write_table

ROWS = 160
Cells = list[str | None]


def _columns() -> dict[str, Cells]:
    """Return columns of every kind, with missing cells, ties and cells that do not fit."""
    rng = np.random.default_rng(5)
    words = np.array(["red", "green", "blue", " red", "", "n/a", "unknown", "Red"])
    sentences = np.array([f"a text of {n} words or so" for n in range(90)])
    some = rng.normal(size=ROWS)
    days, months = rng.integers(1, 13, ROWS), rng.integers(1, 13, ROWS)
    found: dict[str, list[Any]] = {
        "plain": [f"{v:.4f}" for v in some],
        "holes": ["" if v < 0 else f"{v:.1f}" for v in some],
        "whole": [str(int(v * 5)) for v in some],
        "zeros": [f"{v:.2f}" if v < 0 else f"{v:.1f}" for v in some],
        "same number": [("1.5", "1.50", "2")[n % 3] for n in range(ROWS)],
        "mark": ["-999" if v > 1 else f"{abs(v):.3f}" for v in some],
        "far": [f"{v * 1e300:.5e}" for v in some],
        "beyond": ["1e400" if v > 1 else f"{v:.2f}" for v in some],
        "near": [repr(1 + n * 2.0**-52) for n in range(ROWS)],
        "order_no": [str(n * 7) for n in range(ROWS)],
        "code": [f"{int(abs(v) * 100):05}" for v in some],
        "money": [f"${abs(v) * 1e4:,.2f}" for v in some],
        "comma": [f"{v:.2f}".replace(".", ",") for v in some],
        "doubt": [f"{int(abs(v) * 9) + 1},{n % 1000:03}" for n, v in enumerate(some)],
        "mixed": ["some" if v > 1 else f"{v:.2f}" for v in some],
        "word": rng.choice(words, ROWS).tolist(),
        "text": rng.choice(sentences, ROWS).tolist(),
        "yes": rng.choice(["yes", "No", "YES", "no"], ROWS).tolist(),
        "iso": [f"2024-{m:02}-{d:02}" for d, m in zip(days, months, strict=True)],
        "hours": [f"2024-{m:02}-{d:02} 10:{d:02}" for d, m in zip(days, months, strict=True)],
        "zoned": [f"2024-{m:02}-01T10:00:00+0{m % 3}:00" for m in months],
        "either": [f"{d:02}/{m:02}/2024" for d, m in zip(days, months, strict=True)],
        "german": [f"{d + 15:02}.{m:02}.24" for d, m in zip(days, months, strict=True)],
        "now": ["today" if d > 9 else f"{d:02}.03.2024 10:00" for d in days],
        "month": [f"{d} Mai 2024" for d in days],
        "some dates": ["soon" if d > 9 else f"{d}/{d + 13}/2024" for d in days],
        "uuid": [f"{n:08x}-0000-4000-8000-000000000000" for n in range(ROWS)],
        "tag": [f"AB-{n:04}" for n in range(ROWS)],
        "nothing": [None] * ROWS,
        "one": ["x"] * ROWS,
        "copy": [f"{v:.4f}" for v in some],
        "leak": [f"{v:.3f}" for v in some],
        "script": ["٣" if v > 0 else "4" for v in some],
        "target": [f"{v:.4f}" for v in some],
    }  # fmt: skip
    return found


def _profiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: dict[str, Cells], **more: Any
) -> tuple[ProfileResult, ProfileResult]:
    parquet = write_table(tmp_path / "table.parquet", columns)
    together = profile_table(parquet, {}, **more)
    monkeypatch.setattr(table_cells, "BATCH_CELLS", 1)
    return together, profile_table(parquet, {}, **more)


@pytest.mark.parametrize("target", ["target", "word", "yes"])
def test_columns_come_out_together_as_each_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    together, alone = _profiles(tmp_path, monkeypatch, _columns(), target=target)
    for one, other in zip(together.columns, alone.columns, strict=True):
        assert one == other
    for one, other in zip(together.details, alone.details, strict=True):
        assert one == other
    assert together.problems == alone.problems
    assert together.summary == alone.summary
    kinds = {facts["kind"] for facts in together.columns}
    assert kinds == {"number", "category", "text", "date", "boolean", "identifier", "constant"}


def test_what_is_chosen_for_a_column_holds_together_as_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choices = {
        "mixed": {"kind": "number"}, "either": {"format": "%d/%m/%Y"}, "code": {"kind": "number"},
        "some dates": {"kind": "date"}, "whole": {"kind": "category"}, "tag": {"kind": "number"},
        "comma": {"kind": "number"}, "plain": {"kind": "text"}, "one": {"use": False},
    }  # fmt: skip
    together, alone = _profiles(tmp_path, monkeypatch, _columns(), choices=choices)
    assert (together.columns, together.details) == (alone.columns, alone.details)
    assert together.problems == alone.problems


def _features(rng: np.random.Generator, y: np.ndarray) -> list[Sampled]:
    """Return columns that tell `y` well, a little, and not at all."""
    found = []
    for noise in (0.0, 1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0):
        x = y + noise * rng.normal(size=len(y))
        holes = np.where(rng.random(len(y)) < 0.1, np.nan, x)
        for values in (x, holes, x**3, np.round(x, 1), -x):
            found.append(Sampled("x", "number", values, []))
        codes = np.unique(np.round(x, 1), return_inverse=True)[1]
        found.append(Sampled("x", "category", codes, [str(n) for n in range(codes.max() + 1)]))
    return found


@pytest.mark.parametrize("n_rows", [60, 250, 3_000])
@pytest.mark.parametrize("kind", ["number", "category"])
def test_no_column_that_tells_the_target_is_overlooked(n_rows: int, kind: str) -> None:
    rng = np.random.default_rng(n_rows)
    y = rng.normal(size=n_rows)
    values = y if kind == "number" else (np.round(y) - np.round(y).min()).astype(int)
    target = make_target(Sampled("y", kind, values, [str(n) for n in range(20)]))
    assert target
    features = _features(rng, y if kind == "number" else values + 0.0)
    measured = [measure_strength(feature, target) for feature in features]
    leaks = [is_leak(one.strength, one.measure, "number") for one in measured]
    may = may_leak(features, target)
    assert all(may[leaks])
    assert 0 < sum(leaks) <= may.sum() < 0.6 * len(leaks)


def test_equal_values_have_their_mean_rank() -> None:
    ranks = mean_ranks(np.array([[3.0, 1.0, 3.0, 2.0], [5.0, 5.0, 5.0, np.nan]]))
    assert ranks.tolist() == [[3.5, 1.0, 3.5, 2.0], [2.0, 2.0, 2.0, 4.0]]


def test_columns_that_tell_nothing_are_not_measured_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(1)
    columns: dict[str, Cells] = {
        f"c{n}": [f"{v:.3f}" for v in rng.normal(size=80)] for n in range(50)
    }
    parquet = write_table(tmp_path / "table.parquet", columns)
    calls = []
    monkeypatch.setattr(table_checks, "tells", lambda *args: calls.append(args))
    profile_table(parquet, {})
    assert not calls


def test_a_format_is_tried_on_cells_alone_that_may_be_dates_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    n_cells: dict[str, int] = {}
    dates = date_formats.dates

    def count(cells: np.ndarray, name: str, *how: int) -> Any:
        n_cells[name] = max(n_cells.get(name, 0), len(cells))
        return dates(cells, name, *how)

    monkeypatch.setattr(date_formats, "dates", count)
    columns: dict[str, Cells] = {
        f"c{n}": [f"{1 + row % 12}/{1 + n}/{2000 + row}" for row in range(100)] for n in range(9)
    }
    columns |= {f"w{n}": [f"word {n} {row}" for row in range(100)] for n in range(50)}
    columns["d"] = ["01.02.2024 10:30", "now", "today", "05.02.2024 00:00", "nan"] * 20
    profile_table(write_table(tmp_path / "table.parquet", columns), {})
    assert "ISO8601" not in n_cells  # no cell begins with a year
    assert {"%d/%m/%Y", "%m/%d/%Y"} <= set(n_cells)
    assert max(n_cells.values()) < 1_000


def test_dates_of_many_columns_are_added_up_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    added: list[int] = []
    monkeypatch.setattr(NumberTally, "add", lambda *_: added.append(1))
    columns: dict[str, Cells] = {
        f"c{n}": [f"{1 + row % 28}.{1 + n}.{2000 + row}" for row in range(40)] for n in range(12)
    }
    result = profile_table(write_table(tmp_path / "table.parquet", columns), {})
    assert {facts["kind"] for facts in result.columns} == {"date"}
    assert result.columns[3]["min"] == "2000-04-01"
    assert not added


def test_lines_are_read_once_for_the_problems_of_many_columns(tmp_path: Path) -> None:
    cells = TableCells(write_table(tmp_path / "table.parquet", {"a": ["1"] * 9}), {}, ())
    read, groups = cells.plain.reader.read_row_group, []

    def counted(group: int, **how: Any) -> Any:
        groups.append(group)
        return read(group, **how)

    cells.plain = SimpleNamespace(reader=SimpleNamespace(read_row_group=counted))
    assert [cells.line_of(row) for row in (0, 4, 8)] == [2, 6, 10]
    assert groups == [0]


def test_the_shape_of_a_cell_rules_out_no_format_that_reads_it() -> None:
    texts = ["2024-01-05", "5/1/2024", " 5/01/24", "05.01.2024 10:07", "5 Jan 2024", "Mai 2024",
             "5-Jan-24", "January 5,  2024", "1/5/2024 3:07 pm", "2024-01-05T10:07:00", "1/2024",
             "٠٥/٠١/٢٠٢٤", "24-01-05", "20240105", "x"]  # fmt: skip
    for text in texts:
        read = {f for f in date_formats.DATE_FORMATS if date_formats._may_read(f, text)}
        assert read <= set(date_formats._likely(shape_of(text))), text


TEXTS = (
    "", "0", "7", "007", "+5", "-1.50", ".5", "5.", "1e05", "1e400", "1,234", "0,123", "1.234,5",
    "1\u00a0234", "1'234", "$5", "€ 3,50", "(3)", "7-", "5-%", "\u22124", "٣", "٣٤,5", "5-6",
    "2024-01-05", "2024-1-5T10:00:00+02:00", "2024", "20240105", "5 Jan 2024", "Mai 2024", "now",
    "1/5/2024 3:07 pm", "01.02.24", "1.2.10", "24-01-05", "٠٥/٠١/٢٠٢٤", "2024\\01\\05", "n.a.",
    "550e8400-e29b-41d4-a716-446655440000", "1\n2", "two\u2003words", "9 kg", "1.2.3", "a b 5",
)  # fmt: skip


def _picked() -> tuple[Picked, pa.Array]:
    """Return texts as picked cells, some twice, and as Arrow has them."""
    places = np.append(np.arange(len(TEXTS)), [3, 3, 0])
    cells = Picked(Texts(pa.array(["before", *TEXTS])[1:]), places)
    return cells, pa.array([TEXTS[place] for place in places])


@pytest.mark.parametrize(
    "pattern",
    [conventions.NUMERIC, conventions.NOTHING, date_formats.LOOKS_LIKE_DATE, kinds.UUID, r"\."],
)
def test_each_shape_fits_a_pattern_as_its_cells_do(pattern: str) -> None:
    picked, cells = _picked()
    assert fits(picked, pattern).tolist() == match(cells, pattern).tolist()
    assert text_lengths(picked).tolist() == text_lengths(cells).tolist()


@pytest.mark.parametrize("thousands", ["", ",", ".", " ", "'"])
@pytest.mark.parametrize("symbols", [False, True])
def test_no_shape_hides_a_number(thousands: str, symbols: bool) -> None:
    picked, cells = _picked()
    for decimal in {".", ","} - {thousands}:
        written = decimal, thousands, symbols
        np.testing.assert_array_equal(
            parse_numbers(picked, written), parse_numbers(cells, written), str(written)
        )


def test_no_shape_hides_a_leading_zero() -> None:
    picked, cells = _picked()
    assert have_zeros(picked).tolist() == have_zeros(cells).tolist()
    assert have_zeros(picked).any()


def test_what_no_value_of_a_column_passes_is_known_of_all_columns_at_once(tmp_path: Path) -> None:
    columns = _columns()
    cells = TableCells(write_table(tmp_path / "table.parquet", columns), {}, ("", "n/a"))
    patterns = (
        conventions.NUMERIC, date_formats.LOOKS_LIKE_DATE, date_formats.EIGHT_DIGITS,
        column_profile.HIDDEN,
    )  # fmt: skip
    found = {
        (column.name, pattern): (
            column.rules_out(fits, pattern), not fits(column.cells, pattern).any()
        )
        for column in cells.columns([*range(1, len(columns) + 1)])
        for pattern in patterns
    }  # fmt: skip
    assert all(known == is_so for known, is_so in found.values()), found
    assert {known for known, _ in found.values()} == {True, False}


@pytest.mark.parametrize("date_format", [*date_formats.DATE_FORMATS, date_formats.DAY_FORMAT])
def test_no_shape_hides_a_date(date_format: str) -> None:
    picked, cells = _picked()
    days = date_formats.days_of(picked, date_format)
    np.testing.assert_array_equal(days, date_formats.days_of(cells, date_format))
