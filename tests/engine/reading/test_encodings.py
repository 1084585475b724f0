"""Which encoding a file is in, and what is said when it had to be assumed."""

import codecs
import io

import pytest

from tasks.engine.reader import encoding_signs
from tests.engine.reading.conftest import Reader, warnings_of

TEXT = "name;größe\nMüller;1\nPreuß;2\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("utf-32"), "utf-32"),
    ],
)
def test_unicode_is_read_without_a_word(reader: Reader, content: bytes, encoding: str) -> None:
    result = reader.read(content)
    assert result.dialect
    assert result.dialect.encoding == encoding
    assert result.column_names == ["name", "größe"]
    assert [row["cells"] for row in result.preview] == [["Müller", "1"], ["Preuß", "2"]]
    assert not result.problems


def test_windows_1252_is_assumed_aloud_with_the_line(reader: Reader) -> None:
    result = reader.read("a;b\nx;1\nMüller;2\n".encode("cp1252"))
    assert result.dialect
    assert result.dialect.encoding == "cp1252"
    (problem,) = result.problems
    assert (problem.severity, problem.code, problem.line) == ("warning", "ENCODING_ASSUMED", 3)
    assert "Müller" in problem.message


def test_utf8_with_a_bad_byte_is_not_taken_for_windows_1252(reader: Reader) -> None:
    content = "a,b\n" + "Zoë,日本\n" * 20
    code, message, line = reader.refusal(content.encode() + b"caf\xe9,1\n")
    assert code == "CSV_ENCODING"
    assert line == 22
    assert "first in line 22" in message


def test_bytes_that_no_encoding_knows_are_refused_with_the_line(reader: Reader) -> None:
    code, _message, line = reader.refusal(b"a,b\n1,2\n\x81\x8d,3\n")
    assert (code, line) == ("CSV_ENCODING", 3)


def test_line_of_a_bad_byte_is_true_far_into_a_file(reader: Reader) -> None:
    rows = "0123456789,ü\n" * 200_000
    code, _message, line = reader.refusal(("a,b\n" + rows).encode() + b"\xff,1\n")
    assert (code, line) == ("CSV_ENCODING", 200_002)


@pytest.mark.parametrize("encoding", ["cp1251", "latin-1", "shift_jis", "utf-16-le", "mac-roman"])
def test_chosen_encoding_is_used(reader: Reader, encoding: str) -> None:
    text = {"cp1251": "имя", "shift_jis": "名前"}.get(encoding, "città")
    rows = reader.rows(f"a,b\n{text},1\n".encode(encoding), encoding=encoding)
    assert rows == [[text, "1"]]


def test_chosen_encoding_that_does_not_fit_is_refused(reader: Reader) -> None:
    code, _message, line = reader.refusal("a,b\nü,1\n".encode("cp1252"), encoding="utf-8")
    assert (code, line) == ("CSV_ENCODING", 2)


def test_chosen_encoding_is_never_questioned(reader: Reader) -> None:
    result = reader.read("a,b\nü,1\n".encode("cp1252"), encoding="cp1252")
    assert not warnings_of(result)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("names", ["name;größe", "имя;возраст", "名前;一、　年齢"])
def test_wide_text_without_a_mark_is_found(reader: Reader, names: str, encoding: str) -> None:
    result = reader.read(f"{names}\nä;1\nö;2\n".encode(encoding))
    assert (result.column_names, result.problems) == (names.split(";"), [])
    assert encoding_signs.find_wide(f"{names};".encode(encoding) * 500) == encoding


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_wide_text_that_is_cut_is_refused_for_that(reader: Reader, encoding: str) -> None:
    code, message, line = reader.refusal(TEXT.encode(encoding)[:-1])
    assert (code, line) == ("CSV_ENCODING", 3)
    assert "ends in the middle of a character, in line 3" in message


def test_many_short_words_in_iso_2022_are_text(reader: Reader) -> None:
    text = "名前,値\n" + "".join(f"山田,{n}\n" for n in range(60))
    assert reader.rows(text.encode("iso2022_jp"))[59] == ["山田", "59"]
    assert reader.refusal(b"\x1b$B" + bytes(range(1, 9)) * 40 + b"\n")[0] == "FILE_BINARY"


@pytest.mark.parametrize("encoding", ["iso2022_jp", "iso2022_jp_ext", "iso2022_kr"])
def test_iso_2022_is_found_by_its_escapes(reader: Reader, encoding: str) -> None:
    text = {"iso2022_jp_ext": "ｶﾅ漢字", "iso2022_kr": "이름"}.get(encoding, "名前")
    result = reader.read(("a,b\n" + "x,1\n" * 30_000 + f"{text},2\n").encode(encoding))
    assert (result.dialect and result.dialect.encoding) == encoding
    assert [(p.code, "ISO-2022" in p.message) for p in result.problems] == [
        ("ENCODING_ASSUMED", True)
    ]


