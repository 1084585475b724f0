"""Names of columns that a file brings along: what cannot be kept is mended, and told."""

from collections import Counter
from collections.abc import Sequence

from tasks.engine.reader.names import free_name
from tasks.engine.reader.refusals import Problem, RefusedError, error
from tasks.engine.tables import LINE


def check_width(width: int, file_name: str, limit: int) -> None:
    """Raise RefusedError when a file has more columns than this server takes, or none."""
    if not width:
        raise RefusedError(error("FILE_EMPTY", f"{file_name} has no columns"))
    if width > limit:
        message = f"{file_name} has {width:,} columns. The limit on this server is {limit:,}"
        raise RefusedError(error("CSV_TOO_WIDE", message))


def mend_names(raw: Sequence[str]) -> tuple[list[str], list[Problem]]:
    """Return names that are all there and all different, and what had to be done for that.

    Raises
    ------
    RefusedError
        For a name that no table can have.
    """
    names: list[str] = []
    problems: list[Problem] = []
    taken, seen, tried = {name.strip() for name in raw}, set[str](), Counter[str]()
    for position, given in enumerate(raw, start=1):
        name = given.strip()
        _check(name, position)
        if not name or name in seen:
            new = free_name(name or f"column_{position}", taken, tried, repeats=bool(name))
            taken.add(new)
            problems.append(_renamed(position, name, new))
            name = new
        seen.add(name)
        names.append(name)
    return names, problems


def _renamed(position: int, name: str, new: str) -> Problem:
    if not name:
        message = f'Column {position} has no name and is called "{new}"'
        return Problem("warning", "NAME_BLANK", message, column=new)
    message = f'Two columns are called "{name}"; the later one is called "{new}" now'
    return Problem("warning", "NAME_REPEATED", message, column=new)


def _check(name: str, position: int) -> None:
    if name == LINE:
        message = f'Column {position} is called "{LINE}", a name that Trainyard needs. Rename it'
        raise RefusedError(error("CSV_HEADER_RESERVED", message))
    if not can_be_kept(name):
        message = f"The name of column {position} holds a character that is no text"
        raise RefusedError(error("NAME_NO_TEXT", message))


def can_be_kept(text: str) -> bool:
    """Tell whether a text has neither a zero nor half of a pair of surrogates."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)
