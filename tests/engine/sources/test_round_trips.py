"""Tables that are written in any way that is read come back as they were."""

import csv
import gzip
import io
import json
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.engine.reader.dialects import ReadOptions
from tasks.engine.table import tables
from tasks.engine.table.tabular import read_table
from tests.sampling import examples

ANY_SPEED = settings(
    deadline=None, max_examples=examples(50), suppress_health_check=[HealthCheck.too_slow]
)
LETTERS = "abcdefghijklmnopqrstuvwxyzäöüéßñ"
WORDS = st.text(LETTERS, min_size=2, max_size=9)
# What stands in the files of people: no cell of them decides alone how a line is split.
CELLS = {
    "word": WORDS,
    "number": st.integers(-9999, 9999).map(str) | st.floats(-99, 99).map("{:.2f}".format),
    "date": st.dates().map(str),
    "sentence": st.lists(WORDS, min_size=2, max_size=5).map(" ".join),
    "clause": st.lists(WORDS, min_size=2, max_size=3).map(", ".join),
    "speech": st.tuples(WORDS, WORDS).map('{0[0]} "{0[1]}" end'.format),
    "lines": st.tuples(WORDS, WORDS).map("\n".join),
}
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@st.composite
def plain_tables(draw: st.DrawFn) -> list[list[str]]:
    """Draw a table of named columns, each of one kind, with at least five rows."""
    kinds = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=3, max_size=6))
    kinds[0] = "word"
    names = [f"{kind}_{n}" for n, kind in enumerate(kinds)]
    row = st.tuples(*(CELLS[kind] for kind in kinds)).map(list)
    return [names, *draw(st.lists(row, min_size=5, max_size=12))]


def written(table: list[list[str]], **dialect: object) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, **dialect).writerows(table)
    return out.getvalue()


def read(content: bytes, name: str = "f.csv", **options: object) -> list[list[str | None]]:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "source", Path(folder) / "table.parquet"
        source.write_bytes(content)
        result = read_table(source, target, file_name=name, options=ReadOptions(**options))
        assert not result.refused, result.problems
        return [result.column_names, *tables.read_rows(target, 0, 1000)[1]]


@ANY_SPEED
@given(
    plain_tables(),
    st.sampled_from([",", ";", "\t", "|"]),
    st.fixed_dictionaries(
        {
            "lineterminator": st.sampled_from(["\n", "\r\n"]),
            "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
        }
    ),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from([bytes, gzip.compress, lambda c: pa.compress(c, "zstd", asbytes=True)]),
)
def test_what_people_write_is_found_out(table, delimiter, style, encoding, pack) -> None:
    text = written(table, delimiter=delimiter, **style)
    assert read(pack(text.encode(encoding))) == table


@ANY_SPEED
@given(
    st.lists(st.tuples(ANY_TEXT, ANY_TEXT, ANY_TEXT).map(list), min_size=1, max_size=6),
    st.sampled_from([",", ";", "\t", "|", "~", " "]),
    st.sampled_from(["utf-8", "utf-16", "utf-32", "gb18030"]),
)
def test_what_is_told_is_kept_to(rows, delimiter, encoding) -> None:
    table = [["a", "b", "c"], *rows]
    text = written(table, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    options = {"delimiter": delimiter, "encoding": encoding, "header": True}
    assert read(text.encode(encoding), **options) == table


@ANY_SPEED
@given(st.lists(st.tuples(ANY_TEXT, st.none() | ANY_TEXT).map(list), min_size=1, max_size=9))
def test_parquet_and_json_lines_keep_any_text(rows) -> None:
    table = [["a", "b"], *rows]
    columns = {name: [row[n] for row in rows] for n, name in enumerate(table[0])}
    out = io.BytesIO()
    pq.write_table(pa.table(columns, pa.schema([("a", pa.string()), ("b", pa.string())])), out)
    assert read(out.getvalue(), "f.parquet") == table
    for ascii_only in (True, False):
        lines = (json.dumps({"a": a, "b": b}, ensure_ascii=ascii_only) + "\n" for a, b in rows)
        assert read("".join(lines).encode(), "f.jsonl") == table


@ANY_SPEED
@given(
    st.lists(st.none() | st.floats(width=32), min_size=1),
    st.lists(st.none() | st.floats(), min_size=1),
    st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), min_size=1),
)
def test_numbers_of_parquet_are_exact(singles, doubles, whole) -> None:
    for values, kind in ((singles, pa.float32()), (doubles, pa.float64()), (whole, pa.int64())):
        out = io.BytesIO()
        array = pa.array(values, kind)
        pq.write_table(pa.table({"x": array}), out)
        cells = [row[0] for row in read(out.getvalue())[1:]]
        convert = int if kind == pa.int64() else float
        again = pa.array([None if cell is None else convert(cell) for cell in cells], kind)
        assert list(map(repr, again.to_pylist())) == list(map(repr, array.to_pylist()))
