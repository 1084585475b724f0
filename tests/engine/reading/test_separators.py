"""Which separator splits a file in which several stand: the one of the names and of the rows."""

import pytest

from tests.engine.reading.conftest import Reader, warnings_of

N = range(10, 40)


def text_of(names: str, row: str, *above: str) -> str:
    return "\n".join([*above, names, *(row.format(n=n, m=n % 10) for n in N)]) + "\n"


@pytest.mark.parametrize(
    ("names", "row", "cells"),
    [
        ("Name;Betrag", "Ort{n};{n},5", ["Ort10", "10,5"]),
        ("Name, Vorname;Betrag", "Ort{n};{n},5", ["Ort10", "10,5"]),
        ("Region;Stadt;Wert", "Bayern;Ort{n};{n},{m}", ["Bayern", "Ort10", "10,0"]),
        ("Region;Stadt;Wert, in Mio", "Bayern;Ort{n};{n},{m}", ["Bayern", "Ort10", "10,0"]),
        ("A;B;C;D;Wert", "x;foo;bar;baz;{n},25", ["x", "foo", "bar", "baz", "10,25"]),
        ("Werk;Verfasser", "Buch {n}, Band 1;Meier, Hans", ["Buch 10, Band 1", "Meier, Hans"]),
        ("Name, Vorname;Ort, Land", "Meier, {n};Ulm, D", ["Meier, 10", "Ulm, D"]),
        ("a;b", "x{n};1 2{n},50 EUR", ["x10", "1 210,50 EUR"]),
        ("id;geom", "{n};POINT({n}.5 {n}.25, 3 4)", ["10", "POINT(10.5 10.25, 3 4)"]),
        ("name;at", "x{n};{n}.5,{n}.25", ["x10", "10.5,10.25"]),
        ("id,scores", "{n},1;2;3;4", ["10", "1;2;3;4"]),
        ("id,tags,n", "{n},a|b|c|d,{n}", ["10", "a|b|c|d", "10"]),
        ("name,pair", "x{n},1;2", ["x10", "1;2"]),
        ("id\tvalue", "{n}\t1,{n}", ["10", "1,10"]),
        ("Name;Betrag", "x{n};1234,{n}", ["x10", "1234,10"]),
        ("ort;lage", "Kiel;54,3{n},10,1", ["Kiel", "54,310,10,1"]),
    ],
)
def test_the_names_are_split_by_the_separator_of_the_rows(
    reader: Reader, names: str, row: str, cells: list[str]
) -> None:
    result = reader.read(text_of(names, row))
    assert not result.refused, result.problems
    assert len(result.column_names) == len(cells)
    assert result.preview[0]["cells"] == cells
    assert (result.n_rows, warnings_of(result)) == (30, [])


@pytest.mark.parametrize(
    ("names", "row"),
    [("Stadt, Land|A|", "Ulm{n}, D|{n}"), ("Stadt, Land|A", "Ulm{n}, D|{n}|"),
     ("Stadt, Land|A", "r{n}|Ulm{n}, D|{n}")],
)  # fmt: skip
def test_names_of_another_width_are_split_by_it_too(reader: Reader, names: str, row: str) -> None:
    text = text_of(names, row)
    result = reader.read("\n".join(text.split("\n")[:4]))
    assert result.column_names[-2:] == ["Stadt, Land", "A"]
    result = reader.read(text)
    assert not result.refused, result.problems
    assert result.column_names[-2:] == ["Stadt, Land", "A"]
    assert result.preview[0]["cells"][-2:] == ["Ulm10, D", "10"]


