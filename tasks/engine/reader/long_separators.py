"""Separators of several characters, such as ``~|~`` or ``::``: none is read, so they are told."""

import re
from collections.abc import Sequence

from tasks.engine.reader.refusals import Problem

LEAST_LINES = 3
SIGNS = "~^#$&@*!+=<>:;|"  # that stand on both sides of a separator, or between two
RUN = re.compile(r"[^\w\s\"'.,()/\-]{2,4}")


def find_long(lines: Sequence[str], delimiter: str) -> str:
    """Return the separator that stands in each line wherever a shorter one was taken.

    Parameters
    ----------
    lines : sequence of str
        The first ones, from the names on.
    delimiter : str
        The character that was taken; empty where there was none to take.

    Returns
    -------
    str
        Empty where there is no such separator.
    """
    lines = [line.strip() for line in lines]
    if len(lines) < LEAST_LINES:
        return ""
    found = dict.fromkeys(RUN.findall(lines[0])) if not delimiter else [
        one for sign in SIGNS if sign != delimiter
        for one in (f"{sign}{delimiter}{sign}", f"{delimiter}{sign}{delimiter}")
    ]  # fmt: skip
    return next((one for one in found if _splits(lines, one, delimiter)), "")


def _splits(lines: Sequence[str], separator: str, delimiter: str) -> bool:
    """Tell whether each line has as many of them, and none encloses a line as quotes do."""
    n = lines[0].count(separator)
    return n > 0 and all(
        line.count(separator) == n
        and not (delimiter and delimiter in line.replace(separator, ""))
        and not (line.startswith(separator[0]) and line.endswith(separator[0]))
        for line in lines
    )


def say_long(separator: str, line: int, taken: str, *, is_wrong: bool) -> Problem:
    """Say from which line on there is such a separator, and what to do.

    Parameters
    ----------
    separator : str
        As `find_long` found it.
    line : int
        Where the names are.
    taken : str
        The separator that was taken in its place.
    is_wrong : bool
        Whether the table would be wrong: an error.
    """
    message = (
        f'The cells seem to be separated by "{separator}", from line {line} on. A separator has '
        "one character: replace it by one that no cell has, such as a tab"
    )
    if taken:
        message += f'. If "{taken}" is the separator, choose it under "How we read the file"'
    return Problem("error" if is_wrong else "warning", "SEPARATOR_LONG", message, line=line)
