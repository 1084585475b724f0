"""The first rows of a file by its beginning alone: as the whole file is read, or nothing."""

import gzip
import random
import subprocess
import sys
import zipfile
from io import BytesIO
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.engine.reader.dialects import ReadOptions
from tasks.engine.table.first_rows import BEGINNING_BYTES, FirstRows, read_first_rows
from tests.engine.reading.conftest import Reader

LINES = "id;price;town\n" + "".join(
    f"{n};{n % 90},5;{'Orléans' if n % 3 else 'Nîmes'}\n" for n in range(120_000)
)


def first_rows(content: bytes, name: str = "x.csv", **options: Any) -> FirstRows | None:
    """Read the first rows of a file; of all but an archive, from its beginning alone."""
    if not content.startswith(b"PK"):
        content = content[:BEGINNING_BYTES]
    return read_first_rows(BytesIO(content), file_name=name, options=ReadOptions(**options))


def shown(content: bytes, **options: Any) -> FirstRows:
    found = first_rows(content, **options)
    assert found is not None
    return found


def archive(**files: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("__MACOSX/._a", b"x" * 2000)
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        LINES.encode(),
        LINES.encode("utf-16"),
        gzip.compress(LINES.encode(), 1),
        pa.compress(LINES.encode(), codec="zstd", asbytes=True),
        archive(a=LINES.encode()),
        archive(a=b"a;b\n1,5;2\n2,5;\n"),
        b"a;b\n1,5;2\n2,5;\n",
        b'a,b\n1,"x\ny"\n\n2,z\n',
        b'{"a": 1, "b": null}\n{"a": 2, "b": "x"}\n',
        "".join(f'{n},"two\nlines ""{n}"""\n' for n in range(80_000)).encode(),
    ],
    ids=[
        "text",
        "utf-16",
        "gzip",
        "zstd",
        "zip",
        "small zip",
        "small",
        "quotes",
        "jsonl",
        "large quotes",
    ],
)
def test_they_are_those_of_the_whole_file(reader: Reader, content: bytes) -> None:
    whole, first = reader.read(content), shown(content)
    assert first.refusal is None
    assert whole.dialect
    assert first.dialect == whole.dialect.as_dict()
    assert [column["name"] for column in first.columns] == whole.column_names
    assert first.preview == whole.preview
    assert first.preview


@pytest.mark.parametrize(
    ("options", "kinds"),
    [
        ({}, ["number", "number", None]),
        ({"decimal": "."}, ["number", None, None]),
        ({"header": False}, [None, None, None]),
        ({"missing": ["Orléans", "Nîmes"]}, ["number", "number", None]),
    ],
)
def test_each_choice_shows_in_what_is_a_number(
    options: dict[str, Any], kinds: list[str | None]
) -> None:
    assert [column["kind"] for column in shown(LINES.encode(), **options).columns] == kinds


def test_a_marker_of_missing_cells_makes_a_column_of_numbers() -> None:
    content = b"a,b\n1,x\n-99x,y\n3,z\n" * 50_000
    assert shown(content).columns[0]["kind"] is None
    assert shown(b"a,b\n" + b"1,x\n-99x,y\n3,z\n" * 9, missing=["-99x"]).columns == [
        {"name": "a", "kind": "number"}, {"name": "b", "kind": None},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "options", "code"),
    [
        (LINES.encode(), {"delimiter": "|"}, "CSV_ONE_COLUMN"),
        (b"a,b\n1,2\n1,2,3\n" + b"1,2\n" * 400_000, {}, "CSV_RAGGED"),
        (b"<!doctype html><html>" + b"<p>x</p>\n" * 400_000, {}, "FILE_HTML"),
        (archive(a=b"<!doctype html><html>"), {}, "FILE_HTML"),
        (archive(a=LINES.encode()), {"delimiter": "|"}, "CSV_ONE_COLUMN"),
        (archive(a=b"a,b\n1,2\n", b=b"a,b\n1,2\n"), {}, "FILE_BINARY"),
        (archive(a=b"a,b\n1,2\n")[:-10], {}, "FILE_BINARY"),
    ],
)
def test_what_is_certain_by_the_beginning_is_said(
    content: bytes, options: dict[str, Any], code: str
) -> None:
    found = shown(content, **options)
    assert found.refusal
    assert (found.refusal.code, found.preview) == (code, [])


def test_lines_that_do_not_fit_are_left_out_where_the_person_said_so() -> None:
    content = b"a,b\n1,2\n1,2,3\n" + b"1,2\n" * 400_000
    lines = [row["line"] for row in shown(content, bad_lines="skip").preview]
    assert lines == [2, *range(4, 23)]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PAR1" + bytes(1000),
        b"\n" * 3_000_000 + b"a,b\n1,2\n",  # rows may follow
        b"a,b\n" + b"x" * 3_000_000,
        b'a,b\n1,"' + b"x," * 1_500_000 + b'"\n',  # the quote is closed behind it
        gzip.compress(b"a,b")[:10] + b"\xff" * 2000,
        b"\x28\xb5\x2f\xfd" + bytes(1000),
    ],
    ids=["empty", "parquet", "blank", "long", "open quote", "bad gzip", "bad zstd"],
)
def test_nothing_is_said_where_the_beginning_does_not_tell(content: bytes) -> None:
    assert first_rows(content) is None


@given(st.integers(0, 10_000), st.sampled_from([b'ab1,;"\n\t', b'",\n', bytes(range(256))]))
def test_any_bytes_give_rows_or_nothing(seed: int, alphabet: bytes) -> None:
    content = bytes(random.Random(seed).choices(alphabet, k=3000))
    found = first_rows(content)
    if found is not None:
        assert all(len(row["cells"]) == len(found.columns) for row in found.preview)


def test_no_module_of_ours_loads_pandas_for_them() -> None:
    """The web reads them; that pyarrow loads pandas by itself is not ours to say."""
    code = (
        "import sys, tasks.engine.table.first_rows\n"
        "ours = {n: m for n, m in sys.modules.items() if n.startswith('tasks.engine')}\n"
        "print([n for n, m in ours.items() if {'pd', 'pandas', 'sklearn'} & set(vars(m))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, timeout=60
    )
    assert done.stdout == b"[]\n"
