"""The profile file, and the marks on the rows of the check page."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tasks.engine.profile import preview_marks
from tasks.engine.profile.preview_marks import mark_preview
from tasks.engine.profile.profile_file import read_details, read_summary, write_profile
from tasks.engine.profile.profiling import ProfileResult, profile_table
from tests.engine.profiling.conftest import write_table

ProfileCells = Callable[..., ProfileResult]


def test_profile_comes_back_in_pieces(tmp_path: Path) -> None:
    columns = {f"c{n}": [str(n), str(n + 1), "7"] for n in range(450)}
    result = profile_table(write_table(tmp_path / "t", columns), {"decimal": "."})
    path = tmp_path / "profile"
    write_profile(path, list(columns), result.details, result.summary)
    assert read_details(path) == [json.loads(details) for details in result.details]
    assert [d["name"] for d in read_details(path, 190, 20)] == [f"c{n}" for n in range(190, 210)]
    assert read_details(path, 440, 50)[-1]["name"] == "c449"
    assert read_details(path, 450, 50) == []
    assert read_summary(path) == result.summary
    assert len(json.dumps(result.columns)) < 250 * len(columns)


def test_web_reads_it_without_pandas() -> None:
    code = "import sys, tasks.engine.profile.profile_file; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_details_of_a_number_are_those_of_numpy(profile_cells: ProfileCells) -> None:
    values = np.random.default_rng(0).normal(size=501).round(2)
    details = json.loads(profile_cells(list(map(str, values))).details[0])
    heights, edges = np.histogram(values, bins=30)
    assert details["histogram"]["counts"] == heights.tolist()
    assert details["histogram"]["edges"] == pytest.approx(edges.tolist())
    assert details["small"]["counts"] == np.histogram(values, bins=10)[0].tolist()
    for share, value in details["quantiles"].items():
        assert value == pytest.approx(np.quantile(values, float(share)))


def test_details_of_a_category_have_20_values_and_the_others(profile_cells: ProfileCells) -> None:
    cells = [f"v{i:02}" for i in range(40) for _ in range(60 - i)]
    details = json.loads(profile_cells(cells).details[0])
    assert details["top"] == [{"value": f"v{i:02}", "count": 60 - i} for i in range(20)]
    assert details["histogram"]["labels"][-1] == "11 others"
    assert details["small"]["labels"] == [*(f"v{i:02}" for i in range(9)), "31 others"]
    for chart in ("small", "histogram"):
        assert sum(details[chart]["counts"]) == len(cells)


def test_details_of_dates_are_iso_text(profile_cells: ProfileCells) -> None:
    result = profile_cells(["2026-01-01", "2026-01-03", "2026-01-11"])
    details = json.loads(result.details[0])
    assert details["quantiles"]["0.5"] == "2026-01-03"
    assert details["histogram"]["edges"][0] == "2026-01-01"
    assert sum(details["histogram"]["counts"]) == 3


def test_odd_cells_are_marked_and_rows_from_further_down_are_added(tmp_path: Path) -> None:
    price = [str(n) for n in range(100)]
    price[3], price[60], price[70], price[80] = "$1,050", "unknown", "soon", "1,234"
    parquet = write_table(tmp_path / "t", {"a": ["x"] * 100, "price": price})
    result = profile_table(parquet, {"decimal": "."})
    preview = [{"line": n + 2, "cells": ["x", price[n]]} for n in range(20)]
    rows = mark_preview(preview, result.columns, parquet, {"decimal": "."})
    assert [row["line"] for row in rows] == [*range(2, 22), 62, 72, 82]
    assert [row["line"] for row in rows if row.get("problem")] == [62, 72, 82]
    assert {row["line"]: row["marks"] for row in rows if "marks" in row} == {
        5: {"1": "Has a currency sign"}, 62: {"1": "May stand for a missing value"},
        72: {"1": "Is text"}, 82: {"1": "Has thousands separators"},
    }  # fmt: skip


def test_clean_rows_have_no_marks(tmp_path: Path) -> None:
    parquet = write_table(tmp_path / "t", {"a": ["1", "2", ""], "b": ["$1,000,000"] * 3})
    columns = profile_table(parquet, {"decimal": "."}).columns
    preview = [{"line": 2, "cells": ["1", "$1,000,000"]}]
    assert mark_preview(preview, columns, parquet, {"decimal": "."}) == preview


def test_ambiguous_dates_are_marked_where_they_are_shown(tmp_path: Path) -> None:
    parquet = write_table(tmp_path / "t", {"d": ["01/02/2026", "03/04/2026"], "b": ["1", "2"]})
    columns = profile_table(parquet, {"decimal": "."}).columns
    preview = [{"line": 2, "cells": ["01/02/2026", "1"]}]
    (row,) = mark_preview(preview, columns, parquet, {"decimal": "."})
    assert row["marks"] == {"0": "Day and month could be either way round"}


def test_thousands_of_columns_with_questions_are_marked_at_once(tmp_path: Path) -> None:
    kinds = (["1"] * 29 + ["1,050"], ["1"] * 28 + ["x", "-"], ["01/02/2026", "03/04/2026"] * 15)
    columns = {f"c{n}": kinds[n % 3] for n in range(2_400)}
    parquet = write_table(tmp_path / "t", columns)
    facts = profile_table(write_table(tmp_path / "some", dict([*columns.items()][:3])), {}).columns
    preview = [
        {"line": n + 2, "cells": [cells[n] for cells in columns.values()]} for n in range(20)
    ]
    started = time.process_time()
    rows = mark_preview(preview, facts * 800, parquet, {"decimal": "."})
    assert time.process_time() - started < 2
    assert set(rows[0]["marks"]) == {str(n) for n in range(2, 2_400, 3)}
    marks = {row["line"]: [row["marks"].get(str(n)) for n in (0, 1, 2399)] for row in rows[20:]}
    date = "Day and month could be either way round"
    assert marks == {30: [None, "Is text", date], 31: ["Has thousands separators", None, date]}


def test_of_a_wide_table_few_rows_are_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview_marks, "MORE_CELLS", 39)
    monkeypatch.setattr(preview_marks, "COLUMNS_AT_ONCE", 2)
    odd = ["1"] * 970 + ["x"] * 30
    columns = {"a": odd, "a.b": [str(n) for n in range(1000)], "b": ["k"] * 1000}
    parquet = write_table(tmp_path / "t", columns)
    facts = profile_table(parquet, {"decimal": "."}).columns
    rows = mark_preview([], facts, parquet, {"decimal": "."})
    assert [row["line"] for row in rows] == [*range(972, 985)]
    assert rows[0]["cells"] == ["x", "970", "k"]
