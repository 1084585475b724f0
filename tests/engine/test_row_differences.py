"""What became of the rows of a table in another version of it: by an identifier, or as a whole."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.engine.profile import difference_limits, matched_rows
from tasks.engine.profile.row_differences import compare_rows
from tests.engine.tables import write_rows

Rows = list[list[str | None]]


def compare(
    folder: Path, before: Rows, after: Rows, *names: list[str], by: tuple[str, ...] = ()
) -> dict[str, Any] | None:
    old_names, new_names = names or (["a", "b.c"], ["a", "b.c"])
    return compare_rows(
        write_rows(folder / "before", old_names, before),
        write_rows(folder / "after", new_names, after),
        by,
    )


def whole(same: int, added: int, removed: int, columns: int = 2) -> dict[str, Any]:
    return {"same": same, "added": added, "removed": removed, "columns": columns, "key": None}


CELL = st.one_of(st.none(), st.sampled_from(["", "1", "2", "12", "\0", "é"]))
TABLE = st.lists(st.tuples(CELL, CELL), max_size=12)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TABLE, TABLE)
def test_rows_are_counted_as_a_multiset(tmp_path: Path, before: Any, after: Any) -> None:
    found = compare(tmp_path, list(map(list, before)), list(map(list, after)))
    left = [(a or "", b or "") for a, b in after]
    same = sum(1 for a, b in before if (a or "", b or "") in left
               and not left.remove((a or "", b or "")))  # fmt: skip
    assert found == whole(same, len(after) - same, len(before) - same)


def test_a_cell_that_moves_to_the_next_column_is_a_change(tmp_path: Path) -> None:
    found = compare(tmp_path, [["1", ""], ["x", None]], [["", "1"], [None, "x"]])
    assert found == whole(0, 2, 2)


def test_columns_that_only_one_table_has_do_not_count(tmp_path: Path) -> None:
    names = (["a", "b", "gone"], ["new", "b", "a"])
    found = compare(tmp_path, [["1", "2", "x"]], [["y", "2", "1"]], *names)
    assert found == whole(1, 0, 0)
    assert compare(tmp_path, [["1"]], [["1"]], ["a"], ["b"]) is None


@pytest.mark.parametrize("by", [(), ("a",)])
def test_tables_beyond_the_limit_are_not_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: tuple[str, ...]
) -> None:
    monkeypatch.setattr(difference_limits, "CELLS_AT_MOST", 3)
    assert compare(tmp_path, [["1", "2"]], [["1", "2"]], by=by) is not None
    assert compare(tmp_path, [["1", "2"]], [["1", "2"], ["3", "2"]], by=by) is None


@pytest.mark.parametrize("by", [(), ("a",)])
def test_progress_rises_to_the_end(tmp_path: Path, by: tuple[str, ...]) -> None:
    told: list[float] = []
    rows: Rows = [[str(n), "x"] for n in range(130_000)]
    path = write_rows(tmp_path / "t", ["a", "b"], rows)
    found = compare_rows(path, path, by, told.append)
    assert found is not None
    assert found["same"] == 130_000
    assert told == sorted(told)
    assert told[-1] == 1.0


BEFORE: Rows = [["7", "Oslo", "1"], ["8", "Rome", "2"], ["9", "Bern", None], ["5", "Nice", "4"]]
AFTER: Rows = [["4", "5", "Nice"], ["", "9", "Bern"], ["3", "8", "Roma"], ["5", "6", "Graz"],
               ["1.0", "7", "Oslo"]]  # fmt: skip


def test_rows_are_matched_by_the_column_that_names_them(tmp_path: Path) -> None:
    names = (["id", "city", "n"], ["n", "id", "city"])
    assert compare(tmp_path, BEFORE, AFTER, *names, by=("id",)) == {
        "key": "id", "same": 2, "changed": 2, "added": 1, "removed": 0, "columns": 2,
        "columns_changed": 2,
        "changed_columns": [
            {"name": "n", "count": 2, "examples": [
                {"key": "8", "before": "2", "after": "3"},
                {"key": "7", "before": "1", "after": "1.0"}]},
            {"name": "city", "count": 1, "examples": [
                {"key": "8", "before": "Rome", "after": "Roma"}]},
        ],
    }  # fmt: skip


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    *[st.dictionaries(st.sampled_from("abcdefgh"), st.tuples(CELL, CELL), min_size=1)] * 2,
    st.integers(1, 20),
)
def test_matched_rows_are_those_of_a_dictionary(
    tmp_path: Path, before: Any, after: Any, at_once: int
) -> None:
    sides = [[[key, *cells] for key, cells in side.items()] for side in (before, after)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matched_rows, "AT_ONCE", at_once)
        found = compare(tmp_path, *sides, *[["k", "x", "y"]] * 2, by=("k",))
    both = before.keys() & after.keys()
    assert found is not None
    if not both:
        assert found["key"] is None
        return
    differ = [
        {key for key in both if (before[key][n] or "") != (after[key][n] or "")} for n in (0, 1)
    ]
    changed = len(differ[0] | differ[1])
    assert [found[name] for name in ("same", "changed", "added", "removed")] == [
        len(both) - changed, changed, len(after) - len(both), len(before) - len(both)
    ]  # fmt: skip
    counts = {column["name"]: column["count"] for column in found["changed_columns"]}
    assert counts == {name: len(keys) for name, keys in zip("xy", differ, strict=True) if keys}


def test_what_does_not_name_every_row_matches_none(tmp_path: Path) -> None:
    names = ["id", "city"]
    good: Rows = [["1", "a"], ["2", "b"]]
    for bad in ([["1", "a"], ["1", "b"]], [["1", "a"], [None, "b"]], [["3", "a"], ["4", "b"]]):
        for sides in ((good, bad), (bad, good)):
            found = compare(tmp_path, *sides, names, names, by=("id",))  # type: ignore[arg-type]
            assert found is not None
            assert found["key"] is None
    # Of two that do, the one by which more rows are in both; an index without a name is the last.
    two: Rows = [["0", "A1", "B1"], ["1", "A2", "B2"]]
    other: Rows = [["0", "A3", "B1"], ["1", "A1", "B2"]]
    column = "column_1"
    for keys, key in ((("id", "code"), "code"), ((column, "id"), "id"), ((column,), column)):
        found = compare(tmp_path, two, other, *[["column_1", "id", "code"]] * 2, by=keys)
        assert found is not None
        assert found["key"] == key, keys


def test_examples_come_from_every_group_of_rows_and_long_cells_are_cut(tmp_path: Path) -> None:
    before: Rows = [[str(n), "x"] for n in range(130_000)]
    after: Rows = [[key, cell] for key, cell in reversed(before)]
    after[3], after[129_999] = ["129996", "y" * 500], ["0", None]
    found = compare(tmp_path, before, after, *[["id", "c"]] * 2, by=("id",))
    assert found is not None
    assert found["changed_columns"][0]["examples"] == [
        {"key": "129996", "before": "x", "after": "y" * 100 + "…"},
        {"key": "0", "before": "x", "after": None},
    ]
