"""The figure of what a job used: cores above, memory and its limit below."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from dashboard.db import Job, JobUsage
from dashboard.figures import COLOURS, DASHES, table
from dashboard.filters import duration, number, size

UNITS = ((7200, 3600, "hours"), (120, 60, "minutes"), (0, 1, "seconds"))


def usage_chart(
    job: Job, samples: Sequence[JobUsage], limit_bytes: int, is_final: bool
) -> dict[str, Any]:
    """Draw cores kept busy and memory over time, each attempt as a line of its own.

    Parameters
    ----------
    job : Job
        The job; time counts from its first start.
    samples : sequence of JobUsage
        In the order in which they were taken.
    limit_bytes : int
        The memory at which the job is stopped.
    is_final : bool
        Whether the job is over, so that the figure will not change.
    """
    if not samples:
        words = "Nothing was measured" if is_final else "Nothing is measured yet"
        return {"traces": [], "layout": {}, "table": table(HEAD, []), "final": is_final,
                "alt": words}  # fmt: skip
    start = min(samples[0].at, job.started_at or samples[0].at)
    last = (samples[-1].at - start).total_seconds()
    per, unit = next((per, unit) for least, per, unit in UNITS if last >= least)
    attempts = [(n, list(found)) for n, found in groupby(samples, lambda s: s.attempt)]
    traces = [t for n, found in attempts for t in _traces(n, found, start, per, len(attempts) > 1)]
    ends = [0, max(last / per, 0.1)]
    traces.append(
        {"type": "scatter", "mode": "lines", "name": f"Memory limit, {size(limit_bytes)}",
         "x": ends, "y": [limit_bytes / 1e6] * 2, "xaxis": "x", "yaxis": "y2",
         "line": {"color": "danger", "dash": "dash", "width": 1.5}}
    )  # fmt: skip
    return {
        "traces": traces,
        "layout": _layout(unit, ends, limit_bytes),
        "table": table(HEAD, [_row(s, start) for s in samples]),
        "alt": _sentence(samples, limit_bytes, last, len(attempts)),
        "final": is_final,
    }


HEAD = ("Attempt", "After", "Cores busy", "Memory")


def _row(sample: JobUsage, start: datetime) -> list[Any]:
    after = duration((sample.at - start).total_seconds())
    return [sample.attempt, after, number(sample.cpu_cores, 3), size(sample.memory_bytes)]


def _traces(
    attempt: int, samples: Iterable[JobUsage], start: datetime, per: int, is_one_of_many: bool
) -> list[dict[str, Any]]:
    found = list(samples)
    style = (attempt - 1) % len(COLOURS)
    line = {"color": COLOURS[style], "dash": DASHES[style], "width": 2}
    shared = {
        "type": "scatter", "mode": "lines+markers" if len(found) < 3 else "lines",
        "x": [(s.at - start).total_seconds() / per for s in found], "line": line,
        "legendgroup": f"attempt-{attempt}", "xaxis": "x",
    }  # fmt: skip
    tail = f", attempt {attempt}" if is_one_of_many else ""
    return [
        shared | {"name": f"Attempt {attempt}", "y": [s.cpu_cores for s in found], "yaxis": "y",
                  "showlegend": is_one_of_many,
                  "hovertemplate": f"%{{y:.2f}} cores busy{tail}<extra></extra>"},
        shared | {"name": f"Memory{tail}", "y": [s.memory_bytes / 1e6 for s in found],
                  "yaxis": "y2", "showlegend": False,
                  "hovertemplate": f"%{{y:,.0f}} MB{tail}<extra></extra>"},
    ]  # fmt: skip


def _layout(unit: str, ends: list[float], limit_bytes: int) -> dict[str, Any]:
    return {
        "showlegend": True,  # also of a single line: it says where it may not go
        "margin": {"l": 56, "r": 16, "t": 32, "b": 40, "pad": 4},
        "xaxis": {"title": {"text": f"{unit.capitalize()} since the start"}, "range": ends,
                  "anchor": "y2"},
        "yaxis": {"title": {"text": "Cores"}, "domain": [0.56, 1], "rangemode": "tozero",
                  "nticks": 4},
        "yaxis2": {"title": {"text": "MB"}, "domain": [0, 0.44], "nticks": 4,
                   "range": [0, limit_bytes / 1e6 * 1.1]},
    }  # fmt: skip


def _sentence(samples: Sequence[JobUsage], limit_bytes: int, seconds: float, attempts: int) -> str:
    cores = sum(s.cpu_cores for s in samples) / len(samples)
    most = max(s.memory_bytes for s in samples)
    tries = f" and {attempts} attempts" if attempts > 1 else ""
    return (
        f"CPU and memory over {duration(seconds)}{tries}: {number(cores, 2)} cores busy on "
        f"average, {size(most)} of memory at most. The limit is {size(limit_bytes)}"
    )
