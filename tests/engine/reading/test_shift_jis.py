"""Shift JIS is read by itself, aloud; nothing else is taken for it."""

import pytest

from tasks.engine.reader.shift_jis import are_shift_jis
from tests.engine.reading.conftest import Reader, warnings_of

TEXTS = (
    "名前,市\n山田太郎,東京都、大阪\nジョン,大阪\n",
    "市区町村,人口\n札幌市,1973395\n仙台市,1096704\n",
    '"都道府県","うち女性"\n"北海道","2,738"\n"青森","656"\n',
)
OTHERS = [
    ("naïve,Müller,größe,Öl,Åsa,façade\nÉlodie,São,Ñandú,Gießen,Köln,Lübeck\n", encoding)
    for encoding in ("cp850", "mac-roman", "cp858", "cp1252")
] + [
    ("имя,город\nИван,Тула\nПётр,Санкт-Петербург\n", encoding)
    for encoding in ("cp866", "koi8-r", "cp1251", "mac-cyrillic")
] + [
    ("姓名,城市\n王小明,北京市\n李雷,上海\n", "gb18030"), ("姓名,城市\n王小明,臺北市\n", "big5"),
    ("이름,도시\n김철수,서울\n", "euc-kr"), ("名前,市\n山田太郎,東京都、大阪\n", "euc_jp"),
    ("όνομα,πόλη\nΜαρία,Αθήνα\n", "cp1253"), ("ชื่อ,เมือง\nสมชาย,กรุงเทพ\n", "cp874"),
    ("ｱｲｳ,1\nｶｷｸ,2\n", "shift_jis"), ("Öl,ÄÖÜ\nÜÄ,ÉÈ\n", "cp850"),
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("before", ["", "a,1\n" * 300_000])
def test_shift_jis_is_read_and_told(reader: Reader, text: str, before: str) -> None:
    content = (before + text).encode("shift_jis")
    result = reader.read(content)
    assert result.dialect is not None
    assert result.dialect.encoding == "cp932"
    assert "ENCODING_ASSUMED" in warnings_of(result)
    (problem,) = [p for p in result.problems if p.code == "ENCODING_ASSUMED"]
    assert (
        f"it was read as Shift JIS. A part of line {1 + before.count(chr(10))}" in problem.message
    )
    assert f'"{text.splitlines()[0]}"' in problem.message
    assert reader.rows(content)[-1][0] == text.splitlines()[-1].partition(",")[0].strip('"')


def test_signs_that_windows_added_are_read(reader: Reader) -> None:
    content = "番号,区分\n①,第一\n②,第二\n③,第三\n".encode("cp932")
    assert reader.rows(content)[0] == ["①", "第一"]


@pytest.mark.parametrize("kind", ["第一", "①"])
def test_a_tilde_is_the_same_beside_signs_that_windows_added_and_without(
    reader: Reader, kind: str
) -> None:
    row = ["１\uff0d２", "本社\uff5e支店", kind]
    content = "番号,区分,種類\n" + f"{','.join(row)}\n" * 9
    assert reader.rows(content.encode("cp932")) == [row] * 9


@pytest.mark.parametrize(("text", "encoding"), OTHERS)
def test_other_encodings_are_not_taken_for_shift_jis(text: str, encoding: str) -> None:
    assert not are_shift_jis(text.encode(encoding))


def test_no_lines_are_none() -> None:
    assert not are_shift_jis(b"")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("ЦЕНА;ДАТА\n1;2\n3;4\n", "cp866"), ("id;river\n" + "1;МОРЕ\n2;РЕКА\n" * 20, "cp866"),
     ("МОСКВА;КАЗАНЬ\nСАМАРА;ОМСК\n", "cp866"), ("ΠΟΛΗ;ΕΤΟΣ\n1;2\n", "cp737")],
)  # fmt: skip
def test_capitals_of_dos_are_not_taken_for_kanji(reader: Reader, text: str, encoding: str) -> None:
    code, message, _line = reader.refusal(text.encode(encoding))
    assert code == "CSV_ENCODING"
    assert "cp866" in message
