"""What is worth checking in one column, in whole sentences."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from tasks.engine.profile.choice_words import say_refusal
from tasks.engine.profile.codes import same_numbers
from tasks.engine.profile.column_cells import Column
from tasks.engine.profile.column_profile import ColumnProfile
from tasks.engine.profile.conventions import how_read, may_be_thousands, plain_number
from tasks.engine.profile.date_formats import are_dates, days_of
from tasks.engine.profile.date_order import either_way
from tasks.engine.profile.date_words import unread_dates
from tasks.engine.profile.excel_texts import excel_texts
from tasks.engine.profile.look_alikes import look_alikes
from tasks.engine.profile.missing_words import missing_words
from tasks.engine.profile.row_numbers import may_number_rows
from tasks.engine.profile.thousands import points_of
from tasks.engine.profile.time_zones import zones_words
from tasks.engine.profile.unit_checks import units_of
from tasks.engine.profile.unread_numbers import other_script, unread_number
from tasks.engine.reader.refusals import Problem
from tasks.engine.reader.words import plural
from tasks.engine.table.cell_text import THOUSANDS, TRUTH, number_of, symbols_of
from tasks.engine.table.cells import Written, fits, match, parse_numbers
from tasks.engine.table.coercion import how_written

LineOf = Callable[[int], int]
Test = Callable[[pa.Array], np.ndarray]
MOST = 0.5
SHOWN = 60


def column_problems(
    column: Column, made: ColumnProfile, line_of: LineOf, dialect: Mapping[str, Any]
) -> list[Problem]:
    """Return warnings about a column.

    Parameters
    ----------
    column : Column
        The column.
    made : ColumnProfile
        Its profile.
    line_of : callable
        Gives the line in which a row, from 0, starts.
    dialect : Mapping
        How the file was read.
    """
    words = list(missing_words(column, made, dialect, line_of))
    told = sum(problem.count or 0 for problem in words)
    is_told = told == column.n_rows - column.n_present  # all that is missing is one word
    found = [
        *_problems(column, made),
        *_written(column, made, line_of, dialect),
        *excel_texts(column, made),
        *points_of(column, made, dialect, line_of),
        *words,
    ]
    return [problem for problem in found if not (is_told and problem.code == "MOSTLY_MISSING")]


def warning(
    name: str, code: str, message: str, count: int | None = None, line: int | None = None
) -> Problem:
    """Return a warning about a column."""
    return Problem("warning", code, message, line=line, column=name, count=count)


def _problems(column: Column, made: ColumnProfile) -> Iterator[Problem]:
    name, kind, found = column.name, made.facts["kind"], made.decision.found
    missing = column.n_rows - column.n_present
    if kind == "constant":
        yield warning(name, "CONSTANT", f'"{name}" has the same value in every row')
    elif missing > MOST * column.n_rows:
        share = f"{missing:,} of {plural(column.n_rows, 'cell')} of"
        are = "is" if missing == 1 else "are"
        yield warning(name, "MOSTLY_MISSING", f'{share} "{name}" {are} missing', missing)
    tally = found.numbers.tally if found.numbers and not made.decision.is_chosen else None
    if kind == "number" and tally and may_number_rows(column, tally):
        words = f'"{name}" is different in every row and may only number the rows'
        yield warning(name, "ROW_NUMBERS", f"{words}. If so, make it an identifier")
    if kind == "identifier" and not made.decision.is_chosen:
        words = f'"{name}" is different in every row. It identifies rows, so it is left out'
        yield warning(name, "IDENTIFIER", words)
    if found.dates and found.dates.rivals:
        words = f'"{name}" holds dates in which {either_way(found.dates.formats)}; it is text'
        yield warning(name, "DATE_AMBIGUOUS", words)
    if made.decision.refused:
        yield _refusal(column, made.decision.refused)
    yield from _doubtful(column, made)


def _refusal(column: Column, choice: Mapping[str, Any]) -> Problem:
    first = column.find_row(lambda cells: np.ones(len(cells), bool))
    words = say_refusal(
        column.name, choice, first=first[1] if first else "", cells=column.n_present,
        values=column.distinct,
    )  # fmt: skip
    return Problem("error", "CHOICE_UNUSABLE", words, column=column.name, count=column.n_present)


def _doubtful(column: Column, made: ColumnProfile) -> Iterator[Problem]:
    name, kind, found = column.name, made.facts["kind"], made.decision.found
    if found.codes and kind != "number":
        yield warning(name, "NUMBER_CODES", f'"{name}" has {found.codes}; it is kept as text')
    has_same = kind == "number" and made.facts["distinct"] < len(column.values)
    same = same_numbers(column) if has_same else None
    if same:
        words = f'"{same[0]}" and "{same[1]}" in "{name}" are the same number'
        yield warning(name, "NUMBER_ZEROS", f"{words}. If they are codes, make it a category")
    yield from units_of(column, made)
    if kind in {"category", "text"} and not made.decision.is_chosen:
        yield from _unread(column, made)


def _unread(column: Column, made: ColumnProfile) -> Iterator[Problem]:
    """Warn of texts that look like what is not read, or like each other."""
    name, found = column.name, made.decision.found
    date = None if found.dates else unread_dates(column)
    number = None if date or made.decision.question else unread_number(column)
    if date:
        words = f'"{name}" looks like {date[0]}, such as "{date[1][:SHOWN]}"'
        yield warning(name, "DATE_UNREAD", f"{words}; it is kept as text")
    elif number:
        words = (
            f'"{name}" looks like numbers in a form that is not read, such as "{number[:SHOWN]}"'
        )
        yield warning(name, "NUMBER_UNREAD", f"{words}; it is kept as text")
    alike = look_alikes(column.values.tolist()) if made.facts["kind"] == "category" else None
    if alike:
        yield warning(name, "CATEGORY_ALIKE", f'In "{name}" {alike}: they are two values')


def _written(
    column: Column, made: ColumnProfile, line_of: LineOf, dialect: Mapping[str, Any]
) -> Iterator[Problem]:
    schema, question = made.decision.found.schema, made.decision.question
    zones = zones_words(column, schema) if made.facts["kind"] == "date" else None
    if zones:
        yield warning(column.name, "DATE_ZONES", *zones)
    if made.n_unreadable:
        yield _unreadable(column, made, line_of)
    if schema.get("mixed"):
        known = {*TRUTH, schema["true"].lower(), schema["false"].lower()}
        words = sorted({v for v in column.values if v.lower() in known})
        shown = ", ".join(f'"{word}"' for word in words[:6])
        message = f'"{column.name}" says yes and no in several ways: {shown}'
        yield warning(column.name, "BOOLEAN_MIXED", f"{message}. They are read as two values")
    elif made.facts["kind"] == "number":
        yield from _said_of_numbers(column, schema, line_of, dialect)
    elif question and question["chosen"] is None:
        if "or" in question:
            yield _either(column, question, line_of, has_sign=_has_sign(dialect))
        yield from _asked(column, made, question, line_of)


def _said_of_numbers(
    column: Column, schema: dict[str, Any], line_of: LineOf, dialect: Mapping[str, Any]
) -> Iterator[Problem]:
    if _has_signs(schema, dialect):
        yield _signs(column, how_written(schema))
    elif other := other_script(column, schema):
        yield _other_script(column.name, *other)
    elif may_be_thousands(column.cells, schema["decimal"]):
        yield _decimals(column, schema["decimal"], line_of, has_sign=_has_sign(dialect))


def _has_signs(schema: Mapping[str, Any], dialect: Mapping[str, Any]) -> bool:
    """Tell whether numbers have thousands, signs or a unit, or not the file's decimal sign."""
    has_comma = schema["decimal"] == "," and dialect.get("decimal") == "."
    return bool(has_comma or schema.get("thousands") or symbols_of(schema))


