"""How well one column alone tells another."""

from pathlib import Path

import numpy as np
import pytest

from tasks.engine.errors import DataError
from tasks.engine.profile.profiling import profile_table
from tasks.engine.profile.relations import relate
from tests.engine.profiling.conftest import write_table

N = 2_000
RNG = np.random.default_rng(11)
X = RNG.normal(0, 1, N)
GROUP = RNG.choice(["a", "b", "c"], N)
CELLS = {
    "line": [f"{x:.6f}" for x in X],
    "curve": [f"{x * x:.6f}" for x in X],
    "noise": [f"{x:.6f}" for x in RNG.normal(0, 1, N)],
    "code": [f"k{n}" for n in RNG.integers(0, N, N)],
    "group": GROUP.tolist(),
    "gaps": ["" if x > 0 else "1" if n % 2 else "2" for n, x in enumerate(X)],
    "same": ["5"] * N,
    "price": [f"{3 * x + 1:.6f}" for x in X],
    "won": ["yes" if x > 0 else "no" for x in X],
}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list]:
    path = write_table(tmp_path_factory.mktemp("relations") / "t", CELLS)
    return path, profile_table(path, {"decimal": "."}).columns


@pytest.mark.parametrize(
    ("target", "kind", "measure"), [("price", "number", "R2"), ("won", "classes", "AUC")]
)
def test_strengths_are_honest(
    table: tuple[Path, list], target: str, kind: str, measure: str
) -> None:
    answer = relate(*table, target)
    assert (answer["target"], answer["kind"], answer["about"]) == (target, kind, None)
    found = {c["name"]: c["strength"] for c in answer["columns"]}
    assert {c["measure"] for c in answer["columns"]} == {measure}
    assert set(found) == set(CELLS) - {"same", target}
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert found["line"] > 0.99
    for idle in ("noise", "code", "group"):
        assert found[idle] < 0.1, idle
    assert found["gaps"] > 0.3  # that a cell is missing says something


@pytest.mark.parametrize(("target", "mutual"), [("price", ["line"]), ("won", [])])
def test_what_tells_the_target_and_is_told_by_it_is_marked(
    table: tuple[Path, list], target: str, mutual: list[str]
) -> None:
    answer = relate(*table, target)
    assert [c["name"] for c in answer["columns"] if c.get("mutual")] == mutual
    assert answer["columns"][0]["strength"] > 0.999


def test_curve_tells_less_one_way_than_the_other(table: tuple[Path, list]) -> None:
    by_line = {c["name"]: c["strength"] for c in relate(*table, "curve")["columns"]}
    by_curve = {c["name"]: c["strength"] for c in relate(*table, "line")["columns"]}
    assert by_line["line"] > 0.7 > 0.2 + by_curve["curve"]


def test_charts_fit_their_bins(table: tuple[Path, list]) -> None:
    for target in ("price", "won", "group"):
        answer = relate(*table, target)
        for column in answer["columns"]:
            chart = column["chart"]
            bins = len(chart["labels"]) if "labels" in chart else len(chart["edges"]) - 1
            values = chart["values"] if target == "price" else chart["shares"]
            assert len(values) == len(chart["counts"]) == bins, column["name"]
            if target != "price":
                assert all(sum(s) == pytest.approx(1, abs=0.001) for s, n in
                           zip(values, chart["counts"], strict=True) if n)  # fmt: skip


def test_large_tables_are_sampled_and_it_is_said(
    table: tuple[Path, list], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tasks.engine.profile import relations

    monkeypatch.setattr(relations, "SAMPLE_ROWS", 500)
    answer = relate(*table, "won")
    assert answer["about"] == 500
    assert answer["columns"][0]["name"] in {"line", "price", "gaps"}
    assert answer == relate(*table, "won")


@pytest.mark.parametrize("target", ["same", "nothing"])
def test_target_without_values_is_refused(table: tuple[Path, list], target: str) -> None:
    with pytest.raises(DataError, match=target):
        relate(*table, target)


def chart_of(folder: Path, cells: list[str]) -> dict:
    """Return the chart of a column beside a target of its row numbers."""
    rows = [f"{n}.5" for n in range(len(cells))]
    path = write_table(folder / "t", {"x": cells, "row": rows})
    columns = profile_table(path, {"decimal": "."}).columns
    (column,) = relate(path, columns, "row")["columns"]
    chart: dict = column["chart"]
    return chart


def test_few_numbers_have_a_bar_each(tmp_path: Path) -> None:
    chart = chart_of(tmp_path, [str(n % 5 * 5) for n in range(200)])
    assert chart == {"labels": [0, 5, 10, 15, 20], "counts": [40] * 5,
                     "values": [98, 99, 100, 101, 102]}  # fmt: skip


def test_few_days_have_a_bar_each_named_by_it(tmp_path: Path) -> None:
    chart = chart_of(tmp_path, [f"2026-01-0{n % 3 + 1}" for n in range(200)])
    assert chart["labels"] == ["2026-01-01", "2026-01-02", "2026-01-03"]
    assert sum(chart["counts"]) == 200


@pytest.mark.parametrize("often", ["0", "50", "99"])
def test_no_bin_is_without_rows_where_one_number_is_frequent(tmp_path: Path, often: str) -> None:
    cells = [often if n % 4 else str(n * 7 % 100) for n in range(400)]
    chart, numbers = chart_of(tmp_path, cells), np.array(cells, float)
    edges = chart["edges"]
    ends = [*edges[1:-1], np.inf]
    counts = [((numbers >= a) & (numbers < b)).sum() for a, b in zip(edges, ends, strict=False)]
    assert chart["counts"] == counts
    assert 0 not in chart["counts"]
    assert (edges[0], edges[-1]) == (numbers.min(), numbers.max())
