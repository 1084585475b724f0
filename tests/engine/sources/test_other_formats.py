"""Files that are no tables: each is named as what it is, and text that looks like it is not."""

import pytest

from tests.engine.reading.conftest import Reader


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"SQLite format 3\0" + b"\1" * 99, "FILE_BINARY", "an SQLite database"),
        (b"{\\rtf1\\ansi Hello}", "FILE_BINARY", "a rich text document"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "FILE_BINARY", "a 7z archive"),
        (b"BZh91AY&SY\0\1\2", "FILE_BINARY", "a bzip2 archive"),
        (b"\xfd7zXZ\0\0", "FILE_BINARY", "an xz archive"),
        (b"a.csv".ljust(257, b"\0") + b"ustar\0" + b"\0" * 200, "FILE_BINARY", "a tar archive"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "FILE_BINARY", "a picture"),
        (b'<?xml version="1.0"?><rows/>', "FILE_XML", "an XML document"),
        (b'<?xml version="1.0"?>\n<svg xmlns="a"/>', "FILE_XML", "a picture"),
        (b'[{"a": 1}, {"a": 2}]', "FILE_JSON", "a JSON document"),
        (b'{"data": [1,\n 2]}', "FILE_JSON", "a JSON document"),
        (b'\xef\xbb\xbf  {\n"a": {"b": "c"}}', "FILE_JSON", "a JSON document"),
        (b'[{"a": "' + b"x" * 200_000 + b'"}]', "FILE_JSON", "a JSON document"),
        (b"[" * 100_000, "FILE_JSON", "a JSON document"),
        (b"[" + b"1" * 60_000 + b"]", "FILE_JSON", "a JSON document"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"),
            "FILE_BINARY",
            "a Word document",
        ),
    ],
)
def test_file_is_named(reader: Reader, content: bytes, code: str, words: str) -> None:
    found, message, _line = reader.refusal(content, name="f")
    assert (found, words in message) == (code, True), message


@pytest.mark.parametrize(
    "text",
    [
        "<script>,=cmd()\n1,2\n",
        "BM,x\n1,2\n",
        "BZh,RIFF\n1,2\n",
        "GIF89a,b\n1,2\n",
        "{a},{b}\n1,2\n",
        "[1],[2]\n3,4\n",
        "[a],b\n1,2\n",
        "%,b\n1,2\n",
        "PK,b\n1,2\n",
    ],
)
def test_text_that_looks_like_something_else_is_read(reader: Reader, text: str) -> None:
    assert reader.read(text, header=True).column_names == text.splitlines()[0].split(",")
    assert len(reader.rows(text, header=True)) == 1
