"""Quotes that enclose cells or lines, but not as in RFC 4180."""

import pytest

from tests.engine.reading.conftest import Reader, warnings_of

PLAIN = "".join(f"{n},b{n},{n}.5\n" for n in range(1, 10))


@pytest.mark.parametrize(
    "line",
    ['{n},"a, x" ,{n}.5', '{n}, "a, x",{n}.5', '{n} ,"a, x"  ,{n}.5'],
)
def test_spaces_beside_quotes_are_no_part_of_cells(reader: Reader, line: str) -> None:
    text = "id,t,v\n" + "".join(line.format(n=n) + "\n" for n in range(1, 10))
    rows = reader.rows(text)
    assert [[str(cell).strip() for cell in row] for row in rows] == [
        [str(n), "a, x", f"{n}.5"] for n in range(1, 10)
    ]
    assert {"QUOTES_SPACED", "SPACE_AFTER_SEPARATOR"} & {*warnings_of(reader.read(text))}


@pytest.mark.parametrize("cell", ['say, "hi"', '"a" , "b"', '{"a": 1 , "b": "x" , "c": 2}'])
def test_spaces_inside_of_quotes_stay(reader: Reader, cell: str) -> None:
    quoted = '"' + cell.replace('"', '""') + '"'
    rows = reader.rows("id,t,v\n" + "".join(f'{n} , {quoted} , "{n}.5"\n' for n in range(9)))
    assert [row[1] for row in rows] == [cell] * 9


def test_one_line_with_spaces_beside_quotes_is_told(reader: Reader) -> None:
    result = reader.read(f'id,t,v\n{PLAIN}10, "b, c",10.5\n')
    assert (result.n_rows, [(p.code, p.line) for p in result.problems]) == (
        10, [("QUOTES_SPACED", 11)],
    )  # fmt: skip


@pytest.mark.parametrize("names", ["id,t,v", '"id,t,v"', '"id,""t"",v"'])
@pytest.mark.parametrize("text", ["b", '""b, c""'])
def test_lines_in_quotes_are_split_inside_them(reader: Reader, names: str, text: str) -> None:
    rows = "".join(f'"{n},{text},{n}.5"\n' for n in range(1, 10))
    result = reader.read(f"{names}\n{rows}")
    assert (result.column_names, result.n_rows) == (["id", "t", "v"], 9)
    assert result.preview[0]["cells"] == ["1", text.replace('"', ""), "1.5"]
    assert warnings_of(result) == ["LINES_QUOTED"]


def test_one_line_in_quotes_is_told(reader: Reader) -> None:
    result = reader.read(f'id,t,v\n{PLAIN}"10,""b, c"",10.5"\n')
    assert (result.n_rows, [(p.code, p.line) for p in result.problems]) == (
        10, [("LINES_QUOTED", 11)],
    )  # fmt: skip


@pytest.mark.parametrize("cell", ["Doe, John", "a, b and c"])
def test_one_column_in_quotes_stays_one(reader: Reader, cell: str) -> None:
    assert reader.rows(f'"Last, First"\n"{cell}"\n"{cell}"\n', one_column=True) == [[cell]] * 2


def test_sentences_in_quotes_are_not_split(reader: Reader) -> None:
    result = reader.read('"a, b, c"\n' + '"Well, it is, yes"\n' * 9, one_column=True)
    assert "LINES_QUOTED" not in warnings_of(result)


def test_sentences_that_begin_with_quotes_are_no_table(reader: Reader) -> None:
    rows = "".join(f'"Good" product number {n}, and cheap\n' for n in range(9))
    assert reader.refusal(f"comment\n{rows}")[0] == "CSV_ONE_COLUMN"


@pytest.mark.parametrize(
    ("cell", "read"),
    [('"The" cat', '"The" cat'), ('"5" x 3""', '5" x 3"'), ('""a""', '"a"'), ('"a"b', '"a"b')],
)  # fmt: skip
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_odd_quotes_in_every_line_are_mended(
    reader: Reader, cell: str, read: str, delimiter: str
) -> None:
    lines = ["id,t,v".replace(",", delimiter)]
    lines += [delimiter.join((str(n), cell, f"{n}.5")) for n in range(1, 10)]
    result = reader.read("\n".join(lines) + "\n")
    assert result.preview[8]["cells"] == ["9", read, "9.5"]
    assert warnings_of(result) == ["QUOTES_REPAIRED"]


def test_a_separator_between_odd_quotes_splits_no_cell(reader: Reader) -> None:
    rows = "".join(f'{n},"a "b, c" d",{n}.5\n' for n in range(1, 10))
    assert reader.rows(f"id,t,v\n{rows}")[0] == ["1", 'a "b, c" d', "1.5"]


@pytest.mark.parametrize(("cell", "read"), [("x", "x"), ("it''s, so", "it's, so")])
def test_apostrophes_around_cells_are_quotes(reader: Reader, cell: str, read: str) -> None:
    rows = "".join(f"'{n}','{cell}','{n}.5'\n" for n in range(1, 10))
    result = reader.read(f"'id','t','v'\n{rows}")
    assert (result.column_names, warnings_of(result)) == (["id", "t", "v"], ["QUOTE_APOSTROPHE"])
    assert result.preview[0]["cells"] == ["1", read, "1.5"]


def test_a_few_cells_in_apostrophes_keep_them(reader: Reader) -> None:
    rows = "".join(f"{n},b{n},{n}.5\n" for n in range(1, 30))
    assert reader.rows(f"id,t,v\n1,'x',2\n{rows}2,'y',3\n3,'tis so,4\n")[0] == ["1", "'x'", "2"]


@pytest.mark.parametrize("separator", [" ", ";", "\t"])
def test_a_line_of_quoted_words_with_another_separator_is_split_by_it(
    reader: Reader, separator: str
) -> None:
    rows = [("Salt, Sand", "Tan, Mei", 'a "long" way'), ("Rain", "Okoro, Ada", "so, or so")] * 6
    quoted = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in rows]
    lines = [",".join(row) for row in quoted]
    lines[5] = separator.join(quoted[5])
    text = "\n".join(["title,author,words", *lines])
    assert reader.rows(text)[5] == list(rows[5])
    assert "OWN_SEPARATOR" in warnings_of(reader.read(text))