def test_utf_7_is_asked_about(reader: Reader) -> None:
    content = "name;n\nAnna;1\nMüller;2\nPreuß;3\n".encode("utf-7")
    (problem,) = reader.read(content).problems
    assert (problem.code, problem.line) == ("ENCODING_DOUBTFUL", 3)
    assert '"M+APw-ller;2"' in problem.message
    assert reader.rows(content, encoding="utf-7")[1] == ["Müller", "2"]


@pytest.mark.parametrize("cell", ["+49 123", "a+b", "A+", "C++", "+AB-", "1+2-3", "+APw- and A+"])
def test_a_plus_alone_is_no_utf_7(reader: Reader, cell: str) -> None:
    assert encoding_signs.find_utf_7(io.BytesIO(f"a,b\n{cell},1\n".encode())) is None


def test_latin_1_does_not_have_the_signs_of_windows(reader: Reader) -> None:
    content = "a,b\nx,1\n5 €,2\n".encode("cp1252")
    (problem,) = reader.read(content, encoding="iso8859-1").problems
    assert (problem.code, problem.line) == ("ENCODING_DOUBTFUL", 3)
    assert '"5 €,2"' in problem.message
    assert not reader.read("a,b\nü,1\n".encode("latin-1"), encoding="latin-1").problems


def test_lines_of_two_encodings_are_refused(reader: Reader) -> None:
    content = "a,b\nZoë,1\n".encode() + "café,2\nMüller,3\n".encode("cp1252")
    code, message, line = reader.refusal(content)
    assert (code, line) == ("CSV_ENCODING", 3)
    assert '"café,2" looks right' in message


def test_halves_of_characters_are_refused(reader: Reader) -> None:
    assert reader.refusal("a,b\n+2AA-,1\n", encoding="utf-7")[0] == "CSV_ENCODING"


@pytest.mark.parametrize(
    "start", ['\ufeff"id"', '"\ufeffid"', '\ufeff\ufeff"id"', '\ufeff"\ufeffid"']
)
def test_marks_of_the_byte_order_are_no_part_of_a_name(reader: Reader, start: str) -> None:
    result = reader.read(f'{start},t\n"1","a, b"\n"2",c\n')
    assert (result.column_names, result.n_rows) == (["id", "t"], 2)
    assert reader.rows(f'{start.replace("id", "7")},x\n"1","a, b"\n', header=False)[0] == [
        "7",
        "x",
    ]


OF_SCRIPTS = [
    ("имя,город\nИван,Санкт-Петербург\n", "Windows-1251"), ("имя,город\nИван,Тула\n", "KOI8-R"),
    ("όνομα,πόλη\nΜαρία,Αθήνα\n", "Windows-1253"), ("שם,עיר\nדוד,ירושלים\n", "Windows-1255"),
    ("اسم,مدينة\nمحمد,القاهرة\n", "Windows-1256"),
    ("imię,miasto\nPiątek,Gdańsk\n", "Windows-1250"),
    ("prénom,ville\nÉlodie,Besançon\nRené,Orléans\n", "cp850"),
    ("名前,市\n山田太郎,東京都、大阪\nジョン,大阪\n", "Shift JIS"),
    ("姓名,城市\n王小明,北京市\n李雷,上海\n", "GB 18030"), ("이름,도시\n김철수,서울\n", "EUC-KR"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name"), OF_SCRIPTS)
@pytest.mark.parametrize("before", ["", "a,1\n" * 300_000])
def test_encodings_that_suit_the_words_are_shown(
    reader: Reader, text: str, name: str, before: str
) -> None:
    content = (before + text).encode(name.replace(" ", ""))
    (problem,) = [p for p in reader.read(content).problems if "ENCODING" in p.code]
    assert 'under "How we read the file": it would read' in problem.message
    assert f'"{text.splitlines()[0]}" in {name}' in problem.message


@pytest.mark.parametrize(
    "text",
    ["name,größe\nMüller,5 €\nÄrger,„ja“ – nein\nFläche,m² · km³\n", "a\nŒuvre d’œil,ÎLE\n",
     "año\n¿Qué?\n1º «sí»\n", "namn\nÅsa i Malmö, 30 °C\n"],
)  # fmt: skip
def test_nothing_is_shown_where_windows_1252_reads_well(reader: Reader, text: str) -> None:
    (problem,) = [p for p in reader.read(text.encode("cp1252")).problems if "ENCODING" in p.code]
    assert problem.message.endswith('choose another encoding under "How we read the file"')