@pytest.mark.parametrize(
    ("above", "names", "row", "first"),
    [
        (["Sales, 2020"], "Name;Betrag", "Ort{n};{n},5", "Ort10"),
        (["Report; the second"], "id,pair", "{n},1;2", "10"),
    ],
)
def test_what_stands_above_the_names_does_not_choose_the_separator(
    reader: Reader, above: list[str], names: str, row: str, first: str
) -> None:
    result = reader.read(text_of(names, row, *above))
    assert not result.refused, result.problems
    assert result.preview[0]["cells"][0] == first
    told = [code for code in warnings_of(result) if code != "SPACES_AROUND"]
    assert (result.n_rows, told) == (30, ["PREAMBLE"])


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("address", "{n} Main St, Town {n}"),
        ("comment", "hello, world {n}"),
        ("wert", "{n},5"),
        ("when", "Jan {n}, 2020"),
        ("x", "{n};{m}"),
        ("pop", "{n},1{n}"),
        ("date of birth", "{n} May, 2020"),
        ("date of birth", "{n} May 2020"),
        ("Einwohner gesamt", "1 234 5{n}"),
    ],
)
def test_one_column_may_hold_separators(reader: Reader, name: str, row: str) -> None:
    result = reader.read(text_of(name, row))
    assert not result.refused, result.problems
    assert result.column_names == [name]
    assert result.preview[0]["cells"] == [row.format(n=10, m=0)]
    assert (result.n_rows, warnings_of(result)) == (30, ["ONE_COLUMN"])


@pytest.mark.parametrize(
    "text",
    [
        "text\nhello, world\nfoo, bar\n",
        "text\nHello, world\nwell, I don't know\nYes, no\n",
        "customer comment\nHello, world\nso, what, then\nfine\nYes, no\n",
        "city\nBonn; Germany; EU\nParis; France; EU\n",
    ],
)
def test_texts_with_a_space_after_each_separator_are_one_column(reader: Reader, text: str) -> None:
    name, *rows = text.splitlines()
    result = reader.read(text)
    assert (result.refused, result.column_names) == (False, [name])
    assert [row["cells"] for row in result.preview] == [[row] for row in rows]
    assert "ONE_COLUMN" in warnings_of(result)


@pytest.mark.parametrize(
    "text",
    [
        "People\n\nName, City\nAnna, Bonn\nBob, Berlin\n",
        "People\nall of them\nName, City\nAnna, Bonn\nBob, Berlin\n",
        "People\nName, Age\nAnna, 3\nBob, 4\n",
        "People\nname, city\nAnna, Bonn\nBob, Berlin\n",
        "People\nName,City\nAnna,Bonn\nBob,Berlin\n",
        "People\nName; City\nAnna; Bonn\n'Bob'; Berlin\n",
    ],
)
def test_a_title_above_rows_of_words_is_not_the_name_of_one_column(
    reader: Reader, text: str
) -> None:
    result = reader.read(text)
    assert len(result.column_names) == 2
    assert "PREAMBLE" in warnings_of(result)


@pytest.mark.parametrize(
    ("title", "names", "row"),
    [
        ("Cities", "name,country", "Oslo {n},Norway {n}"),
        ("Cities", "name, country", "Oslo {n}, Norway {n}"),
        ("Cities", "name, x1", "Oslo {n}, {n}"),
    ],
)
def test_a_title_above_two_columns_is_not_the_name_of_one(
    reader: Reader, title: str, names: str, row: str
) -> None:
    result = reader.read(text_of(names, row, title))
    assert not result.refused, result.problems
    assert len(result.column_names) == 2
    told = [code for code in warnings_of(result) if code != "SPACES_AROUND"]
    assert (result.n_rows, told) == (30, ["PREAMBLE"])


def test_a_title_above_rows_without_names_is_no_column(reader: Reader) -> None:
    assert reader.refusal(text_of("Sales", "{n},1,x{m}"))[0] == "CSV_PREAMBLE"


@pytest.mark.parametrize(
    ("rows", "cells"),
    [(['"1,5"', '"2,5"', '"3,25"'], ["1,5", "2,5", "3,25"]),
     (['"Meier, Hans"', '"Kohl, Eva"'], ["Meier, Hans", "Kohl, Eva"])],
)  # fmt: skip
def test_quoted_separators_do_not_tear_one_column(
    reader: Reader, rows: list[str], cells: list[str]
) -> None:
    assert reader.rows("\n".join(["name", *rows]) + "\n") == [[cell] for cell in cells]


