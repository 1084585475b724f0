"""The names of a table's columns, from what stands in the file."""

from collections import Counter
from collections.abc import Sequence

from tasks.engine.reader.refusals import Problem, RefusedError, error
from tasks.engine.tables import LINE

TOLD = 5


def join_lines(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Join names that go over several lines with a space, column by column."""
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    columns = zip(*padded, strict=True)
    return [" ".join(filter(None, (cell.strip() for cell in column))) for column in columns]


def number_names(width: int) -> list[str]:
    """Return the names of columns that have none in the file."""
    return [f"column_{n}" for n in range(1, width + 1)]


def name_columns(labels: Sequence[str], line: int) -> tuple[list[str], list[Problem]]:
    """Give every column a name of its own.

    Parameters
    ----------
    labels : sequence of str
        The names as they stand in the file; some may be empty, some may be the same.
    line : int
        Where they stand.

    Returns
    -------
    names : list of str
        Empty ones are numbered, and so is what repeats another one.
    problems : list of Problem
        A warning for each such column, a few at most.
    """
    if LINE in labels:
        n = labels.index(LINE) + 1
        message = f'Column {n} is called "{LINE}", a name that Trainyard needs. Rename it'
        raise RefusedError(error("CSV_HEADER_RESERVED", message, line=line))
    taken, first_of, tried = set(labels), {}, Counter[str]()
    names: list[str] = []
    blank: list[int] = []
    repeated: list[tuple[int, str, str]] = []
    for n, label in enumerate(labels, start=1):
        if label and label not in first_of:
            first_of[label] = n
            names.append(label)
            continue
        name = free_name(label or f"column_{n}", taken, tried, repeats=bool(label))
        taken.add(name)
        names.append(name)
        blank += [] if label else [n]
        repeated += [(n, label, name)] if label else []
    problems = [
        _repeated(first_of[label], *one, line) for one in repeated[:TOLD] for label in [one[1]]
    ]
    return names, problems + _blank(blank, line) + _more(len(repeated) - TOLD, line)


def free_name(stem: str, taken: set[str], tried: Counter[str], *, repeats: bool) -> str:
    """Return a name that is not taken; `tried` is how many were numbered from a stem so far."""
    name = stem
    while name in taken or repeats:
        repeats = False
        tried[stem] += 1
        name = f"{stem}_{tried[stem] + 1}"
    return name


def _repeated(first: int, n: int, label: str, name: str, line: int) -> Problem:
    both = f'Two columns are called "{label}" (columns {first} and {n})'
    message = f'{both}. Column {n} is read as "{name}"'
    return Problem("warning", "NAME_REPEATED", message, line=line, column=name)


def _blank(columns: Sequence[int], line: int) -> list[Problem]:
    if not columns:
        return []
    shown = ", ".join(map(str, columns[:TOLD])) + (", ..." if len(columns) > TOLD else "")
    if len(columns) == 1:
        message = f'Column {shown} has no name in line {line}. It is read as "column_{columns[0]}"'
    else:
        message = (
            f"{len(columns):,} columns have no name in line {line} ({shown}). They are numbered"
        )
    return [Problem("warning", "NAME_BLANK", message, line=line, count=len(columns))]


def _more(n: int, line: int) -> list[Problem]:
    if n <= 0:
        return []
    message = f"{n:,} more columns have the name of another one. They are numbered"
    return [Problem("warning", "NAME_REPEATED", message, line=line, count=n)]
