"""Rows that have the table's width and are none, or may be none."""

import pytest

from tasks.engine.reader import blocks
from tests.engine.reading.conftest import Reader, warnings_of

NAMES = "name,a,b,c\n"
ROWS = "".join(f"x{n},{n},{n * 2}.5,{n * 3}\n" for n in range(1, 15))
ROWS3 = "".join(f"x{n},{n},{n * 2}.5\n" for n in range(1, 15))


@pytest.mark.parametrize(
    "note",
    ["Source: census,,,", "* provisional,,,", '"Note: a, b",,,', "Note: see, below, or, above",
     "1) provisional,,,\n2) estimated,,,", "_________,,,\nWith changes of May,,,",
     "(12) without them,,,", "(C)opyright Office,,,",
     ",,,\nQuelle: Amt,,,\n,,,\n(1) without them,,,", ",Notes: few,,",
     "Source: census,,,\nNumbers of May,,,"],
)  # fmt: skip
def test_notes_of_the_tables_width_below_it_are_left_out(reader: Reader, note: str) -> None:
    result = reader.read(f"{NAMES}{ROWS}{note}\n")
    assert (result.n_rows, warnings_of(result)) == (14, ["FOOTNOTE"])
    assert result.problems[0].line in {16, 17}


@pytest.mark.parametrize(
    "note",
    ["Source: Statistics office, 2021", "* As of, 1.5.2021.", "Source: a, 2019, 2020, 2021, b",
     "Source: Statistics office, 2021\nUpdated by hand"],
)  # fmt: skip
@pytest.mark.parametrize("blank", ["", "\n"])
def test_notes_with_commas_may_hold_a_date(reader: Reader, note: str, blank: str) -> None:
    result = reader.read(f"{NAMES}{ROWS}{blank}{note}\n")
    assert (result.n_rows, result.refused) == (14, False)
    assert [p.count for p in result.problems if p.code == "FOOTNOTE"] == [1 + note.count("\n")]


@pytest.mark.parametrize("last", ["Note: x,4", "* x,2021", "Town, 2021", "(1) x, 7, 8"])
def test_a_short_last_line_with_values_is_no_note(reader: Reader, last: str) -> None:
    assert reader.refusal(f"{NAMES}{ROWS}{last}\n")[0] == "CSV_RAGGED"


@pytest.mark.parametrize("end", [",,,", ""])
@pytest.mark.parametrize("size", [300, 1 << 20])
@pytest.mark.parametrize("bad_lines", ["refuse", "pad"])
def test_long_notes_are_left_out_as_a_whole(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, size: int, end: str, bad_lines: str
) -> None:
    monkeypatch.setattr(blocks, "BLOCK_BYTES", size)
    notes = f"Notes:{end}\n" + "".join(f"Note {n} is long{end}\n" for n in range(2, 201))
    result = reader.read(f"{NAMES}{ROWS}{notes}", bad_lines=bad_lines)
    assert result.n_rows == 14
    assert [(p.code, p.line, p.count) for p in result.problems] == [("FOOTNOTE", 16, 200)]


@pytest.mark.parametrize(("end", "code"), [(",,,", "ROWS_ALONE"), ("", "CSV_RAGGED")])
@pytest.mark.parametrize("size", [300, 1 << 20])
def test_what_is_too_long_for_notes_is_told_as_a_whole(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, size: int, end: str, code: str
) -> None:
    monkeypatch.setattr(blocks, "BLOCK_BYTES", size)
    notes = "".join(f"Note: {n}{end}\n" for n in range(1_200))
    result = reader.read(f"{NAMES}{ROWS}{notes}", bad_lines="pad")
    assert result.n_rows == 1_214
    assert [(p.code, p.line, p.count) for p in result.problems] == [(code, 16, 1_200)]


def test_texts_below_a_short_table_are_told_where_none_begins_as_a_note(reader: Reader) -> None:
    result = reader.read(NAMES + ROWS + "".join(f"text {n},,,\n" for n in range(40)))
    assert [(p.code, p.line, p.count) for p in result.problems] == [("ROWS_ALONE", 16, 40)]


