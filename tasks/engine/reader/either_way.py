"""Cells that fit as well in another way: both readings are told, as nothing but a person knows.

Spaces around all cells of a column may be padding or part of them; and a line of a narrow table
may have a separator of its own, at which it has as many cells.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.engine.reader.refusals import Problem

HEAD_CELLS, MOST_COLUMNS = 20_000, 500  # of a wide table each column costs more than its cells
LEAST_SPACED, MOSTLY = 3, 0.9
WIDEST = 3  # columns; with more, another separator hardly stands in a line as often
SIGNS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "pipes"}
MOST_SHAPES, MOST_ROWS, SELDOM = 20, 20, 0.01
SHOWN = 60
LETTERS, DIGITS = re.compile(r"[^\W\d_]+"), re.compile(r"\d+")


class EitherWay:
    """Looks at the rows of a table for what may be read in another way.

    Parameters
    ----------
    delimiter : str
        What separates the cells.
    labels : sequence of str
        The names of the columns; empty where there are none.
    """

    def __init__(self, delimiter: str, labels: Sequence[str]) -> None:
        self.delimiter, self.labels = delimiter, labels
        self.n_head, self.n_rows = 0, 0
        self.filled, self.spaced = Counter[int](), Counter[int]()
        self.shapes: list[set[str]] = []
        self.odd: dict[str, list[tuple[int, list[str]]]] = {}
        self.n_odd = Counter[str]()

    def look(self, lines: np.ndarray, columns: Sequence[pa.Array]) -> None:
        """Take rows that were read."""
        if len(columns) > MOST_COLUMNS:
            return
        n = min(max(HEAD_CELLS // len(columns) - self.n_head, 0), len(lines))
        head = [column[:n].fill_null("") for column in columns] if n else []
        for at, column in enumerate(head):
            filled = pc.filter(column, pc.not_equal(pc.utf8_trim_whitespace(column), ""))
            is_spaced = pc.not_equal(pc.utf8_trim(filled, " "), filled)
            self.filled[at] += len(filled)
            self.spaced[at] += pc.sum(is_spaced).as_py() or 0
        self.n_head, self.n_rows = self.n_head + n, self.n_rows + len(lines)
        if 1 < len(columns) <= WIDEST and self.delimiter in SIGNS:
            self._look_for_signs(lines, columns, head)

    def _look_for_signs(
        self, lines: np.ndarray, columns: Sequence[pa.Array], head: Sequence[pa.Array]
    ) -> None:
        self.shapes = self.shapes or [set() for _ in columns]
        for found, column in zip(self.shapes, head, strict=False):
            if len(found) <= MOST_SHAPES:
                found |= {shape_of(cell) for cell in pc.unique(column).to_pylist() if cell}
        for sign in SIGNS.keys() - {self.delimiter}:
            has_sign = np.zeros(len(lines), bool)
            for column in columns:
                found = pc.fill_null(pc.match_substring(column, sign), False)
                has_sign |= found.to_numpy(zero_copy_only=False)
            self.n_odd[sign] += int(has_sign.sum())
            kept = self.odd.setdefault(sign, [])
            for at in np.flatnonzero(has_sign)[: MOST_ROWS - len(kept)].tolist():
                cells = [column[at].as_py() or "" for column in columns]
                kept.append((int(lines[at]), cells))

    def problems(self) -> Iterator[Problem]:
        """Yield what may be read in another way."""
        yield from self._spaces()
        for sign in SIGNS:
            if 0 < self.n_odd[sign] <= max(SELDOM * self.n_rows, 1):
                yield from self._separators(sign)

    def _spaces(self) -> Iterator[Problem]:
        found = [
            at for at, n in self.spaced.items()
            if n >= LEAST_SPACED and n >= MOSTLY * self.filled[at]
        ]  # fmt: skip
        if not found:
            return
        first = self.labels[found[0]] if self.labels else f"column_{found[0] + 1}"
        of = f" and {len(found) - 1:,} more column{'s' * (len(found) > 2)}" * (len(found) > 1)
        words = (
            f'The cells of "{first[:SHOWN]}"{of} begin or end with spaces. They stay in them; '
            "whether cells are the same, and what they mean, is found without them"
        )
        yield Problem("warning", "SPACES_AROUND", words, count=len(found))

    def _separators(self, sign: str) -> Iterator[Problem]:
        """Yield the lines whose cells are unlike their columns', and like them at another sign."""
        for line, cells in self.odd[sign]:
            other = self.delimiter.join(cells).split(sign)
            if len(other) != len(cells) or not self._is_other_likelier(cells, other):
                continue
            read, otherwise = (_quoted(row) for row in (cells, other))
            words = (
                f"Line {line} was split at {SIGNS[self.delimiter]}, into {read}. At "
                f"{SIGNS[sign]} it would be {otherwise}, more like the other rows. If so, "
                "mend the line in the file"
            )
            yield Problem("warning", "SEPARATOR_EITHER", words, line=line)

    def _is_other_likelier(self, cells: Sequence[str], other: Sequence[str]) -> bool:
        known = [shapes if len(shapes) <= MOST_SHAPES else None for shapes in self.shapes]
        bare = [{shape for shape in shapes or () if not _has_sign(shape)} for shapes in known]

        def are_like(row: Sequence[str]) -> list[bool]:
            return [
                shapes is None or not cell.strip() or shape_of(cell) in plain
                for cell, shapes, plain in zip(row, known, bare, strict=True)
            ]

        return all(are_like(other)) and not all(are_like(cells))


def shape_of(cell: str) -> str:
    """Return a cell with one letter for each word and one digit for each number."""
    return DIGITS.sub("0", LETTERS.sub("a", cell.strip()))


def _has_sign(shape: str) -> bool:
    return any(sign in shape for sign in ";\t|")


def _quoted(cells: Sequence[str]) -> str:
    return " and ".join(f'"{cell[:SHOWN]}"' for cell in cells)
