"""Which encoding a file is in, and what is said when it had to be assumed."""

import codecs
import io

import pytest

from tasks.engine.reader import encoding_signs, text_signs
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


def test_a_file_in_euc_kr_is_refused_with_what_it_would_read(reader: Reader) -> None:
    text = "이름,도시,나이\n김철수,서울,34\n이영희,부산,28\n박민수,대구,41\n"
    code, message, _ = reader.refusal(text.encode("euc_kr"))
    assert code == "CSV_ENCODING"
    assert 'it would read "이름,도시,나이" in EUC-KR' in message


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


@pytest.mark.parametrize(
    ("text", "encoding", "sign"),
    [("Müller", "cp1252", "Müller"), ("Österreich", "latin-1", "Österreich"),
     ("don’t", "cp1252", "don’t"), ("Gdańsk", "latin-1", "Gdańsk"), ("Тула", "latin-1", "Тула")],
)  # fmt: skip
@pytest.mark.parametrize("before", ["", "1;a\n" * 400_000])
def test_letters_that_were_encoded_twice_are_told(
    reader: Reader, text: str, encoding: str, sign: str, before: str
) -> None:
    twice = text.encode().decode(encoding)
    result = reader.read(f"n;name\n{before}2;{twice}\n3;{twice}\n")
    (problem,) = [p for p in result.problems if "ENCOD" in p.code]
    assert (problem.code, problem.line) == ("ENCODED_TWICE", 2 + before.count("\n"))
    assert f'"2;{twice}"' in problem.message
    assert f'"2;{sign}"' in problem.message
    chosen = reader.read(f"n;name\n2;{twice}\n3;x\n", encoding="utf-8")
    assert "ENCODED_TWICE" not in warnings_of(chosen)


@pytest.mark.parametrize(
    "text", ["NÃO;SÃO\nIRMÃ»;x\n", "Å ± 3;Åsa\n", "naïve;Ärger\n", "5 Å±2;x\n", "Ð;Ñandú\n"]
)
def test_letters_that_are_meant_are_not_told(reader: Reader, text: str) -> None:
    assert not [p for p in reader.read(f"a;b\n{text}").problems if "ENCOD" in p.code]


@pytest.mark.parametrize("cell", ["1\u200b", "\u200b1.5", "\u200e2020-01-01\u200e", "1\ufeff"])
def test_signs_in_numbers_that_cannot_be_seen_are_told(reader: Reader, cell: str) -> None:
    result = reader.read(f"name,n\nx,1\ny,{cell}\nz,3\n")
    (problem,) = [p for p in result.problems if p.code == "HIDDEN_CHARACTERS"]
    assert (problem.severity, problem.line) == ("warning", 3)
    assert f"(U+{ord(cell.strip('0123456789.-')[0]):04X})" in problem.message
    assert result.preview[1]["cells"][1] == cell


