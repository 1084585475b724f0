"""The small picture in a browser's tab: a job's state, and while it runs how far it is."""

import math

from flask import url_for

from dashboard.jobs.page.views import JobView

STEP = 5  # percent; a picture for each would be fetched anew every second
RADIUS = 9.5
RING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 26 26">'
    '<circle cx="13" cy="13" r="13" fill="#fff"/><g fill="none" stroke-width="5">'
    f'<circle cx="13" cy="13" r="{RADIUS}" stroke="#C9D9EE"/>'
    f'<circle cx="13" cy="13" r="{RADIUS}" stroke="#0B57B7" transform="rotate(-90 13 13)" '
    'stroke-dasharray="{done:.2f} {whole:.2f}"/></g></svg>'
)


def favicon_url(view: JobView) -> str:
    """Return the address of a job's picture."""
    if view.favicon == "running":
        percent = int(view.job.progress * 100 // STEP * STEP)
        return url_for("parts.ring", percent=min(max(percent, 0), 100 - STEP))
    return url_for("static", filename=f"favicons/{view.favicon}.svg")


def draw_ring(percent: int) -> str:
    """Return a ring of which so much is full, as SVG."""
    whole = 2 * math.pi * RADIUS
    return RING.format(done=whole * min(percent, 100) / 100, whole=whole)
