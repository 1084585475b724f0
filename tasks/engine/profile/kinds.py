"""What a column is: number, category, text, date, boolean, identifier or constant.

Decided from all of its cells, and with care: what is in doubt stays text or category, and the
person is asked.
"""

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.engine.profile.codes import LEADING_ZEROS, MAY_BE, code_words, have_zeros
from tasks.engine.profile.column_cells import Column
from tasks.engine.profile.conventions import Reading, find_reading, have_same_sign
from tasks.engine.profile.date_formats import DAY_FORMAT, DateReading, find_dates, find_day_numbers
from tasks.engine.profile.number_tally import NumberTally
from tasks.engine.profile.row_numbers import ENOUGH_ROWS, has_id_name, numbers_rows
from tasks.engine.profile.time_zones import date_schema
from tasks.engine.table.cell_text import TRUTH
from tasks.engine.table.cells import (
    PLAIN,
    Written,
    first_bytes,
    fits,
    objects,
    parse_numbers,
    text_lengths,
    without_signs,
)
from tasks.engine.table.picked import of_each_shape, plain_array

BOOLEANS = (
    ("yes", "no"), ("true", "false"), ("y", "n"), ("t", "f"), ("1", "0"), ("on", "off"),
    ("ja", "nein"), ("j", "n"), ("wahr", "falsch"), ("oui", "non"), ("vrai", "faux"), ("si", "no"),
    ("sí", "no"), ("sì", "no"), ("sim", "não"), ("ja", "nee"), ("ja", "nej"), ("ja", "nei"),
    ("tak", "nie"), ("да", "нет"),
    # As Excel writes them in other languages.
    ("vero", "falso"), ("verdadero", "falso"), ("verdadeiro", "falso"), ("prawda", "fałsz"),
    ("истина", "ложь"), ("sant", "falskt"), ("sand", "falsk"), ("sann", "usann"),
    ("waar", "onwaar"), ("pravda", "nepravda"), ("igaz", "hamis"), ("tosi", "epätosi"),
)  # fmt: skip
UUID = r"(?i)^\{?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}\}?$"
LONG_CODE = 1e15
MOST = 0.5


@dataclass
class ColumnNumbers:
    """A column's numbers, read in one way, and how many of its cells are none."""

    tally: NumberTally
    n_bad: int = 0
    has_codes: bool = False


@dataclass
class Found:
    """What a column was found to be, and what was found on the way.

    `schema` are facts that go into the column's schema. `reading` is the way in which most cells
    are numbers; `dates` how most are dates, where some are none or may be others. `codes`
    says why the numbers are codes, which stay text.
    """

    kind: str
    schema: dict[str, Any] = field(default_factory=dict)
    numbers: ColumnNumbers | None = None
    reading: Reading | None = None
    dates: DateReading | None = None
    codes: str = ""


def find_kind(column: Column) -> Found:
    """Decide what a column is, from all of its cells; doubt makes it text or category."""
    n_values = len(column.values)
    if n_values == 0 or (n_values == 1 and column.n_present == column.n_rows):
        return Found("constant")
    truth = find_booleans(column)
    if truth:
        return Found("boolean", truth)
    found = Found("category", reading=find_reading(column))
    if found.reading and _becomes_number(column, found, found.reading):
        return found
    found.dates = find_dates(column)
    if found.dates and found.dates.is_sure:
        return Found("date", date_schema(column, found.dates.format))
    is_code = found.codes and not found.codes.endswith(MAY_BE)
    share = found.reading.share if found.reading and not is_code else 0.0
    if not found.dates and _is_identifier(column, share):
        found.kind = "identifier"
    elif not found.dates and _is_text(column):
        found.kind = "text"
    return found


def written_facts(written: Written) -> dict[str, Any]:
    """Return a way of writing numbers as a column's schema holds it."""
    decimal, thousands, symbols = written
    facts: dict[str, Any] = {"decimal": decimal}
    if thousands:
        facts["thousands"] = thousands
    if isinstance(symbols, str):
        return facts | {"unit": symbols}
    return facts | ({"symbols": True} if symbols else {})


def _becomes_number(column: Column, found: Found, reading: Reading) -> bool:
    """Tell whether every cell is a number beyond doubt, and note what kind of number."""
    found.codes = _codes_of(column, reading)
    if reading.share < 1 or not reading.is_sure or (column.is_few and len(column.values) < 2):
        return False
    read = read_numbers(column, reading.written)
    if read.n_bad or (reading.written[2] is True and not have_same_sign(column)):
        return False
    if find_day_numbers(column):
        found.kind, found.schema = "date", {"format": DAY_FORMAT}
        return True
    found.codes = LEADING_ZEROS if read.has_codes else found.codes
    if found.codes:
        return False
    found.kind = "identifier" if numbers_rows(column, read.tally) else "number"
    found.numbers, found.schema = read, written_facts(reading.written)
    return True


