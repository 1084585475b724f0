"""Numbers with a unit behind each: read where it is one and known, else kept as they stand."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tasks.engine.profile.number_units import UNITS
from tasks.engine.profile.profiling import ProfileResult
from tasks.engine.rows.values import cell_type, comparable
from tasks.engine.table.cell_text import number_of
from tasks.engine.table.cells import parse_numbers
from tasks.engine.table.coercion import how_written, numbers
from tests.engine.reading.conftest import Reader

ProfileCells = Callable[..., ProfileResult]


@pytest.mark.parametrize(
    ("cells", "unit", "decimal", "ends"),
    [
        (["12 m²", "70 m²", "9.5 m²"], "m²", ".", (9.5, 70)),
        (["7 °C", "-3 °C", "−11,5 °C"], "°C", ",", (-11.5, 7)),
        (["55 km/h", "120km/h"], "km/h", ".", (55, 120)),
        (["3,5 kg", "12 kg", "0,25 kg"], "kg", ",", (0.25, 12)),
        (["120 mmHg", "95 mmHg"], "mmHg", ".", (95, 120)),
        (["1,250.5 kWh", "900 kWh"], "kWh", ".", (900, 1250.5)),
        (["1.250,5 kWh", "900 kWh"], "kWh", ",", (900, 1250.5)),
        (["1 250 t", "12\u202f300 t", "7 t"], "t", ".", (7, 12_300)),
        (["5 m2", "61 m2"], "m2", ".", (5, 61)),
        (["12,50 EUR", "3,00 EUR"], "EUR", ",", (3, 12.5)),
        (["1 day", "2 days", "30 days"], "days", ".", (1, 30)),
        (["1 year", "1.5 years", "1.2 year", "1.4 year"], "year", ".", (1, 1.5)),
        (["0 kg", "0.5 kg", "10 kg"], "kg", ".", (0, 10)),
        (["10"] + [f"{n} cm" for n in range(20, 39)], "cm", ".", (10, 38)),
    ],
)
def test_numbers_of_one_unit_are_read_and_told(
    profile_cells: ProfileCells,
    cells: list[str],
    unit: str,
    decimal: str,
    ends: tuple[float, float],
) -> None:
    result = profile_cells([*cells, "", "NA"])
    column = result.columns[0]
    assert (column["kind"], column.get("unit"), column["decimal"]) == ("number", unit, decimal)
    assert ((column["min"], column["max"]), column["missing"]) == (ends, 2)
    assert "symbols" not in column
    (problem,) = [p for p in result.problems if p.column == "x"]
    assert problem.code == "NUMBER_SYMBOLS"
    assert f"the unit {unit}: " in problem.message


@pytest.mark.parametrize(
    "cells",
    [
        ["12 A", "14 A", "3 A"],  # numbers of houses, of seats, of sizes
        ["12 A", "3 B"],
        ["10 cm", "12 cm", "10 in"],
        ["10 cm", "4 in"],
        ["12 h", "15 min", "2 h"],
        ["10 M", "12 M"],
        ["52.1 N", "48.2 N"],
        ["12m", "14m"],
        ["5 Rue X", "7 Rue X"],
        ["12 am", "3 am"],
        ["1 St", "2 St"],
        ["12", "14", "16 kg", "18 kg"],  # half of them may have been meant in another unit
        ["12 kg 500 g", "3 kg 200 g"],
        ["kg 12", "kg 13"],
        ["1,250 kg", "2,500 kg"],  # thousands, or three decimals
        ["3 k", "4 k"],
        ["7 B", "9 B"],
        ["12 h", "14 h", "3 h"],
        ["10.30 h", "9.15 h"],  # times of day
        ["34 L", "36 L"],
    ],
)
def test_what_may_be_anything_else_is_no_number_by_itself(
    profile_cells: ProfileCells, cells: list[str]
) -> None:
    column = profile_cells(cells).columns[0]
    assert column["kind"] in {"category", "text"}, column
    assert "unit" not in column


@pytest.mark.parametrize(
    "cells",
    [
        ["001 kg", "002 kg", "010 kg"],
        ["002 V", "12 V"],
        ["12345678901234568 s", "5 s"],
        ["$007", "$12"],
        ["007%", "12%"],
        ["007 €", "12 €"],
        [f"{n} kg" for n in range(100, 60_000)] + ["007 kg"],
    ],
)
def test_numbers_of_codes_stay_text_with_a_unit_or_sign(
    profile_cells: ProfileCells, cells: list[str]
) -> None:
    result = profile_cells(cells)
    assert result.columns[0]["kind"] in {"category", "text", "identifier"}
    assert [p.code for p in result.problems if p.column == "x"][:1] == ["NUMBER_CODES"]


def test_mixed_units_are_asked_about_and_the_proposal_loses_nothing(
    profile_cells: ProfileCells,
) -> None:
    cells = ["10 cm", "12 cm", "11 cm", "4 in"]
    result = profile_cells(cells)
    question = result.columns[0]["question"]
    assert (question["become"], question["left"]) == (3, 1)
    assert (question["from"], question["to"]) == ("10 cm", "10")
    column = profile_cells(cells, choices={"x": {"kind": "number"}}).columns[0]
    assert (column["kind"], column["unit"], column["unreadable"]) == ("number", "cm", 1)


def test_a_column_where_some_have_no_unit_is_asked_about(profile_cells: ProfileCells) -> None:
    cells = ["10 cm", "12 cm", "11 cm", "9"]
    result = profile_cells(cells)
    question = result.columns[0]["question"]
    assert (result.columns[0]["kind"], question["left"]) == ("category", 0)
    assert profile_cells(cells, choices={"x": {"kind": "number"}}).columns[0]["min"] == 9


def test_a_wide_table_of_units_is_read_as_a_narrow_one(
    reader: Reader,
) -> None:
    names = [f"c{n}" for n in range(300)]
    units = ["m²", "m2", "cm3", "kg", "°C"]
    rows = [[f"{n + row},{row}5 {units[n % 5]}" for n in range(300)] for row in range(6)]
    text = ";".join(names) + "\n" + "\n".join(";".join(row) for row in rows) + "\n"
    columns = reader.profile(text).columns
    assert {column["kind"] for column in columns} == {"number"}
    assert [column["unit"] for column in columns] == [units[n % 5] for n in range(300)]
    assert columns[7]["min"] == 7.05


def test_one_cell_and_millions_are_read_alike() -> None:
    for unit in UNITS:
        check_alike(unit)


def check_alike(unit: str) -> None:
    column: dict[str, Any] = {"name": "x", "kind": "number", "decimal": ",", "unit": unit}
    cells = [
        f"12,5 {unit}",
        f"-3{unit}",
        "7",
        f"x {unit}",
        f"5 {unit} {unit}",
        f"{unit} 5",
        "5 zz",
    ]
    written = how_written(column)
    one = [number_of(cell, *written) for cell in cells]
    np.testing.assert_array_equal(one, [12.5, -3, 7, *[np.nan] * 4])
    np.testing.assert_array_equal(parse_numbers(pa.array(cells), written), one)
    np.testing.assert_array_equal(numbers(np.array(cells, dtype=object), *written), one)
    compared = comparable(pa.array(cells), cell_type(column, None))
    np.testing.assert_array_equal(compared.to_numpy(zero_copy_only=False), one)