@pytest.mark.parametrize("size", [20, 22, 25, 64])
def test_signs_are_found_wherever_a_chunk_ends(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(text_signs, "CHUNK_BYTES", size)
    result = reader.read("name,n\nMü,1\nMü,2\nMü,1\u200b\n")
    assert [(p.code, p.line) for p in result.problems] == [("HIDDEN_CHARACTERS", 4)]


@pytest.mark.parametrize("text", ["\ufeffn,name\n1,x\u200b\n", "n,name\n1,x\n\ufeff2,y\n"])
def test_signs_that_cannot_be_seen_elsewhere_are_not_told(reader: Reader, text: str) -> None:
    assert "HIDDEN_CHARACTERS" not in warnings_of(reader.read(text))


def test_mac_roman_is_shown_where_capitals_stand_within_words(reader: Reader) -> None:
    content = "name;ort\nMüller;Köln\nGroß;Bär\n".encode("mac_roman")
    (problem,) = [p for p in reader.read(content).problems if p.code == "ENCODING_ASSUMED"]
    assert '"Müller;Köln" in Mac Roman' in problem.message


CZECH = (
    "jméno;město;výrobek\nJiří;Příbram;žlutá řepa\n"
    "Štěpánka;Brno;kůň a sůl\nTomáš;Třebíč;dřevěný vůz\n"
)
POLISH = (
    "imię;miasto;towar\nŁukasz;Łódź;żółta gęś\nAgnieszka;Gdańsk;świeży chleb\nPaweł;Wrocław;ćma\n"
)
HUNGARIAN = (
    "név;város;áru\nGergő;Győr;szőlő\nKatalin;Székesfehérvár;erős fűszer\n"
    "Ákos;Nyíregyháza;gyűrű és kő\nDezső;Szőreg;tükör\n"
)
SLOVAK = (
    "meno;mesto;tovar\nĽubomír;Košice;čierny kôň\n"
    "Ďuro;Žilina;päť vrecúšok\nAnička;Trenčín;čučoriedky\n"
)
CROATIAN = (
    "ime;grad\nIvančić;Šibenik\nJurković;Čakovec\nĐurđa;Požega\nPerić;Bjelovar\nBabić;Poreč\n"
)


@pytest.mark.parametrize("text", [CZECH, POLISH, HUNGARIAN, SLOVAK, CROATIAN])
@pytest.mark.parametrize("before", ["", "a;1;b\n" * 200_000])
def test_windows_1250_is_read_where_one_language_of_its_own_explains_the_words(
    reader: Reader, text: str, before: str
) -> None:
    width = text.partition("\n")[0].count(";")
    filler = before if width == 2 else before.replace(";b", "")
    result = reader.read((filler + text).encode("cp1250"), header=False)
    assert result.dialect
    assert result.dialect.encoding == "cp1250"
    (problem,) = [p for p in result.problems if p.code == "ENCODING_ASSUMED"]
    assert "it was read as Windows-1250. A part of line" in problem.message
    rows = reader.rows((filler + text).encode("cp1250"), header=False)
    assert rows[-1] == text.splitlines()[-1].split(";")


@pytest.mark.parametrize(
    "text",
    [
        "name;città\nNicolò;Forlì\nperché;più\nè;caffè\nvirtù;libertà\n" * 20,
        "nom;ville\nZoé;Nîmes\nFrançois;Besançon\nAnaïs;Sète\nhôtel;août\n" * 20,
        "pessoa;cidade\nJoão;Guarujá\nSimões;Camões\nInês;Évora\nações;opções\n" * 20,
        "navn;by\nSøren;Ålborg\nÅse;Tromsø\nBjørn;Ærø\n" * 20,
        "nimi;linn\nJõgi;Põlva\nTõnu;Võru\nÜlle;Jõhvi\nPärnu;Sõmeru\n" * 20,
        # Names of several languages, of which one alone has a letter that would be another.
        "name;city\nJosé;Málaga\nMüller;Köln\nGarcía;León\nSimões;Zürich\n" * 20,
        "name;city\nPeña;Zürich\nSøren;Genève\nJosé;Århus\nMüller;Besançon\nŠimic;Porto\n" * 20,
    ],
    ids=["italian", "french", "portuguese", "danish", "estonian", "hungarian letters", "mixed"],
)
def test_languages_of_western_europe_are_read_as_windows_1252(reader: Reader, text: str) -> None:
    result = reader.read(text.encode("cp1252"))
    assert result.dialect
    assert result.dialect.encoding == "cp1252"


def test_where_few_words_tell_windows_1250_it_is_shown(reader: Reader) -> None:
    text = "město;počet\nBrno;1\nPříbram;2\nHodonín;3\n"
    result = reader.read(text.encode("cp1250"))
    (problem,) = [p for p in result.problems if p.code == "ENCODING_ASSUMED"]
    assert "read as Windows-1252" in problem.message
    assert problem.message.endswith('it would read "město;počet" in Windows-1250')


@pytest.mark.parametrize("encoding", ["iso8859-2", "cp852", "mac_latin2"])
def test_other_encodings_of_central_europe_are_not_taken_for_it(
    reader: Reader, encoding: str
) -> None:
    for text in (CZECH, POLISH, SLOVAK):
        dialect = reader.read(text.encode(encoding)).dialect
        assert dialect is None or dialect.encoding != "cp1250"


MARK = codecs.BOM_UTF8


def test_a_damaged_byte_behind_the_mark_is_told_with_its_line(reader: Reader) -> None:
    result = reader.read(MARK + b"name,city\nAna,Oslo\nBo,M\xe1laga\n")
    assert result.dialect
    assert (result.dialect.encoding, result.column_names) == ("utf-8", ["name", "city"])
    assert [row["cells"] for row in result.preview] == [["Ana", "Oslo"], ["Bo", "M\ufffdlaga"]]
    (problem,) = result.problems
    found = problem.severity, problem.code, problem.line, problem.count
    assert found == ("warning", "ENCODING_DAMAGED", 3, 1)
    assert 'If "Bo,Málaga" looks right, choose Windows-1252' in problem.message


@pytest.mark.parametrize("n_damaged", [4, 5, 20])
def test_few_damaged_bytes_among_many_letters_are_told(reader: Reader, n_damaged: int) -> None:
    text = "name,city\n" + "Zoë,日本\n" * 10_000
    content = MARK + text.encode() + b"caf\xe9,x\n" * n_damaged
    result = reader.read(content)
    assert [(p.code, p.count) for p in result.problems] == [("ENCODING_DAMAGED", n_damaged)]
    assert reader.rows(content)[-1] == ["caf\ufffd", "x"]


@pytest.mark.parametrize("encoding", ["cp1252", "cp1250"])
def test_many_bytes_that_are_no_utf8_make_the_mark_wrong(reader: Reader, encoding: str) -> None:
    text = TEXT * 3 if encoding == "cp1252" else CZECH
    result = reader.read(MARK + text.encode(encoding))
    assert result.dialect
    assert result.dialect.encoding == encoding
    assert result.column_names == text.partition("\n")[0].split(";")
    (problem,) = [p for p in result.problems if p.code == "ENCODING_ASSUMED"]
    assert "begins with the mark of UTF-8, but it is not UTF-8; it was read as" in problem.message
    assert "would read" not in problem.message


def test_bytes_of_two_encodings_behind_the_mark_are_refused(reader: Reader) -> None:
    content = MARK + b"a,b\n" + "ë,ö\n".encode() * 10 + b"\xe9,1\n" * 10
    code, _message, line = reader.refusal(content)
    assert (code, line) == ("CSV_ENCODING", 12)


def test_a_file_with_the_mark_that_is_cut_within_a_character_is_refused(reader: Reader) -> None:
    code, message, line = reader.refusal(MARK + b"a,b\nx,\xe6\x97")
    assert (code, line) == ("CSV_ENCODING", 2)
    assert message.startswith("The file is UTF-8, but it ends in the middle of a character")


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "cp1250"])
def test_the_mark_is_no_part_of_the_first_name_whatever_is_chosen(
    reader: Reader, encoding: str
) -> None:
    result = reader.read(MARK + b"name,city\nBo,M\xe1laga\n", encoding=encoding)
    assert result.column_names == ["name", "city"]
    assert [row["cells"] for row in result.preview] == [["Bo", "Málaga"]]