@pytest.mark.parametrize("line", ["{}", "{},2020-01-01", "town {}, region"])
def test_more_than_a_few_lines_that_may_be_rows_are_no_notes(reader: Reader, line: str) -> None:
    lines = "".join(f"{line.format(n)}\n" for n in range(60))
    result = reader.read(f"{NAMES}{ROWS}\n{lines}", bad_lines="pad")
    assert result.n_rows == 74
    assert ("CSV_RAGGED", 17, 60) in [(p.code, p.line, p.count) for p in result.problems]


@pytest.mark.parametrize("last", ["x15,,,", "x15,1,2.5,3", "Source: x,4,2.5,3", "Notebook,,,"])
def test_a_last_row_that_may_be_one_stays(reader: Reader, last: str) -> None:
    rows = reader.rows(f"{NAMES}{ROWS}{last}\n")
    assert (len(rows), rows[-1]) == (15, last.split(","))


@pytest.mark.parametrize("name", ["*x{}", "({}) x", "Note: x{}", "Data source {}"])
def test_a_last_row_that_begins_as_others_do_stays(reader: Reader, name: str) -> None:
    rows = "".join(f"{name.format(n)},{n},{n}.5,3\n" for n in range(1, 9))
    last = name.format(9) + ",,,\n"
    assert reader.rows(NAMES + rows + last)[-1] == last.strip().split(",")
    numbered = "".join(f"{n},{row}\n" for n, row in enumerate(rows.splitlines()))
    assert len(reader.rows(f"n,{NAMES}{numbered},{last}")) == 9


def test_what_looks_like_a_note_above_more_rows_stays_and_is_told(reader: Reader) -> None:
    result = reader.read(f"{NAMES}{ROWS}Source: census,,,\n,,,\n{ROWS}")
    assert result.n_rows == 30
    assert [(p.code, p.line) for p in result.problems] == [("ROWS_EMPTY", 17), ("ROWS_ALONE", 16)]


def test_titles_of_sections_are_told(reader: Reader) -> None:
    result = reader.read(f"{NAMES}{ROWS}Region South,,,\n{ROWS}")
    (problem,) = result.problems
    assert (problem.code, problem.line, problem.count) == ("ROWS_ALONE", 16, 1)
    assert '"Region South"' in problem.message


AGES = "0-14,10\n15-64,30\n65+,{}\n"


def test_titles_of_sections_are_told_in_two_columns_where_what_is_below_them_repeats(
    reader: Reader,
) -> None:
    text = f"age,n\nMen,\n{AGES.format(1)}Women,\n{AGES.format(2)}"
    result = reader.read(text)
    assert (result.n_rows, [(p.code, p.line, p.count) for p in result.problems]) == (
        8, [("ROWS_ALONE", 2, 2)],
    )  # fmt: skip


@pytest.mark.parametrize(
    "rows",
    ["Bob,\nAnn,3\nTim,4\nZoe,\nAl,5\n", "Bob,\nAnn,3\nTim,4\nZoe,\nAnn,4\nTim,5\nBob,3\n",
     "Ann,3\nBob,\nTim,3\nZoe,\nTim,4\n", "Men,\nAnn,3\nAnn,4\nWomen,\nAnn,5\nAnn,6\n"],
)  # fmt: skip
def test_a_row_of_two_columns_that_lacks_its_value_is_no_title(reader: Reader, rows: str) -> None:
    assert not reader.read(f"name,n\n{rows}").problems


@pytest.mark.parametrize(
    "row", ["Total,105,217,315", "Subtotal:,1,2,3", ",Grand Total,3,4", "Mean,,2,3"]
)
def test_totals_are_told(reader: Reader, row: str) -> None:
    result = reader.read(f"{NAMES}{ROWS}{row}\n")
    assert (result.n_rows, [(p.code, p.line) for p in result.problems]) == (
        15, [("ROWS_TOTAL", 16)],
    )  # fmt: skip


