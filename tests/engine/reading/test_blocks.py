"""Blocks that are taken at once are read as they would be record by record."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.engine.reader import blocks, reading
from tasks.engine.reader.dialects import Dialect
from tasks.engine.reader.text_source import TextSource
from tasks.engine.table import tables
from tests.engine.reading.conftest import Reader
from tests.sampling import examples

PIECES = st.sampled_from(
    [
        ",",
        '"',
        '""',
        '5"',
        '\n1,5",2\n',
        "\n",
        "\r\n",
        "\r",
        "a",
        "1",
        " ",
        '","',
        '"\n"',
        ',"x\ny",',
        "é",
        "\n\n",
        ";",
    ]
)


def take(text: str, width: int, size: int = 0) -> blocks.Block | None:
    source = TextSource(io.BytesIO(text.encode()), "utf-8", 1_000_000)
    return blocks.take_block(source, Dialect(), width, max_cell=1_000_000, size=size)


def test_plain_rows_are_taken_with_their_lines() -> None:
    block = take('1,x\n\n2,"a\nb"\r\n3,"say ""hi"""\n\n\n', 2)
    assert block
    assert block.lines.tolist() == [1, 3, 5]
    assert [column.to_pylist() for column in block.columns] == [
        ["1", "2", "3"], ["x", "a\nb", 'say "hi"'],
    ]  # fmt: skip
    assert (block.n_blank, block.n_blank_after) == (1, 2)


def test_quotes_inside_cells_that_are_not_quoted_are_text() -> None:
    block = take('1,5"\n2,"5"" b"\n\n3,a"b"\r\n\n"4",x\n5,6"\n', 2)
    assert block
    assert [column.to_pylist() for column in block.columns] == [
        ["1", "2", "3", "4", "5"], ['5"', '5" b', 'a"b"', "x", '6"'],
    ]  # fmt: skip
    assert block.told == {"stray": [(1, '1,5"'), (4, '3,a"b"'), (7, '5,6"')]}


def test_cells_that_may_be_rows_are_told() -> None:
    block = take('x,y\nz,"a\nb"\nx,"y\nz,"\n', 2)
    assert block
    assert block.lines.tolist() == [1, 2, 4]
    assert block.told == {"holds_rows": [(4, 'x,"y')]}


@pytest.mark.parametrize(
    "text",
    [
        '1,a"b,"c"\n',
        '1,"a"b\n',
        '1,"a\n5"b\n',
        '"1,2\n',
        "1\n",
        "1,2,3\n",
        '"1\r2",3\n',
        "",
        "\n",
        '1,"a" \n',
    ],
)
def test_whatever_is_in_doubt_is_not(text: str) -> None:
    block = take(text, 2)
    assert block is None or not len(block.lines)


def test_halves_are_one_block(monkeypatch: pytest.MonkeyPatch) -> None:
    text = '1,"a\nb"\r\n\n2,x\n\n"3",y\n4,5\n\n'
    whole = take(text, 2)
    monkeypatch.setattr(blocks, "HALF_ROWS", 1)
    halves = take(text, 2)
    assert whole
    assert halves
    assert halves.lines.tolist() == whole.lines.tolist() == [1, 4, 6, 7]
    assert [column.to_pylist() for column in halves.columns] == [
        ["1", "2", "3", "4"], ["a\nb", "x", "y", "5"],
    ]  # fmt: skip
    assert take("1,2\n3,4\n5\n6,7\n", 2) is None  # a row of another width in the second half


def test_a_block_ends_with_a_record() -> None:
    text = '1,"a\nb"\n' * 10
    source = TextSource(io.BytesIO(text.encode()), "utf-8", 1_000_000)
    taken = []
    while block := blocks.take_block(source, Dialect(), 2, max_cell=1_000_000, size=25):
        taken += block.lines.tolist()
    assert taken == list(range(1, 21, 2))
    assert source.is_over


def test_inches_in_some_rows_leave_their_blocks_whole(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []

    def take_some(*given: Any, **more: Any) -> blocks.Block | None:
        block = blocks.take_block(*given, **more)
        taken.append(len(block.lines) if block else 0)
        return block

    monkeypatch.setattr(reading, "take_block", take_some)
    rows = [[str(n), "pipe", f"x{n}"] for n in range(20_000)]
    rows[1_000::2_000] = [[str(n), f'{n}" x', ' best of 6"'] for n in range(10)]
    text = "id,size,note\n" + "".join(",".join(row) + "\n" for row in rows)
    assert reader.rows(text) == rows
    assert taken[0] == 20_000


def read_all(reader: Reader, text: str) -> tuple[object, ...]:
    result = reader.read(
        text, header=True, delimiter=",", quote='"', bad_lines="skip", encoding="utf-8"
    )
    if result.refused:
        return (result.problems,)
    return result.problems, result.preview, tables.read_rows(reader.table, 0, 1000)


@settings(
    deadline=None, max_examples=examples(300),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(st.lists(PIECES, max_size=40).map("".join), st.integers(1, 60), st.sampled_from([1, 4_000]))
def test_fast_and_careful_reading_agree(tmp_path: Path, text: str, size: int, half: int) -> None:
    reader = Reader(tmp_path)
    text = "a,b,c\n1,2,3\n" + text
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK_BYTES", size)
        patch.setattr(blocks, "HALF_ROWS", half)
        patch.setattr(reading, "LEAST_BLOCK_BYTES", size)
        patch.setattr(reading, "LEAST_CELL_BYTES", 1)
        fast = read_all(reader, text)
        patch.setattr(reading, "take_block", lambda *_, **__: None)
        careful = read_all(reader, text)
    assert fast == careful


@settings(deadline=None, max_examples=examples(50))
@given(st.lists(st.lists(st.text("ab,\"\n é;'", max_size=5), min_size=3, max_size=3), min_size=1))
def test_what_csv_writes_is_always_taken_at_once(rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    block = take(text.getvalue(), 3)
    assert block
    assert [list(row) for row in zip(*[c.to_pylist() for c in block.columns], strict=True)] == rows
