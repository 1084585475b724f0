"""Names that are more or fewer than the cells of the rows below them."""

import re
from collections.abc import Sequence
from typing import Literal

from tasks.engine.reader.cell_types import is_typed
from tasks.engine.reader.label_rows import YEAR, has_names, is_sentence, rise_by_one
from tasks.engine.reader.mending import OTHER_DELIMITERS, split_strictly

Fit = Literal["", "moved", "filled", "split"]
LEAST_ROWS = 2
LEAST_SPLIT, LEAST_SPACED = 3, 6  # names; a title may have as many words
INNER = re.compile(r"[,;\t|](?=\S)")  # a separator that is no part of a sentence
# A cell that opens a pair of signs and does not close it, or escapes the separator behind it.
HALF = re.compile(
    r"""^\s*(?:“[^”]*|„[^“”]*|«[^»]*|‘[^’]*|`[^`]*|'[^']*|"[^"]*|\([^)]*|\[[^\]]*|\{[^}]*)$|\\$"""
)
SHORT_WORD = re.compile(r"[^\W\d_A-Z]{1,3}")  # as a sentence has
CODE = re.compile(r"[a-z]+\d+|[a-z]\w*_\w*")  # as no title has, such as v1 and is_new
LEAST_CODES = 2
# What a first column is called: it names the rows itself, so no other one stands before it.
FIRST_NAMES = {
    "id", "nr", "no", "no.", "n", "#", "num", "number", "index", "key", "name", "names", "code",
    "label", "title", "date", "datum", "day", "time", "timestamp", "year", "month",
}  # fmt: skip
WORDY_NAMES = {"name", "names", "label", "title"}  # of these, none above 1, 2, 3


def find_fit(names: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Fit:
    """Tell how names that are fewer than the cells below them belong to these.

    Parameters
    ----------
    names : sequence of str
        As they stand in the file.
    rows : sequence of sequence of str
        What stands below.
    width : int
        How many cells these have.

    Returns
    -------
    {"", "moved", "filled", "split"}
        ``filled`` where the columns without a name are the last ones, and empty; ``moved`` where
        the first column has none, because it names the rows, as R writes it; ``split`` where the
        names have a separator of their own; else "".
    """
    return _find_missing(names, rows, width) or (_are_split(names, rows, width) and "split") or ""


def _find_missing(names: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Fit:
    labels = [name.strip() for name in names]
    is_short = 0 < len(labels) < width and len(rows) >= LEAST_ROWS
    if not is_short or not all(label and _may_name(label) for label in labels):
        return ""
    fitting = [row for row in rows if len(row) == width]
    are_names, is_sure = has_names(fitting)  # then those above them are none
    if not any(cell.strip() for row in fitting for cell in row[len(labels) :]):
        return "" if are_names and (is_sure or len(labels) == 1) else "filled"
    is_even = len(fitting) == len(rows) and len(set(labels)) == len(labels) == width - 1 > 1
    is_title = is_sentence(names) and not any(map(is_sentence, rows))
    if not is_even or are_names or is_title or _are_torn(rows):
        return ""
    return "moved" if _are_row_names(labels[0], [row[0] for row in rows]) else ""


def _are_torn(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether separators split what belongs together: most rows have a half of a pair."""
    n_torn = sum(any(map(HALF.search, row)) for row in rows)
    return 2 * n_torn > len(rows)


def _are_split(names: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> bool:
    is_even = len(rows) >= LEAST_ROWS and all(len(row) == width for row in rows)
    if len(names) != 1 or not is_even or has_names(rows) == (True, True):
        return False
    return bool(split_names(names[0], width))


def split_names(line: str, width: int) -> list[str]:
    """Split names that have a separator of their own; into none where not just one fits."""
    tried = ((d, split_strictly(line, d, '"')) for d in OTHER_DELIMITERS if d in line)
    found = [names for d, names in tried if len(names) == width and _may_be_names(names, d)]
    return found[0] if len(found) == 1 else []


def _may_be_names(names: Sequence[str], delimiter: str) -> bool:
    labels = [name.strip() for name in names]
    if len({*labels}) < max(len(labels), LEAST_SPLIT) or not all(map(_may_name, labels)):
        return False
    if delimiter == " ":
        are_codes = sum(map(bool, map(CODE.fullmatch, labels))) >= LEAST_CODES
        is_text = not are_codes and any(map(SHORT_WORD.fullmatch, labels))
        return len(labels) >= LEAST_SPACED and not is_text
    return all(labels) and not any(map(INNER.search, labels)) and not is_sentence(names)


def _may_name(label: str) -> bool:
    return not is_typed(label) or bool(YEAR.fullmatch(label))


def _are_row_names(label: str, cells: Sequence[str]) -> bool:
    """Tell whether cells name rows: each once, and words, or numbers that rise by one."""
    if len(set(cells)) < len(cells) or not all(cell.strip() for cell in cells):
        return False
    if label.lower() in WORDY_NAMES and rise_by_one(cells):
        return True
    is_first = label.lower() in FIRST_NAMES
    return not is_first and (not any(map(is_typed, cells)) or rise_by_one(cells))


def fit_names(names: Sequence[str], width: int, fit: Fit) -> list[str]:
    """Return names in the places of their columns."""
    if fit == "split":
        return split_names(names[0], width)
    missing = [""] * (width - len(names))
    return [*missing, *names] if fit == "moved" else [*names, *missing]


def count_empty_ends(names: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Count the last columns that have neither a name nor a value; the first is none of them."""
    n = 0
    while n < len(names) - 1 and not names[-1 - n].strip() and rows:
        if any(len(row) == len(names) and row[-1 - n].strip() for row in rows):
            break
        n += 1
    return n