@pytest.mark.parametrize("row", ["---,---,---,---", "----,:--,--:,:--:", "====,,===,=="])
def test_a_line_of_dashes_below_the_names_is_left_out(reader: Reader, row: str) -> None:
    result = reader.read(f"{NAMES}{row}\n{ROWS}")
    assert (result.n_rows, result.preview[0]["line"]) == (14, 3)
    assert [(p.code, p.line) for p in result.problems] == [("DASHES", 2)]


def test_a_first_row_of_dashes_stays_where_no_names_are_above_it(reader: Reader) -> None:
    assert reader.rows(f"--,--,--,--\n{ROWS}", header=False)[0] == ["--"] * 4


def test_a_line_that_numbers_the_columns_is_left_out(reader: Reader) -> None:
    result = reader.read(f"{NAMES}1,2,3,4\n{ROWS}")
    assert (result.n_rows, result.preview[0]["line"]) == (14, 3)
    assert [(p.code, p.line) for p in result.problems] == [("COLUMN_NUMBERS", 2)]


@pytest.mark.parametrize("row", ["0{n}.03.2022,A{n},7", "A{n},{n},7"])
@pytest.mark.parametrize("gap", ["", ",,\n"])
def test_a_line_that_numbers_the_columns_may_stand_above_dates_and_blank_rows(
    reader: Reader, row: str, gap: str
) -> None:
    rows = "".join(row.format(n=n) + "\n" for n in range(1, 9))
    text = f"day,place,n\n1,2,3\n{rows}{gap}{rows}"
    assert "COLUMN_NUMBERS" in warnings_of(reader.read(text))
    assert reader.rows(text)[0] == row.format(n=1).split(",")


@pytest.mark.parametrize(
    "text",
    [f"{NAMES}1,2,3,5\n{ROWS}", f"{NAMES}x,1,2,3\n1,2,3,4\n{ROWS}", "a,b,c\n1,2,3\n4,5,6\n7,8,9\n",
     "a,b\n1,2\nx,3\ny,4\nz,5\n", "a,b,c\n1,2,3\nx,5,6\n7,8,9\n",
     f"{NAMES}1,2,3,4\n{ROWS}5,6,7,8\n"],
)  # fmt: skip
def test_numbers_that_are_a_row_stay(reader: Reader, text: str) -> None:
    assert reader.read(text).n_rows == text.count("\n") - 1


@pytest.mark.parametrize("end", [",,", ","])
def test_years_above_words_are_titles_of_sections(reader: Reader, end: str) -> None:
    months = "".join(f"{month}{end[1:].replace(',', ',5')},{n}\n" for n, month in enumerate(
        ["Jan", "Feb", "Mar", "Apr"]))  # fmt: skip
    result = reader.read(f"month,n{',m' * (len(end) - 1)}\n2010{end}\n{months}2011{end}\n{months}")
    assert (result.n_rows, [(p.code, p.line, p.count) for p in result.problems]) == (
        10, [("ROWS_ALONE", 2, 2)],
    )  # fmt: skip
    years = "".join(f"{year},,\n{year},1,2\n" for year in range(2000, 2009))
    assert not reader.read(f"year,n,m\n{years}").problems


def test_what_most_rows_are_is_not_odd(reader: Reader) -> None:
    rows = "".join(f"Total,{n},5,6\nperson {n},,,\nperson {n},,,\n" for n in range(20))
    assert [p.code for p in reader.read(NAMES + ROWS + rows).problems] == ["ROWS_TOTAL"]


def test_a_table_of_words_has_no_odd_rows(reader: Reader) -> None:
    text = "first_name,town,note\n" + "Bob,Paris,x\n" * 9 + "Source: y,,\nTotal,a,b\n"
    assert reader.read(text).n_rows == 11
    assert not {"ROWS_ALONE", "ROWS_TOTAL", "FOOTNOTE"} & {*warnings_of(reader.read(text))}


@pytest.mark.parametrize("again", ["name, a, b, c", "\ufeffname,a,b,c", '\ufeff"name",a,b,c'])
def test_names_that_stand_again_are_left_out_however_they_are_spaced(
    reader: Reader, again: str
) -> None:
    result = reader.read(f"{NAMES}{ROWS}{again}\n{ROWS}")
    assert result.n_rows == 28
    assert "HEADER_REPEATED" in warnings_of(result)


