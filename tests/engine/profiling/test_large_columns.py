"""Columns of many values: exact where it decides, about right where it does not."""

import json
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tasks.engine.profile import all_different, conventions, duplicates, table_cells
from tasks.engine.profile.number_tally import NumberTally
from tasks.engine.profile.profiling import ProfileResult, profile_table
from tasks.engine.reader import table_writer
from tasks.engine.reader.table_writer import TableWriter
from tests.engine.profiling.conftest import write_table

N = 30_000
RNG = np.random.default_rng(3)
VALUES = RNG.normal(100, 15, N)
WORDS = np.array(
    ["fast", "slow", "late", "kind", "rude", "broken", "fine", "lost", "quick", "refund"]
)
COLUMNS: dict[str, list[str | None]] = {
    "code": [f"K{n:06}" for n in range(N)],
    "value": [repr(x) for x in VALUES.tolist()],
    "gaps": [None if n % 10 == 0 else f" {x:.9f}" for n, x in enumerate(VALUES)],
    "money": [f"${x * 1000:,.4f}" for x in VALUES],
    "when": [str(t).replace("T", " ") for t in np.datetime64("2020-01-01T00:00:00")
             + RNG.choice(10**8, N, replace=False)],
    "comment": [" ".join(row) for row in RNG.choice(WORDS, (N, 8))],
    "mixed": [*map(repr, VALUES[: N - 2].tolist()), "soon", "unknown"],
    "zip": ["0123456789", *[str(10**9 + n) for n in range(N - 1)]],
    "city": RNG.choice(["Oslo", "Rome"], N).tolist(),
}  # fmt: skip


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_table(tmp_path_factory.mktemp("large") / "t", COLUMNS)


@pytest.fixture(params=[250_000, 7_000], ids=["one piece", "pieces"])
def result(table: Path, request: Any, monkeypatch: pytest.MonkeyPatch) -> ProfileResult:
    monkeypatch.setattr(table_cells, "PIECE_ROWS", request.param)
    monkeypatch.setattr(table_cells, "FEW", 5_000)
    return profile_table(table, {"decimal": "."})


def test_kinds_are_those_of_all_cells(result: ProfileResult) -> None:
    assert {c["name"]: c["kind"] for c in result.columns} == {
        "code": "identifier", "value": "number", "gaps": "number", "money": "number",
        "when": "date", "comment": "text", "mixed": "category", "zip": "identifier",
        "city": "category",
    }  # fmt: skip
    (question,) = [c["question"] for c in result.columns if "question" in c]
    assert (question["of"], question["missing"], question["left"]) == (2, 1, 1)
    problems = {p.column: p for p in result.problems}
    assert (problems["mixed"].code, problems["mixed"].line) == ("MIXED_TYPES", N)
    assert [p.code for p in result.problems if p.column == "zip"] == ["IDENTIFIER", "NUMBER_CODES"]


