"""How a job is told from others in all charts and the table: its colour and shape."""

from typing import Any

from dashboard.figures import COLOURS, DASHES, MARKERS


def marker(n: int) -> dict[str, Any]:
    """Return the n-th colour and shape; beyond six, grey circles."""
    if n < len(COLOURS):
        return {"color": COLOURS[n], "symbol": MARKERS[n], "size": 10}
    return {"color": "muted", "symbol": "circle-open", "size": 9}


def line(n: int) -> dict[str, Any]:
    """Return the n-th colour and dashes of a line; beyond six, thin and grey."""
    if n < len(COLOURS):
        return {"color": COLOURS[n], "dash": DASHES[n], "width": 2}
    return {"color": "muted", "dash": "solid", "width": 1}