def _has_sign(dialect: Mapping[str, Any]) -> bool:
    """Tell whether the decimal sign can be chosen: JSON lines and Parquet have none."""
    return bool(dialect.get("format", "csv") == "csv")


def _asked(
    column: Column, made: ColumnProfile, question: Mapping[str, Any], line_of: LineOf
) -> Iterator[Problem]:
    if not question["of"] or ("or" in question and not question["left"]):
        return
    reading = made.decision.found.reading
    if question["about"] == "date":
        yield _some_no_dates(column, question, line_of)
    elif reading:
        yield _mixed(column, question, reading.written, line_of)


def _signs(column: Column, written: Written) -> Problem:
    plain: Written = (".", "", False)
    is_read = np.isfinite(parse_numbers(column.cells, written))
    odd = is_read & np.isnan(parse_numbers(column.cells, plain))
    # What is said of thousands is shown by a number that has them, also where it is a plain one.
    group = THOUSANDS[written[1]]
    has_group = is_read & match(column.cells, f"[{group}]") if group else np.zeros_like(is_read)
    shown = next((at for at in (has_group & odd, has_group, odd) if at.any()), is_read)
    first = column.values[int(shown.argmax())]
    value = plain_number(number_of(first, *written))
    message = (
        f'"{column.name}" is read as numbers with {how_read(written)}: '
        f'"{first[:SHOWN]}" is read as {value}'
    )
    return warning(column.name, "NUMBER_SYMBOLS", message)