def test_numbers_that_count_are_exact(result: ProfileResult) -> None:
    columns = {c["name"]: c for c in result.columns}
    known = pd.Series(VALUES)
    for name in ("min", "max", "mean", "std"):
        assert columns["value"][name] == pytest.approx(getattr(known, name)(), rel=1e-12)
    assert (columns["gaps"]["missing"], columns["gaps"]["count"]) == (N // 10, N - N // 10)
    assert columns["money"]["max"] == pytest.approx(1000 * known.max(), abs=1e-3)
    assert columns["when"]["min"] == min(COLUMNS["when"])[:10]  # type: ignore[type-var, index]


def test_the_rest_is_about_right_and_says_so(result: ProfileResult) -> None:
    columns = {c["name"]: c for c in result.columns}
    details = {d["name"]: d for d in map(json.loads, result.details)}
    assert columns["value"]["distinct"] == pytest.approx(N, rel=0.1)
    assert columns["comment"]["distinct"] == pytest.approx(len(set(COLUMNS["comment"])), rel=0.05)
    assert columns["value"]["median"] == pytest.approx(100, abs=1)
    assert details["value"]["quantiles"]["0.95"] == pytest.approx(100 + 1.645 * 15, abs=1.5)
    assert sum(details["value"]["histogram"]["counts"]) == pytest.approx(N, abs=30)
    assert details["value"]["about"] is True
    assert {value["count"] for value in details["value"]["top"]} == {1}
    assert sum(value["count"] for value in details["city"]["top"]) == N
    assert "about" not in columns["city"]
    assert details["comment"]["lengths"]["max"] == max(map(len, COLUMNS["comment"]))  # type: ignore[arg-type]


def test_profile_is_the_same_each_time_and_in_any_pieces(
    table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, again = (profile_table(table, {"decimal": "."}) for _ in range(2))
    assert first == again
    monkeypatch.setattr(table_cells, "PIECE_ROWS", 3_000)
    pieces = profile_table(table, {"decimal": "."})
    for one, other in zip(first.columns, pieces.columns, strict=True):
        for name in ("kind", "missing", "count", "min", "max", "format"):
            assert one.get(name) == other.get(name), one["name"]
    assert first.summary["duplicate_rows"] == pieces.summary["duplicate_rows"] == 0


def test_whether_all_cells_differ_is_found_part_by_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(all_different, "HASHED_CELLS", 4_000)
    codes = [f"K{n * 7_919 % N:06}" for n in range(N)]
    twice = [*codes[:-1], codes[1]]
    path = write_table(tmp_path / "t", {"code": [*codes], "twice": [*twice]})
    kinds = [column["kind"] for column in profile_table(path, {}).columns]
    assert kinds == ["identifier", "category"]


def test_copies_are_looked_for_in_the_first_rows_of_a_long_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "LOOKED_ROWS", 9_000)
    monkeypatch.setattr(duplicates, "AT_ONCE", 1_000)
    monkeypatch.setattr(table_cells, "PIECE_ROWS", 7_000)
    cells: list[str | None] = [str(n % 8_000) for n in range(N)]
    result = profile_table(write_table(tmp_path / "t", {"a": cells, "b": ["x"] * N}), {})
    assert result.summary["duplicate_rows"] == 1_000
    (problem,) = [p for p in result.problems if p.code == "DUPLICATE_ROWS"]
    assert problem.message.startswith("1,000 of the first 9,000 rows are copies")
    assert problem.line == 8_002


def test_how_often_a_value_stands_is_counted_in_all_rows(table: Path, tmp_path: Path) -> None:
    rare = [f"K{n}" for n in range(1, N)]  # no row of the sample but one has "often"
    cells = ["often", *[("often" if n % 30 == 7 else value) for n, value in enumerate(rare)]]
    result = profile_table(write_table(tmp_path / "t", {"x": cells}), {"decimal": "."})  # type: ignore[dict-item]
    (column,), (details,) = result.columns, map(json.loads, result.details)
    known = pd.Series(cells).value_counts()
    assert column["top"][0] == {"value": "often", "count": known["often"]}
    for value in details["top"]:
        assert value["count"] == known[value["value"]]
    shown = dict(zip(details["histogram"]["labels"], details["histogram"]["counts"], strict=True))
    assert shown["often"] == known["often"]
    assert sum(shown.values()) == N
    assert "rarest" not in column


def test_a_tally_of_many_rows_holds_its_sample_only() -> None:
    tally = NumberTally(10_000_000)
    tally.add(np.arange(250_000.0))
    assert [(len(values), values.base) for values in tally.values] == [(2_500, None)]


def write_groups(path: Path, columns: dict[str, list[str | None]]) -> Path:
    """Write a table in row groups of 6,000 rows."""
    with TableWriter(path, list(columns)) as writer:
        for start in range(0, N, 6_000):
            group = slice(start, start + 6_000)
            cells = [pa.array(column[group], pa.string()) for column in columns.values()]
            writer.add(np.arange(start, start + len(cells[0])), cells)
    return path


@pytest.fixture
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_writer, "GROUP_ROWS", 6_000)
    monkeypatch.setattr(table_cells, "PIECE_ROWS", 13_000)


@pytest.mark.usefixtures("small_groups")
def test_numbers_that_only_grow_are_known_to_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [*map(str, range(N))]
    twice = [*rows[:12_000], *rows[11_999:-1]]  # from one row group to the next
    path = write_groups(tmp_path / "t", {"case_id": [*rows], "row_id": [*twice]})
    kinds = [column["kind"] for column in profile_table(path, {"decimal": "."}).columns]
    assert kinds == ["identifier", "number"]

    def refuse(*_: object) -> None:
        raise AssertionError("nothing need be sorted, nor read once more")

    monkeypatch.setattr(all_different, "hash_cells", refuse)
    monkeypatch.setattr(conventions, "parse_numbers", refuse)
    path = write_groups(tmp_path / "t", {"case_id": [*rows]})
    (column,) = profile_table(path, {"decimal": "."}).columns
    assert (column["kind"], column["distinct"]) == ("identifier", N)


@pytest.mark.usefixtures("small_groups")
def test_values_are_counted_over_row_groups_with_words_of_their_own(tmp_path: Path) -> None:
    cells: list[str | None] = [
        None if n % 11 == 0 else "late" if n > 29_990 else f"w{n * n % 977 + n // 5_000}"
        for n in range(N)
    ]
    path = write_groups(tmp_path / "t", {"x": cells})
    assert table_cells.TableCells(path, {}, ())._is_coded(1)
    result = profile_table(path, {})
    (column,), (details,) = result.columns, map(json.loads, result.details)
    known = dict(pd.Series(cells).value_counts())
    assert (column["missing"], column["distinct"]) == (cells.count(None), len(known))
    assert {value["value"]: value["count"] for value in details["top"]}.items() <= known.items()


@pytest.mark.parametrize(("distinct", "expected"), [(399_000, 2_000), (1_000, 400_000)])
def test_copies_are_looked_for_with_few_bytes_of_each_row(
    monkeypatch: pytest.MonkeyPatch, distinct: int, expected: int
) -> None:
    """Of 5 million rows each eight bytes are 40 MB."""
    monkeypatch.setattr(duplicates, "AT_ONCE", 10_000)
    bits = np.arange(400_000, dtype=np.uint64) % np.uint64(distinct)
    tracemalloc.start()
    assert int(duplicates.repeated(bits).sum()) == expected
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 14 * len(bits)
