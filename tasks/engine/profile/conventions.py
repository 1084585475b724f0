"""How numbers are written in a column: decimal sign, thousands, signs of money and percent.

A column becomes a number by itself where all of its cells are numbers in one way that cannot be
meant otherwise. Where it can, or where some cells are none, the person is asked.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from tasks.engine.profile.column_cells import Column
from tasks.engine.profile.number_units import find_unit, have_unit, without_unit
from tasks.engine.profile.sheet_errors import SHEET_ERRORS
from tasks.engine.table.cell_text import ARABIC_POINT, MINUS, MONEY, SPACES, THOUSANDS, number_of
from tasks.engine.table.cells import PLAIN, Written, fits, match, parse_numbers

# What may be a number in some way of writing: digits, signs of thousands, one sign around them.
NUMERIC = (
    rf"^[(+{MINUS}-]* ?[{MONEY}%]?[{SPACES}]?[(+{MINUS}-]?[\p{{Nd}}.]"
    rf"[\p{{Nd}}.,{''.join(THOUSANDS.values())}{ARABIC_POINT}]*([eE][+-]?\p{{Nd}}+)?"
    rf"[{SPACES}]?[{MONEY}%]?[)-]?$"
)
SIGN, NO_SIGN = re.compile(f"[{MONEY}%]"), re.compile(f"[^{MONEY}%\n]+")
AROUND = re.compile(rf"[{MONEY}%(){SPACES}]+")
# Words that say of themselves that nothing is known; never the name of a category.
NOTHING = (
    r"(?i)^(unknown|unk|n\.a\.?|n/a|na|not available|not applicable|not known|no data|nodata"
    r"|k\. ?a\.|keine angabe|unbekannt|inconnue?|desconocid[oa]"
    r"|missing|tbd|tba|undefined|unspecified|not specified|no answer|no value|nil|nan|null|none"
    r"|<na>|<null>|<none>|\(blank\)|\(none\)|\(empty\)|\(null\)"
    rf"|\\n|{SHEET_ERRORS}|[-–—]{{2,}}|[–—]|\.{{1,}}|\*+|\?+)$"
)
MOST = 0.5
FIRST = 20
ENOUGH_SIGNS = 3


@dataclass(frozen=True)
class Reading:
    """One way of reading a column's numbers.

    `is_sure` says that it cannot be meant otherwise; `share` is that of the cells that are numbers
    in it, in the sample that the column's `values` are. `is_either`: its thousands may as well be
    decimals, as in 1,107.
    """

    written: Written
    is_sure: bool
    share: float
    is_either: bool = False


def find_reading(column: Column) -> Reading | None:
    """Return the way in which most of a column's cells are numbers; None when half are none."""
    plain: Written = (column.decimal, "", False)
    if _are_all_plain(column, plain):
        return Reading(plain, True, 1.0)
    total = column.counts.sum()
    numeric = None if column.rules_out(fits, NUMERIC) else fits(column.cells, NUMERIC)
    if numeric is None or column.counts[numeric].sum() <= MOST * total:
        with_unit = find_unit(column)
        return with_unit and _read_units(column, *with_unit)
    return _best_way(column, numeric, column.values[numeric])


def _read_units(column: Column, unit: str, is_sure: bool) -> Reading | None:
    """Return how numbers are read of which most have a unit; some may have none."""
    numeric = have_unit(column.cells, unit) | fits(column.cells, NUMERIC)
    found = _best_way(column, numeric, without_unit(column.values[numeric], unit), unit)
    return found and replace(found, is_sure=found.is_sure and is_sure)


def _best_way(
    column: Column, numeric: np.ndarray, values: np.ndarray, unit: str | None = None
) -> Reading | None:
    """Return the way in which most cells are numbers; `values` are without the unit."""
    texts, counts = column.cells.filter(pa.array(numeric)), column.counts[numeric]
    total = column.counts.sum()
    best, best_count, parsed = None, 0, np.zeros(0)
    is_some = np.zeros(len(values), bool)  # a number in one of the ways, where they are mixed
    for written in _ways(column.decimal, values):
        found = parse_numbers(texts, (*written[:2], unit or written[2]))
        is_some |= np.isfinite(found)
        count = counts[np.isfinite(found)].sum()
        if count > best_count:
            best, best_count, parsed = written, count, found
        if count == counts.sum():
            break
    if best is None or counts[is_some].sum() <= MOST * total:
        return None
    best, is_sure, is_either = _check_sure(best, column.decimal, values[np.isfinite(parsed)])
    written = (*best[:2], unit or best[2])
    return Reading(written, is_sure, float(best_count / total), is_either)


def _are_all_plain(column: Column, plain: Written) -> bool:
    if column.plain and plain == PLAIN:
        return True
    if column.picked is not None:
        return column.tally(parse_numbers, plain) is not None
    first = parse_numbers(column.cells[:FIRST], plain)
    return bool(
        len(first)
        and np.isfinite(first).all()
        and np.isfinite(parse_numbers(column.cells, plain)).all()
    )


def _ways(decimal: str, values: np.ndarray) -> list[Written]:
    """Return the ways to try, the plainest first; only what stands in the values matters."""
    joined = "\n".join([*values, ""])
    other = "," if decimal == "." else "."
    has_signs = SIGN.search(joined) or "(" in joined or "-\n" in joined
    signs = [False, True] if has_signs else [False]
    ways: list[Written] = []
    for symbols in signs:
        for point, group in ((decimal, other), (other, decimal)):
            spaced = [g for g in (" ", "'", "\u066c") if re.search(f"[{THOUSANDS[g]}]", joined)]
            ways += [(point, sign, symbols) for sign in ("", group, *spaced)]
    return ways


