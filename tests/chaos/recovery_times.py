"""How long it took from a fault to the next sign of progress of the job that it hurt."""

import math
import statistics
from collections.abc import Sequence

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from dashboard.db import JobAttempt
from tests.chaos.faults import CHILD_ONLY, Hurt


def measure(database_url: str, hurts: Sequence[Hurt]) -> dict[str, list[float]]:
    """Return seconds from the moment of each fault to the start of the job's next attempt.

    An attempt that was hurt twice counts from the first time. One that ended as if nothing had
    happened, or whose job was stopped or deleted by a person, had no next attempt and is left out.

    Returns
    -------
    dict
        By kind of fault, and for ``worker`` and ``child only`` together.
    """
    engine = create_engine(database_url)
    with Session(engine) as session:
        attempts = {(a.job_id, a.number): a for a in session.scalars(select(JobAttempt))}
    engine.dispose()
    found: dict[str, list[float]] = {}
    seen: set[tuple[int, int]] = set()
    for hurt in sorted(hurts, key=lambda hurt: hurt.at):
        one = attempts.get((hurt.job_id, hurt.attempt))
        other = attempts.get((hurt.job_id, hurt.attempt + 1))
        if (hurt.job_id, hurt.attempt) in seen or one is None or other is None:
            continue
        if one.ended_by not in {"worker_died", "child_died", "handed_back"}:
            continue
        seen.add((hurt.job_id, hurt.attempt))
        seconds = other.started_at.timestamp() - hurt.at
        group = "child only" if hurt.kind in CHILD_ONLY else "worker"
        found.setdefault(group, []).append(seconds)
        found.setdefault(hurt.kind, []).append(seconds)
    return found


def in_words(seconds: Sequence[float]) -> str:
    """Say median, 95th percentile (nearest rank) and greatest."""
    ordered = sorted(seconds)
    p95 = ordered[math.ceil(0.95 * len(ordered)) - 1]
    return (
        f"{len(ordered)} times, median {statistics.median(ordered):.1f} s, "
        f"p95 {p95:.1f} s, greatest {ordered[-1]:.1f} s"
    )
