"""Tables that begin as files of other kinds do are read: one column, a report, HTML."""

import pytest

from tests.engine.reading.conftest import Reader

REPORT = "Report: Sales\nFrom: 2024-01-01\nTo: 2024-01-31\nDate: 2024-02-01\n\n"
MAIL = "To: b@c.d\nSubject: hi, you\nDate: Mon, 1 Jan 2024\n"
ROWS = "region,amount\n" + "".join(f"r{n},{n}\n" for n in range(1, 9))
VERSIONS = "A\n{}\n{}\n{}\n5\nUTF-8\n531\n1\n"


@pytest.mark.parametrize(
    "text",
    [
        "city\nparis\nquito\nrome\n", "client\nana\nquim\n", "code_name\nalpha\n(beta)\n",
        "class\na\np1\n", "class\na\np1\n(b)\n", "country\nPeru\nqatar\n", "A\n2\n10500\n20300\n",
        "A\n2\n105000\n203000\n", "RDX3\n1\n2\n", "RDA2\n1\n2\n", "c1\nx\nq.\n",
    ],
)  # fmt: skip
def test_one_column_is_no_program_s_file(reader: Reader, text: str) -> None:
    result = reader.read(text, header=True)
    assert not result.refused, result.problems
    assert (result.column_names, result.n_rows) == ([text.split("\n")[0]], text.count("\n") - 1)


@pytest.mark.parametrize(
    "text",
    [
        "(quantity),price\n1,2\n", "]q,b\n1,2\n", "(dp,b\n1,2\n", "}q.,b\n1,2\n",
        f"{'a' * 200},{'b' * 56}ustar\n1,2\n", "name,ASCII SPSS PORT FILE\n1,2\n",
        "RIFF1234WEBP,b\n1,2\n", "abcdftypheic,b\n1,2\n",
        "use,query\n1,\"\ninsert into t values (1)\"\n",
        "use;query\n1;\"\ninsert into t values (1)\"\n",
        "set\tquery\n1\t\"\ncreate table t (a)\"\n",
        "use case,query\n1,\"\ninsert into t values (1)\"\n",
    ],
)  # fmt: skip
def test_names_are_no_program_s_file(reader: Reader, text: str) -> None:
    separator = next(sign for sign in ",;\t" if sign in text)
    result = reader.read(text, header=True, header_line=1)
    assert not result.refused, result.problems
    assert (result.column_names, result.n_rows) == (text.split("\n")[0].split(separator), 1)


@pytest.mark.parametrize(
    "text",
    [
        "<p><b>Good</b></p>,1\n", "<b><i>t</i></b>;5\n", "<b><i>t</i></b>\t5\n",
        "<br><b>t</b>, 5\n", "<br/><b>t</b>|5\n", "<b><i>t</i></b>,<b>u</b>\n",
    ],
)  # fmt: skip
def test_cells_of_html_are_no_xml(reader: Reader, text: str) -> None:
    result = reader.read("".join(text.replace("t", f"t{n}") for n in range(9)), header=False)
    assert not result.refused, result.problems
    assert (len(result.column_names), result.n_rows) == (2, 9)


def test_a_comma_in_the_first_line_of_xml_makes_no_table(reader: Reader) -> None:
    for text in ('<r><a t="x">1</a>, <b/></r>\n', '<r a="1"><b n="x, y"/></r>\n'):
        assert reader.refusal(text)[0] == "FILE_XML"


def test_a_report_with_dates_is_no_mail(reader: Reader) -> None:
    result = reader.read(REPORT + ROWS)
    assert not result.refused, result.problems
    assert (result.column_names, result.n_rows) == (["region", "amount"], 8)


@pytest.mark.parametrize("more", ["From: A <a@b.c>\n", "From: A\nMessage-ID: <1>\n"])
def test_a_mail_without_much_is_named(reader: Reader, more: str) -> None:
    _code, message, _line = reader.refusal(more + MAIL + "\nHello, there\n", name="f")
    assert message.startswith("f is an e-mail")


@pytest.mark.parametrize(
    "lines",
    ["1 10:30\n2 11:45\n", "1 10:30 11:45\n2 11:00 12:15\n", "1 1:23.45\n2 1:24.50\n",
     "1 10:30:05\n2 11:45:10\n", "3 2:1\n4 3:2\n"],
)  # fmt: skip
def test_times_are_no_numbered_values(reader: Reader, lines: str) -> None:
    result = reader.read(lines * 9, header=False)
    assert not result.refused, result.problems
    assert result.n_rows == 18


def test_numbered_values_that_are_whole_are_named(reader: Reader) -> None:
    _code, message, _line = reader.refusal("-1 3:1 11:1\n1 5:1\n1 10:30 11:5\n", name="f")
    assert message.startswith("f is a LIBSVM file")


@pytest.mark.parametrize(
    "text",
    ["ccopy_reg\n_reconstructor\np1\n(c__main__\nFoo\np2\nc__builtin__\n", "(lp1\nI1\naI2\na.",
     "(dp1\nS'a'\np2\nI1\ns."],
)  # fmt: skip
def test_a_pickle_of_python_2_is_named(reader: Reader, text: str) -> None:
    assert reader.refusal(text, name="f")[1].startswith("f is a Python pickle")


@pytest.mark.parametrize(
    "text", [VERSIONS.format(2, 197636, 131840), "RDA3\n" + VERSIONS.format(3, 262657, 197888)]
)
def test_data_of_r_written_as_text_are_named(reader: Reader, text: str) -> None:
    assert reader.refusal(text, name="f")[1].startswith("f is an R data file")


def test_a_portable_file_is_named(reader: Reader) -> None:
    for end in ("", "\r\n"):
        text = "ASCII SPSS PORT FILE".ljust(40) * 5 + "0" * 256 + "SPSSPORTA8/20240101"
        lines = end.join(text[n : n + 80] for n in range(0, len(text), 80))
        assert reader.refusal(lines, name="f")[1].startswith("f is an SPSS file")


def test_what_may_be_a_table_is_read_with_a_separator(reader: Reader) -> None:
    advice = 'If it is a table all the same, choose its separator under "How we read the file"'
    for text in (
        "- a: 1,2\n  b: x,y\n- a: 2,3\n  b: y,z\n",
        "<r>\n<a>1,2</a>\n<a>2,3</a>\n</r>\n",
    ):
        assert reader.refusal(text)[1].endswith(f". {advice}")
        assert reader.read(text, delimiter=",", bad_lines="skip").dialect
    assert advice not in reader.refusal("%PDF-1.4\n1 0 obj\n")[1]
