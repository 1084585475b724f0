"""What was found while rows were read, said to the person: every repair, and what was left out."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tasks.engine.reader.dialects import often_because
from tasks.engine.reader.odd_rows import OddRows, Seen
from tasks.engine.reader.records import Record
from tasks.engine.reader.refusals import Problem, error
from tasks.engine.reader.rejects import CUT_OFF, Rejects
from tasks.engine.reader.text_source import TextSource

if TYPE_CHECKING:
    from tasks.engine.reader.reading import Reading

MOST = 0.5
WRONG_LETTERS = {"ENCODING_DOUBTFUL", "ENCODED_TWICE"}  # where U+0080 to U+009F come from
QUOTE_KEPT = "split like the others, and the quote was kept as part of the text"
MENDED_WORDS = {  # each kind of lines: its code, what they have, how they were read
    "quotes": ("QUOTES_REPAIRED", "a quote that is not doubled or not closed", QUOTE_KEPT),
    "spaced": ("QUOTES_SPACED", "space between a quote and the separator", "read without it"),
    "wrapped": ("LINES_QUOTED", "quotes around the whole line", "split inside them"),
    "escaped": ("SEPARATORS_ESCAPED", "a backslash before a separator", "not split there"),
    "separator": ("OWN_SEPARATOR", "another separator than the rest", "split by it"),
    "extra": ("EXTRA_EMPTY", "empty cells too many", "read without them"),
    "filled": ("ENDS_FILLED", "no last cells, which most rows leave empty", "filled up"),
    "parted": ("CELLS_PARTED", "no separator between two cells of a fixed form", "parted"),
    "stray": ("STRAY_QUOTES", "a quote inside a cell that is not quoted", "kept as it stands"),
}


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


def of_rows(reading: "Reading") -> Iterator[Problem]:
    """Yield what is to be said about lines that were left out or mended."""
    yield from sorted(_of_bad_lines(reading), key=lambda problem: problem.line or 0)
    yield from _of_mended(reading)
    yield from _of_left_out(reading)
    source = reading.records.source
    is_told = any(problem.code in WRONG_LETTERS for problem in reading.problems)
    if not (is_told and source.controls.is_of_letters):
        yield from _of_controls(source)
    yield from _of_source(source)


def _say_padded(n: int, is_short: bool) -> str:
    """Say what became of lines with another number of cells, where short ones are filled up."""
    if n > 1:
        return "Short ones were filled up at their end, long ones left out"
    return "It was filled up at its end" if is_short else "It was left out"


def _say_cut_off(reason: str, bad_lines: str) -> str:
    """Say of the only line that does not fit that it may be half a row, where it seems so."""
    done = {"skip": ", and was left out", "pad": ", and was filled up"}.get(bad_lines, "")
    return f"It is the last line and seems to be cut off{done}" * reason.endswith(CUT_OFF)


def _of_bad_lines(reading: "Reading") -> Iterator[Problem]:
    rejects, bad_lines = reading.rejects, reading.options.bad_lines
    severity = "error" if bad_lines == "refuse" else "warning"
    n = rejects.counts["ragged"]
    if n:
        first, reason = rejects.first["ragged"]
        where = f"line {reading.names_line} has {len(reading.names)}"
        if not (reading.dialect and reading.dialect.header):
            where = f"most have {len(reading.names)}"
        is_short = len(first.cells) < len(reading.names)
        ends = {
            "refuse": often_because(reading.dialect, is_short=is_short),
            "skip": "It was left out" if n == 1 else "They were left out",
            "pad": _say_padded(n, is_short),
        }
        message = (
            f"{lines_have(n)} a different number of cells. First: line {first.line} has "
            f"{len(first.cells)}, {where}. {_say_cut_off(reason, bad_lines) or ends[bad_lines]}"
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
    rejects = reading.rejects
    for kind, (code, has, done) in MENDED_WORDS.items():
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
    of["comments"] = (
        f"is a comment or a page's number, the first of {rejects.counts['comments']:,}"
    )
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
        its = "It was" if n == 1 else f"Its {n:,} lines were"
        message = f"Another table begins in line {line}. {its} left out"
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
    yield from (*reading.odd.others.problems(), *reading.odd.moved.problems())
    yield from _of_odd(reading.odd, reading.n_rows)
    yield from reading.odd.either.problems()
    if reading.records.source.is_over and not reading.odd.totals.n:  # which tells it by its name
        yield from reading.odd.last.problems()


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


def _of_controls(source: TextSource) -> Iterator[Problem]:
    n, line, sign = source.controls.n, source.controls.line, source.controls.sign
    if n:
        stay = "It stays" if n == 1 else "They stay"
        message = (
            f"{plural(n, 'control character')}, which cannot be seen. First: line {line}, "
            f'U+{ord(sign):04X} in "{source.controls.text}". {stay} in the text as read; take '
            "such characters out of the file"
        )
        yield warn("CONTROL_CHARACTERS", message, line, n)


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
    if source.has_end_mark:
        message = "The file ends with Ctrl-Z (U+001A), by which DOS marks the end. It was left out"
        yield warn("END_MARK", message)
    if source.line_sign:
        sign = f"U+{ord(source.line_sign.decode()):04X}"
        message = (
            f"Lines end with {sign}, which few programs know. Each was taken for a line's end"
        )
        yield warn("LINE_ENDS_OTHER", message)
    if source.has_mixed_ends:
        some = "Some lines end with a carriage return alone, others do not. Each was taken for a "
        yield warn("LINE_ENDS_MIXED", f"{some}line's end, and lines are counted so")
