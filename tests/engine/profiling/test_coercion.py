"""From text to types: the same for training, prediction and the bundle."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.engine.model.export import schema_source
from tasks.engine.table import coercion
from tasks.engine.table.cell_text import MISSING, number_of
from tasks.engine.table.coercion import SchemaError, TargetError

COLUMNS = [
    {"name": "n", "kind": "number", "decimal": "."},
    {"name": "c", "kind": "number", "decimal": ","},
    {"name": "b", "kind": "boolean", "true": "Yes", "false": "No"},
    {"name": "k", "kind": "category", "values": ["red", "blue"]},
    {"name": "t", "kind": "text"},
    {"name": "d", "kind": "date", "format": "%Y-%m-%d"},
    {"name": "m", "kind": "date", "format": "%d/%m/%Y %H:%M"},
    {"name": "z", "kind": "date", "format": "ISO8601", "offset": 120},
]
SCHEMA = {
    "columns": COLUMNS,
    "features": [column["name"] for column in COLUMNS],
    "target": "n",
    "task": "regression",
}
TEXT = {
    "n": [" 1.5 ", "NA", "1e3", "x"],
    "c": ["1,5", "1.5", "-2", ""],
    "b": ["Yes", "no", "?", "maybe"],
    "k": ["red", None, "green", " blue"],
    "t": ["a b", "", " c ", None],
    "d": ["2026-01-05", "1969-12-31", "", "05/01/2026"],
    "m": ["05/01/2026 13:45", "31/12/1969 00:00", None, "x"],
    "z": ["2026-01-05T00:30+02:00", "1969-12-31T22:30Z", None, "today"],
}


def frame(columns: dict[str, list[str | None]]) -> pd.DataFrame:
    return pd.DataFrame(columns, dtype=object)


def series(*cells: str | None) -> pd.Series:
    return pd.Series(list(cells), dtype=object)


def test_each_kind_becomes_what_is_learned_from() -> None:
    X, _warnings = coercion.features_from_text(frame(TEXT), SCHEMA)
    nan = np.nan
    expected = {
        "n": [1.5, nan, 1000, nan],
        "c": [1.5, nan, -2, nan],
        "b": [1, 0, nan, nan],
        "d__year": [2026, 1969, nan, nan],
        "d__month": [1, 12, nan, nan],
        "d__day": [5, 31, nan, nan],
        "d__weekday": [0, 2, nan, nan],
        "d__days": [20458, -1, nan, nan],
        "m__days": [20458, -1, nan, nan],
        "m__hour": [13, 0, nan, nan],
        "z__days": [20458, 0, nan, nan],
        "z__hour": [0, 0, nan, nan],
    }
    for name, values in expected.items():
        assert X[name].dtype == np.float64, name
        np.testing.assert_array_equal(X[name], values, name)
    assert "d__hour" not in X
    assert X["k"].dtype == X["t"].dtype == object
    assert X["k"].tolist()[0::2] == ["red", "green"]
    assert isinstance(X["k"][1], float)
    assert np.isnan(X["k"][1])
    assert X["t"].tolist() == ["a b", "", "c", ""]


def test_what_cannot_be_read_is_counted_by_column() -> None:
    _X, warnings = coercion.features_from_text(frame(TEXT), SCHEMA)
    counted = {(w["code"], w["column"]): w["count"] for w in warnings}
    assert counted == {
        ("NOT_READABLE", "n"): 1,
        ("NOT_READABLE", "c"): 1,
        ("NOT_READABLE", "b"): 1,
        ("UNSEEN_CATEGORY", "k"): 1,
        ("NOT_READABLE", "d"): 1,
        ("NOT_READABLE", "m"): 1,
        ("NOT_READABLE", "z"): 1,
    }
    assert all(w["message"] for w in warnings)


@pytest.mark.parametrize(
    ("column", "cells", "words"),
    [
        ({"kind": "number", "range": [18.0, 79.0]}, ["18", "950", "79"],
         'is outside 18 to 79, which training saw: "950"'),
        ({"kind": "number", "range": [-0.5, 2000.0], "decimal": ",", "thousands": "."},
         ["1.999,5", "2.000,5", "-1", None], 'are outside -0,5 to 2000, which training saw, such'),
        ({"kind": "date", "format": "%d/%m/%Y", "range": ["2021-01-02", "2024-10-23"]},
         ["02/01/2021", "24/10/2024", "23/10/2024"],
         'is outside 2021-01-02 to 2024-10-23, which training saw: "24/10/2024"'),
        # Of a day all hours were seen.
        ({"kind": "date", "format": "ISO8601", "range": ["2021-01-02", "2024-10-23"]},
         ["2024-10-23T23:59", "2020-12-31", "2099-01-01", ""],
         'are outside 2021-01-02 to 2024-10-23, which training saw, such as "2020-12-31"'),
    ],
    ids=["number", "other signs", "date", "moment"],
)  # fmt: skip
def test_what_lies_outside_of_training_is_told(
    column: dict[str, Any], cells: list[str | None], words: str
) -> None:
    schema = {"columns": [{"name": "c", **column}], "features": ["c"]}
    _X, (found,) = coercion.features_from_text(frame({"c": cells}), schema)
    assert (found["code"], found["column"]) == ("OUT_OF_RANGE", "c")
    assert f'"c" {words}' in found["message"]
    assert found["count"] == (2 if " are " in found["message"] else 1)
    del schema["columns"][0]["range"]  # as in models that are older
    assert coercion.features_from_text(frame({"c": cells}), schema)[1] == []


@pytest.mark.parametrize(
    ("date_format", "written"),
    [("%Y-%m-%d", "2026-12-31"), ("%d/%m/%Y", "31/12/2026"), ("%b %Y", "Dec 2026"),
     ("ISO8601", "2026-12-31"), ("%Y-%m-%d %H:%M%z", "2026-12-31 00:00+0200")],
    ids=["day last", "day first", "month", "ISO", "zone"],
)  # fmt: skip
def test_a_cell_that_is_no_date_is_told_how_dates_are_written(
    date_format: str, written: str
) -> None:
    column = {"name": "d", "kind": "date", "format": date_format, "offset": 120}
    schema = {"columns": [column], "features": ["d"]}
    X, (found,) = coercion.features_from_text(frame({"d": [written, "x"]}), schema)
    words = f'is not a date written like {written}: "x"; it counts as missing'
    assert found["message"] == f'1 value of "d" {words}'
    assert X["d__year"][0] == 2026


@pytest.mark.parametrize("marker", MISSING)
def test_missing_marker_is_missing_everywhere(marker: str) -> None:
    text = frame({name: [f" {marker} "] for name in TEXT})
    X, warnings = coercion.features_from_text(text, SCHEMA)
    assert X.drop(columns="t").isna().all(axis=None)
    assert not warnings


def test_missing_columns_are_named_all_at_once_and_others_ignored() -> None:
    text = frame(TEXT).drop(columns=["k", "d"]).assign(other="x")
    with pytest.raises(SchemaError, match='"k", "d"') as caught:
        coercion.features_from_text(text, SCHEMA)
    assert caught.value.columns == ["k", "d"]
    X, _warnings = coercion.features_from_text(frame(TEXT).assign(other="x"), SCHEMA)
    assert "other" not in X


@pytest.mark.parametrize(
    "cell",
    ["1", "-1.5", "+.5", "1.", "1e5", "1E-3", "007", "1e0001", "123456789012345678", "1e-999"],
)
def test_plain_numbers_are_numbers(cell: str) -> None:
    assert number_of(cell) == float(cell)
    assert coercion.numbers(np.array([cell], dtype=object))[0] == float(cell)


@pytest.mark.parametrize(
    "cell",
    ["1_000", "inf", "-Infinity", "nan", "1e999", "0x10", "1,5", "1 000", "$5", "5%", "e5", "."],
)
def test_anything_else_is_no_number(cell: str) -> None:
    assert np.isnan(number_of(cell))
    both = coercion.numbers(np.array(["1", cell], dtype=object))
    assert both[0] == 1
    assert np.isnan(both[1])


@given(
    st.lists(st.none() | st.text("0123456789.,-+eE_ infa", min_size=1, max_size=6), max_size=8),
    st.sampled_from([".", ","]),
)
def test_a_number_does_not_depend_on_the_cells_beside_it(
    cells: list[str | None], decimal: str
) -> None:
    cleaned = coercion.clean(np.array([*cells, None], dtype=object))[:-1]
    together = coercion.numbers(cleaned, decimal)
    alone = [np.nan if c is None else number_of(c, decimal) for c in cleaned]
    np.testing.assert_array_equal(together, alone)


@pytest.mark.parametrize(
    ("true", "false", "cells", "values"),
    [
        ("True", "False", ["True", "false", "TRUE"], [1, 0, 1]),
        ("1", "0", ["1", "0.0", "true"], [1, 0, 1]),
        ("Y", "N", ["y", "false", "maybe"], [1, 0, np.nan]),
    ],
)
def test_booleans_are_understood_whatever_their_case(
    true: str, false: str, cells: list[str], values: list[float]
) -> None:
    column = {"name": "b", "kind": "boolean", "true": true, "false": false}
    schema = {"columns": [column], "features": ["b"]}
    typed, _warnings = coercion.features_from_text(frame({"b": cells}), schema)
    np.testing.assert_array_equal(typed["b"], values)


@pytest.mark.parametrize(
    ("date_format", "cell", "moment"),
    [
        ("ISO8601", "2026-01-05T23:30:00-05:00", "2026-01-06 04:30"),
        ("ISO8601", "20260105T101500", "2026-01-05 10:15"),
        ("%d/%m/%Y", "5/1/2026", "2026-01-05"),
        ("%m/%d/%Y %I:%M %p", "1/5/2026 3:45 PM", "2026-01-05 15:45"),
        ("%Y-%m", "2026-01", "2026-01-01"),
        ("%Y-%m-%d", "0001-01-01", "0001-01-01"),
        ("%Y-%m-%d", "9999-12-31", "9999-12-31"),
    ],
)
def test_dates_are_moments_without_a_zone(date_format: str, cell: str, moment: str) -> None:
    found = coercion.dates(np.array([cell, "x", None], dtype=object), date_format)
    assert found[0] == pd.Timestamp(moment)
    assert found[1:].isna().all()
    assert found.dt.tz is None


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2020-01-01T23:30:00+02:00", "2020-01-01 23:30"),
        ("2020-01-01 23:30:00+0200", "2020-01-01 23:30"),
        ("2020-01-01T21:30:00Z", "2020-01-01 23:30"),
        ("2020-01-01T18:30:00-03", "2020-01-01 23:30"),
        ("2020-01-01T23:30:00", "2020-01-01 23:30"),
        ("2020-01-01", "2020-01-01"),
    ],
)
def test_moments_with_a_zone_are_those_of_the_columns_clock(cell: str, moment: str) -> None:
    cells = np.array([cell, None], dtype=object)
    assert coercion.dates(cells, "ISO8601", 120)[0] == pd.Timestamp(moment)


def test_moments_of_several_zones_in_one_format_are_in_utc() -> None:
    cells = np.array(["2020-01-01T23:30:00+0200", "2020-01-01T20:30:00-0100"], dtype=object)
    found = coercion.dates(cells, "%Y-%m-%dT%H:%M:%S%z")
    assert found.tolist() == [pd.Timestamp("2020-01-01 21:30")] * 2


@pytest.mark.parametrize("date_format", ["ISO8601", "%Y-%m-%d", "%d.%m.%Y %H:%M", "%b %Y"])
@pytest.mark.parametrize("cell", ["today", "now", "-2026-01-05"])
def test_words_are_no_moments(cell: str, date_format: str) -> None:
    assert coercion.dates(np.array([cell, None], dtype=object), date_format).isna().all()


def test_hour_is_there_only_where_the_format_has_a_time() -> None:
    for date_format, has_hour in [("%Y-%m-%d", False), ("%m/%d/%Y %I:%M %p", True)]:
        moments = pd.Series(pd.to_datetime(["2026-01-05"]))
        assert (
            "x__hour" in coercion.date_parts("x", moments, {"format": date_format})
        ) is has_hour


def test_target_of_a_regression_is_numbers() -> None:
    values = coercion.target_from_text(series(" 1 ", "NA", "2.5"), SCHEMA)
    np.testing.assert_array_equal(values, [1, np.nan, 2.5])


def test_text_in_the_target_of_a_regression_is_named() -> None:
    with pytest.raises(TargetError) as caught:
        coercion.target_from_text(series("1", "?", "many", "more", "2"), SCHEMA)
    error = caught.value
    assert (error.column, error.value, error.position, error.count) == ("n", "many", 2, 2)
    assert error.frequent == [("many", 2, 1), ("more", 3, 1)]


def test_the_most_frequent_texts_of_the_target_come_first() -> None:
    texts = ["a", "1", "b", "b", *"cdef", "f", "f"]
    with pytest.raises(TargetError) as caught:
        coercion.target_from_text(series(*texts), SCHEMA)
    assert caught.value.frequent == [
        ("f", 7, 3), ("b", 2, 2), ("a", 0, 1), ("c", 4, 1), ("d", 5, 1), ("e", 6, 1)
    ]  # fmt: skip


def test_target_of_a_classification_is_text() -> None:
    schema = {**SCHEMA, "task": "classification"}
    assert coercion.target_from_text(series("1", " 1.0 ", "NA", None), schema).tolist() == [
        "1",
        "1.0",
        None,
        None,
    ]


def test_rows_without_a_target_are_left_out_of_training() -> None:
    text = frame({**TEXT, "n": ["1", "", "3", "?"]})
    X, y, rows, _warnings = coercion.training_data(text, {**SCHEMA, "features": ["c", "k"]})
    assert rows.tolist() == [0, 2]
    assert y.tolist() == [1, 3]
    assert X["c"].tolist() == [1.5, -2]
    with pytest.raises(SchemaError, match='"n", is missing'):
        coercion.training_data(text.drop(columns="n"), SCHEMA)


def test_no_rows_are_no_problem() -> None:
    X, warnings = coercion.features_from_text(frame({name: [] for name in TEXT}), SCHEMA)
    assert X.shape == (0, 22)
    assert not warnings
    assert set(X.dtypes.astype(str)) == {"float64", "object"}


WITHOUT_PYARROW = """
import json, sys
sys.modules["pyarrow"] = sys.modules["tasks"] = None
sys.path.insert(0, sys.argv[1])
import pandas as pd, schema as coercion
text, schema = json.load(sys.stdin)
X, warnings = coercion.features_from_text(pd.DataFrame(text, dtype=object), schema)
types = {name: str(dtype) for name, dtype in X.dtypes.items()}
print(json.dumps([json.loads(X.to_json(double_precision=15)), types, warnings]))
"""


def test_result_is_the_same_in_a_bundle_without_pyarrow_and_trainyard(tmp_path: Path) -> None:
    (tmp_path / "schema.py").write_text(schema_source(SCHEMA), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_PYARROW, str(tmp_path)], cwd=tmp_path,
        input=json.dumps([TEXT, SCHEMA]), capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    values, types, warnings = json.loads(done.stdout)
    X, ours = coercion.features_from_text(frame(TEXT), SCHEMA)
    assert values == json.loads(X.to_json(double_precision=15))
    assert types == {name: str(dtype) for name, dtype in X.dtypes.items()}
    assert warnings == ours


def test_one_value_is_spoken_of_as_one() -> None:
    columns = [{"name": "n", "kind": "number"}, {"name": "k", "kind": "category", "values": ["r"]}]
    schema = {"columns": columns, "features": ["n", "k"], "target": "", "task": "regression"}
    text = {"n": ["old", "1"], "k": ["r", "blue"]}
    _X, warnings = coercion.features_from_text(frame(text), schema)
    assert [warning["message"] for warning in warnings] == [
        '1 value of "n" is not a number: "old"; it counts as missing',
        '1 value of "k" was not seen in training: "blue"',
    ]
