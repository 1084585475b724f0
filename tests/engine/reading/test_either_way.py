"""Cells that fit as well in another way: both readings are told, and clean files say nothing."""

import pytest

from tests.engine.reading.conftest import Reader, warnings_of

ROWS = [f"A{n},{'South' if n % 3 else chr(34) + 'South, inner' + chr(34)}" for n in range(1, 40)]


@pytest.mark.parametrize(("sign", "word"), [(";", "semicolons"), ("\t", "tabs"), ("|", "pipes")])
def test_a_line_that_fits_at_another_separator_names_both_readings(
    reader: Reader, sign: str, word: str
) -> None:
    rows = [*ROWS[:23], f"A24{sign}South, inner", *ROWS[24:]]
    result = reader.read("\n".join(["code,area", *rows]) + "\n")
    (problem,) = result.problems
    assert (problem.code, problem.line) == ("SEPARATOR_EITHER", 25)
    assert f'at commas, into "A24{sign}South" and " inner".' in problem.message
    assert f'At {word} it would be "A24" and "South, inner"' in problem.message
    assert result.n_rows == 39


@pytest.mark.parametrize(
    "rows",
    [
        ROWS,
        [f"P{n},{'went home; slept' if n == 7 else 'slept well'}" for n in range(40)],
        [f"x;y{n},{n}" for n in range(40)],
        [f"name {n}; x,{'a' * n}; b" for n in range(40)],
    ],
)
def test_a_sign_that_is_a_part_of_cells_is_not_told(reader: Reader, rows: list[str]) -> None:
    result = reader.read("\n".join(["code,area", *rows]) + "\n", delimiter=",")
    assert "SEPARATOR_EITHER" not in warnings_of(result)


@pytest.mark.parametrize(
    ("row", "told"),
    [("{n},{n}.5  ", '"v" begin'), ("{n}, {n}.5", '"v" begin'), (" {n} ,x{n} ", '"t" and 1 more'),
     ("{n},{n}.5", None)],
)  # fmt: skip
def test_spaces_around_all_cells_of_a_column_are_told(
    reader: Reader, row: str, told: str | None
) -> None:
    text = "t,v\n" + "".join(row.format(n=n) + "\n" for n in range(20))
    problems = [p for p in reader.read(text).problems if p.code == "SPACES_AROUND"]
    assert bool(problems) == bool(told)
    assert all(told in problem.message for problem in problems if told)
    assert reader.rows(text)[3] == row.format(n=3).split(",")


def test_spaces_around_some_cells_are_not_told(reader: Reader) -> None:
    text = "t,v\n" + "".join(f"{n},{' ' if n % 5 else ''}x\n" for n in range(20))
    assert "SPACES_AROUND" not in warnings_of(reader.read(text))
