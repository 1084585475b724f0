"""The line with which Excel is told a file's separator: ``sep=;``, above everything else."""

import re

LINE = re.compile(r'\A"?sep=([^\r\n0-9A-Za-z])"?(?=(\r|\n))', re.IGNORECASE)


def take_separator(text: str) -> tuple[str, str]:
    """Return the separator that a text's first line tells, and the text with that line blank.

    The separator is empty where no line tells it; then the text is as it was.
    """
    found = LINE.match(text)
    return (found[1], text[found.end() :]) if found else ("", text)
