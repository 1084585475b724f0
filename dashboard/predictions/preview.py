"""The first rows of a table that was predicted, as the page shows them."""

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from dashboard.db import Prediction
from dashboard.storage import get_storage

ROWS = 10
HEAD_BYTES = 1 << 18
INPUT_COLUMNS = 8
LONG_ANSWER, DIGITS, SMALL = 10, 6, 1e-4


@dataclass(frozen=True)
class Preview:
    """The first rows: the answers, and beside them the first columns of the file."""

    names: Sequence[str]
    rows: Sequence[Sequence[str]]
    hidden: int

    @property
    def are_numbers(self) -> list[bool]:
        """Tell of each column whether it holds nothing but numbers."""
        every = ([row[n] for row in self.rows if row[n]] for n in range(len(self.names)))
        return [bool(cells) and all(map(_is_number, cells)) for cells in every]


def separator_of(prediction: Prediction) -> str | None:
    """Return the separator of a predicted table; None of one that was made before it was kept."""
    found: str | None = (prediction.answer or {}).get("delimiter")
    return found


def read_preview(prediction: Prediction) -> Preview | None:
    """Return the first rows of a finished file; None while there is none."""
    if prediction.output_key is None or prediction.state != "ready":
        return None
    with get_storage().open(prediction.output_key) as stream:
        head = stream.read(HEAD_BYTES)
    # The last line may be cut, within a letter too.
    lines = head.decode("utf-8", "ignore")
    if len(head) == HEAD_BYTES:
        lines = lines[: lines.rfind("\n") + 1]
    delimiter = separator_of(prediction) or ","
    rows = list(islice(csv.reader(io.StringIO(lines), delimiter=delimiter), ROWS + 1))
    if not rows:
        return None
    names = rows[0]
    answer = prediction.answer or {}
    own, decimal = answer.get("n_columns", len(names)), answer.get("decimal", ".")
    n_labels = 0 if prediction.model.job.task == "regression" else 1
    order = [*range(own, len(names)), *range(min(own, INPUT_COLUMNS))]
    columns = [_column(rows[1:], n, decimal, is_cut=n >= own + n_labels) for n in order]
    return Preview(
        [names[n] for n in order], list(zip(*columns, strict=True)), max(0, own - INPUT_COLUMNS)
    )


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


def _column(rows: Sequence[Sequence[str]], n: int, decimal: str, *, is_cut: bool) -> Sequence[str]:
    """Return the cells of a column as the page shows them: of answers, with few decimals."""
    cells = [row[n] if n < len(row) else "" for row in rows]
    return _with_few_decimals(cells, decimal) if is_cut else cells


def _with_few_decimals(cells: Sequence[str], decimal: str) -> Sequence[str]:
    """Return numbers with as many decimals each as the largest of them has room for.

    Where all are very small each has its own, as a power of 10.

    Six digits are enough, and the file has all; what stands before the point is never rounded.
    """
    numbers = [_read(cell, decimal) for cell in cells]
    known = [abs(number) for number in numbers if number is not None]
    if not known or all(len(cell) <= LONG_ANSWER and decimal not in cell for cell in cells):
        return cells
    if max(known) < SMALL:
        decimals = 0
    else:
        before = len(f"{max(known):.0f}") if max(known) >= 1 else 0
        most = max(_count_decimals(cell, decimal) for cell in cells)
        decimals = min(max(0, DIGITS - before), most)
    return [
        cell if number is None else _write(number, decimals, decimal)
        for cell, number in zip(cells, numbers, strict=True)
    ]


def _read(cell: str, decimal: str) -> float | None:
    try:
        number = float(cell.replace(decimal, "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _count_decimals(cell: str, decimal: str) -> int:
    return DIGITS if "e" in cell else len(cell.partition(decimal)[2])


def _write(number: float, decimals: int, decimal: str) -> str:
    """Return a number with so many decimals; as a power of 10 where nothing would stay."""
    text = f"{number:.{decimals}f}"
    if number and not float(text):
        text = f"{number:.{DIGITS}g}"
    return text.replace(".", decimal)
