"""How a job is told from others in all charts and the table: its colour, shape and label."""

from typing import Any

from dashboard.db import Job
from dashboard.figures import COLOURS, DASHES, MARKERS

# So much of a name's beginning and end: names of a sweep differ at their end.
HEAD, TAIL = 14, 15


def marker(n: int) -> dict[str, Any]:
    """Return the colour and shape of the n-th job; beyond six, grey circles."""
    if n < len(COLOURS):
        return {"color": COLOURS[n], "symbol": MARKERS[n], "size": 10}
    return {"color": "muted", "symbol": "circle-open", "size": 9}


def line(n: int) -> dict[str, Any]:
    """Return the colour and dashes of the n-th job's line; beyond six, thin and grey."""
    if n < len(COLOURS):
        return {"color": COLOURS[n], "dash": DASHES[n], "width": 2}
    return {"color": "muted", "dash": "solid", "width": 1}


def label(job: Job) -> str:
    """Return a job's name with its id, because names need not differ."""
    name = job.name
    if len(name) > HEAD + TAIL + 1:
        name = f"{name[:HEAD].rstrip()}\u2026{name[-TAIL:].lstrip()}"
    return f"{name} #{job.id}"
