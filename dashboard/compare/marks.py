"""How a job is told from others in all charts and the table: its colour, shape and label."""

from typing import Any

from dashboard.db import Job
from dashboard.figures import COLOURS, DASHES, MARKERS

LABEL = 30


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
    name = job.name if len(job.name) <= LABEL else job.name[: LABEL - 1] + "\u2026"
    return f"{name} #{job.id}"
