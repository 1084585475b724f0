"""Texts of other kinds are refused by name; a table that only begins like one is read."""

import pickle
import time
from typing import Any

import pytest

from tasks.engine.reader.text_formats import find_text_format
from tests.engine.reading.conftest import Reader

SQL = "INSERT INTO t (a,b) VALUES (1,'x');\nINSERT INTO t (a,b) VALUES (2,'y');\n"
ARFF = "@relation iris\n@attribute length numeric\n@attribute class {a,b}\n@data\n5.1,a\n4.9,b\n"
MAIL = "From: A <a@b.c>\nTo: b@c.d\nSubject: hi, you\nDate: Mon, 1 Jan 2024\n\nHello, there\n"
SYLK = 'ID;PWXL;N;E\nP;PGeneral\nC;Y1;X1;K"a"\nC;X2;K"b"\nC;Y2;X1;K1\nE\n'


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (SQL, "an SQL script"),
        ("-- MySQL dump\n/*!40101 SET NAMES utf8 */;\nDROP TABLE `t`;\n" + SQL, "an SQL script"),
        ("PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE t(a,b);\n", "an SQL script"),
        ("USE [db]\nGO\nINSERT [dbo].[t] ([a], [b]) VALUES (1, N'x')\n", "an SQL script"),
        ("SET x = 0;\n\nCOPY public.t (a, b) FROM stdin;\n1\t2\n3\t4\n\\.\n", "an SQL script"),
        (ARFF, "an ARFF file"),
        ("% 1. Title: Iris, a table\n%\n" + ARFF.upper(), "an ARFF file"),
        ("- a: 1\n  b: x\n- a: 2\n  b: y\n", "a YAML document"),
        ("---\n- a: 1\n- a: 2\n", "a YAML document"),
        ("name: x\nlist:\n  - a: 1\n  - a: 2\n", "a YAML document"),
        ("[a]\nb = 1, 2\nc = 3, 4\n", "a file of settings"),
        (MAIL, "an e-mail"),
        (f"From a@b.c Mon Jan  1 00:00:00 2024\n{MAIL}", "an e-mail"),
        (SYLK, "a SYLK spreadsheet"),
        ("1 1:0.5 3:0.2\n-1 2:0.1 3:0.7\n", "a LIBSVM file"),
        ("[{'a': 1, 'b': 2},\n {'a': 3, 'b': 4}]\n", "data as Python prints it"),
        ('var data = [{"a": 1},\n{"a": 2}];\n', "a JavaScript program"),
        ('callback([{"a": 1}, {"a": 2}]);\n', "a JSON document in a call"),
        (
            "version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 1\n",
            "a pointer of Git",
        ),
        ("\\begin{tabular}{l}\na & b \\\\\n\\end{tabular}\n", "a LaTeX document"),
        ("\ufeff%PDF-1.4\n1 0 obj\n", "a PDF"),
        ("BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n", "a calendar"),
        ('<svg\n xmlns="x">\n<path/>\n</svg>\n', "a picture"),
    ],
)
def test_text_of_another_kind_is_named(reader: Reader, text: str, what: str) -> None:
    for content in (text, text.replace("\n", "\r\n")):
        code, message, _line = reader.refusal(content, name="f")
        assert code == "FILE_OTHER"
        assert message.startswith(f"f is {what}")
        assert ", not a CSV. " in message


@pytest.mark.parametrize(
    "text",
    [
        '<rows>\n <row a="1"/>\n <row a="2"/>\n</rows>\n',
        "<!-- a -->\n<rows><row><a>1</a></row></rows>\n",
        '<!DOCTYPE rows SYSTEM "a.dtd">\n<rows>\n<r/>\n</rows>\n',
        '<?xml version="1.0" encoding="utf-16"?>\n<r>\n<a>1</a>\n</r>\n',
    ],
)
def test_xml_is_named_whatever_it_begins_with(reader: Reader, text: str) -> None:
    for content in (text.encode(), text.encode("utf-16")):
        code, message, _line = reader.refusal(content, name="f")
        assert code == "FILE_XML"
        assert message.startswith("f is an XML document, not a CSV. Save ")


@pytest.mark.parametrize(
    "text",
    ['{"a": 1}{"a": 2}\n', '[{"a": 1, "b": 2},\n{"a": 3,, "b": 4}]\n', '{\n"a": 1,\n"b": x\n}\n'],
)
def test_json_is_named_though_it_is_broken(reader: Reader, text: str) -> None:
    assert reader.refusal(text)[0] == "FILE_JSON"
    assert reader.refusal(text.encode("utf-16"))[0] == "FILE_JSON"


