"""Time zones in a column of moments: whose clock they are read by, and what is told of it.

Where all cells with a zone have the same one, their own clock is kept; where they have several,
all are read in UTC. The schema holds the minutes ahead of UTC as ``offset``, so that rows, jobs,
predictions and bundles go by the same clock.
"""

from collections.abc import Mapping
from typing import Any

from tasks.engine.profile.column_cells import Column

NAMED = 4


def may_have_zones(date_format: str) -> bool:
    """Tell whether cells of a format may have a time zone."""
    return date_format == "ISO8601" or "%z" in date_format


def date_schema(column: Column, date_format: str) -> dict[str, Any]:
    """Return what a column's schema says of its dates: ``format``, and ``offset`` if not 0."""
    zones = [*column.zones[0]] if may_have_zones(date_format) else []
    offset = zones[0] if len(zones) == 1 else 0
    return {"format": date_format} | ({"offset": offset} if offset else {})


def zones_words(column: Column, schema: Mapping[str, Any]) -> tuple[str, int] | None:
    """Return what is to be told of a column's time zones, and of how many cells; None: nothing."""
    if not may_have_zones(schema["format"]):
        return None
    zones, without = column.zones
    if len(zones) > 1:
        shown = ", ".join(zone_text(zone) for zone, _count in zones.most_common(NAMED))
        more = f" and {len(zones) - NAMED} more" if len(zones) > NAMED else ""
        words = f'"{column.name}" has moments of several time zones ({shown}{more})'
        clock, n = ". All are read in UTC", zones.total()
        return words + clock + (f", also the {without:,} without a zone" if without else ""), n
    if zones and without:
        (zone,) = zones
        words = f'{without:,} of {column.n_present:,} moments of "{column.name}" have no time zone'
        return f"{words}. They are taken to be of that of the others, {zone_text(zone)}", without
    return None


def zone_text(minutes: int) -> str:
    """Show a time zone, such as +02:00."""
    sign, size = "-" if minutes < 0 else "+", abs(minutes)
    return f"{sign}{size // 60:02}:{size % 60:02}" if minutes else "UTC"
