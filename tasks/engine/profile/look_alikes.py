"""Categories that a person cannot tell apart: with other spaces, or letters put together."""

import re
import unicodedata
from collections.abc import Sequence

INVISIBLE = re.compile("[\xad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
LOOKED_AT, SHOWN = 2_000, 60


def look_alikes(values: Sequence[str]) -> str | None:
    """Say which two values look the same and are not; None where there are no such.

    Parameters
    ----------
    values : sequence of str
        The different values of a column, trimmed.
    """
    joined = "\n".join(values[:LOOKED_AT])
    if joined.isascii() and "  " not in joined and "\t" not in joined:
        return None
    seen: dict[str, str] = {}
    for value in values[:LOOKED_AT]:
        plain = " ".join(unicodedata.normalize("NFC", INVISIBLE.sub("", value)).split())
        other = seen.setdefault(plain, value)
        if other != value:
            signs = sorted(set(other) ^ set(value))
            shown = ", ".join(f"U+{ord(sign):04X}" for sign in signs[:3])
            why = f"differ in {shown}" if signs else "one has more spaces"
            return f'"{other[:SHOWN]}" and "{value[:SHOWN]}" look the same, but {why}'
    return None