@pytest.mark.parametrize("row", ["${m},5{n}.50", "{m},5{n}.25", "-{n},5{n}€"])
@pytest.mark.parametrize("names", ["", "Price in USD\n"])
def test_amounts_without_a_name_are_one_column(reader: Reader, row: str, names: str) -> None:
    rows = [row.format(n=n, m=n % 10) for n in N]
    assert reader.rows(names + "\n".join(rows)) == [[cell] for cell in rows]


def test_spaces_split_numbers_below_as_many_names(reader: Reader) -> None:
    assert reader.rows("a b c\n100 200 300\n1 200 300\n")[0] == ["100", "200", "300"]
    assert reader.rows("1 2 3\n4 5 6\n7 8 9\n")[0] == ["1", "2", "3"]


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;", "\ufeffsep=;"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_for_excel_is_obeyed_and_is_no_row(reader: Reader, first: str, end: str) -> None:
    result = reader.read(end.join([first, "a;b,c", "1,5;2,5", "3,5;4,5", ""]))
    assert (result.column_names, result.n_rows) == (["a", "b,c"], 2)
    assert (result.preview[0]["line"], warnings_of(result)) == (3, ["SEPARATOR_LINE"])
    assert 'the separator is ";". It was obeyed' in result.problems[0].message


@pytest.mark.parametrize(
    ("text", "delimiter", "words"),
    [
        ("sep=^\na^b\n1^2\n3^4\n", "^", 'is "^". It was obeyed'),
        ("sep=\t\na\tb\n1\t2\n", "\t", "is a tab. It was obeyed"),
        ("sep=,\na;b\n1;2\n3;4\n", ";", 'is ",". The lines have ";"'),
        ("sep=;\nx\n1\n2\n", "", 'is ";". The lines have none'),
    ],
)
def test_what_the_line_for_excel_tells_is_held_against_the_lines(
    reader: Reader, text: str, delimiter: str, words: str
) -> None:
    result = reader.read(text)
    assert result.dialect
    assert (result.dialect.delimiter, result.n_rows) == (delimiter, text.count("\n") - 2)
    assert any(words in problem.message for problem in result.problems)


def test_names_may_begin_as_the_line_for_excel(reader: Reader) -> None:
    assert reader.read("sep=,b\n1,2\n3,4\n").column_names == ["sep=", "b"]


@pytest.mark.parametrize("names", ["name,city", "'name','city'"])
def test_cells_in_apostrophes_are_as_many_as_the_names(reader: Reader, names: str) -> None:
    result = reader.read(text_of(names, "'Bob {n}','Rome, x'"))
    assert (result.column_names, result.n_rows) == (["name", "city"], 30)
    assert result.preview[0]["cells"] == ["Bob 10", "Rome, x"]


@pytest.mark.parametrize("letter", ["a", "E", "1"])
def test_a_letter_or_digit_is_told_as_no_separator(reader: Reader, letter: str) -> None:
    result = reader.read(text_of("Name;Wert", "x{n};{m}", f"sep={letter}"))
    assert (result.column_names, warnings_of(result)) == (["Name", "Wert"], ["PREAMBLE"])


def joined(separator: str, quote: str = "") -> str:
    """Return a table of three columns with a separator of several characters."""
    rows = [["name", "town", "age"], *([f"Bob{n}", "Rome" * (n % 2), str(n)] for n in range(9))]
    return "".join(separator.join(f"{quote}{c}{quote}" for c in row) + "\n" for row in rows)


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("separator", ["~|~", "^|^", "|~|", "#;#", "$,$"])
def test_signs_on_both_sides_of_a_separator_are_a_part_of_it(
    reader: Reader, separator: str, quote: str
) -> None:
    text = joined(separator, quote)
    above = "" if quote else "A report\n\n"
    code, message, line = reader.refusal(above + text)
    assert (code, line) == ("SEPARATOR_LONG", 1 if quote else 3)
    assert f'separated by "{separator}"' in message
    chosen = {"delimiter": next(sign for sign in "|;," if sign in separator)}
    assert len(reader.rows(text, **chosen)) == 9


