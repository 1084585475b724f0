"""Signs around all lines, or around many cells, that are no part of what these say: told."""

import re
from collections.abc import Sequence

from tasks.engine.reader.dialects import Dialect

LEAST_LINES = 3
ENDS = ";|\t,"
PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">"}
BEHIND = ",; \t"  # what may stand behind a line in brackets


def find_signs(lines: Sequence[str], dialect: Dialect) -> str:
    """Say which signs stay in cells though they belong to the lines; empty where none do.

    Parameters
    ----------
    lines : sequence of str
        The first ones, from the names on.
    dialect : Dialect
        How they were split.
    """
    lines = [line.strip(" ") for line in lines if line.strip()]
    if len(lines) < LEAST_LINES or not dialect.delimiter:
        return ""
    end = lines[0][-1]
    if end in ENDS and end != dialect.delimiter and all(line.endswith(end) for line in lines):
        shown = "a tab" if end == "\t" else f'"{end}"'
        return f"Each line ends with {shown}, which stays in the last column"
    first, last = lines[0][0], PAIRS.get(lines[0][0], "")
    if last and all(
        line.startswith(first) and line.rstrip(BEHIND).endswith(last) for line in lines
    ):
        return f'Each line stands in "{first}" and "{last}", which stay in its first and last cell'
    if dialect.quote == "'":
        return ""
    sign = re.escape(dialect.delimiter)
    cell = re.compile(rf"(?:^|(?<={sign}))'[^'{sign}]*'(?={sign}|$)")
    quoted = [found[0] for line in lines if (found := cell.search(line))]
    if len(quoted) < LEAST_LINES:
        return ""
    return f"Some cells stand in apostrophes, as {quoted[0][:60]}. These stay in the text"