def _check_sure(written: Written, decimal: str, values: np.ndarray) -> tuple[Written, bool, bool]:
    """Tell whether a way of reading cannot be meant otherwise, and whether thousands are decimals.

    It may turn out to be another way.
    """
    point, group, symbols = written
    if written == (decimal, "", False):
        return written, True, False
    plain = _leave_out(AROUND, values) if symbols else list(values)
    signs = set(_leave_out(NO_SIGN, values)) if symbols else {""}
    is_uniform = not symbols or len(signs) == 1
    has_money = bool(signs - {"", "%"})
    is_money = has_money and not signs & {"", "%"}
    mark = group or point
    marked = [text for text in plain if mark in text]
    if mark in {".", ","} and (group or point != decimal or is_money) and marked:
        alone = re.compile(rf"[+-]?[1-9]\d{{0,2}}{re.escape(mark)}\d{{3}}")
        if all(alone.fullmatch(text) for text in marked):
            other = "," if mark == "." else "."
            # 2.500 beside 12,345 shows no point: both may be thousands, or both decimals.
            unclear = re.compile(rf"[+-]?[1-9]\d{{0,2}}{re.escape(other)}\d{{3}}")
            has_point = any(other in text and not unclear.fullmatch(text) for text in plain)
            written = (other, mark, symbols)
            is_clear = has_point or is_money or (group != "" and point == decimal == ",")
            return written, is_uniform and is_clear, not (is_clear or has_money)
    return written, is_uniform, False


def may_be_thousands(cells: pa.Array, decimal: str) -> bool:
    """Tell whether a column's decimals may be thousands: always three, beside whole numbers.

    Numbers that are written without the zeros at their end seldom have three decimals each; those
    that are written with them have some everywhere.
    """
    has_sign = fits(cells, re.escape(decimal))
    alone = match(cells, rf"^[+-]?[1-9]\d{{0,2}}{re.escape(decimal)}\d{{3}}$")
    n_signs = int(has_sign.sum())
    return ENOUGH_SIGNS <= n_signs < len(cells) and bool((alone == has_sign).all())


def _leave_out(signs: re.Pattern[str], values: np.ndarray) -> list[str]:
    """Return numbers without some of their signs; all at once, since none has a line break."""
    return signs.sub("", "\n".join(values)).split("\n")


def have_same_sign(column: Column) -> bool:
    """Tell whether all cells have the sign of the first, or none has one."""
    sign = SIGN.search(column.values[0])
    if sign is None:
        return True  # brackets alone, around what is below zero
    return all(fits(cells, re.escape(sign[0])).all() for cells, _counts in column.pieces())


def number_question(column: Column, reading: Reading) -> dict[str, Any] | None:
    """Return the question what is to be done with the cells that are no plain numbers.

    Counted over all cells: ``of`` so many, ``become`` become numbers as they are read, ``missing``
    say that nothing is known, ``left`` are something else and would be missing too. ``or`` is what
    the example would be if its sign of thousands were the decimal sign, where it may be.
    """
    written = reading.written
    plain: Written = (column.decimal, "", False)
    if column.plain and written == plain == PLAIN:
        return None
    totals = np.zeros(3, int)
    for cells, counts in column.pieces():
        odd, fine = _find_odd(cells, plain, written)
        if not odd.any():
            continue
        nothing = odd & ~fine & fits(cells, NOTHING)
        weights = np.ones(len(odd), int) if counts is None else counts
        totals += [int(weights[mask].sum()) for mask in (odd, fine, nothing)]
    of, become, missing = map(int, totals)
    if not of:
        return None
    first, hidden = _examples(column, plain, written)
    either = {"or": _otherwise(first, written)} if first and reading.is_either else {}
    return {
        "about": "number", "become": become, "missing": missing,
        "left": of - become - missing, "of": of, "from": first,
        "to": None if first is None else plain_number(number_of(first, *written)),
        "hidden": hidden, "chosen": None, **either,
    }  # fmt: skip


def _otherwise(cell: str, written: Written) -> str:
    """Return what a number would be if its sign of thousands were the decimal sign."""
    return plain_number(number_of(cell, written[1], "", written[2]))


def _find_odd(cells: pa.Array, plain: Written, written: Written) -> tuple[np.ndarray, np.ndarray]:
    """Tell which cells are no plain numbers or no numbers as written, and which are the latter."""
    is_odd = np.isnan(parse_numbers(cells, plain))
    if written == plain:
        return is_odd, np.zeros(len(is_odd), bool)
    is_number = np.isfinite(parse_numbers(cells, written))
    return is_odd | ~is_number, is_odd & is_number


def _examples(column: Column, plain: Written, written: Written) -> tuple[str | None, str | None]:
    odd, fine = _find_odd(column.cells, plain, written)
    nothing = odd & ~fine & fits(column.cells, NOTHING)
    firsts = [column.values[mask][0] if mask.any() else None for mask in (fine, nothing)]
    return firsts[0], firsts[1]


def plain_number(value: float) -> str:
    """Return a number as plain text: 1050000, not 1050000.0."""
    return f"{value:.0f}" if value == int(value) and abs(value) < 1e15 else repr(value)


def how_read(written: Written) -> str:
    """Say in words what is left out of numbers that are written so."""
    point, group, symbols = written
    names = {",": "commas", ".": "points", " ": "spaces", "'": "apostrophes"}
    names["\u066c"] = "Arabic commas"
    parts = [f"{names[group]} as thousands separators"] if group else []
    parts += ["a decimal comma"] if point == "," else []
    parts += [f"the unit {symbols}"] if isinstance(symbols, str) else ["signs"] * symbols
    return " and ".join(parts) or "plain numbers"