@pytest.mark.parametrize("separator", ["::", "&&", "<>", "$$$"])
def test_separators_of_several_characters_are_told(reader: Reader, separator: str) -> None:
    result = reader.read(joined(separator))
    assert [(p.code, p.line) for p in result.problems] == [("SEPARATOR_LONG", 1)]
    assert f'separated by "{separator}"' in result.problems[0].message
    assert not reader.read(joined(separator), one_column=True).problems


@pytest.mark.parametrize(
    "text",
    [
        "*a*|*b*\n" + "*x*|*1*\n" * 5,  # emphasis
        "a~|~b\n" + "x~|~1\n" * 5 + "x~|1\n",
        "a|b\n" + "x~|~1\n" * 5,
        '"a|b"~|~c\n' + '"x|y"~|~1\n' * 5,
        "https://a.b/c\nhttps://a.b/d\nhttps://a.b/e\n",
        "name\nstd::a\nstd::b\nstd::c\n",
        "a,,b\n1,,2\n3,,4\n5,,6\n",
    ],
)
def test_what_is_no_separator_of_several_characters(reader: Reader, text: str) -> None:
    assert "SEPARATOR_LONG" not in [p.code for p in reader.read(text).problems]


@pytest.mark.parametrize("at", [0, 1, 7])
@pytest.mark.parametrize("n_rows", [9, 40])
def test_decimal_commas_do_not_split_where_one_line_is_not_split_as_the_others(
    reader: Reader, n_rows: int, at: int
) -> None:
    rows = [f"Land {n};{n % 9},5;{n % 7},{n % 5}" for n in range(n_rows)]
    odd = [*rows[:at], rows[at].replace(";", " "), *rows[at + 1 :]]
    code, message, line = reader.refusal("\n".join(["Region;2020;2021", *odd]))
    assert (code, line) == ("CSV_RAGGED", at + 2)
    assert "has 1, line 1 has 3" in message


def test_decimal_commas_do_not_split_rows_whose_quotes_are_not_doubled(reader: Reader) -> None:
    words = ['"so "it" is"', "no", "yes", "so"]
    rows = [f"{n},5;{n},25;{words[n % 4]}" for n in range(20)]
    assert reader.rows("\n".join(["one;other;text", *rows]))[0] == ["0,5", "0,25", 'so "it" is']


@pytest.mark.parametrize(
    "title", ["Amt,Ulm\n", "Amt,Ulm\n\n", "Amt,Ulm\nTeil 1\n", "Amt,1 von 2\n"]
)
@pytest.mark.parametrize("separator", [";", "\t", "|"])
@pytest.mark.parametrize("cells", [("0,5", "2,3"), ("1,500", "x"), ("Jan 1, 2020", "Jones,red")])
@pytest.mark.parametrize("width", [2, 3])
def test_a_title_with_a_comma_does_not_choose_the_separator_of_its_table(
    reader: Reader, title: str, separator: str, cells: tuple[str, str], width: int
) -> None:
    names = ["name", "a", "b"][:width]
    rows = [[f"red {n}", *cells][:width] for n in range(9)]
    result = reader.read(title + "\n".join(map(separator.join, [names, *rows])))
    assert (result.column_names, result.n_rows) == (names, 9)
    assert [shown["cells"] for shown in result.preview] == rows


def test_words_that_decimal_commas_part_are_no_names_below_a_title(reader: Reader) -> None:
    rows = [f"Land {n};{n % 9},5;so" for n in range(9)]
    text = "\n".join(["Region;Wert;Text", *rows[:4], "Land 4", *rows[5:]])
    code, message, line = reader.refusal(text)
    assert (code, line) == ("CSV_RAGGED", 6)
    assert "has 1, line 1 has 3" in message
