"""A table of one column whose cells hold a separator: addresses, amounts, dates in words."""

import re
from collections.abc import Sequence

from tasks.engine.reader.cell_types import DATE, are_columns_typed, is_typed
from tasks.engine.reader.label_rows import MOST_WORDS, has_names
from tasks.engine.reader.records import Record

LEAST_SPACE_WIDTH = 3
# Thousands with a sign of money or with cents, which no two cells beside each other look like.
GROUPED = re.compile(
    r"[+-]?([^\w\s,.;+-]\d{1,3}(,\d{3})+(\.\d+)?|\d{1,3}(,\d{3})+(\.\d+|[^\w\s,.;]))"
)
QUOTE = re.compile(r"\"|(?<!\w)'|'(?!\w)")  # no apostrophe within a word
DIGIT = re.compile(r"\d")


def is_one_column(records: Sequence[Record], delimiter: str, width: int) -> bool:
    """Tell whether what a separator splits is one column after all, below its name.

    So it is when the first line is a word that is not split, and below it no names stand but
    values: then a title would stand above rows without names, which nobody writes.

    Parameters
    ----------
    records : sequence of Record
        The first ones, split.
    delimiter : str
        What split them.
    width : int
        How many cells most of them have.
    """
    if len(records) < 3 or any(r.broken or "\n" in "".join(r.cells) for r in records):
        return False
    if delimiter == "," and all(GROUPED.fullmatch(r.text) for r in records[1:]):
        return len(records[0].cells) == 1 or bool(GROUPED.fullmatch(records[0].text))
    name, body = records[0].text.strip(), records[1:]
    texts, rows = [r.text for r in body], [r.cells for r in body]
    is_named = len(records[0].cells) == 1 and len(name.split()) <= MOST_WORDS
    if not is_named or is_typed(name) or any(map(QUOTE.search, texts)):
        return False
    is_prose = _is_prose(texts, delimiter)
    is_text = is_prose and delimiter != " " and not body[0].after_blank
    if any(len(cells) != width for cells in rows):
        return is_text and _are_uneven_texts(rows, width)
    if delimiter == "," and all(map(is_typed, texts)):
        return True  # decimal commas, or those of thousands
    return (width == 2 or is_prose) and not _has_names(rows, width, is_text=is_text)


def is_split_by_spaces(records: Sequence[Record], width: int) -> bool:
    """Tell whether lines that spaces split are rows: neither sentences nor dates nor amounts.

    Parameters
    ----------
    records : sequence of Record
        The first ones, split at each space.
    width : int
        How many cells most of them have.
    """
    n_split = sum(len(r.cells) == width for r in records)
    if width < LEAST_SPACE_WIDTH or n_split < 0.95 * (len(records) - 1):
        return False
    body = [r.text.strip() for r in records[1:]]
    n_sentences = sum(", " in text or "; " in text for text in body)
    are_named = len(records[0].cells) == width
    n_values = sum(bool(DATE.fullmatch(t)) if are_named else is_typed(t) for t in body)
    return n_sentences <= 0.5 * len(body) and n_values <= 0.5 * len(body)


def _is_prose(texts: Sequence[str], delimiter: str) -> bool:
    """Tell whether a space follows each separator, or spaces follow commas where they split."""
    if delimiter == " ":
        return all(", " in text for text in texts)
    return not any(re.search(rf"{re.escape(delimiter)}(?! )", text) for text in texts)


def _are_uneven_texts(rows: Sequence[Sequence[str]], width: int) -> bool:
    """Tell whether texts have more or fewer separators, and the first one has some.

    Without any it may be a title, as the line above it.
    """
    fitting = [cells for cells in rows if len(cells) == width]
    is_typed_one = any(are_columns_typed(fitting, width))
    return len(rows[0]) > 1 and not is_typed_one and not _has_names(fitting, width, is_text=True)


def _has_names(rows: Sequence[Sequence[str]], width: int, *, is_text: bool) -> bool:
    """Tell whether names stand in a row: it has no digits where the rows below have some.

    Among words that are divided as in a text they must differ from these.
    """
    are_there, are_sure = has_names(rows)
    if not are_there:
        return False
    if any(are_columns_typed(rows[1:], width)):
        return True
    if is_text and not are_sure:
        return False
    return not any(
        DIGIT.search(cell) and all(DIGIT.search(row[n]) for row in rows[1:])
        for n, cell in enumerate(rows[0])
    )
