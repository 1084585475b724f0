"""Columns that only number the rows, also with lines left out, and those that measure."""

import random
from collections.abc import Sequence

import pytest

from tasks.engine.profile.profiling import profile_table
from tests.engine.reading.conftest import Reader

ALL = [n for n in range(1, 61) if n not in {4, 17, 40}]
FROM_ZERO = [n for n in range(60) if n != 30]
HALF = sorted(random.Random(1).sample(range(100), 60))
SHUFFLED = random.Random(1).sample(range(80), 60)
YEARS = [year for year in range(1950, 2011) if year != 1999]
COUNTS = sorted(random.Random(2).sample(range(40, 3_000), 60))


def found(
    reader: Reader,
    name: str,
    numbers: Sequence[object],
    *,
    is_first: bool = True,
    has_names: bool = True,
) -> str:
    """Return the kind of a column, or what is told of it."""
    other = [f"w{n % 7}" for n in range(len(numbers))]
    rows = zip(numbers, other, strict=True) if is_first else zip(other, numbers, strict=True)
    names = f"{name},other" if is_first else f"other,{name}"
    lines = [names.split(","), *rows] if has_names else rows
    text = "".join(f"{a},{b}\n" for a, b in lines)
    result = reader.profile(text, header=has_names, delimiter=",")
    column = result.columns[0 if is_first else 1]
    told = {p.code for p in result.problems if p.column == column["name"]}
    return "ROW_NUMBERS" if "ROW_NUMBERS" in told else str(column["kind"])


INDEX = ["", "Unnamed: 0", "Unnamed: 0.1", "column_1", "...1", "level_0",
         "index", "id", "row", "row_names", "rownames", "S.No."]  # fmt: skip


@pytest.mark.parametrize("name", INDEX)
@pytest.mark.parametrize("numbers", [ALL, FROM_ZERO, range(60)])
def test_an_index_with_lines_left_out_numbers_rows(
    reader: Reader, name: str, numbers: Sequence[int]
) -> None:
    assert found(reader, name, numbers) == "identifier"


@pytest.mark.parametrize("name", ["Unnamed: 0", "Unnamed: 0.1", "index", "id", "row_names"])
def test_a_name_says_that_an_index_was_thinned(reader: Reader, name: str) -> None:
    assert found(reader, name, HALF) == "identifier"


def test_an_index_that_pandas_wrote_as_decimals_numbers_rows(reader: Reader) -> None:
    assert found(reader, "", [f"{n}.0" for n in ALL]) == "identifier"


@pytest.mark.parametrize("name", ["", "column_1", "...1"])
@pytest.mark.parametrize(
    "numbers",
    [YEARS, COUNTS, [*ALL[:-1], 1_000], [n * 10 for n in ALL], [*ALL[:-1], ALL[-2]],
     [f"{n}.5" for n in ALL], [-n for n in reversed(ALL)], [*ALL[:9], "", *ALL[9:]], ALL[:15]],
)  # fmt: skip
def test_what_has_no_name_and_measures_is_a_number(
    reader: Reader, name: str, numbers: Sequence[object]
) -> None:
    assert found(reader, name, numbers) == "number"


def test_a_column_without_a_name_among_others_measures(reader: Reader) -> None:
    assert found(reader, "column_2", ALL, is_first=False) == "number"
    assert found(reader, "column_2", range(60), is_first=False) == "identifier"


@pytest.mark.parametrize(
    ("name", "numbers"),
    [("X", ALL), ("points", FROM_ZERO), ("", SHUFFLED), ("", HALF), ("obs", ALL)],
)
def test_what_may_number_rows_is_a_number_and_told(
    reader: Reader, name: str, numbers: Sequence[int]
) -> None:
    assert found(reader, name, numbers) == "ROW_NUMBERS"


@pytest.mark.parametrize(
    ("name", "numbers"),
    [("points", HALF), ("points", SHUFFLED), ("year", ALL), ("week", ALL), ("age", ALL),
     ("distance", ALL), ("year", YEARS), ("points", COUNTS), ("points", ALL[::-1]),
     ("points", range(2, 60)), ("temperature", range(20, 120)), ("height", range(5, 120)),
     ("speed", ALL), ("body_weight", ALL), ("Dose", ALL), ("score", FROM_ZERO), ("x", ALL),
     ("", range(11, 40)), ("", range(350, 1_000)), ("temperature", range(1, 60))],
)  # fmt: skip
def test_what_measures_is_a_number_and_nothing_is_told(
    reader: Reader, name: str, numbers: Sequence[int]
) -> None:
    assert found(reader, name, numbers) == "number"


@pytest.mark.parametrize(("name", "numbers", "told"), [
    ("phone", [37 * n % 60 for n in range(60)], "ROW_NUMBERS"),
    ("phone", [37 * n % 61 for n in range(1, 61)], "ROW_NUMBERS"),
    ("phone", range(60), "ROW_NUMBERS"),
    ("phone", [37 * n % 40 for n in range(40)], "number"),
    ("phone", [37 * n % 60 + 2 for n in range(60)], "number"),
    ("phone", [37 * n % 60 for n in range(59)] + [90], "number"),
    ("rank", range(60), "number"),
    ("t", range(60), "number"),
])  # fmt: skip
def test_each_number_once_is_told_of_any_column(
    reader: Reader, name: str, numbers: Sequence[int], told: str
) -> None:
    assert found(reader, name, numbers, is_first=False) == told


@pytest.mark.parametrize(
    "numbers", [range(350, 1_000), range(300, 1_000), range(0, 120, 2), HALF, SHUFFLED]
)
def test_the_first_column_of_a_file_without_names_measures(
    reader: Reader, numbers: Sequence[int]
) -> None:
    assert found(reader, "", numbers, has_names=False) == "number"


def test_the_first_column_of_a_file_without_names_may_number_rows(reader: Reader) -> None:
    assert found(reader, "", range(60), has_names=False) == "identifier"
    assert found(reader, "", ALL, has_names=False) == "ROW_NUMBERS"


def test_a_column_without_a_name_above_years_measures(reader: Reader) -> None:
    text = ",2019,2020\n" + "".join(f"{age},{age * 7}.5,{age * 3}.5\n" for age in range(11, 40))
    result = reader.profile(text)
    assert [column["kind"] for column in result.columns] == ["number"] * 3
    assert "ROW_NUMBERS" not in {problem.code for problem in result.problems}


def test_a_person_who_chose_a_number_is_told_nothing(reader: Reader) -> None:
    text = "points,b\n" + "".join(f"{n},w\n" for n in ALL)
    result = reader.read(text, header=True)
    assert result.dialect
    made = profile_table(
        reader.table, result.dialect.as_dict(), choices={"points": {"kind": "number"}}
    )
    assert "ROW_NUMBERS" not in {p.code for p in made.problems}
