"""How a job is told from others in all charts and the table: its colour, shape and label."""

from typing import Any

from dashboard.breaking import keep_ends
from dashboard.db import Job
from dashboard.figures import COLOURS, DASHES, MARKERS

# So much of a name's beginning and end: names of a sweep differ at their end.
HEAD, TAIL = 14, 15
# As much above a column of the table: a longer one would leave an empty band beside the others.
HEAD_ABOVE, TAIL_ABOVE = 75, 45


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


def label(job: Job) -> str:
    """Return a job's name with its id, because names need not differ."""
    return f"{keep_ends(job.name, HEAD, TAIL)} #{job.id}"


def name_above(job: Job) -> str:
    """Return what stands above a job's column: its name, without the middle of a very long one."""
    return keep_ends(job.name, HEAD_ABOVE, TAIL_ABOVE)
