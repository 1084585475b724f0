"""Text cells as moments, in Arrow and without pandas; the same ones that training reads."""

import re
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from tasks.engine.table.cell_text import ZONE, zone_minutes

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What pandas takes for each part; Arrow takes more, such as the 31st of February for the 2nd of
# March. Formats with other parts are read value by value.
PARTS = {
    "%d": "(?P<day>3[01]|[12][0-9]|[0 ]?[1-9])", "%m": "(?:1[0-2]|0?[1-9])", "%Y": "[0-9]{4}",
    "%y": "[0-9]{2}", "%H": "(?:2[0-3]|[01]?[0-9])", "%I": "(?:1[0-2]|0?[1-9])",
    "%M": "[0-5]?[0-9]", "%S": "(?:6[01]|[0-5]?[0-9])", "%p": "[AP]M",
    "%b": "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)",
    "%B": "(?:January|February|March|April|May|June|July|August|September|October|November"
          "|December)",
}  # fmt: skip
ISO = re.compile(
    r"(?P<year>[0-9]{4})"
    r"(?:(?P<sign>[-/. ]?)(?P<month>[0-9]{1,2})(?:(?P=sign)(?P<day>[0-9]{1,2}))?)?"
    r"(?:[T ](?P<hour>[0-9]{1,2})(?:(?P<colon>:?)(?P<minute>[0-9]{2})(?:(?P=colon)"
    r"(?P<second>[0-9]{2})(?:\.(?P<part>[0-9]*))?)?)?"
    r"(?: ?(?:Z|[+-](?:2[0-3]|[01]?[0-9])(?::?[0-5][0-9])?))?)?"
)


def dates(texts: pa.Array, date_format: str, offset: int = 0) -> pa.Array:
    """Return moments as microseconds since 1970; null where a cell is none.

    Parameters
    ----------
    texts : Array of string
        Cells without space around them, null where missing.
    date_format : str
        ``ISO8601``, or in strptime's language.
    offset : int
        How many minutes the clock is ahead of UTC that moments with a zone are shown by.
    """
    pattern = _pattern(date_format)
    if pattern is None:
        coded = texts.dictionary_encode()
        known = [moment_of(text, date_format, offset) for text in coded.dictionary.to_pylist()]
        return pa.array(known, pa.int64()).take(coded.indices)
    nothing = pa.scalar(None, pa.string())
    texts = pc.if_else(pc.match_substring_regex(texts, pattern), texts, nothing)
    found = pc.strptime(texts, format=date_format, unit="us", error_is_null=True)
    if "%d" in date_format:
        day = pc.struct_field(pc.extract_regex(texts, pattern), "day")
        day = pc.cast(pc.utf8_ltrim(day, " "), pa.int64())
        found = pc.if_else(pc.equal(pc.day(found), day), found, pa.scalar(None, found.type))
    return pc.cast(found, pa.int64())


def _pattern(date_format: str) -> str | None:
    """Return what a date in a format looks like; None where Arrow cannot read it."""
    parts = re.split("(%.)", date_format)
    if len(parts) < 2 or not all(part in PARTS for part in parts[1::2]):
        return None
    parts[::2] = [re.sub(r"(\\ )+", r"\\s+", re.escape(part)) for part in parts[::2]]
    return "(?i)^" + "".join(PARTS.get(part, part) for part in parts) + "$"


def moment_of(text: str, date_format: str, offset: int = 0) -> int | None:
    """Return one cell's moment in microseconds since 1970, or None."""
    try:
        moment = _iso(text) if date_format == "ISO8601" else datetime.strptime(text, date_format)  # noqa: DTZ007
    except ValueError:
        return None
    if moment is None:
        return None
    zone = re.search(ZONE, text) if date_format == "ISO8601" or "%z" in date_format else None
    since = moment.replace(tzinfo=UTC) - EPOCH
    shift = offset - zone_minutes(zone["zone"]) if zone else 0
    return (since.days * 86_400 + since.seconds + shift * 60) * 1_000_000 + since.microseconds


def _iso(text: str) -> datetime | None:
    """Return the clock of an ISO 8601 moment, whatever its zone."""
    found = ISO.fullmatch(text)
    if found is None or (found["sign"] == "" and (len(text) < 8 or not text[:8].isdecimal())):
        return None
    if found["day"] is None and found["hour"] is not None:
        return None
    year, month, day = (int(found[part] or 1) for part in ("year", "month", "day"))
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    micros = int((found["part"] or "")[:6].ljust(6, "0"))
    return datetime(year, month, day, hour, minute, second, micros)  # noqa: DTZ001
