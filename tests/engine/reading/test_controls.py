"""Characters that cannot be seen: Ctrl-Z at the end, controls in the text, other ends of lines."""

import gzip

import pytest

from tasks.engine.reader import text_source
from tests.engine.reading.conftest import Reader, warnings_of

ROWS = "".join(f"{n},{('red', 'green', 'blue')[n % 3]}\n" for n in range(12))
TABLE = f"n,colour\n{ROWS}"


def message_of(reader: Reader, content: bytes | str, code: str) -> str:
    (problem,) = [p for p in reader.read(content).problems if p.code == code]
    return problem.message


@pytest.mark.parametrize(
    "end",
    ["\x1a", "\n\x1a", "\x1a\x1a\x1a", "\x1a\r\n", "\n\x1a\n", "\x1a" * 127, "\n" + "\x1a" * 64],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp437"])
def test_ctrl_z_at_the_end_is_left_out_and_told(reader: Reader, end: str, encoding: str) -> None:
    options = {"encoding": "cp437"} if encoding == "cp437" else {}
    content = (TABLE.rstrip("\n") + end).encode(encoding)
    assert reader.rows(content, **options)[-1] == ["11", "blue"]
    problems = reader.read(content, **options).problems
    assert [problem.code for problem in problems] == ["END_MARK"]


def test_ctrl_z_behind_a_number_leaves_a_number(reader: Reader) -> None:
    assert reader.profile("a,b\nx,1\ny,2\x1a").columns[1]["kind"] == "number"


def test_ctrl_z_goes_over_chunks(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_source, "HEAD_BYTES", 64)
    monkeypatch.setattr(text_source, "CHUNK_BYTES", 7)
    assert reader.rows(TABLE + "\x1a" * 40)[-1] == ["11", "blue"]
    assert warnings_of(reader.read(TABLE + "\x1a" * 40)) == ["END_MARK"]


def test_a_file_of_nothing_else_is_empty(reader: Reader) -> None:
    assert reader.refusal("\x1a")[0] == "FILE_EMPTY"


@pytest.mark.parametrize(
    ("cell", "sign"),
    [("re\x1ad", "U+001A"), ("\x0cred", "U+000C"), ("re\x0bd", "U+000B"), ("\x07red", "U+0007"),
     ("red\x7f", "U+007F"), ("red\x1f", "U+001F"), ("re\u0085d", "U+0085"),
     ("re\u0099d", "U+0099"), ("re\u2028d", "U+2028"), ("re\u2029d", "U+2029")],
)  # fmt: skip
def test_controls_inside_stay_and_are_told(reader: Reader, cell: str, sign: str) -> None:
    content = f"{TABLE}98,{cell}\n{ROWS}99,{cell}\n"
    assert reader.rows(content)[12] == ["98", cell]
    (problem,) = reader.read(content).problems
    assert (problem.code, problem.line, problem.count) == ("CONTROL_CHARACTERS", 14, 2)
    assert f"2 control characters, which cannot be seen. First: line 14, {sign}" in problem.message


def test_controls_in_names_are_told(reader: Reader) -> None:
    assert "line 1, U+0007" in message_of(reader, "a\x07,b\n1,2\n", "CONTROL_CHARACTERS")


def test_controls_are_counted_over_chunks(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_source, "HEAD_BYTES", 64)
    monkeypatch.setattr(text_source, "CHUNK_BYTES", 3)
    content = TABLE + "".join(f"{n},a\u2028b\u0085c\x0bd\n" for n in range(9))
    (problem,) = reader.read(content).problems
    assert (problem.line, problem.count) == (14, 27)


@pytest.mark.parametrize(
    "text", [TABLE, TABLE.replace(",", "\t"), TABLE.replace("\n", "\r\n"),
             TABLE.replace("red", "Zoë §"), TABLE.replace("red", "“a”\u00a0b…")]
)  # fmt: skip
def test_tabs_line_ends_and_letters_are_no_controls(reader: Reader, text: str) -> None:
    assert not reader.read(text).problems


@pytest.mark.parametrize("sign", ["\u0085", "\u2028", "\u2029"])
def test_signs_of_unicode_that_alone_end_lines_are_obeyed_and_told(
    reader: Reader, sign: str
) -> None:
    content = TABLE.replace("\n", sign)
    assert reader.rows(content) == reader.rows(TABLE)
    message = message_of(reader, content, "LINE_ENDS_OTHER")
    assert f"U+{ord(sign):04X}" in message
    assert [row["line"] for row in reader.read(content).preview] == [*range(2, 14)]


def test_other_ends_of_lines_go_over_chunks(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_source, "HEAD_BYTES", 16)
    monkeypatch.setattr(text_source, "CHUNK_BYTES", 5)
    assert reader.rows(TABLE.replace("\n", "\u2028")) == reader.rows(TABLE)


def test_what_is_full_of_controls_is_refused_by_name(reader: Reader) -> None:
    code, message, _line = reader.refusal(TABLE.replace(",", "\x01"), name="hive.csv")
    assert code == "FILE_BINARY"
    assert message.endswith("is not a text file: it is full of control characters such as U+0001")


def test_packed_files_are_looked_at_too(reader: Reader) -> None:
    assert warnings_of(reader.read(gzip.compress(f"{TABLE}\x1a".encode()))) == ["END_MARK"]


def test_a_mark_before_the_first_name_is_not_said_to_be_in_it(reader: Reader) -> None:
    result = reader.read(f"\ufeff\ufeff{TABLE}")
    assert (result.column_names, result.problems) == (["n", "colour"], [])


def test_a_soft_hyphen_in_a_number_is_told(reader: Reader) -> None:
    content = "a,b\n" + "".join(f"x,\u00ad{n}\n" for n in range(9))
    assert "U+00AD" in message_of(reader, content, "HIDDEN_CHARACTERS")


def test_lines_of_dashes_of_markdown_are_left_out(reader: Reader) -> None:
    text = "| a | b |\n|---|:-:|\n| 1 | 2 |\n| 3 | 4 |\n"
    result = reader.read(text)
    assert result.column_names == ["column_1", "a", "b"]
    assert (result.n_rows, "DASHES" in warnings_of(result)) == (2, True)