def test_rows_keep_their_order_whatever_waits(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 60)
    odd = "Source: a,,,\n" * 60 + ",,,\n"
    rows = reader.rows(f"{NAMES}{ROWS}{odd}{ROWS}{odd}{ROWS}* end,,,\n")
    expected = f"{ROWS}{odd}{ROWS}{odd}{ROWS}".splitlines()
    assert rows == [line.split(",") for line in expected]


@pytest.mark.parametrize(
    ("above", "between", "below"),
    [
        (f"name,b,c\n{ROWS3}", "\n", f"Town,High,Low\n{ROWS3}"),
        (f"name,b,c\n{ROWS3}", ",,\n", f"Town,High,Low\n{ROWS3}"),
        ("a,b,c\n1,2,3\n", "\n", "x,y,z\n4,5,6\n"),
        ("first,b,c\nBonn,high,low\nUlm,low,high\n", "\n", "x,y,z\n4,5,6\n"),
        ('name,b,c\n"a\nb",1,2\n', "\n\n", f"Town,High,Low\n{ROWS3}"),
        (f"name,b,c\n{ROWS3}", "\n", "Name,High,b\nBonn,4,5\n"),
    ],
)
@pytest.mark.parametrize("size", [300, 1 << 20])
def test_names_of_another_table_of_as_many_columns_are_told(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, *, above: str, between: str, below: str,
    size: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(blocks, "BLOCK_BYTES", size)
    result = reader.read(above + between + below)
    found = [(p.line, p.count) for p in result.problems if p.code == "SECOND_TABLE"]
    assert found == [(1 + (above + between).count("\n"), 1)]
    assert [below.split("\n")[0].split(",")] == [
        cells for cells in reader.rows(above + between + below) if cells[1] in {"High", "y"}
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"{ROWS3}Town,High,Low\n{ROWS3}",
        f"{ROWS3}\nx20,closed,closed\n{ROWS3}",
        f"{ROWS3}\nx20,closed,lost\n{ROWS3}",
        f"{ROWS3}\nTown,High,\n{ROWS3}",
        f"{ROWS3}\nTown,High,Low\n",
        f"{ROWS3}\nx20,closed,lost\nx21,4,5\n\n{ROWS3}",
        f"{ROWS3}\nTown,High,Low\nBonn,4,lost\n",
        f'"a\nb",1,2\nTown,High,Low\n{ROWS3}',
        ROWS3.replace("\n", "\n\n"),
    ],
)
def test_rows_that_are_no_names_of_another_table(reader: Reader, text: str) -> None:
    assert "SECOND_TABLE" not in warnings_of(reader.read(f"name,b,c\n{text}"))


@pytest.mark.parametrize(
    ("names", "row", "last"),
    [
        ("town,n,m", "Town{0},{0},{0}", "Bonn,closed,lost\nUlm,4,5"),
        ("n,size,state", "{0},{0}.5,ok", "sensor,fault,bad\n21,3.5,ok"),
        ("n,size,state", "{0},{0}.5,ok", "n,fault,bad\n21,3.5,ok"),
        ("day,n,m", "2020-01-{0},{0},{0}", "missing day,none recorded,sensor off\n2020-01-21,3,4"),
        ("town,n,m", "Town{0},{0},{0}", "missing day,none recorded,sensor off\n2020-01-21,3,4"),
        ("day,n,m", "2020-01-{0},{0},{0}", "holiday,closed,lost\n2020-01-21,3,4"),
        ("town,n,m", "Town{0},{0},{0}", "Holiday,closed,lost\n2020-01-21,3,4"),
        ("town,n,m", "Town{0},{0},{0}", "Notes,see,below\nTotal,190,380"),
    ],
)
def test_words_above_the_last_row_are_no_names_of_another_table(
    reader: Reader, names: str, row: str, last: str
) -> None:
    rows = "\n".join(row.format(n) for n in range(1, 20))
    assert "SECOND_TABLE" not in warnings_of(reader.read(f"{names}\n{rows}\n\n{last}\n"))
