"""What of a date could change places, in words. Imports nothing, because the pages say it too."""

import re
from collections.abc import Sequence

PARTS = {"d": "day", "m": "month", "y": "year"}


def either_way(formats: Sequence[str]) -> str:
    """Say which parts of a date several formats read differently.

    Parameters
    ----------
    formats : sequence of str
        In strptime's language, with the same parts in several orders.
    """
    orders = [re.findall("%([dmy])", one.lower()) for one in formats]
    moved = {part for place in zip(*orders, strict=False) if len({*place}) > 1 for part in place}
    names = [name for letter, name in PARTS.items() if letter in moved]
    if len(names) > 2:
        return "day, month and year could be in another order"
    return f"{' and '.join(names)} could be either way round"
