"""What looks like a row of labels: the names of columns, above their cells."""

import operator
import re
from collections.abc import Sequence
from itertools import pairwise, zip_longest

from tasks.engine.reader.cell_types import (
    ABSENT,
    DATE,
    columns_of,
    is_number,
    is_typed,
    is_typed_column,
)
from tasks.engine.reader.short_rows import shape_of

BODY_ROWS = 200
LEAST_TYPED = 3  # so few cells may be numbers by chance
LEAST_BARE = 4  # where there are no words beside them
ENOUGH_ROWS = 20
MOST_STEP = 10
MOST_WORDS = 3  # of a label; more are a title
INT_DIGITS = 18  # Python itself refuses to read some thousands
CODE_NAME = re.compile(r"[a-z_][a-z0-9_.]*")
DIGIT = re.compile(r"\d")
DIGITS = re.compile(r"9+")
LETTERS = re.compile(r"[^\W\d_]+")
NUMBERED = re.compile(r"(.*[^\W\d].*?)(\d{1,9})")  # a stem and its number, as Q1
LEAST_ALIKE = 2  # one may be by chance, as Q1 above A2
YEAR = re.compile(r"(18|19|20)\d\d")
Columns = Sequence[Sequence[str]]
Numbered = tuple[int, list[str]]  # a record's cells, and its line


def has_names(rows: Sequence[Sequence[str]]) -> tuple[bool, bool]:
    """Tell whether the first row names the columns, and whether that is sure.

    It does not when it holds a number, an amount or a date above a column of such, unless these
    are years, number the columns, or date numbers, or are fewer than the words above such columns;
    when one of its cells is missing in a way that no name is (``?``, ``NA``); or when half of its
    cells stand again in their columns.
    """
    first, body = [cell.strip() for cell in rows[0]], rows[1:BODY_ROWS]
    if not body:
        return not all(map(is_number, first)), True
    columns = columns_of(body, len(first))
    typed = [n for n, cell in enumerate(first) if is_typed(cell)]
    labels, below = [first[n] for n in typed], [columns[n] for n in typed]
    if _are_years(labels, below):
        return True, _are_surely_years(labels, below)
    if _number_columns(labels, below, len(first)) or _date_columns(labels, below, len(first)):
        return True, False
    return _weigh(first, body, columns)


def is_sentence(cells: Sequence[str]) -> bool:
    """Tell whether a row is a sentence that a separator splits: a space follows each of them."""
    return len(cells) > 1 and all(cell.startswith(" ") and cell.strip() for cell in cells[1:])


def _weigh(
    first: Sequence[str], body: Sequence[Sequence[str]], columns: Columns
) -> tuple[bool, bool]:
    """Tell by words and values above columns of values whether a row holds names."""
    if any(cell in ABSENT and cell for cell in first):
        return False, True
    above = [cell for cell, column in zip(first, columns, strict=True) if is_typed_column(column)]
    n_values = sum(map(is_typed, above))
    n_words = sum(map(bool, above)) - n_values
    if n_values:
        return n_words > max(1, n_values), n_words == 0
    again = _count_again(first, body)
    if not n_words and _are_of_forms(first, columns):
        return False, False
    is_value = len(first) == 1 and n_words == 0 and first[0] in columns[0]
    if is_value or again >= max(2, 0.5 * len(first)):
        return False, False
    return True, n_words > 0 or (again == 0 and _differ(first, body, columns))


def _are_of_forms(first: Sequence[str], columns: Columns) -> bool:
    """Tell whether some cells have digits, and the one form that all cells below have: are values.

    As a telephone number above others, or a house in a street; but not one stem that numbers the
    columns, as Q1, Q2 and Q3, nor a cell whose letters stand nowhere below it.
    """
    if _number_one_stem(first):
        return False
    n_alike = 0
    for cell, column in zip(first, columns, strict=True):
        present = [below for below in column if below]
        is_bare = DIGIT.search(cell) and len(present) >= LEAST_BARE
        if is_bare and _has_letters_of(cell, present):
            n_alike += {_form_of(below) for below in present} == {_form_of(cell)}
    return n_alike >= LEAST_ALIKE


def _number_one_stem(first: Sequence[str]) -> bool:
    """Tell whether all cells with digits are one stem, each by one greater than the one before."""
    found = [NUMBERED.fullmatch(cell) for cell in first if DIGIT.search(cell)]
    parts = [match.groups() for match in found if match]
    is_one = len(parts) == len(found) > 1 and len({stem for stem, _ in parts}) == 1
    return is_one and rise_by_one([number for _, number in parts])


def _has_letters_of(cell: str, below: Sequence[str]) -> bool:
    """Tell whether a word of a cell stands below it, or it has none."""
    words = set(LETTERS.findall(cell))
    return not words or any(not words.isdisjoint(LETTERS.findall(other)) for other in below)