def _codes_of(column: Column, reading: Reading) -> str:
    """Say what makes the numbers codes that stand in a sample of the cells, or in all."""
    _decimal, thousands, symbols = reading.written
    if thousands:
        return ""
    if symbols:
        return LEADING_ZEROS if _have_zeros_within(column.cells, symbols) else ""
    if reading.share == 1:
        return code_words(column.name, column.cells)
    numeric = np.isfinite(parse_numbers(column.cells, reading.written))
    return code_words(column.name, column.cells.filter(pa.array(numeric)))


def read_numbers(column: Column, written: Written) -> ColumnNumbers:
    """Read all of a column's cells as numbers."""
    read = ColumnNumbers(NumberTally(column.n_rows))
    tally = column.tally(parse_numbers, written)
    if tally:
        is_code = not written[1] and _have_zeros_within(column.cells, written[2])
        return ColumnNumbers(tally, has_codes=is_code)
    known = column.plain if written == PLAIN else []
    for n, (cells, counts) in enumerate(column.pieces()):
        values = known[n] if known else parse_numbers(cells, written)
        good = np.isfinite(values)
        if not good.all():
            weights = np.ones(len(values), int) if counts is None else counts
            read.n_bad += int(weights[~good].sum())
            values, counts = values[good], None if counts is None else counts[good]
            cells = cells.filter(pa.array(good))
        read.tally.add(values, counts)
        if not written[1] and not read.has_codes:
            read.has_codes = _has_codes(cells, values, written[2])
    return read


def _have_zeros_within(cells: pa.Array, symbols: bool | str) -> bool:
    """Tell whether any number within signs, or before a unit, is one that codes alone are."""
    bare = without_signs(plain_array(cells), symbols) if symbols else cells
    return bool(have_zeros(bare).any())


def _has_codes(cells: pa.Array, values: np.ndarray, symbols: bool | str) -> bool:
    if not len(cells):
        return False
    if symbols:
        return _have_zeros_within(cells, symbols)
    first, second = first_bytes(plain_array(cells))
    zero, nine = ord("0"), ord("9")
    likely = ((first == zero) & (second >= zero) & (second <= nine)) | (abs(values) >= LONG_CODE)
    return bool(likely.any() and have_zeros(cells.filter(pa.array(likely))).any())


def find_booleans(column: Column) -> dict[str, Any] | None:
    """Return the words for true and false; ``mixed`` where there are several for one of them."""
    if not column.is_few or not 2 <= len(column.values) <= len(TRUTH):
        return None
    by_word = {value.lower(): value for value in reversed(column.values)}
    for true, false in BOOLEANS:
        if set(by_word) == {true, false}:
            mixed = {"mixed": True} if len(column.values) > 2 else {}
            return {"true": by_word[true], "false": by_word[false], **mixed}
    if len(by_word) < 3 or not set(by_word) <= set(TRUTH):
        return None
    words = [value for value in column.values if value.lower() in TRUTH]
    if all(word[0].isdigit() for word in words):
        return None
    first = {truth: next(w for w in words if TRUTH[w.lower()] == truth)
             for truth in {TRUTH[w.lower()] for w in words}}  # fmt: skip
    if len(first) < 2:
        return None
    return {"true": first[1.0], "false": first[0.0], "mixed": True}


def _is_identifier(column: Column, numeric: float) -> bool:
    """Tell whether texts only tell rows apart: all different, by name or of one shape.

    A share of numbers above a half speaks against it: then the texts among them are the fault.
    """
    if column.n_present < ENOUGH_ROWS or len(column.values) < column.counts.sum():
        return False
    if not has_id_name(column.name):
        if numeric > MOST:
            return False
        if fits(column.cells[:1000], UUID).all():
            return column.is_all_different
        shapes = set(_shapes(column.cells[:1000]))
        if len(shapes) > 3 or not all(map(_is_code_shape, shapes)):
            return False
    return column.is_all_different


@of_each_shape
def _shapes(cells: pa.Array) -> np.ndarray:
    """Return each cell with its letters as a and its digits as 0."""
    digits = pc.replace_substring_regex(cells, r"\p{Nd}", "0")
    return objects(pc.replace_substring_regex(digits, r"\p{L}", "a"))


@of_each_shape
def _n_words(cells: pa.Array) -> np.ndarray:
    return np.array([len(text.split()) for text in objects(cells)])


def _is_code_shape(shape: str) -> bool:
    return bool(re.fullmatch(r"[a0_#/-]+", shape)) and ("a" in shape or shape.count("0") >= 8)


def _is_text(column: Column) -> bool:
    """Tell whether cells are sentences, not labels: several words each, and seldom repeated."""
    cells = column.cells[:2000]
    words = _n_words(cells).mean()
    is_long = bool(words >= 3 or text_lengths(cells).mean() > 50)
    return is_long and len(column.values) >= ENOUGH_ROWS and (
        column.distinct >= 0.3 * column.n_present
    )  # fmt: skip
