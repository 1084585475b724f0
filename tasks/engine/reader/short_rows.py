"""Rows with too few cells, made whole where the table leaves one way to do it.

Two things shorten rows without a loss: the separators at a row's end that many programs leave out
where the last cells are empty, and one separator that was lost between two cells of a fixed form,
as in ``28/05/201822:30``. Every other row stays too short, and is told.
"""

import re
import string
from collections.abc import Sequence
from functools import cached_property
from itertools import islice

import pyarrow as pa

from tasks.engine.reader.cell_types import is_typed

Cells = Sequence[str]
LEAST_ROWS = 10  # from which the form of a column is known
MOST_SHAPES = 12  # of a column whose cells have a form
LONGEST_FUSED = 200  # characters
LONGEST_VALUE = 40  # of which a text may begin with one
RUN = re.compile(r"(.)\1+")
AMOUNT = re.compile(r"([^\w\s.,]{0,2})9(?:(?:,9)?(?:\.9)?|\.9,9|,9)([^\w\s.,]{0,2})")  # its form
SIGNS = str.maketrans(
    string.digits + string.ascii_uppercase + string.ascii_lowercase,
    "9" * 10 + "A" * 26 + "a" * 26,
)


def shape_of(cell: str) -> str:
    """Return the form of a cell: digits as 9, capitals as A, other letters as a."""
    return cell.strip().translate(SIGNS)


class Column:
    """What the cells of a column have in common.

    Parameters
    ----------
    cells : sequence of str
        Those of the sample.
    """

    def __init__(self, cells: Cells) -> None:
        present = [cell for cell in cells if cell.strip()]
        shapes = set(islice(dict.fromkeys(map(shape_of, present)), MOST_SHAPES + 1))
        self.has_blanks, self.is_blank = len(present) < len(cells), not present
        self.is_mostly_blank = 2 * len(present) <= len(cells)
        self.shapes = shapes if 0 < len(shapes) <= MOST_SHAPES else set()
        self.is_exact = len(self.shapes) == 1 and not min(self.shapes).isdigit()
        self.forms = {RUN.sub(r"\1", shape) for shape in self.shapes}
        self.signs = {match.groups() for match in map(AMOUNT.fullmatch, self.forms) if match}
        are_all = all(map(AMOUNT.fullmatch, self.forms))
        self.are_amounts = are_all and len(self.shapes) > len(self.signs) == 1
        self.texts = () if self.shapes else tuple(present)

    def suits(self, cell: str) -> bool:
        """Tell whether a cell may stand in the column.

        Where all have one form, and that is more than digits, it must have the same; elsewhere
        its parts may be of any length, and amounts of several forms may have any with their sign.
        """
        if not cell.strip():
            return self.has_blanks
        if not self.shapes:
            return True
        shape = shape_of(cell)
        if shape in self.shapes or self.is_exact:
            return shape in self.shapes
        form = RUN.sub(r"\1", shape)
        amount = AMOUNT.fullmatch(form) if self.are_amounts else None
        return form in self.forms or bool(amount and amount.groups() in self.signs)

    def is_like(self, cell: str) -> bool:
        """Tell whether a cell is like all others.

        None is where these are all empty, and no value where they are texts and none of them is.
        """
        if not cell.strip():
            return self.has_blanks
        return self.suits(cell) and not self.is_blank and not (self.are_words and is_typed(cell))

    @cached_property
    def are_words(self) -> bool:
        """Whether the cells have no form, and none is a number, a date or the like."""
        return bool(self.texts) and not any(map(is_typed, self.texts))


