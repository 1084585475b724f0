"""What was found out about a file's layout, said to the person: every choice that was made."""

from collections.abc import Iterator

from tasks.engine.reader.dialects import ReadOptions, often_because
from tasks.engine.reader.header import Header
from tasks.engine.reader.layout import Layout
from tasks.engine.reader.long_separators import say_long
from tasks.engine.reader.refusals import Problem, error
from tasks.engine.reader.words import plural, warn

CHOOSE = 'choose it under "How we read the file"'
ONE_COLUMN = f"We found only one column. If your file uses another separator, {CHOOSE}"


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
        told, found = (name_sign(sign) for sign in (layout.told, dialect.delimiter))
        what = "It was obeyed" if told == found else f"The lines have {found or 'none'}"
        message = f"Line 1 says that the separator is {told}. {what}, and the line was left out"
        yield warn("SEPARATOR_LINE", message, line=1)
    yield from _of_names(layout, options)
    if dialect.skip_space:
        yield warn("SPACE_AFTER_SEPARATOR", "Spaces after the separator were left out")
    if dialect.quote == "'" and options.quote is None:
        yield warn("QUOTE_APOSTROPHE", "Cells are quoted with ' instead of \"")
    if layout.signs:
        message = f"{layout.signs}; take them out of the file if they are none of it"
        yield warn("SIGNS_KEPT", message, line=layout.header.line)
    if dialect.escape and options.escape is None:
        yield warn("ESCAPE_BACKSLASH", 'Quotes inside cells are written as \\" and were read as "')


def _of_split(layout: Layout, options: ReadOptions) -> Problem | None:
    taken = layout.dialect.delimiter
    if layout.long:
        line, is_wrong = layout.header.line, bool(taken) or layout.is_torn
        return say_long(layout.long, line, taken, is_wrong=is_wrong)
    if layout.width > 1:
        is_alone = layout.width - layout.n_empty == 1
        return warn("ONE_COLUMN", ONE_COLUMN) if is_alone else None
    is_wrong = layout.is_torn or bool(options.delimiter)
    return error("CSV_ONE_COLUMN", ONE_COLUMN) if is_wrong else warn("ONE_COLUMN", ONE_COLUMN)


def name_sign(delimiter: str) -> str:
    """Name a separator within a sentence."""
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
    if (n_cells := len(last.cells)) not in {1, layout.width}:
        message = f"Line {last.line} has {n_cells} cells, but most lines have {layout.width}"
        often = often_because(layout.dialect, is_short=False)  # one of the names, or in every row
        return error("CSV_RAGGED", f"{message}. {often}", line=last.line)
    message = (
        f'The table seems to begin in line {layout.header.line}, below "{last.text}", but no '
        f"names of columns stand there. Say in which line they are, or that this is the "
        f"first row: {CHOOSE}"
    )
    return error("CSV_PREAMBLE", message, line=layout.header.line)
