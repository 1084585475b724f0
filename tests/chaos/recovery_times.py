"""How long it took from a fault to the next sign of progress of the job that it hurt."""

import math
import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from dashboard.db import JobAttempt, LogLine
from tests.chaos.faults import CHILD_ONLY, Hurt, Made

LIMIT_S, CHILD_LIMIT_S = 45.0, 10.0


@dataclass(frozen=True)
class Recovery:
    """A job that went on after a fault: seconds to its next attempt, and to its next fold."""

    hurt: Hurt
    to_attempt_s: float
    to_fold_s: float | None  # None where that attempt scored no fold

    @property
    def limit_s(self) -> float:
        """How long it may take."""
        return CHILD_LIMIT_S if self.hurt.kind in CHILD_ONLY else LIMIT_S


def measure(database_url: str, hurts: Sequence[Hurt]) -> list[Recovery]:
    """Measure from the moment of each fault to the start of the job's next attempt.

    An attempt that was hurt twice counts from the first time. One that ended as if nothing had
    happened, or whose job was stopped or deleted by a person, had no next attempt and is left out.
    """
    engine = create_engine(database_url)
    with Session(engine) as session:
        attempts = {(a.job_id, a.number): a for a in session.scalars(select(JobAttempt))}
        scored = defaultdict(list)
        is_fold = LogLine.text.like("fold % done %")
        for line in session.scalars(select(LogLine).where(is_fold).order_by(LogLine.id)):
            scored[line.job_id].append(line.at)
    engine.dispose()
    found: list[Recovery] = []
    seen: set[tuple[int, int]] = set()
    for hurt in sorted(hurts, key=lambda hurt: hurt.at):
        one = attempts.get((hurt.job_id, hurt.attempt))
        other = attempts.get((hurt.job_id, hurt.attempt + 1))
        if (hurt.job_id, hurt.attempt) in seen or one is None or other is None:
            continue
        if one.ended_by not in {"worker_died", "child_died", "handed_back"}:
            continue
        seen.add((hurt.job_id, hurt.attempt))
        began, ended = other.started_at, other.ended_at
        folds = [at for at in scored[hurt.job_id] if began <= at and (not ended or at <= ended)]
        found.append(Recovery(hurt, began.timestamp() - hurt.at,
                              folds[0].timestamp() - hurt.at if folds else None))  # fmt: skip
    return found


def by_kind(recoveries: Sequence[Recovery]) -> dict[str, list[Recovery]]:
    """Group by kind of fault, and by ``worker`` and ``child only``."""
    found: dict[str, list[Recovery]] = defaultdict(list)
    for one in recoveries:
        found["child only" if one.hurt.kind in CHILD_ONLY else "worker"].append(one)
        found[one.hurt.kind].append(one)
    return dict(found)


def is_alone(recovery: Recovery, made: Sequence[Made]) -> bool:
    """Tell whether no other fault had an effect while the job had time to go on."""
    at, end = recovery.hurt.at, recovery.hurt.at + min(recovery.limit_s, recovery.to_attempt_s)
    itself = [one for one in made if one.kind == recovery.hurt.kind and one.at <= at <= one.until]
    others = [one for one in made if one not in itself[-1:]]
    return not any(one.at < end and one.until > at for one in others)


def find_late(recoveries: Sequence[Recovery], made: Sequence[Made]) -> list[str]:
    """Return in words which jobs took too long after a kill that came alone."""
    return [
        f"job {one.hurt.job_id} went on {one.to_attempt_s:.0f} s after {one.hurt.kind}, which may "
        f"take {one.limit_s:.0f} s"
        for one in recoveries
        if one.hurt.kind.startswith("kill")
        and one.to_attempt_s > one.limit_s
        and is_alone(one, made)
    ]


def in_words(seconds: Sequence[float]) -> str:
    """Say median, 95th percentile (nearest rank) and greatest."""
    ordered = sorted(seconds)
    p95 = ordered[math.ceil(0.95 * len(ordered)) - 1]
    return (
        f"{len(ordered)} times, median {statistics.median(ordered):.1f} s, "
        f"p95 {p95:.1f} s, greatest {ordered[-1]:.1f} s"
    )