class ShortRows:
    """Makes short rows whole by what is known of the columns.

    Parameters
    ----------
    rows : sequence of sequence of str
        A sample of the table's rows; those of another width are left aside.
    width : int
        How many cells a row must have.
    """

    def __init__(self, rows: Sequence[Cells], width: int) -> None:
        # A backslash before a separator is then text, as at the end of a path.
        fitting = (row[:-1] for row in rows if len(row) == width)
        self.splits_escaped = any(cell.endswith("\\") for row in fitting for cell in row)
        self.width = width
        # Of a column, whether a text behind it begins with its values.
        self.begun: dict[int, bool] = {}
        # As Arrow has them: of a wide table they are kept to its end, and take a fifth so.
        self.sample = [pa.array(row, pa.string()) for row in rows if len(row) == width]

    @cached_property
    def columns(self) -> list[Column]:
        """The columns of the sample, none where it is too small; most files need none of them."""
        is_known = len(self.sample) >= LEAST_ROWS
        if not is_known:
            return []
        rows = (row.to_pylist() for row in self.sample)
        return [Column(cells) for cells in zip(*rows, strict=True)]

    def fill(self, cells: Cells) -> list[str] | None:
        """Return a row with the empty cells that it lacks at its end, or None.

        Only where those columns are mostly empty, and each cell that is there suits its column:
        a cell that is missing further ahead would show. The last one has to show it, so it is not
        empty, and its column no free text, which would suit what belongs behind it.
        """
        n_missing = self.width - len(cells)
        if not self.columns or n_missing <= 0:
            return None
        kept, last = self.columns[: len(cells)], self.columns[len(cells) :]
        if not (kept and kept[-1].shapes and cells[-1].strip()):
            return None
        if not all(column.is_mostly_blank for column in last) or not _suit(cells, kept):
            return None
        return [*cells, *[""] * n_missing]

    def has_surplus(self, cells: Cells, kept: Cells) -> bool:
        """Tell whether the empty cells that a row is kept without are surely too many.

        Those at its end are. One further ahead is where its column has no empty cells: where it
        has, a separator in some text makes as many cells.
        """
        if list(cells[: len(kept)]) == list(kept):
            return True
        n = next(n for n, cell in enumerate(kept) if cells[n] != cell)
        return bool(self.columns) and not self.columns[n].has_blanks

    def is_like_others(self, cells: Cells) -> bool:
        """Tell whether a row is as wide as the others, and each cell like those of its column."""
        pairs = zip(cells, self.columns, strict=False)
        return len(cells) == self.width and all(column.is_like(cell) for cell, column in pairs)

    def count_like_others(self, cells: Cells) -> int:
        """Count the cells that are like those of their columns; all are where none is known."""
        pairs = zip(cells, self.columns, strict=False)
        return sum(column.is_like(cell) for cell, column in pairs) if self.columns else len(cells)

    def without_gap(self, cells: Cells, kept: list[str]) -> list[str]:
        """Return a row without the one empty cell that is too many, wherever it stands.

        Parameters
        ----------
        cells : sequence of str
            The row, one cell too wide.
        kept : list of str
            The row as it would be kept: this is returned unless a cell of it is empty in a column
            without such, and all cells are like those of their columns without that one.
        """
        if not self.columns or len(cells) != self.width + 1:
            return kept
        filled = (n for n, column in enumerate(self.columns) if not column.has_blanks)
        gaps = [n for n in filled if not cells[n].strip()]
        if not gaps:
            return kept
        stay = [column.is_like(cell) for cell, column in zip(cells, self.columns, strict=False)]
        move = [column.is_like(cell) for cell, column in zip(cells[1:], self.columns, strict=True)]
        n = next((n for n in gaps if all(stay[:n]) and all(move[n:])), None)
        return kept if n is None else [*cells[:n], *cells[n + 1 :]]

    def part(self, cells: Cells) -> list[str] | None:
        """Return a row that lacks one cell with the one parted that is two, or None.

        That cell suits neither column, all others suit theirs, and there is one place to part it
        at so that both parts have the form of their columns.
        """
        if not self.columns or len(cells) != self.width - 1:
            return None
        pairs = enumerate(zip(cells, self.columns, strict=False))
        n = next((n for n, (cell, column) in pairs if not column.suits(cell)), None)
        if n is None or not _suit(cells[n + 1 :], self.columns[n + 2 :]):
            return None
        suits_next = self.columns[n + 1].suits(cells[n])
        if suits_next:
            found = self._part_text(cells[n], n)
        else:
            found = _part(cells[n], *self.columns[n : n + 2])
        return [*cells[:n], *found[0], *cells[n + 1 :]] if len(found) == 1 else None

    def _part_text(self, cell: str, n: int) -> list[tuple[str, str]]:
        """Part a text that begins with a value of the former column, as no other text does.

        The value has signs beside its digits, as $9.50 has, and a letter stands behind it.
        """
        first, texts = self.columns[n], self.columns[n + 1].texts
        if n not in self.begun:  # all texts are gone through, so not again for each row
            self.begun[n] = any(_begin_with(text, first) for text in texts)
        if not texts or self.begun[n]:
            return []
        return [(cell[:at], cell[at:]) for at in _begin_with(cell, first)]


def _suit(cells: Cells, columns: Sequence[Column]) -> bool:
    return all(column.suits(cell) for cell, column in zip(cells, columns, strict=True))


def _part(cell: str, first: Column, second: Column) -> list[tuple[str, str]]:
    if len(cell) > LONGEST_FUSED:
        return []
    parts = [(cell[:n], cell[n:]) for n in range(1, len(cell))]
    return [
        (one, other) for one, other in parts
        if shape_of(one) in first.shapes and shape_of(other) in second.shapes
    ]  # fmt: skip


def _begin_with(text: str, column: Column) -> list[int]:
    """Return where values of a column end with which a text begins, each before a letter."""
    ends = (n for n in range(1, min(len(text), LONGEST_VALUE)) if text[n].isalpha())
    found = ((n, shape_of(text[:n])) for n in ends if not text[n - 1].isalpha())
    return [n for n, shape in found if shape in column.shapes and not shape.isalnum()]
