"""The first rows of a table that was predicted, as the page shows them."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from dashboard.db import Prediction
from dashboard.storage import get_storage

ROWS = 10
HEAD_BYTES = 1 << 18
INPUT_COLUMNS = 8
LONG_ANSWER, DIGITS = 10, 6


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
    return Preview(
        [names[n] for n in order],
        [[_shown(row, n, own + n_labels, decimal) for n in order] for row in rows[1:]],
        max(0, own - INPUT_COLUMNS),
    )


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


def _shown(row: Sequence[str], n: int, first: int, decimal: str) -> str:
    """Return a cell as the page shows it: of numbers, from column `first` on, few decimals.

    Six digits are enough, and the file has all; what stands before the point is never rounded.
    """
    cell = row[n] if n < len(row) else ""
    if n < first or len(cell) <= LONG_ANSWER:
        return cell
    try:
        number = float(cell.replace(decimal, "."))
    except ValueError:
        return cell
    is_large = "e" not in cell and abs(number) >= 10**DIGITS
    return f"{number:.0f}" if is_large else f"{number:.{DIGITS}g}".replace(".", decimal)
