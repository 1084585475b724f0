"""A seed repeats the plan of a run; recovery is measured from the fault itself."""

from datetime import timedelta
from itertools import islice

from flask import Flask

from dashboard.clock import now
from dashboard.db import JobAttempt
from dashboard.db.transaction import writing
from tests.chaos.faults import Hurt
from tests.chaos.plan import choose, draw_faults, draw_jobs, draw_steps
from tests.chaos.recovery_times import in_words, measure
from tests.chaos.rounds import HURTS, draw_rounds
from tests.factories import make_job

KINDS = ["kill web", "kill worker", "freeze worker", "broker drops"]


def test_a_seed_repeats_the_plan_and_another_gives_another() -> None:
    def plan(seed: int) -> list[object]:
        return [draw_faults(seed, KINDS, 120), list(islice(draw_jobs(seed), 20)),
                list(islice(draw_steps(seed), 50)), draw_rounds(seed, KINDS, 20)]  # fmt: skip

    assert plan(7) == plan(7)
    assert all(one != other for one, other in zip(plan(7), plan(8), strict=True))


def test_every_kind_has_its_turn_before_one_comes_again() -> None:
    drawn = [fault.kind for fault in draw_faults(3, KINDS, 200)]
    assert len(drawn) > 2 * len(KINDS)
    assert sorted(drawn[:4]) == sorted(drawn[4:8]) == sorted(KINDS)


def test_rounds_hurt_what_trains_at_least_half_of_the_time() -> None:
    drawn = [one.fault.kind for one in draw_rounds(5, KINDS, 200)]
    assert sum(kind in HURTS for kind in drawn) > 90


def test_a_pick_points_at_every_member() -> None:
    assert [choose(pick, "abc") for pick in (0.0, 0.34, 0.999)] == ["a", "b", "c"]


def test_time_runs_from_the_first_fault_to_the_next_attempt(app: Flask) -> None:
    job, at = make_job(), now()
    ends = ["worker_died", "child_died", "succeeded"]
    with writing() as session:
        for n, ended_by in enumerate(ends, 1):
            start = at + timedelta(seconds=100 * n)
            session.add(
                JobAttempt(job_id=job.id, number=n, worker="w", lease=f"{n:016x}",
                           started_at=start, ended_at=start + timedelta(seconds=90),
                           ended_by=ended_by)
            )  # fmt: skip
    zero = at.timestamp()
    hurts = [Hurt("freeze worker", zero + 150, job.id, 1),  # found 40 s later, at 190
             Hurt("kill worker", zero + 160, job.id, 1),  # the same attempt: it counts once
             Hurt("kill training child", zero + 289, job.id, 2),
             Hurt("kill worker", zero + 380, job.id, 3)]  # too late to hurt  # fmt: skip
    found = measure(app.config["SETTINGS"].database_url, hurts)
    rounded = {kind: [round(s) for s in seconds] for kind, seconds in found.items()}
    assert rounded == {"worker": [50], "freeze worker": [50], "child only": [11],
                       "kill training child": [11]}  # fmt: skip
    assert in_words([1.0, 2.0, 9.0]) == "3 times, median 2.0 s, p95 9.0 s, greatest 9.0 s"
