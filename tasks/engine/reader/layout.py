"""How a file is laid out, as far as its beginning tells: separator, quotes, names, decimal sign.

What is found here is a proposal; `reading` holds the whole file against it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tasks.engine.reader.cell_types import are_columns_typed, is_typed
from tasks.engine.reader.decimal_sign import find_decimal
from tasks.engine.reader.dialects import DELIMITERS, Dialect, ReadOptions
from tasks.engine.reader.header import Header, find_header
from tasks.engine.reader.kept_signs import find_signs
from tasks.engine.reader.label_rows import YEAR
from tasks.engine.reader.long_separators import find_long
from tasks.engine.reader.mending import SURPLUS
from tasks.engine.reader.name_rows import Fit, count_empty_ends, find_fit, fit_names
from tasks.engine.reader.names import join_lines
from tasks.engine.reader.near_quotes import unwrap
from tasks.engine.reader.one_column import is_one_column
from tasks.engine.reader.records import Record
from tasks.engine.reader.sample_records import sample
from tasks.engine.reader.separator_line import take_separator
from tasks.engine.reader.short_rows import ShortRows
from tasks.engine.reader.split_scores import score, without_ends
from tasks.engine.reader.widths import usual_width

QUOTED = re.compile(r'"[^"]*"')


LEAST_RECORDS = 6


@dataclass(frozen=True)
class Layout:
    """What was found.

    Parameters
    ----------
    dialect : Dialect
        All of it that is published.
    header : Header
        Where the names stand, and what stands above them.
    width : int
        How many cells most records have.
    are_typed : tuple of bool
        Of each column, whether it holds numbers, dates or the like.
    short_rows : ShortRows
        What is known of the columns for rows with too few cells.
    is_torn : bool
        Whether a separator that was not taken divides many of the lines: then a table of one
        column is in doubt.
    fit : {"", "moved", "filled", "split"}
        How names that are fewer than the cells below belong to these.
    n_empty : int
        How many columns at the end have neither a name nor a value.
    told, long : str
        The separator that a line above everything else tells, and one of several characters that
        all lines have; empty where there is none.
    signs : str
        What is to be said about signs that stay in cells.
    """

    dialect: Dialect
    header: Header
    width: int
    are_typed: tuple[bool, ...]
    short_rows: ShortRows
    is_torn: bool
    fit: Fit = ""
    n_empty: int = 0
    told: str = ""
    long: str = ""
    signs: str = ""


def find_layout(text: str, encoding: str, options: ReadOptions) -> Layout:
    """Work out how a text is laid out.

    Parameters
    ----------
    text : str
        The beginning of the file, whole lines.
    encoding : str
        Of the file.
    options : ReadOptions
        What was decided already.
    """
    dialect = Dialect(
        encoding=encoding, bad_lines=options.bad_lines, missing=options.missing,
        quote='"' if options.quote is None else options.quote, escape=options.escape or "",
    )  # fmt: skip
    told, text = ("", text) if options.header_line else take_separator(text)
    if told and told in text and options.delimiter is None:
        options = replace(options, delimiter=told)
    text = unwrap(text, dialect.quote) if dialect.quote else text
    dialect, is_torn = _find_split(text, dialect, options)
    records = sample(text, dialect)
    width = usual_width(without_ends(records))
    if _are_most_broken(records) and not records[0].broken:
        width = len(records[0].cells)  # what quotes enclose was split too
    if records and "\n" in "".join(records[0].cells):  # of names with a quote that is no pair
        are_typed = are_columns_typed([r.cells for r in records[1:]], width)
        records = sample(text, dialect, width, are_typed)
    records, fit = _fit_names(records, width, options)
    is_open = options.delimiter is None and options.header_line is None and not fit
    if is_open and width > 1 and is_one_column(records, dialect.delimiter, width):
        dialect = replace(dialect, delimiter="", skip_space=False)
        records, width = sample(text, dialect), 1
    width = _with_names(records, width)
    header = find_header([(r.line, r.cells) for r in records], width, options)
    names = [r.cells for r in records if header.line <= r.line <= header.last_line]
    body = [r.cells for r in records if r.line > header.last_line]
    decimal = options.decimal or find_decimal(body)
    dialect = replace(
        dialect, decimal=decimal, header=header.is_there, header_line=header.line,
        header_lines=header.n_lines,
    )  # fmt: skip
    n_empty = count_empty_ends(join_lines(names, width), body) if header.is_there else 0
    are_typed = are_columns_typed(body, width)
    short_rows = ShortRows(body, width)
    lines = [r.text for r in records if r.line >= header.line]
    long = "" if options.delimiter else find_long(lines, dialect.delimiter)
    return Layout(
        dialect, header, width, are_typed, short_rows, is_torn, fit, n_empty, told, long,
        find_signs(lines, dialect),
    )  # fmt: skip


def _with_names(records: Sequence[Record], width: int) -> int:
    """Return the width of names without cells below them: then the rows are too short."""
    first = next((len(r.cells) for r in records if not r.text.startswith("#")), 0)
    return width if first <= width or _has_names_below(records, width) else first


def _has_names_below(records: Sequence[Record], width: int) -> bool:
    """Tell whether a first line says what made the file, as loggers do: names stand below it.

    Such a line has a number that is no year, a blank cell or one twice, which names have not.
    """
    first = [cell.strip() for cell in records[0].cells]
    is_told = any(is_typed(cell) and not YEAR.fullmatch(cell) for cell in first)
    is_told = is_told or "" in first or len({*first}) < len(first)
    if not is_told or len(records) < LEAST_RECORDS or width < 2:
        return False
    names, are_typed = records[1].cells, are_columns_typed([r.cells for r in records[2:]], width)
    are_words = all(cell.strip() and not is_typed(cell) for cell in names)
    return len(names) == width == len({*names}) and are_words and sum(are_typed) >= width / 2


def _fit_names(
    records: list[Record], width: int, options: ReadOptions
) -> tuple[list[Record], Fit]:
    """Bring names above rows of `width` cells to that width, where it is plain how."""
    at = next((n for n, r in enumerate(records) if len(r.cells) == width), 0) - 1
    if options.header_line:
        at = next((n for n, r in enumerate(records) if r.line >= options.header_line), -1)
    if at < 0 or options.header is False:
        return records, ""
    names: list[str] = records[at].cells
    fit: Fit = ""
    if len(names) > width:
        named = [name for name in names if name.strip()]
        if not any(cell.strip() for cell in names[width:]):
            names = names[:width]
        elif len(named) == width >= len(names) - SURPLUS:
            names = named
    else:
        fit = find_fit(names, [r.cells for r in records[at + 1 :]], width)
        names = fit_names(names, width, fit) if fit else names
    return [*records[:at], replace(records[at], cells=names), *records[at + 1 :]], fit


def _find_split(text: str, dialect: Dialect, options: ReadOptions) -> tuple[Dialect, bool]:
    """Choose delimiter, quote, escape and whether spaces follow the delimiter."""
    delimiters = (options.delimiter,) if options.delimiter else (*DELIMITERS, " ")
    tried = [
        (suits, candidate)
        for candidate in _candidates(text, dialect, delimiters, options)
        if (suits := score(sample(text, candidate), candidate))
    ]
    if options.delimiter and not tried:
        return replace(dialect, delimiter=options.delimiter), False
    if not tried and options.quote is None and _are_quotes_odd(text, dialect):
        plain, _ = _find_split(text, replace(dialect, quote=""), replace(options, quote=""))
        names = sample(text, plain)[:1]
        if plain.delimiter and len(names[0].cells) > 1:
            return replace(plain, quote=dialect.quote), False  # line by line they are mended
    if not tried:
        return replace(dialect, delimiter=""), _is_torn(text)
    return max(tried, key=lambda pair: pair[0])[1], False


def _are_quotes_odd(text: str, dialect: Dialect) -> bool:
    """Tell whether text goes on behind the quotes of most lines."""
    samples = [sample(text, replace(dialect, delimiter=d)) for d in DELIMITERS if d in text]
    return any(map(_are_most_broken, samples))


def _are_most_broken(records: Sequence[Record]) -> bool:
    return sum(bool(r.broken) for r in records) > 0.5 * len(records)


def _candidates(
    text: str, dialect: Dialect, delimiters: Sequence[str], options: ReadOptions
) -> Iterator[Dialect]:
    for delimiter in delimiters:
        if delimiter not in text:
            continue
        one = replace(dialect, delimiter=delimiter)
        one = replace(one, skip_space=has_space_after(text, delimiter))
        n = _count_apostrophes(text, delimiter) if options.quote is None else 0
        quoted = [replace(one, quote="'")] if n else []
        yield from [*quoted, one] if 2 * n > text.count("\n") else [one, *quoted]
        is_spaced = delimiter != " " and 2 * text.count(f'{delimiter} "') > text.count("\n")
        if is_spaced and not one.skip_space:
            yield replace(one, skip_space=True)
        if options.escape is None and '\\"' in text:
            yield replace(one, escape="\\")


def has_space_after(text: str, delimiter: str) -> bool:
    """Tell whether a space follows nearly every separator, as in ``a, "b, c", d``.

    Where no quote follows such a space it does no harm, and is left where it is.
    """
    if delimiter == " " or f'{delimiter} "' not in text:
        return False
    n = text.count(delimiter)
    return n > 1 and text.count(delimiter + " ") > 0.8 * n


def _count_apostrophes(text: str, delimiter: str) -> int:
    """Count the cells in apostrophes; none where more are in quotes."""
    if "'" not in text:
        return 0
    escaped = re.escape(delimiter)
    wrapped = rf"(?:^|{escaped})'(?:[^'\n]|'')*'(?={escaped}|\r?$)"
    found = len(re.findall(wrapped, text, re.MULTILINE))
    n_quoted = len(re.findall(wrapped.replace("'", '"'), text, re.MULTILINE))
    return found if found >= 2 and found > n_quoted else 0


def _is_torn(text: str) -> bool:
    lines = [QUOTED.sub("", line) for line in text.splitlines()]
    return any(sum(d in line for line in lines) > 0.5 * len(lines) for d in DELIMITERS)
