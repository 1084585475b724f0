"""The names of a table's columns: what stands in the file, made whole and unique, and told."""

import re
from collections import Counter
from collections.abc import Sequence

from tasks.engine.reader.refusals import Problem, RefusedError, error
from tasks.engine.table.tables import LINE

TOLD, SHOWN = 5, 200
NO_TEXT = re.compile("[\0\ud800-\udfff]")
# Signs that a person cannot see, and that make two names of one; none that joins letters.
UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
ENDLESS = 200_000  # cells of a line from which on nobody counts


def check_width(width: int, file_name: str, limit: int) -> None:
    """Raise RefusedError when a file has more columns than this server takes, or none."""
    if not width:
        raise RefusedError(error("FILE_EMPTY", f"{file_name} has no columns"))
    if width > limit:
        shown = f"{width:,}" if width < ENDLESS else f"{ENDLESS:,} or more"
        message = f"{file_name} has {shown} columns. The limit on this server is {limit:,}"
        raise RefusedError(error("CSV_TOO_WIDE", message))


def can_be_kept(text: str) -> bool:
    """Tell whether a text has neither a zero nor half of a pair of surrogates."""
    return not NO_TEXT.search(text)


def join_lines(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Join names that go over several lines with a space, column by column.

    One above another stands for the blank ones right of it, too, as far as names stand below, and
    as the names above it are the same.
    """
    padded = [[cell.strip() for cell in (*row, *[""] * (width - len(row)))] for row in rows]
    for level in range(len(padded) - 1):
        padded[level] = _carry(level, [*zip(*padded, strict=True)])
    return [" ".join(filter(None, column)) for column in zip(*padded, strict=True)]


def _carry(level: int, columns: Sequence[Sequence[str]]) -> list[str]:
    """Carry names on to the right; what stands above nothing is a name alone, and is not."""
    carried, above, names = "", None, []
    for column in columns:
        carried = carried if column[:level] == above else ""
        carried = (column[level] or carried) if any(column[level + 1 :]) else ""
        names.append(column[level] or carried)
        above = column[:level]
    return names


def number_names(width: int) -> list[str]:
    """Return the names of columns that have none in the file."""
    return [f"column_{n}" for n in range(1, width + 1)]


def name_columns(
    labels: Sequence[str], line: int | None = None
) -> tuple[list[str], list[Problem]]:
    """Give every column a name of its own.

    Parameters
    ----------
    labels : sequence of str
        The names as they stand in the file; some may be empty, some may be the same.
    line : int, optional
        Where they stand, in a file of lines.

    Returns
    -------
    names : list of str
        Empty ones are numbered, and so is what repeats another one.
    problems : list of Problem
        A warning for each such column, a few at most.

    Raises
    ------
    RefusedError
        For a name that no table can have.
    """
    labels = [label.strip() for label in labels]
    for n, label in enumerate(labels, start=1):
        _check(label, n, line)
    taken, first_of, tried = set(labels), {}, Counter[str]()
    names: list[str] = []
    blank: list[int] = []
    repeated: list[tuple[int, str, str]] = []
    for n, label in enumerate(labels, start=1):
        if label and label not in first_of:
            first_of[label] = n
            names.append(label)
            continue
        name = _free_name(label or f"column_{n}", taken, tried, repeats=bool(label))
        taken.add(name)
        names.append(name)
        blank += [] if label else [n]
        repeated += [(n, label, name)] if label else []
    problems = [
        _repeated(first_of[label], n, label, name, line) for n, label, name in repeated[:TOLD]
    ]
    problems += [*_blank(blank, names, line), *_more(len(repeated) - TOLD, line)]
    return names, [*problems, *_unseen(names, line)]


def _check(name: str, position: int, line: int | None) -> None:
    if name == LINE:
        message = f'Column {position} is called "{LINE}", a name that Trainyard needs. Rename it'
        raise RefusedError(error("CSV_HEADER_RESERVED", message, line=line))
    if not can_be_kept(name):
        message = f"The name of column {position} holds a character that is no text"
        raise RefusedError(error("NAME_NO_TEXT", message, line=line))


def _free_name(stem: str, taken: set[str], tried: Counter[str], *, repeats: bool) -> str:
    name = stem
    while name in taken or repeats:
        repeats = False
        tried[stem] += 1
        name = f"{stem}_{tried[stem] + 1}"
    return name


def _repeated(first: int, n: int, label: str, name: str, line: int | None) -> Problem:
    both = f'Two columns are called "{label[:SHOWN]}" (columns {first} and {n})'
    message = f'{both}. Column {n} is read as "{name[:SHOWN]}"'
    return Problem("warning", "NAME_REPEATED", message, line=line, column=name)


def _unseen(names: Sequence[str], line: int | None) -> list[Problem]:
    found = [(n, name) for n, name in enumerate(names, start=1) if UNSEEN.search(name)]
    if not found:
        return []
    (n, name), several = found[0], f" It is one of {len(found):,} such names." * (len(found) > 1)
    signs = ", ".join(f"U+{ord(sign):04X}" for sign in dict.fromkeys(UNSEEN.findall(name)))
    message = (
        f'The name of column {n}, "{UNSEEN.sub("", name)[:SHOWN]}", has a character that cannot '
        f"be seen ({signs}), so it is not the same name as without it.{several} Take such "
        "characters out of the file"
    )
    return [Problem("warning", "NAME_HIDDEN", message, line=line, column=name, count=len(found))]


def _blank(columns: Sequence[int], names: Sequence[str], line: int | None) -> list[Problem]:
    if not columns:
        return []
    where = f" in line {line}" if line else ""
    shown = ", ".join(map(str, columns[:TOLD])) + (", ..." if len(columns) > TOLD else "")
    if len(columns) == 1:
        message = f'Column {shown} has no name{where}. It is read as "{names[columns[0] - 1]}"'
    else:
        message = f"{len(columns):,} columns have no name{where} ({shown}). They are numbered"
    return [Problem("warning", "NAME_BLANK", message, line=line, count=len(columns))]


def _more(n: int, line: int | None) -> list[Problem]:
    if n <= 0:
        return []
    message = f"{n:,} more columns have the name of another one. They are numbered"
    return [Problem("warning", "NAME_REPEATED", message, line=line, count=n)]
