"""Why a column cannot be what a person chose for it: the same words wherever that is chosen."""

from collections.abc import Mapping
from typing import Any

from tasks.engine.reader.words import plural

SHOWN = 60


def say_refusal(
    name: str,
    choice: Mapping[str, Any],
    *,
    first: str,
    cells: int,
    values: int,
    is_all: bool = True,
) -> str:
    """Say that not one cell of a column can be what was chosen, with a value, and what to do.

    Parameters
    ----------
    name : str
        The column.
    choice : Mapping
        ``kind`` (number, date or boolean; a format alone means a date), and ``format`` of a date.
    first : str
        The first cell that has a value.
    cells, values : int
        How many cells have one, and how many different values these are.
    is_all : bool, default True
        Whether these are all of the column; else only its first cells were looked at.
    """
    example = f"{first[:SHOWN]}…" if len(first) > SHOWN else first
    if choice.get("kind") == "boolean":
        has = f'"{name}" has {plural(values, "different value")}, such as "{example}"'
        return f"{has}; yes/no needs two. Choose another type"
    what = "number" if choice.get("kind") == "number" else "date"
    what += " in this format" if choice.get("format") else ""
    looked = f"{'' if is_all else 'first '}{plural(cells, 'filled cell')}"
    return (
        f'None of the {looked} of "{name}" is a {what}: the first is "{example}". '
        "Choose another type, or mend the file"
    )
