"""What is told of choices that look like a mistake."""

import pytest

from tests.engine.reading.conftest import Reader, warnings_of

TEXT = "name;price\n" + "".join(f"x{n};{n}.5\n" for n in range(30))
UNEVEN = "a;b\n" + "".join(f"x{n};{n}{',5' * (n % 3)}\n" for n in range(30))


@pytest.mark.parametrize(
    ("text", "chosen", "words"),
    [
        (TEXT, ",", '"," was chosen; we would split the lines by ";", into 2 columns'),
        (TEXT, "\t", 'A tab was chosen; we would split the lines by ";", into 2 columns'),
        (UNEVEN, ",", '"," was chosen; we would split the lines by ";", into 2 columns'),
        (TEXT.replace(";", "\t"), "|", '"|" was chosen; we would split the lines by a tab'),
    ],
)
def test_a_wrong_separator_says_the_right_one(
    reader: Reader, text: str, chosen: str, words: str
) -> None:
    result = reader.read(text, delimiter=chosen)
    assert result.refused
    assert words in result.problems[-1].message


def test_a_separator_that_nobody_would_find_suggests_none(reader: Reader) -> None:
    code, message, _ = reader.refusal("a\nb\nc\n", delimiter=";")
    assert code == "CSV_ONE_COLUMN"
    assert "was chosen" not in message


def test_names_that_are_read_as_a_row_are_told(reader: Reader) -> None:
    result = reader.read(TEXT, header=False)
    assert not result.refused
    [problem] = [p for p in result.problems if p.code == "HEADER_IGNORED"]
    assert (problem.line, problem.severity) == (1, "warning")
    assert "Line 1 looks like the names of the columns" in problem.message
    assert "HEADER_IGNORED" not in warnings_of(reader.read("1;2\n3;4\n5;6\n", header=False))
    assert "HEADER_IGNORED" not in warnings_of(reader.read("a;b\nc;d\ne;f\n", header=False))
    assert "HEADER_IGNORED" not in warnings_of(reader.read(TEXT))
