"""A seed repeats the plan of a run; recovery is measured from the fault itself."""

from datetime import timedelta
from itertools import islice

import pytest
from flask import Flask

from dashboard.batches import service
from dashboard.clock import now
from dashboard.db import JobAttempt, LogLine, User
from dashboard.db.transaction import writing
from tests.chaos.faults import Hurt, Made
from tests.chaos.plan import (
    BATCHES,
    choose,
    draw_batches,
    draw_faults,
    draw_jobs,
    draw_steps,
)
from tests.chaos.recovery_times import Recovery, by_kind, find_late, in_words, measure
from tests.chaos.rounds import HURTS, draw_rounds
from tests.factories import COLUMNS, make_dataset, make_job

KINDS = ["kill web", "kill worker", "freeze worker", "broker drops"]


def test_a_seed_repeats_the_plan_and_another_gives_another() -> None:
    def plan(seed: int) -> list[object]:
        return [draw_faults(seed, KINDS, 120), list(islice(draw_jobs(seed), 20)),
                list(islice(draw_steps(seed), 50)), list(islice(draw_batches(seed), 20)),
                draw_rounds(seed, KINDS, 20)]  # fmt: skip

    assert plan(7) == plan(7)
    assert all(one != other for one, other in zip(plan(7), plan(8), strict=True))


def test_every_kind_has_its_turn_before_one_comes_again() -> None:
    drawn = [fault.kind for fault in draw_faults(3, KINDS, 200)]
    assert len(drawn) > 2 * len(KINDS)
    assert sorted(drawn[:4]) == sorted(drawn[4:8]) == sorted(KINDS)


def test_rounds_hurt_what_trains_at_least_half_of_the_time() -> None:
    drawn = [one.fault.kind for one in draw_rounds(5, KINDS, 200)]
    assert sum(kind in HURTS for kind in drawn) > 90


def test_most_rounds_are_left_to_finish_and_some_kills_come_late() -> None:
    drawn = draw_rounds(5, KINDS, 200)
    assert 40 < sum(one.is_cancelled for one in drawn) < 80
    assert sum(one.stage == "final" for one in drawn) > 40


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
            for fold in range(2):
                done = start + timedelta(seconds=5 * (fold + 1))
                session.add(LogLine(job_id=job.id, n=2 * n + fold, at=done,
                                    text=f"fold {fold + 1}/2 done  f1=0.5"))  # fmt: skip
    zero = at.timestamp()
    hurts = [Hurt("freeze worker", zero + 150, job.id, 1),  # found 40 s later, at 190
             Hurt("kill worker", zero + 160, job.id, 1),  # the same attempt: it counts once
             Hurt("kill training child", zero + 289, job.id, 2),
             Hurt("kill worker", zero + 380, job.id, 3)]  # too late to hurt  # fmt: skip
    found = measure(app.config["SETTINGS"].database_url, hurts)
    times = [(one.hurt, round(one.to_attempt_s), round(one.to_fold_s or 0)) for one in found]
    assert times == [(hurts[0], 50, 55), (hurts[2], 11, 16)]
    by = {kind: len(ones) for kind, ones in by_kind(found).items()}
    assert by == {"worker": 1, "freeze worker": 1, "child only": 1, "kill training child": 1}
    assert in_words([1.0, 2.0, 9.0]) == "3 times, median 2.0 s, p95 9.0 s, greatest 9.0 s"


@pytest.mark.parametrize(
    ("kind", "seconds", "others", "is_late"),
    [
        ("kill worker", 44, [], False),
        ("kill worker", 46, [], True),
        ("kill training child", 11, [], True),
        ("kill fork server", 9, [], False),
        ("freeze worker", 60, [], False),  # it has 40 s in which it is frozen
        # Another fault that still has an effect, or comes while there is time, spoils the measure;
        ("kill worker", 46, [Made(60, "freeze dispatcher", 101)], False),
        ("kill worker", 46, [Made(144, "kill web", 159)], False),
        # one that is over, or comes when the time is over, does not.
        ("kill worker", 46, [Made(60, "freeze dispatcher", 99), Made(145, "kill web", 160)], True),
        # Another of the same kind does, too.
        ("kill worker", 46, [Made(90, "kill worker", 105)], False),
    ],
)
def test_a_kill_that_came_alone_is_held_against_its_limit(
    kind: str, seconds: float, others: list[Made], is_late: bool
) -> None:
    made = sorted([*others, Made(99.9, kind, 115)], key=lambda one: one.at)
    found = find_late([Recovery(Hurt(kind, 100, 7, 1), seconds, None)], made)
    assert bool(found) == is_late
    assert not found or "job 7" in found[0]


@pytest.mark.usefixtures("no_broker")
def test_every_kind_of_batch_has_its_turn_and_is_taken(member: User) -> None:
    known = {column["name"]: column for column in COLUMNS}
    targets = [{**known[of], "name": n} for n, of in (("y_number", "income"), ("y_class", "city"))]
    dataset = make_dataset(member, columns=[*COLUMNS, *targets], rows=1000)
    for request in islice(draw_batches(1), 2 * len(BATCHES)):
        batch = service.submit_batch(user=member, request={**request, "dataset_id": dataset.id})
        assert batch.plan is not None
        assert batch.plan["kind"] in ("search", "several")