def _form_of(cell: str) -> str:
    return DIGITS.sub("9", shape_of(cell))


def _differ(first: Sequence[str], body: Sequence[Sequence[str]], columns: Columns) -> bool:
    """Tell whether names that stand above words only differ from these in some way.

    They stand again as a whole; they have no digits where all values below have some; they are
    written as in code, and below one of them nothing is; or they stand once, and the values below
    again and again.
    """
    if any(
        cell and not DIGIT.search(cell) and all(map(DIGIT.search, column))
        for cell, column in zip(first, columns, strict=True)
    ):
        return True
    if any([cell.strip() for cell in row] == list(first) for row in body):
        return True
    if all(map(CODE_NAME.fullmatch, first)):
        return any(not any(map(CODE_NAME.fullmatch, column)) for column in columns)
    return len(body) >= ENOUGH_ROWS and any(map(_is_of_few, columns))


def _is_of_few(column: Sequence[str]) -> bool:
    present = [cell for cell in column if cell]
    return len(present) >= ENOUGH_ROWS and 4 * len(set(present)) <= len(present)


def _are_years(labels: Sequence[str], below: Columns) -> bool:
    """Tell whether labels are years that rise or fall, above what mostly is none."""
    if len(labels) < 2 or not all(map(YEAR.fullmatch, labels)):
        return False
    steps = [int(b) - int(a) for a, b in pairwise(labels)]
    cells = [cell for column in below for cell in column if cell not in ABSENT]
    n_years = sum(bool(YEAR.fullmatch(cell)) for cell in cells)
    return (min(steps) > 0 or max(steps) < 0) and 2 * n_years <= len(cells)


def are_periods(row: Sequence[str], names: Sequence[str], body: Columns) -> bool:
    """Tell whether a row holds years or dates below names that each stand for several columns.

    Then names are blank, and the row is so only where rows below have a text.
    """
    labels, is_blank = row[1:], not row[0].strip()
    if not is_blank or all(name.strip() for name in names) or not all(map(_is_period, labels)):
        return False
    rows = [r for r in body if any(cell.strip() for cell in r)]
    n_texts = sum(bool(r[0].strip()) and not is_typed(r[0]) for r in rows)
    cells = [cell.strip() for r in rows for cell in r[1:] if cell.strip() not in ABSENT]
    return n_texts > 0.8 * len(rows) and 2 * sum(map(_is_period, cells)) <= len(cells)


def _is_period(cell: str) -> bool:
    cell = cell.strip()
    return bool(YEAR.fullmatch(cell) or (DATE.fullmatch(cell) and not is_number(cell)))


def _are_surely_years(labels: Sequence[str], below: Columns) -> bool:
    """Tell whether years go on by one small step, and none stands below them."""
    steps = {int(b) - int(a) for a, b in pairwise(labels)}
    is_even = len(steps) == 1 and abs(min(steps)) <= MOST_STEP
    return is_even and not any(YEAR.fullmatch(cell) for column in below for cell in column)


def _number_columns(labels: Sequence[str], below: Columns, width: int) -> bool:
    """Tell whether labels number the columns, as 1, 2, 3 beside a word, or all of them from 0."""
    if len(labels) == width and (labels[0] != "0" or width < LEAST_BARE):
        return False
    firsts = [column[0] if column else "" for column in below]
    return len(labels) >= LEAST_TYPED and rise_by_one(labels) and not rise_by_one(firsts)


def rise_by_one(cells: Sequence[str]) -> bool:
    """Tell whether cells are whole numbers, each by one greater than the one before."""
    if not all(cell.isascii() and cell.isdigit() and len(cell) <= INT_DIGITS for cell in cells):
        return False
    return all(int(a) + 1 == int(b) for a, b in pairwise(cells))


def _date_columns(labels: Sequence[str], below: Columns, width: int) -> bool:
    """Tell whether labels are dates, each once, above plain numbers."""
    if not LEAST_TYPED <= len(labels) < width or len(set(labels)) < len(labels):
        return False
    are_dates = all(DATE.fullmatch(label) and not is_number(label) for label in labels)
    present = [[cell for cell in column if cell not in ABSENT] for column in below]
    return are_dates and all(sum(map(is_number, c)) > 0.8 * len(c) > 0 for c in present)


def _count_again(first: Sequence[str], body: Sequence[Sequence[str]]) -> int:
    """Count the cells of a row that stand again below it, but not where all of it does.

    It may be repeated names, unless most of its cells are one of few words, as ``f`` and ``t``.
    """
    rows = [list(map(str.strip, row)) for row in body]
    half = len(first) / 2
    if len(set(first)) > half:
        rows = [r for r in rows if sum(map(operator.eq, r, first)) <= half]
    columns = zip_longest(*rows)
    return sum(bool(cell) and cell in column for cell, column in zip(first, columns, strict=False))
