"""What holds for any file: it is a table or it is refused, and what is a table is true."""

import csv
import gzip
import io
import json
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.engine.table import tables
from tests.engine.reading.conftest import Reader
from tests.sampling import examples

CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
CELLS = st.text(CHARACTERS, max_size=8) | st.sampled_from(
    ["", '"', ",", "\n", "\r\n", "a\r\nb", "1,5", "NA", " x ", "1e999", "2026-01-02", "0"]
)
PIECES = st.sampled_from(
    [b",", b";", b"\t", b"|", b'"', b"\n", b"\r\n", b"\r", b"a", b"1", b"1.5", b" ", b"\xe9",
     b"\xc3\xa9", b"\xff\xfe", b"\xef\xbb\xbf", b"\0", b"NA", b"1e308", b"-1e308", b"2020-01-01"]
)  # fmt: skip
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "delimiter": st.sampled_from([",", ";", "\t", "|", " "]),
        "encoding": st.sampled_from(["utf-8", "utf-16", "cp1252", "latin-1", "shift_jis"]),
        "header": st.booleans(),
        "decimal": st.sampled_from([".", ","]),
        "bad_lines": st.sampled_from(["refuse", "skip", "pad"]),
    },
)
ANY_SPEED = settings(
    deadline=None, max_examples=examples(200), suppress_health_check=[HealthCheck.too_slow]
)


@st.composite
def tables_of_cells(draw: st.DrawFn) -> list[list[str]]:
    """Draw a header of different names and rows of any cells."""
    width = draw(st.integers(2, 5))
    name = CELLS.map(str.strip).filter(lambda text: text not in {"", "__line__", "\ufeff"})
    header = draw(st.lists(name, min_size=width, max_size=width, unique=True))
    row = st.lists(CELLS, min_size=width, max_size=width)
    return [header, *draw(st.lists(row, min_size=1, max_size=8))]


@ANY_SPEED
@given(st.lists(PIECES, max_size=60).map(b"".join) | st.binary(max_size=300), OPTIONS)
def test_any_bytes_are_a_table_or_refused(content: bytes, options: dict[str, object]) -> None:
    for whole in (content, gzip.compress(content), gzip.compress(content)[:-5]):
        with tempfile.TemporaryDirectory() as folder:
            reader = Reader(Path(folder))
            result = reader.read(whole, **options)
            assert reader.table.exists() is not result.refused
            json.dumps([problem.as_dict() for problem in result.problems], allow_nan=False)
            if not result.refused:
                assert all(result.column_names)
                columns = reader.profile(whole, **options).columns
                json.dumps(columns, allow_nan=False)
                assert [c["name"] for c in columns] == result.column_names
                assert all(c["missing"] + c["count"] == result.n_rows for c in columns)


@ANY_SPEED
@given(
    tables_of_cells(),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_table_comes_back_as_it_was_written(
    cells: list[list[str]], delimiter: str, end: str, encoding: str, quoting: int
) -> None:
    text = io.StringIO(newline="")
    # Without this a carriage return goes unquoted where lines end with LF.
    quoting = csv.QUOTE_ALL if any("\r" in c for row in cells for c in row) else quoting
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(cells)
    content = text.getvalue().encode(encoding)
    with tempfile.TemporaryDirectory() as folder:
        reader = Reader(Path(folder))
        chosen = "utf-16" if encoding == "utf-16" else "utf-8"
        result = reader.read(
            content, delimiter=delimiter, header=True, header_line=1, header_lines=1,
            encoding=chosen,
        )  # fmt: skip
        if result.refused:  # all that is in it is space, or too many control characters
            assert result.problems[-1].code in {"FILE_EMPTY", "FILE_BINARY"}
            return
        out = io.BytesIO()
        tables.write_csv(reader.table, out)
        again = list(csv.reader(io.StringIO(out.getvalue().decode(), newline="")))
        assert again[0] == [name.strip() for name in cells[0]]
        names = [name.strip() for name in cells[0]]
        assert again[1:] == [row for row in cells[1:] if row != names]  # the names once more
        lines = tables.read_rows(reader.table, 0, 100)[2]
    starts, line = [], 1
    for row in cells:
        starts += [line] if row != names else []
        line += 1 + sum(cell.count("\n") for cell in row)
    assert lines == (starts if cells[0] == names else starts[1:])
