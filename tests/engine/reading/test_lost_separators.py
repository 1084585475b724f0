"""A separator lost or doubled in one row: mended where the other rows tell how, and told."""

import pytest

from tests.engine.reading.conftest import Reader, warnings_of

TEXTS = (("a coat", "warm, of wool, and grey."), ("boots, high", "of leather."),
         ("cap 5", "for sun, rain"), ("map", "of all, paper"))  # fmt: skip
GOODS = [
    [f"{day:02}/05/2018", f"${day}.5{day % 10}", *texts, f"https://x.org/A{day:02}", ""]
    for day, texts in enumerate(TEXTS * 5, 1)
]


def quoted(cells: list[str]) -> list[str]:
    """Return cells as they stand in a file: the words and the link in quotes."""
    return [f'"{c}"' if "," in c or n in {3, 4} else c for n, c in enumerate(cells)]


def read_with(reader: Reader, line: str) -> tuple[list[str], list[str]]:
    """Read a line among others; return what is told, and its cells."""
    rows = "".join(",".join(quoted(row)) + "\n" for row in GOODS)
    text = f"day,price,name,words,link,note\n{rows}{line}\n{rows}"
    return warnings_of(reader.read(text)), reader.rows(text)[len(GOODS)]


@pytest.mark.parametrize("at", range(4))
@pytest.mark.parametrize("row", GOODS[:4])
def test_a_separator_that_is_lost_before_a_cell_is_put_back(
    reader: Reader, row: list[str], at: int
) -> None:
    cells = quoted(row)
    line = ",".join([*cells[:at], cells[at] + cells[at + 1], *cells[at + 2 :]])
    assert read_with(reader, line) == (["CELLS_PARTED"], row)


@pytest.mark.parametrize("at", range(6))
@pytest.mark.parametrize("row", GOODS[:4])
def test_an_empty_cell_too_many_is_found_wherever_it_stands(
    reader: Reader, row: list[str], at: int
) -> None:
    cells = quoted(row)
    line = ",".join([*cells[:at], "", *cells[at:]])
    assert read_with(reader, line) == (["EXTRA_EMPTY"], row)


@pytest.mark.parametrize("at", range(5))
@pytest.mark.parametrize("row", GOODS[:4])
def test_a_quote_too_many_is_kept_where_the_others_suit(
    reader: Reader, row: list[str], at: int
) -> None:
    cells = quoted(row)
    line = ",".join([*cells[:at], f'"{cells[at]}', *cells[at + 1 :]])
    wanted = [*row[:at], f'"{row[at]}', *row[at + 1 :]]
    assert read_with(reader, line) == (["QUOTES_REPAIRED"], wanted)


@pytest.mark.parametrize("name", ['rod 5"x 6"', '5" pipe', '2"x4", 6"x8"', 'a 5"-pipe'])
def test_inches_are_no_lost_separators(reader: Reader, name: str) -> None:
    words = [] if "," in name else ["of wood"]
    line = ",".join(["21/05/2018", "$3.50", name, *words, "https://x.org/A21", ""])
    assert read_with(reader, line) == (["STRAY_QUOTES"], line.split(","))


def test_a_text_that_begins_with_an_amount_elsewhere_is_not_parted(reader: Reader) -> None:
    rows = "".join(f"{n},${n}.50,$9.95 day,x{n}\n" for n in range(20))
    assert reader.refusal(f"n,price,name,code\n{rows}20,$1.50Hat,x20\n")[0] == "CSV_RAGGED"


def test_a_separator_that_is_lost_behind_a_quoted_cell_is_put_back(reader: Reader) -> None:
    line = '21/05/2018,$3.50,a coat,"of all, paper"https://x.org/A21,'
    wanted = ["21/05/2018", "$3.50", "a coat", "of all, paper", "https://x.org/A21", ""]
    assert read_with(reader, line) == (["CELLS_PARTED"], wanted)


def test_a_lost_separator_is_put_back_where_all_other_lines_are_plain(reader: Reader) -> None:
    rows = "".join(f'2018-05-{n},{n}.5,"so, or so",x{n}\n' for n in range(10, 30))
    text = f'day,price,words,code\n{rows}2018-05-30,7.5"so, or so",x30\n{rows}'
    assert reader.rows(text)[20] == ["2018-05-30", "7.5", "so, or so", "x30"]
    assert warnings_of(reader.read(text)) == ["CELLS_PARTED"]


def test_a_space_in_place_of_a_separator_is_no_part_of_a_cell(reader: Reader) -> None:
    line = '21/05/2018,$3.50,a coat "of all, paper",https://x.org/A21,'
    wanted = ["21/05/2018", "$3.50", "a coat", "of all, paper", "https://x.org/A21", ""]
    assert read_with(reader, line) == (["CELLS_PARTED"], wanted)


@pytest.mark.parametrize("at", [1, 2])
def test_an_empty_cell_too_many_is_found_where_the_last_one_is_empty(
    reader: Reader, at: int
) -> None:
    rows = [
        [f"Land {n % 3}", f"{2000 + n}", f"{n},5", f"{n},25" if n % 3 else ""] for n in range(20)
    ]
    lines = [";".join(row) for row in rows]
    lines[6] = ";".join([*rows[6][:at], "", *rows[6][at:]])
    text = "\n".join(["land;year;value;share", *lines])
    assert reader.rows(text) == rows
    assert warnings_of(reader.read(text)) == ["EXTRA_EMPTY"]


@pytest.mark.parametrize("words", ['He said "x{n}" and', 'a 5" pipe {n}'])
def test_quotes_that_are_not_doubled_are_mended_in_each_of_many_lines(
    reader: Reader, words: str
) -> None:
    good = "".join(f'{n},"plain {n}",{n}\n' for n in range(3_000))
    rows = [[str(n), words.format(n=n), str(n)] for n in range(700)]
    text = "id,t,v\n" + good + "".join(f'{n},"{t}",{v}\n' for n, t, v in rows)
    assert reader.rows(text)[3_000:] == rows
    assert warnings_of(reader.read(text)) == ["QUOTES_REPAIRED"]


def test_a_line_with_its_own_separator_is_split_behind_many_torn_quotes(reader: Reader) -> None:
    torn = "".join(f'1,{n}" x, best of {n}",1\n' for n in range(600))
    good = "".join(f"{n},a,b,{n}\n" for n in range(600))
    rows = reader.rows(f"id,t,u,v\n{good}{torn}" + "0;a;b;0\n" * 5)
    assert (len(rows), rows[-1]) == (1_205, ["0", "a", "b", "0"])


def test_an_empty_cell_too_many_at_the_end_is_that_where_a_text_is_missing(
    reader: Reader,
) -> None:
    words = "red warm hat|Blue|a Coat|X-Y|so so so|Old|big.|To_Be|(no)|i.e.|Z z|the|A|no!"
    texts = words.split("|")
    rows = [[str(n), texts[n % 14], "" if n % 4 == 0 else str(n * 3)] for n in range(40)]
    lines = [",".join(row) for row in rows]
    text = "\n".join(["id,text,val", *lines, "40,,33,"])
    assert reader.rows(text) == [*rows, ["40", "", "33"]]
    assert warnings_of(reader.read(text)) == ["EXTRA_EMPTY"]
