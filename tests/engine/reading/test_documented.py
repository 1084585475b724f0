"""Markers of missing cells that a line above the table names."""

import time

import pytest

from tasks.engine.reader.documented import find_documented
from tasks.engine.reader.header import Above
from tasks.engine.reader.reading import ReadResult
from tests.engine.reading.conftest import Reader, warnings_of

READINGS = "".join(f"x{n},{n}.5,-99\n" for n in range(1, 9)) + "x9,-99,3\nx10,-99.5,4\n"


def message_of(result: ReadResult, code: str) -> str:
    (problem,) = [problem for problem in result.problems if problem.code == code]
    return problem.message


@pytest.mark.parametrize(
    "above",
    ["Missing value: -99", "# missing values are coded as -99", "NODATA_value -99",
     "-99 = missing", 'Note: "-99" means missing data', "Missing data,-99,", "Fill value = -99"],
)  # fmt: skip
def test_a_marker_of_missing_cells_that_the_file_names_is_obeyed(
    reader: Reader, above: str
) -> None:
    text = f"Station report 2020\n{above}\n\nname,a,b\n{READINGS}"
    result = reader.read(text)
    (problem,) = [p for p in result.problems if p.code == "MISSING_DOCUMENTED"]
    assert (problem.severity, problem.line) == ("warning", 2)
    assert 'Line 2 says that "-99" means missing' in problem.message
    a, b = reader.profile(text).columns[1:]
    assert (a["missing"], a["min"], b["missing"]) == (1, -99.5, 8)
    assert "MISSING_DOCUMENTED" not in warnings_of(reader.read(text, missing=["-1"]))


@pytest.mark.parametrize(
    "above",
    ["Missing 3 stations since 2019", "Missing values: 12 of 999", "Missing values: 999 of 9999",
     "Temperatures from -99 to 99", "Report 999, nothing missing", "Missing: 9999%",
     "Sales 2024. Data missing: 999 rows were removed", "No data -300 to -200 BC",
     "No data -99 to -1 BC", "No data -99, -98 and -97", "Missing value -99.5",
     "Never missing: -99", "Stations missing: '12', '13'", "-99 is not missing"],
)  # fmt: skip
def test_other_numbers_above_the_table_are_no_markers(reader: Reader, above: str) -> None:
    result = reader.read(f"Station report 2020\n{above}\n\nname,a,b\n{READINGS}")
    assert "MISSING_DOCUMENTED" not in warnings_of(result)
    assert result.dialect
    assert result.dialect.missing is None
    assert "MISSING_NAMED" not in warnings_of(result)


@pytest.mark.parametrize(
    ("above", "marker"),
    [("Hourly temperatures of station Nooooooooo, missing value -9999", "-9999"),
     ("Units in degrees; missing value 9999, hourly", "9999"),
     ("(missing values: -9999) hourly", "-9999"), ("Missing value '5'.", "5"),
     ("A value of -9999 indicates missing data.", "-9999"), ("Missing = 999", "999")],
)  # fmt: skip
def test_a_marker_is_read_whole_wherever_its_line_has_it(
    reader: Reader, above: str, marker: str
) -> None:
    for delimiter in ",;":
        text = f"{above}\nname,a,b\n{READINGS}".replace(",", delimiter)
        result = reader.read(text)
        assert f'"{marker}" means missing' in message_of(result, "MISSING_DOCUMENTED")
        assert result.dialect
        assert marker in (result.dialect.missing or [])


@pytest.mark.parametrize(
    "above",
    ["Missing values: 999", "Stations 12, 999 = missing", "Missing value -99 holds for all",
     "-99 = missing value of b", "Station 999 is missing",
     "Stations missing: '12'", "Reports missing \"2019\"."],
)  # fmt: skip
def test_a_marker_in_doubt_is_told_and_not_obeyed(reader: Reader, above: str) -> None:
    result = reader.read(f"{above}\nname,a,b\n{READINGS}")
    assert "may say that" in message_of(result, "MISSING_NAMED")
    assert "MISSING_DOCUMENTED" not in warnings_of(result)
    assert result.dialect
    assert result.dialect.missing is None


@pytest.mark.parametrize(
    "line", ["missing" + " " * 3_200, "missing" + "=" * 4_900, "missing" + " value" * 800,
             "9" * 4_900, "missing '" * 550, "missing -1, " * 400]
)  # fmt: skip
def test_long_lines_are_looked_through_once(line: str) -> None:
    began = time.process_time()
    find_documented([Above(1, (line,)), Above(2, tuple(line.split(" "))), Above(3, ("a b", line))])
    assert time.process_time() - began < 0.2
