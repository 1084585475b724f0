"""Signs that stay in cells though they belong to the lines, and notes in tables of words."""

import pytest

from tests.engine.reading.conftest import Reader, warnings_of

NAMES = ["name", "street", "city"]
ROWS = [[f"{n} Bell", f"High St {n}", f"Town {n}"] for n in ("Anna", "Bert", "Cora", "Dirk")]


def lines_of(before: str, after: str) -> str:
    return "".join(f"{before}{','.join(cells)}{after}\n" for cells in [NAMES, *ROWS])


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("", ";", 'Each line ends with ";"'),
        ("[", "]", 'Each line stands in "[" and "]"'),
        ("(", ");", 'Each line ends with ";"'),
        ("(", ") ", 'Each line stands in "(" and ")"'),
    ],
)
def test_signs_around_all_lines_are_told(
    reader: Reader, before: str, after: str, words: str
) -> None:
    (problem,) = [p for p in reader.read(lines_of(before, after)).problems if "SIGNS" in p.code]
    assert words in problem.message
    assert "take them out" in problem.message


def test_apostrophes_around_cells_beside_quotes_are_told(reader: Reader) -> None:
    rows = [NAMES, *ROWS, *ROWS]
    text = "".join(
        ",".join(f"{'QA'[n % 2]}{cell}{'QA'[n % 2]}" for cell in cells) + "\n"
        for n, cells in enumerate(rows)
    )
    result = reader.read(text.replace("Q", '"').replace("A", "'").replace("'nna", "Anna"))
    assert "SIGNS_KEPT" in warnings_of(result)


@pytest.mark.parametrize(
    "text", [lines_of("", ""), "a,b\n(x,1\n(y,2\nz),3\n", "a,b\n'x',1\ny's,2\nz;,3\n"]
)
def test_clean_lines_are_not_told(reader: Reader, text: str) -> None:
    assert "SIGNS_KEPT" not in warnings_of(reader.read(text))


def test_a_line_that_is_quoted_before_separators_is_one_column_aloud(reader: Reader) -> None:
    text = "".join(f'"{",".join(cells)}";;;\n' for cells in [NAMES, *ROWS])
    assert "ONE_COLUMN" in warnings_of(reader.read(text))


def test_a_note_below_a_table_of_words_is_told(reader: Reader) -> None:
    result = reader.read(lines_of("", "") + "Records: 4,,\n")
    (problem,) = [p for p in result.problems if p.code == "ROWS_ALONE"]
    assert (problem.line, problem.count) == (6, 1)
    assert "ROWS_ALONE" not in warnings_of(reader.read(lines_of("", "") + "Emil,,\n"))


def test_letters_of_columns_below_the_names_are_no_row(reader: Reader) -> None:
    text = lines_of("", "").replace("city\n", "city\nA,B,C\n")
    assert "COLUMN_NUMBERS" in warnings_of(reader.read(text))
    assert len(reader.rows(text)) == len(ROWS)
    assert reader.rows("x,y,z\nA,B,C\nB,C,A\nC,A,B\n", header=True)[0] == ["A", "B", "C"]


def test_comments_may_be_more_than_the_rows(reader: Reader) -> None:
    comments = "".join(f"# line {n}, of many, and one more, so it is\n" for n in range(30))
    result = reader.read(comments + lines_of("", ""))
    assert result.column_names == NAMES
    assert result.n_rows == len(ROWS)
