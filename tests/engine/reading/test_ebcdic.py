"""Files of mainframes are named as EBCDIC, and read once that was chosen."""

import random

import pytest

from tests.engine.reading.conftest import Reader

TEXT = "name,value\n" + "".join(f"n{n},{n}.5\n" for n in range(1, 30))
NUMBERS = "".join(f"{n},{n * 7}\n" for n in range(1, 30))


@pytest.mark.parametrize("encoding", ["cp037", "cp500"])
@pytest.mark.parametrize(("text", "first"), [(TEXT, "name,value"), (NUMBERS, "1,7")])
@pytest.mark.parametrize("end", ["\n", "\x85", "\r\n"])
def test_ebcdic_is_named_and_shown(
    reader: Reader, encoding: str, text: str, first: str, end: str
) -> None:
    content = text.replace("\n", end).encode(encoding)
    code, message, line = reader.refusal(content)
    assert (code, line) == ("CSV_ENCODING", 1)
    assert message == (
        "The file is EBCDIC, as mainframes write it. Choose its encoding, such as cp037, cp500 or "
        f'cp273, under "How we read the file": as cp037 it would read "{first}"'
    )
    assert len(reader.rows(content, encoding="cp037")) == 29


@pytest.mark.parametrize("blank", ["\n", "   \n\n"])
def test_a_blank_line_begins_it(reader: Reader, blank: str) -> None:
    content = (blank + TEXT).replace("\n", "\x85").encode("cp037")
    assert reader.refusal(content)[1].endswith('it would read "name,value"')
    assert len(reader.rows(content, encoding="cp037")) == 29


@pytest.mark.parametrize(
    "content",
    [
        "имя,год\nМосква,1\nКиев,2\n".encode("cp1251"),
        "имя,год\rМосква,1\rКиев,2\r".encode("koi8-r"),
        "東京,大阪\n京都,名古屋\n".encode("shift_jis"),
        "naïve,é\r1,2\r3,4\r".encode("latin-1"),
        random.Random(1).randbytes(3_000).translate(None, bytes(range(32))),
    ],
)
def test_other_encodings_are_not_taken_for_it(reader: Reader, content: bytes) -> None:
    assert all("EBCDIC" not in problem.message for problem in reader.read(content).problems)
