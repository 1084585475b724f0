"""Numbers that are typed in other units than a request has."""

import re
from decimal import Decimal

DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12})?")


def minutes_to_seconds(text: str) -> int | str | None:
    """Return minutes as whole seconds; text that is no number stays text, empty text is None."""
    text = text.strip()
    if not text:
        return None
    return round(Decimal(text) * 60) if DECIMAL.fullmatch(text) else text
