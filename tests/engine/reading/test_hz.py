"""Chinese in HZ, and braces of ASCII beside tildes, which are none."""

import pytest

from tests.engine.reading.conftest import Reader


def test_hz_is_found_by_what_stands_between_its_braces(reader: Reader) -> None:
    text = "姓名,年龄\n" + "张伟,34\n" * 30_000
    result = reader.read(text.encode("hz"))
    assert result.column_names == ["姓名", "年龄"]
    assert [(p.code, "read as HZ" in p.message) for p in result.problems] == [
        ("ENCODING_ASSUMED", True)
    ]
    for plain in ("a,b\n~{x~},1\n", "a,b\n~{PUC{~},~5\n", "a,b\n~{ab,1\ny~},2\n"):
        assert not reader.read(plain).problems


@pytest.mark.parametrize(
    "names", ["姓名（全）,年龄", "日期：,金额", "第１列,列", "ab,姓名~,x~~", "金额,列"]
)
def test_hz_has_punctuation_and_wide_signs_in_its_words(reader: Reader, names: str) -> None:
    result = reader.read(f"{names}\n{'1,' * names.count(',')}2\n".encode("hz"))
    assert result.column_names == names.split(",")
    assert [problem.code for problem in result.problems] == ["ENCODING_ASSUMED"]


@pytest.mark.parametrize(
    "cell",
    [
        "Dear ~{Name~} hello", "Dear ~{NAME~} hello", "~{Name~} foo~~bar", "~{ab~}", "~{No~}",
        "~{ab~} ends in ~", "~{UserID~}", "~{PUC{~} or ~5", "~{PUC{~", "~{#(#)~}",
    ],
)  # fmt: skip
def test_braces_of_ascii_are_no_hz(reader: Reader, cell: str) -> None:
    assert reader.rows(f"text,n\n{cell},1\nplain,2\n") == [[cell, "1"], ["plain", "2"]]
    assert reader.rows(f"n,text\n1,{cell}\n2,plain\n") == [["1", cell], ["2", "plain"]]


def test_a_word_of_hz_may_stand_where_two_parts_of_a_file_meet(reader: Reader) -> None:
    text = "a,b\n" + "x,plain words\n" * 74_897 + "x" * 8  # 6 bytes less than 1 MB
    result = reader.read(f"{text},年龄\n".encode("hz"))
    assert [problem.code for problem in result.problems] == ["ENCODING_ASSUMED"]