def _other_script(name: str, cell: str, value: float) -> Problem:
    words = f'"{name}" is read as numbers with digits or a decimal sign of another script'
    message = f'{words}: "{cell[:SHOWN]}" is read as {plain_number(value)}'
    return warning(name, "NUMBER_SYMBOLS", message)


def _decimals(column: Column, decimal: str, line_of: LineOf, *, has_sign: bool) -> Problem:
    line, value = _first(column, lambda cells: fits(cells, re.escape(decimal)), line_of)
    other, whole = "," if decimal == "." else ".", value.replace(decimal, "")
    choose = f'choose "{other}" as the decimal sign under "How we read the file"'
    message = (
        f'"{value}" in "{column.name}" is read as {value.replace(",", ".")}: whole numbers stand '
        f"beside it, and else exactly three decimals. If it means {whole}, "
        f"{choose if has_sign else 'write it so in the file'}"
    )
    return warning(column.name, "NUMBER_AMBIGUOUS", message, line=line)


def _unreadable(column: Column, made: ColumnProfile, line_of: LineOf) -> Problem:
    schema, kind = made.decision.found.schema, made.facts["kind"]
    if kind == "date":
        test: Test = lambda cells: np.isnan(days_of(cells, schema["format"]))  # noqa: E731
    else:
        written = how_written(schema)
        test = lambda cells: np.isnan(parse_numbers(cells, written))  # noqa: E731
    count, (line, value) = made.n_unreadable, _first(column, test, line_of)
    are = f"is no {kind} and counts" if count == 1 else f"are no {kind} and count"
    message = (
        f'{count:,} of {plural(column.n_present, "cell")} of "{column.name}" {are} as missing. '
        f'First: line {line}, "{value}"'
    )
    return warning(column.name, "MIXED_TYPES", message, count, line)


def _mixed(
    column: Column, question: Mapping[str, Any], written: Written, line_of: LineOf
) -> Problem:
    name, present, count = column.name, column.n_present, question["of"]
    plain: Written = (column.decimal, "", False)
    is_odd: Test = lambda cells: np.isnan(parse_numbers(cells, plain))  # noqa: E731
    line, value = _first(column, is_odd, line_of)
    first = f'First: line {line}, "{value}"'
    if count <= MOST * present:
        are = "is" if count == 1 else "are"
        message = f'"{name}" looks like a number column, but {count:,} of {present:,} cells {are}'
        return warning(name, "MIXED_TYPES", f"{message} text. {first}", count, line)
    if question["become"]:  # the first odd cell may be a word
        is_signed: Test = lambda cells: is_odd(cells) & np.isfinite(parse_numbers(cells, written))  # noqa: E731
        line, value = _first(column, is_signed, line_of)
        first = f'First: line {line}, "{value}"'
    message = f'"{name}" has numbers with thousands separators, signs or units; it is kept as text'
    return warning(name, "NUMBER_SYMBOLS", f"{message}. {first}", count, line)


def _either(
    column: Column, question: Mapping[str, Any], line_of: LineOf, *, has_sign: bool
) -> Problem:
    name, cell = column.name, question["from"]
    line, _value = _first(column, lambda cells: match(cells, f"^{re.escape(cell)}$"), line_of)
    choose = f'read the file with "{"," if "," in cell else "."}" as its decimal sign'
    message = (
        f'"{cell}" in "{name}" may mean {question["to"]} or {question["or"]}, so it is kept as '
        f"text. Read it as a number if it means {question['to']}. If it means {question['or']}, "
        f"{choose if has_sign else 'write it so in the file'}"
    )
    return warning(name, "NUMBER_AMBIGUOUS", message, question["become"], line)


def _some_no_dates(column: Column, question: Mapping[str, Any], line_of: LineOf) -> Problem:
    count, formats = question["of"], question["formats"]
    line, value = _first(
        column,
        lambda cells: ~np.any([are_dates(cells, f) for f in formats], axis=0),
        line_of,
    )
    none = "is no date" if count == 1 else "are no dates"
    message = (
        f'"{column.name}" looks like a column of dates, but {count:,} of {column.n_present:,} '
        f'cells {none}. First: line {line}, "{value}"'
    )
    return warning(column.name, "MIXED_TYPES", message, count, line)


def _first(column: Column, test: Test, line_of: LineOf) -> tuple[int, str]:
    row, value = column.find_row(test) or (0, "")
    return line_of(row), value[:SHOWN]
