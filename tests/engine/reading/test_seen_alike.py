"""Names and rows in which a person sees something else than what stands there: told, or mended."""

import pytest

from tests.engine.reading.conftest import Reader, warnings_of

ROWS = "".join(f"Town{n},{n * 11},{n * 1.5}\n" for n in range(1, 13))


def message_of(reader: Reader, text: str, code: str) -> str:
    (problem,) = [problem for problem in reader.read(text).problems if problem.code == code]
    return problem.message


@pytest.mark.parametrize(
    ("name", "sign"),
    [("va\u200blue", "U+200B"), ("\u200fvalue\u200f", "U+200F"), ("value\u00ad", "U+00AD"),
     ("\u2066value\u2069", "U+2066, U+2069"), ("value\ufeff", "U+FEFF")],
)  # fmt: skip
def test_names_that_look_the_same_are_told_apart(reader: Reader, name: str, sign: str) -> None:
    text = f"id,value,{name}\n" + "".join(f"{n},{n},{n}\n" for n in range(9))
    message = message_of(reader, text, "NAME_HIDDEN")
    words = f'The name of column 3, "value", has a character that cannot be seen ({sign})'
    assert message.startswith(words)


@pytest.mark.parametrize("name", ["می\u200cخواهم", "👩\u200d💻", "value", "ערך"])
def test_what_joins_letters_is_no_hidden_character(reader: Reader, name: str) -> None:
    assert "NAME_HIDDEN" not in warnings_of(reader.read(f"id,{name}\n1,2\n3,4\n"))


@pytest.mark.parametrize("cell", ["\ufeffred", "red\u200b", '"red\u2060"'])
def test_a_word_that_stands_with_a_sign_around_it_and_without_is_told(
    reader: Reader, cell: str
) -> None:
    message = message_of(reader, f"a,b\n1,red\n2,{cell}\n3,red\n", "HIDDEN_CHARACTERS")
    assert 'Line 3 has "red" with a character that cannot be seen' in message
    assert "so it is not the same as without it" in message


def test_the_mark_of_a_file_in_front_of_a_word_is_told(reader: Reader) -> None:
    assert "HIDDEN_CHARACTERS" in warnings_of(reader.read("a,b\n1,red\n2,\ufeffblue\n"))


def test_signs_within_words_and_at_the_ends_of_hebrew_are_not_told(reader: Reader) -> None:
    text = "a,b\n1,דג\u200f\n2,می\u200cخواهم\n3,x\u200by\n4,דג\n5,xy\n6,red\u200b\n"
    assert "HIDDEN_CHARACTERS" not in warnings_of(reader.read(text))


def test_names_in_another_order_further_down_are_told(reader: Reader) -> None:
    text = f"town,pop,rate\n{ROWS}pop,town,rate\n11,Town1,1.5\n22,Town2,3\n"
    message = message_of(reader, text, "NAMES_REORDERED")
    assert message.startswith('Line 14 has the names of the columns in another order: "pop, town')
    assert len(reader.rows(text)) == 15
    assert "NAMES_REORDERED" not in warnings_of(
        reader.read(f"town,pop,rate\n{ROWS}pop,pop,rate\n")
    )


def test_names_that_stand_again_in_capitals_are_no_row(reader: Reader) -> None:
    text = f"town,pop,rate\n{ROWS}TOWN,POP,RATE\n{ROWS}"
    assert len(reader.rows(text)) == 24
    assert "HEADER_REPEATED" in warnings_of(reader.read(text))
    assert len(reader.rows("a,b\n1,x\nA,B\n2,y\n")) == 3  # of two letters a row may be


@pytest.mark.parametrize("numbers", ["(1),(2),(3)", "[1],[2],[3]"])
def test_a_row_that_numbers_the_columns_in_brackets_is_none(reader: Reader, numbers: str) -> None:
    text = f"town,pop,rate\n{numbers}\n{ROWS}"
    assert reader.rows(text)[0] == ["Town1", "11", "1.5"]
    assert "COLUMN_NUMBERS" in warnings_of(reader.read(text))


@pytest.mark.parametrize("cell", ["“x, {}”", "«x, {}»", "`x, {}`", "x\\, {}", "[x, {}]"])
def test_names_are_not_moved_where_separators_split_what_belongs_together(
    reader: Reader, cell: str
) -> None:
    text = "id,name,n\n" + "".join(f"{n},{cell.format(n)},{n * 3}\n" for n in range(1, 9))
    code, message, line = reader.refusal(text)
    assert (code, line) == ("CSV_RAGGED", 1)
    assert "Often this is an unquoted comma" in message


def test_quotes_behind_a_space_enclose_cells_though_others_have_no_space(reader: Reader) -> None:
    text = "id,name,n\n" + "".join(f'{n}, "x, {n}",3\n' for n in range(1, 9))
    assert reader.rows(text)[0] == ["1", "x, 1", "3"]


def test_a_year_in_a_note_does_not_make_it_a_row(reader: Reader) -> None:
    text = f"town,pop,rate\n{ROWS}Source: Office of Statistics, 2024, table 7\n"
    assert len(reader.rows(text)) == 12
    assert "FOOTNOTE" in warnings_of(reader.read(text))
    text = f"town,pop,rate\n{ROWS}Source: Office of Statistics,2024,table 7\n"
    assert len(reader.rows(text)) == 13  # not written as a sentence is


@pytest.mark.parametrize("word", ["Итого", "Total general", "合计", "Razem:", "I alt"])
def test_totals_are_told_in_other_languages(reader: Reader, word: str) -> None:
    text = f"town,pop,rate\n{ROWS}{word},858,117\n"
    assert "ROWS_TOTAL" in warnings_of(reader.read(text))
