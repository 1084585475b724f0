"""What holds for any bytes at all: they are a table, or they are refused in words."""

import csv
import gzip
import io
import json
import tempfile
import time
import zipfile
from pathlib import Path

import pyarrow as pa

from tasks.engine.reader.dialects import ReadOptions
from tasks.engine.reader.reading import ReadLimits, ReadResult
from tasks.engine.table import tables
from tasks.engine.table.tabular import read_table

LIMITS = ReadLimits(
    max_rows=20_000,
    max_columns=500,
    max_line_chars=200_000,
    max_cell_chars=50_000,
    max_unpacked_bytes=2_000_000,
)
NAMES = ("f.csv", "f.jsonl", "f.json", "f.parquet", "f", "../../f.xlsx", "<script>.csv", "=cmd()")
CHOICES = (
    ReadOptions(),
    ReadOptions(bad_lines="pad"),
    ReadOptions(bad_lines="skip", header=False),
    ReadOptions(delimiter=";", decimal=","),
    ReadOptions(encoding="utf-16"),
    ReadOptions(encoding="cp1252", header=True, one_column=True),
)
SLOW_S = 10.0


class BrokenError(AssertionError):
    """Something that holds for any bytes does not hold for these."""


def _zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../in.csv", content)
    return packed.getvalue()


WRAPPERS = (
    bytes,
    gzip.compress,
    lambda content: pa.compress(content, "zstd", asbytes=True),
    _zipped,
)


def judge(data: bytes) -> ReadResult:
    """Read a file that is made of some bytes, and see whether what must hold does.

    Parameters
    ----------
    data : bytes
        The first says how the file is packed, called, and to be read; the rest is its content.

    Raises
    ------
    BrokenError
        When it does not; what the reader itself raises is passed on, for it never may.
    """
    choice = data[0] if data else 0
    wrap = WRAPPERS[choice % len(WRAPPERS)]
    name = NAMES[choice // len(WRAPPERS) % len(NAMES)]
    options = CHOICES[sum(data[:64]) % len(CHOICES)]
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "source", Path(folder) / "table.parquet"
        source.write_bytes(wrap(data[1:]))
        started = time.monotonic()
        result = read_table(source, target, file_name=name, options=options, limits=LIMITS)
        if time.monotonic() - started > SLOW_S:
            raise BrokenError("it took more than 10 s")
        left = {path.name for path in Path(folder).iterdir()}
        expected = {"source"} if result.refused else {"source", "table.parquet"}
        if left != expected:
            raise BrokenError(f"these files are left: {sorted(left)}")
        _judge_words(result)
        if not result.refused:
            _judge_table(result, target)
    return result


def _judge_words(result: ReadResult) -> None:
    told = [problem.as_dict() for problem in result.problems]
    json.dumps([told, result.preview, result.column_names], allow_nan=False)
    texts = [str(cell) for row in result.preview for cell in row["cells"]] + result.column_names
    texts += [f"{problem.message}{problem.column}" for problem in result.problems]
    "".join(texts).encode("utf-8")  # half a pair of surrogates is no text
    if any("\0" in text for text in texts):
        raise BrokenError("there is a zero in what is told")
    for problem in result.problems:
        if not problem.message or len(problem.message) > 2_000 or problem.message.endswith("."):
            raise BrokenError(f"these are no words: {problem.message[:3_000]!r}")
        if problem.line is not None and problem.line < 1:
            raise BrokenError(f"there is no line {problem.line}")
    if result.refused != any(problem["severity"] == "error" for problem in told):
        raise BrokenError("it is refused without a reason")


def _judge_table(result: ReadResult, target: Path) -> None:
    names, rows, lines = tables.read_rows(target, 0, LIMITS.max_rows + 1)
    if result.dialect is None or names != result.column_names or len(rows) != result.n_rows:
        raise BrokenError("the table is another than what is told of it")
    if len(set(names)) != len(names) or not all(names):
        raise BrokenError(f"these are no names: {names}")
    if not rows or lines != sorted(set(lines)):
        raise BrokenError("the rows have no lines of their own")
    out = io.BytesIO()
    tables.write_csv(target, out)
    csv.field_size_limit(max(csv.field_size_limit(), LIMITS.max_line_chars))
    again = list(csv.reader(io.StringIO(out.getvalue().decode("utf-8"), newline="")))
    # The names in it are those of the file, which may stand there twice.
    if len(again[0]) != len(names) or again[1:] != [[cell or "" for cell in row] for row in rows]:
        raise BrokenError("table.csv is another table")
