"""Names of columns that a file brings along: what cannot be kept is mended, and told."""

from collections.abc import Sequence

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
    taken = {name.strip() for name in raw}
    seen: set[str] = set()
    for position, given in enumerate(raw, start=1):
        name = given.strip()
        _check(name, position)
        if not name:
            name = _free(f"column_{position}", taken | seen)
            message = f'Column {position} has no name and is called "{name}"'
            problems.append(Problem("warning", "NAME_BLANK", message, column=name))
        elif name in seen:
            new = _free(name, taken | seen)
            message = f'Two columns are called "{name}"; the later one is called "{new}" now'
            problems.append(Problem("warning", "NAME_REPEATED", message, column=new))
            name = new
        seen.add(name)
        names.append(name)
    return names, problems


def _free(name: str, taken: set[str]) -> str:
    free, n = name, 1
    while free in taken:
        n += 1
        free = f"{name}_{n}"
    return free


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
