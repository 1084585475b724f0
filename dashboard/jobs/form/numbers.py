"""Numbers as they are typed in the form, and those in other units than a request has."""

import re
from decimal import Decimal
from typing import Any

DIGITS = 18  # of the longest number that is read as one
DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12})?")


def minutes_to_seconds(text: str) -> int | str | None:
    """Return minutes as whole seconds; text that is no number stays text, empty text is None."""
    text = text.strip()
    if not text:
        return None
    return round(Decimal(text) * 60) if DECIMAL.fullmatch(text) else text


def read_whole(text: str) -> Any:
    """Return a whole number; text that is none, or endless, stays text; empty text is None."""
    text = text.strip()
    digits = text.removeprefix("-")
    is_whole = digits.isascii() and digits.isdigit() and len(digits) <= DIGITS
    return int(text) if is_whole else text or None