def test_a_workbook_that_was_saved_as_a_page_is_a_workbook(reader: Reader) -> None:
    page = '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table><tr><td>1</table></html>'
    assert reader.refusal(page)[0] == "FILE_XLSX"


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("data", [{"a": [1, 2]}, [1, 2, 3], pytest], ids=["dict", "list", "class"])
def test_a_pickle_is_named(reader: Reader, protocol: int, data: Any) -> None:
    if data is pytest:
        data = ValueError("a")
    code, message, _line = reader.refusal(pickle.dumps(data, protocol=protocol), name="f")
    assert (code, message[:20]) == ("FILE_BINARY", "f is a Python pickle")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"ORC\x0a\x06\x12\x04\x08\0" * 20, "an ORC file"),
        (b"FEA1" + bytes(60), "a Feather file"),
        (b"\xff\xff\xff\xff\x78\x02\0\0\x10\0\0\0", "an Arrow file"),
        (b"$FL2@(#) SPSS DATA FILE" + bytes(60), "an SPSS file"),
        (b"<stata_dta><header><release>118", "a Stata file"),
        (b"\x72\x02\x01\0\x02\0" + bytes(200), "a Stata file"),
        (bytes(12) + b"\xc2\xea\x81\x60\xb3\x14\x11\xcf" + bytes(99), "a SAS table"),
        (b"X\n\0\0\0\x03\0\4\1\0" + bytes(99), "an R data file"),
        (b"RDX3\nX\n\0\0\0\x03" + bytes(99), "an R data file"),
        (b"\0\1\0\0Standard ACE DB\0" + bytes(99), "an Access database"),
        (b"\x03\x5f\x07\x1a\x02\0\0\0\x61\0\x0b\0" + bytes(99), "a dBase table"),
        (b"RIFF\x24\0\0\0WEBPVP8 " + bytes(50), "a picture"),
        (b"RIFF\x24\0\0\0WAVEfmt " + bytes(50), "a sound recording"),
        (b"\0\0\0\x18ftypmp42" + bytes(50), "a video"),
        (b"]\0\0\x80\0" + b"\xff" * 8 + bytes(30), "an LZMA archive"),
        (b"\x1f\x9d\x90abc" + bytes(30), "a .Z archive"),
    ],
)
def test_file_that_is_no_text_is_named(reader: Reader, content: bytes, what: str) -> None:
    code, message, _line = reader.refusal(content, name="f")
    assert (code, message[: len(what) + 5]) == ("FILE_BINARY", f"f is {what}")
    assert ", not a text file. " in message


@pytest.mark.parametrize(
    "text",
    [
        "INSERT,b\n1,2\n", "INSERT INTO,VALUES\n1,2\n", "insert into t values,b\n1,2\n",
        "CREATE,TABLE\n1,2\n", "set,table\n1,2\n", "{,}\n1,2\n", "{a,b}\n1,2\n", "[,]\n1,2\n",
        "@relation,@attribute\na,b\n", "@data,b\n1,2\n", "%PDF,b\n1,2\n", "ID;Price\nA;5\nB;6\n",
        "ID;Py\nP;P\nC;K\n", "<a>,<b>\n1,2\n", "<rows>,b\n1,2\n", "From: A,To: b\n1,2\n",
        "Subject: hi,Date: 1\n1,2\n", "---,b\n1,2\n", "- a: 1,b\n1,2\n", "a: 1,b: 2\nc: 3,d: 4\n",
        "[a],[b]\nc = 1,d = 2\n", "TABLE,b\n0,1\n", "var data,b\n1,2\n", "ORC,FEA1\n1,2\n",
        "RDX3,b\n1,2\n", "cos,sin\nx,y\n", "fLaC,OggS\n1,2\n", "ID3,C4.5\n1,2\n",
        "1:2 3:4,b\n1,2\n", "BEGIN:VCARD,b\n1,2\n", "]a,b\n1,2\n", "call([{,b\n1,2\n",
        "select,from\n1,2\n", "Date: Mon,From: x\nSubject: a,b\n\n1,2\n", "#,--\n1,2\n",
    ],
)  # fmt: skip
def test_a_table_that_looks_like_something_else_is_read(reader: Reader, text: str) -> None:
    names = text.splitlines()[0].split(";" if ";" in text else ",")
    result = reader.read(text, header=True, header_line=1)
    assert not result.refused, result.problems
    assert result.column_names == names


@pytest.mark.parametrize(
    "begin",
    ["@relation a\n", "{", "[{", "---", "ID;P\n", "<a ", "<!--", "INSERT INTO t (", "/*",
     "var a = [", "From: a\n", "- ", "[a]\n", "% a\n", "INSERT INTO t VALUES"],
)  # fmt: skip
@pytest.mark.parametrize("filler", ["\n", " ", "- ", "a;\n", "--\n", "(", "a: ", "<"])
def test_no_text_takes_long(begin: str, filler: str) -> None:
    started = time.process_time()
    find_text_format(begin + filler * (65_536 // len(filler)))
    assert time.process_time() - started < 1


def test_a_person_who_says_what_separates_is_believed(reader: Reader) -> None:
    assert reader.refusal(SQL)[0] == "FILE_OTHER"
    result = reader.read(SQL, delimiter=",")
    assert not result.refused, result.problems
