"""Lines that are no rows, rows that end or escape otherwise, names that are told by their form."""

import pytest

from tests.engine.reading.conftest import Reader, warnings_of

NAMES = "town,code,people,area"
ROWS = [f"Town {chr(65 + n)},{n + 1:03},{1000 + n * 37},{n}.5" for n in range(12)]
CELLS = [row.split(",") for row in ROWS]


def table(*lines: str) -> str:
    return "\n".join([NAMES, *lines]) + "\n"


@pytest.mark.parametrize(
    "line", ["# gap, because of rain", "Page 2 of 3", "Seite 2", "# a, b and c, which is wide"]
)
def test_a_comment_among_rows_is_left_out_aloud(reader: Reader, line: str) -> None:
    text = table(*ROWS[:6], line, *ROWS[6:])
    result = reader.read(text)
    assert warnings_of(result) == ["COMMENTS"]
    assert (result.problems[0].line, result.problems[0].count) == (8, 1)
    assert reader.rows(text) == CELLS


def test_a_short_row_is_no_comment(reader: Reader) -> None:
    assert reader.refusal(table(*ROWS[:6], "#b,1", *ROWS[6:]))[0] == "CSV_RAGGED"
    marked = table(*ROWS[:6], "# b,1", *ROWS[6:]).replace("town", "#town")
    assert reader.refusal(marked)[0] == "CSV_RAGGED"


def test_names_behind_the_mark_of_a_new_page_are_names(reader: Reader) -> None:
    text = table(*ROWS[:6]) + "\f" + table(*ROWS[6:])
    assert "HEADER_REPEATED" in warnings_of(reader.read(text))
    assert reader.rows(text) == CELLS


def test_separators_at_the_ends_of_some_rows_are_no_column(reader: Reader) -> None:
    text = table(*(f"{row}," if n % 3 else row for n, row in enumerate(ROWS)))
    assert warnings_of(reader.read(text)) == ["EXTRA_EMPTY"]
    assert reader.rows(text) == CELLS
    assert reader.refusal(text.replace("1074,2.5,", "1074,2.5,x"))[0] == "CSV_RAGGED"


def test_a_backslash_before_a_separator_makes_it_text(reader: Reader) -> None:
    text = table(*ROWS[:6], r"Town\, new,100,5,1.5", *ROWS[6:])
    result = reader.read(text)
    assert warnings_of(result) == ["SEPARATORS_ESCAPED"]
    assert reader.rows(text)[6] == ["Town, new", "100", "5", "1.5"]


def test_a_backslash_at_the_end_of_cells_is_text(reader: Reader) -> None:
    text = "name,path,n\nx,C:\\,1\ny,D:\\,2,9\nz,E:\\,3\n"
    assert reader.refusal(text)[::2] == ("CSV_RAGGED", 3)


def test_a_last_line_of_as_many_words_is_no_row(reader: Reader) -> None:
    rows = "".join(f"a{n},b,c,d,{'x' * n}\n" for n in range(12))
    text = f"name,b,c,d,e\n{rows}-- end of file --\n"
    assert "FOOTNOTE" in warnings_of(reader.read(text))


def test_a_first_row_of_the_forms_of_all_others_is_no_header(reader: Reader) -> None:
    rows = [f"{n} Bell,High St {i + 1},0{151 + i} {23456 + i}" for i, n in enumerate("ABCDEF")]
    text = "\n".join(rows).replace("A Bell", "Anna Bell") + "\n"
    result = reader.read(text)
    assert result.dialect is not None
    assert not result.dialect.header
    assert result.n_rows == 6
    assert "HEADER_ABSENT" in warnings_of(result)


@pytest.mark.parametrize(
    ("names", "row"),
    [
        ("Q1,Q2,Q3,Q4", "A{0},B{0},C{0},D{0}"),
        ("L1,L2,L3", "A3,B{0},L{0}"),
        ("Q1,Q2", "Q{1},Q7"),
        ("name,Q1,Q2", "Anna,Q{0},Q{1}"),
        ("DX1,DX2,DX3", "AK{0},AK3,BL{1}"),
        ("DX1,EX7", "AK{0},AK{1}"),
        ("SKU-1,SKU-2", "ABC-4,ABD-{0}"),
    ],
)
def test_codes_above_other_codes_are_names(reader: Reader, names: str, row: str) -> None:
    text = "\n".join([names, *(row.format(n, 9 - n) for n in range(1, 6))]) + "\n"
    result = reader.read(text)
    assert result.column_names == names.split(",")
    assert result.n_rows == 5
    assert "HEADER_ABSENT" not in warnings_of(result)


def test_row_numbers_before_a_name_move_the_names(reader: Reader) -> None:
    text = "name,city\n" + "".join(f"{n},Anna {n},{'Ulm' if n % 2 else ''}\n" for n in range(1, 9))
    result = reader.read(text)
    assert "NAMES_MOVED" in warnings_of(result)
    assert result.column_names[1:] == ["name", "city"]
