"""What was found out while reading, said to the person: every choice and every repair."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tasks.engine.reader.dialects import ReadOptions, often_unquoted
from tasks.engine.reader.header import Header
from tasks.engine.reader.layout import Layout
from tasks.engine.reader.long_separators import say_long
from tasks.engine.reader.odd_rows import OddRows, Seen
from tasks.engine.reader.records import Record
from tasks.engine.reader.refusals import Problem, error
from tasks.engine.reader.rejects import Rejects
from tasks.engine.reader.text_source import TextSource

if TYPE_CHECKING:
    from tasks.engine.reader.reading import Reading

MOST = 0.5
CHOOSE = 'choose it under "How we read the file"'
ONE_COLUMN = f"We found only one column. If your file uses another separator, {CHOOSE}"


def warn(code: str, message: str, line: int | None = None, count: int | None = None) -> Problem:
    """Make a problem that refuses nothing."""
    return Problem("warning", code, message, line=line, count=count)


def plural(n: int, word: str) -> str:
    """Show a count with its noun."""
    return f"{n:,} {word}{'' if n == 1 else 's'}"


def lines_have(n: int) -> str:
    """Begin a sentence about a number of lines."""
    return f"{plural(n, 'line')} {'has' if n == 1 else 'have'}"


def were(n: int) -> str:
    """Say how many were left out."""
    return "It was left out" if n == 1 else "They were left out"


def of_layout(name: str, layout: Layout, options: ReadOptions) -> Iterator[Problem]:
    """Yield what is to be said about how a file is laid out; an error refuses the file.

    Parameters
    ----------
    name : str
        The file's.
    layout : Layout
        What was found.
    options : ReadOptions
        What the person decided: of that nothing need be said.
    """
    if not layout.width:
        yield error("FILE_EMPTY", f"{name} is empty")
        return
    problem = None if options.one_column else _of_split(layout, options)
    if problem:
        yield problem
    if not problem or problem.severity == "warning":
        yield from _of_choices(layout, options)


def _of_choices(layout: Layout, options: ReadOptions) -> Iterator[Problem]:
    dialect = layout.dialect
    if layout.told:
        told, found = (_name(sign) for sign in (layout.told, dialect.delimiter))
        what = "It was obeyed" if told == found else f"The lines have {found or 'none'}"
        message = f"Line 1 says that the separator is {told}. {what}, and the line was left out"
        yield warn("SEPARATOR_LINE", message, line=1)
    yield from _of_names(layout, options)
    if dialect.skip_space:
        yield warn("SPACE_AFTER_SEPARATOR", "Spaces after the separator were left out")
    if dialect.quote == "'" and options.quote is None:
        yield warn("QUOTE_APOSTROPHE", "Cells are quoted with ' instead of \"")
    if dialect.escape and options.escape is None:
        yield warn("ESCAPE_BACKSLASH", 'Quotes inside cells are written as \\" and were read as "')


def _of_split(layout: Layout, options: ReadOptions) -> Problem | None:
    taken = layout.dialect.delimiter
    if layout.long:
        line, is_wrong = layout.header.line, bool(taken) or layout.is_torn
        return say_long(layout.long, line, taken, is_wrong=is_wrong)
    if layout.width > 1:
        return None
    is_wrong = layout.is_torn or bool(options.delimiter)
    return error("CSV_ONE_COLUMN", ONE_COLUMN) if is_wrong else warn("ONE_COLUMN", ONE_COLUMN)


def _name(delimiter: str) -> str:
    return "a tab" if delimiter == "\t" else delimiter and f'"{delimiter}"'


def _of_names(layout: Layout, options: ReadOptions) -> Iterator[Problem]:
    header = layout.header
    if header.above and not options.header_line:
        if not header.is_there and any(above.text for above in header.above):
            yield _nameless(layout)
            return
        yield _above(header)
    if layout.fit == "moved":
        message = (
            f"Line {header.line} has one name fewer than the rows have cells, as R writes it. The "
            "names were moved one to the right: the first column names the rows"
        )
        yield warn("NAMES_MOVED", message, line=header.line)
    if header.n_lines > 1 and not options.header_lines:
        message = f"The names of the columns go over {header.n_lines} lines and were joined"
        yield warn("HEADER_LINES", message, line=header.line, count=header.n_lines)
    if options.header is None and not header.is_there:
        message = f"Line {header.line} holds values, not names, so columns are named by number"
        yield warn("HEADER_ABSENT", message, line=header.line)
    elif options.header is None and not header.is_sure and not options.one_column:
        message = (
            f"Line {header.line} was taken for the names of the columns. If it is a row, say so "
            'under "How we read the file"'
        )
        yield warn("HEADER_ASSUMED", message, line=header.line)


def _above(header: Header) -> Problem:
    n = len(header.above)
    first = next((above for above in header.above if above.text), None)
    what = f'First: line {first.line}, "{first.text}"' if first else "No cell there has a value"
    where = "names of the columns" if header.is_there else "first row"
    return warn(
        "PREAMBLE",
        f"{plural(n, 'line')} above the {where} in line {header.line} "
        f"{'were' if n > 1 else 'was'} left out. {what}",
        line=(first or header.above[0]).line, count=n,
    )  # fmt: skip


def _nameless(layout: Layout) -> Problem:
    last = [above for above in layout.header.above if above.text][-1]
    if last.n_cells not in {1, layout.width}:
        message = f"Line {last.line} has {last.n_cells} cells, but most lines have {layout.width}"
        return error("CSV_RAGGED", f"{message}. {often_unquoted(layout.dialect)}", line=last.line)
    message = (
        f'The table seems to begin in line {layout.header.line}, below "{last.text}", but no '
        f"names of columns stand there. Say in which line they are, or that this is the "
        f"first row: {CHOOSE}"
    )
    return error("CSV_PREAMBLE", message, line=layout.header.line)


def of_rows(reading: "Reading") -> Iterator[Problem]:
    """Yield what is to be said about lines that were left out or mended."""
    yield from sorted(_of_bad_lines(reading), key=lambda problem: problem.line or 0)
    yield from _of_mended(reading)
    yield from _of_left_out(reading)
    yield from _of_source(reading.records.source)


def _of_bad_lines(reading: "Reading") -> Iterator[Problem]:
    rejects, bad_lines = reading.rejects, reading.options.bad_lines
    severity = "error" if bad_lines == "refuse" else "warning"
    n = rejects.counts["ragged"]
    if n:
        first = rejects.first["ragged"][0]
        where = f"line {reading.names_line} has {len(reading.names)}"
        if not (reading.dialect and reading.dialect.header):
            where = f"most have {len(reading.names)}"
        ends = {
            "refuse": often_unquoted(reading.dialect),
            "skip": "They were left out",
            "pad": "Short ones were filled up, long ones left out",
        }
        message = (
            f"{lines_have(n)} a different number of cells. First: line {first.line} has "
            f"{len(first.cells)}, {where}. {ends[bad_lines]}"
        )
        yield Problem(severity, "CSV_RAGGED", message, line=first.line, count=n)
    n = rejects.counts["broken"]
    if n:
        first = rejects.first["broken"][0]
        yield Problem(severity, "CSV_QUOTES", _why(first, n), line=first.opened, count=n)
    if not reading.n_rows and (bad_lines != "refuse" or not (rejects.counts["ragged"] + n)):
        yield error("CSV_NO_ROWS", f"{reading.name} has a header but no rows")


def _why(record: Record, n: int) -> str:
    more = f". {plural(n - 1, 'more line')} {'has' if n == 2 else 'have'} broken quotes"
    if "unexpected end" in record.broken or "field larger" in record.broken:
        message = f"The quote opened in line {record.opened} is never closed"
    elif "expected after" in record.broken:
        message = f"In line {record.opened} there is text after the quote that closes a cell"
    else:
        message = f"The quotes in line {record.opened} are broken: {record.broken}"
    return message + (more if n > 1 else "")


def _of_mended(reading: "Reading") -> Iterator[Problem]:
    words = {
        "quotes": ("QUOTES_REPAIRED", "a quote that is not doubled or not closed", "mended"),
        "spaced": ("QUOTES_SPACED", "space between a quote and the separator", "read without it"),
        "wrapped": ("LINES_QUOTED", "quotes around the whole line", "split inside them"),
        "separator": ("OWN_SEPARATOR", "another separator than the rest", "split by it"),
        "extra": ("EXTRA_EMPTY", "empty cells too many", "read without them"),
        "filled": ("ENDS_FILLED", "no last cells, which most rows leave empty", "filled up"),
        "parted": ("CELLS_PARTED", "no separator between two cells of a fixed form", "parted"),
        "stray": ("STRAY_QUOTES", "a quote inside a cell that is not quoted", "kept as it stands"),
    }
    rejects = reading.rejects
    for kind, (code, has, done) in words.items():
        n = rejects.counts[kind]
        if n:
            line = rejects.line_of(kind)
            whose = "It was" if n == 1 else "They were"
            yield warn(code, f"{lines_have(n)} {has}. First: line {line}. {whose} {done}", line, n)


def _of_swallowed(rejects: Rejects) -> Iterator[Problem]:
    n = rejects.counts["holds_rows"]
    if n:
        line = rejects.line_of("holds_rows")
        message = (
            f"In {plural(n, 'place')} a quote encloses several lines that could each be a row. "
            f"First: line {line}. They were read as one cell; if they are rows, mend the quote"
        )
        yield warn("QUOTED_ROWS", message, line, n)


def _of_left_out(reading: "Reading") -> Iterator[Problem]:
    rejects, n_blank = reading.rejects, reading.records.n_blank
    yield from _of_swallowed(rejects)
    of = {"dashes": "holds dashes between names and rows", "column_numbers": "numbers the columns"}
    of["drawn"] = f"is drawn with dashes, the first of {rejects.counts['drawn']:,}"
    for kind in of.keys() & {kind for kind, n in rejects.counts.items() if n}:
        n, line = rejects.counts[kind], rejects.line_of(kind)
        yield warn(kind.upper(), f"Line {line} {of[kind]}. {were(n)}", line, n)
    n = rejects.counts["footnote"]
    if n:
        record = rejects.first["footnote"][0]
        message = f"{plural(n, 'line')} below the table"
        message += f'. First: line {record.line}, "{record.text.strip()[:60]}". {were(n)}'
        yield warn("FOOTNOTE", message, record.line, n)
    n = rejects.counts["second_table"]
    if n:
        line = rejects.line_of("second_table")
        message = f"Another table begins in line {line}. Its {n:,} lines were left out"
        yield warn("SECOND_TABLE", message, line, n)
    if n_blank:
        message = f"{plural(n_blank, 'blank line')}. {were(n_blank)}"
        yield warn("BLANK_LINES", message, None, n_blank)
    if n := reading.n_repeated:
        line = reading.first_repeated
        message = f"The column names stand again as a row, first in line {line}. {were(n)}"
        yield warn("HEADER_REPEATED", message, line, n)
    if n := reading.n_empty_ends:
        which = "last column has" if n == 1 else f"last {n:,} columns have"
        message = f"The {which} neither a name"
        yield warn("COLUMNS_EMPTY", f"{message} nor a value. {were(n)}", reading.names_line, n)
    yield from (*reading.odd.others.problems(), *_of_odd(reading.odd, reading.n_rows))


def _of_odd(odd: OddRows, n_rows: int) -> Iterator[Problem]:
    n, line = odd.empty.n, odd.empty.line
    if n:
        message = f"{plural(n, 'row')} {'has' if n == 1 else 'have'} no value in any cell"
        yield warn("ROWS_EMPTY", f"{message}. First: line {line}", line, n)
    # What most rows are is no exception, but for a long text below the others.
    n_last = odd.n_last_alone
    if odd.alone.n and odd.alone.n - n_last <= MOST * (n_rows - n_last):
        rows = _rows(
            odd.alone, "holds one text and nothing else", "hold one text and nothing else"
        )
        message = f"{rows}; a title of a section, or a note, should be taken out of the file"
        yield warn("ROWS_ALONE", message, odd.alone.line, odd.alone.n)
    if 0 < odd.totals.n <= MOST * n_rows:
        rows = _rows(odd.totals, "is called a total or a mean", "are called totals or means")
        yield warn(
            "ROWS_TOTAL", f"{rows}; what sums up other rows should be taken out of the file",
            odd.totals.line, odd.totals.n,
        )  # fmt: skip


def _rows(seen: Seen, is_so: str, are_so: str) -> str:
    """Begin a sentence about rows that were kept."""
    so, kept = (is_so, "It was kept") if seen.n == 1 else (are_so, "They were kept")
    return f'{plural(seen.n, "row")} {so}. First: line {seen.line}, "{seen.text[:60]}". {kept}'


def _of_source(source: TextSource) -> Iterator[Problem]:
    n, line = source.n_marks, source.first_mark
    if n:
        message = f"{plural(n, 'line')} in the middle began with the mark that begins a file, as "
        message += f"where files were put together. First: line {line}. The mark was left out"
        yield warn("MARKS_INSIDE", message, line, n)
    if n := source.n_zeros:
        line = source.zero_lines[0][0]
        message = f"{plural(n, 'zero byte')}. First: line {line}. {were(n)}"
        yield warn("ZERO_BYTES", message, line, n)
    if source.has_mixed_ends:
        some = "Some lines end with a carriage return alone, others do not. Each was taken for a "
        yield warn("LINE_ENDS_MIXED", f"{some}line's end, and lines are counted so")
