"""Every rule about batches can fail: each violation is planted, and must be found."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from dashboard.db import Batch, Job, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from tests.chaos.batch_rules import find_broken_batches, judge_batch, with_below

World = tuple[Batch, list[Job]]


def make_world() -> World:
    """Return a search of two candidates whose winner was fitted."""
    candidates = [
        Job(id=n, estimator="Ridge", parameters={"alpha": n}, score_only=True, state="succeeded",
            partial=False, score=0.5)
        for n in (1, 2)
    ]  # fmt: skip
    winner = Job(id=3, estimator="Ridge", parameters={"alpha": 2}, score_only=False,
                 state="succeeded", partial=False, score=0.5)  # fmt: skip
    words = "2 candidates were scored. The best one was fitted on all rows"
    batch = Batch(id=1, plan={"kind": "search", "jobs": 2}, plan_state="over",
                  plan_message=words, final_job_id=3)  # fmt: skip
    return batch, [*candidates, winner]


def change(record: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(record, name, value)


def leave_without_winner(world: World, message: str, **plan: Any) -> None:
    batch, jobs = world
    jobs.pop()
    change(batch, final_job_id=None, plan_message=message, plan={**(batch.plan or {}), **plan})


PLANTED: dict[str, tuple[Callable[[World], Any], str]] = {
    "going": (lambda w: change(w[0], plan_state="going"), "is going, not over"),
    "silent": (lambda w: change(w[0], plan_message=None), "does not say how"),
    "tried twice": (
        lambda w: change(w[1][1], parameters={"alpha": 1}), "tried Ridge with [('alpha', 1)] 2",
    ),
    "too many": (lambda w: change(w[0], plan={"jobs": 1}), "tried 2 candidates, and was asked"),
    "two winners": (
        lambda w: w[1].append(Job(id=4, score_only=False, state="succeeded")), "made 2 models",
    ),
    "no winner": (
        lambda w: leave_without_winner(w, "2 candidates were scored. No model was made"),
        "has scored candidates and no winner",
    ),
    "no winner after an extension": (
        lambda w: leave_without_winner(w, "No model was made", stopped=None),
        "has scored candidates and no winner",
    ),
    "no reason": (
        lambda w: leave_without_winner(w, "Stopped", stopped={"by": "ana", "keep": False}),
        "has no winner, and does not say why",
    ),
    "told of no model": (
        lambda w: change(w[0], plan_message="2 candidates were scored"), "does not say so",
    ),
    "told of a model": (
        lambda w: change(w[1][2], state="lost"), "it has a model, and its winner is lost",
    ),
}  # fmt: skip


def test_a_search_that_ended_well_breaks_no_rule() -> None:
    assert list(judge_batch(*make_world())) == []


def make_below() -> World:
    """Return the search of an outer fold: it makes no model, the batch above scores its best."""
    batch, jobs = make_world()
    plan = {"kind": "search", "jobs": 2, "outer_fold": 1}
    change(batch, parent_id=7, final_job_id=None, plan=plan, plan_message="2 candidates scored")
    return batch, jobs[:2]


def test_a_batch_below_another_makes_no_model() -> None:
    assert list(judge_batch(*make_below())) == []
    batch, jobs = make_below()
    jobs[1].score_only = False
    assert "is below batch 7, and made a model" in list(judge_batch(batch, jobs))
    batch, jobs = make_below()
    jobs[1].parameters = {"alpha": 1}
    assert "tried Ridge" in next(judge_batch(batch, jobs))


def test_what_a_batch_made_below_it_is_known(app: Flask, member: User) -> None:
    rows = [(1, None), (2, 1), (3, 2), (4, None), (5, 4)]
    with writing() as session:
        for number, parent in rows:
            session.add(Batch(id=number, owner_id=member.id, name="b", n_jobs=0, parent_id=parent))
    assert with_below(db.session, frozenset({1})) == {1, 2, 3}
    found = list(find_broken_batches(db.session, frozenset({1})))
    assert found == ["batch 4 was made by nobody", "batch 5 was made by nobody"]


def test_a_batch_that_a_person_stopped_needs_no_winner() -> None:
    world = make_world()
    words = "Stopped by ana after 2 candidates. No model was made"
    leave_without_winner(world, words, stopped={"by": "ana", "keep": False})
    assert list(judge_batch(*world)) == []


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_violation_is_found(name: str) -> None:
    plant, words = PLANTED[name]
    world = make_world()
    plant(world)
    found = list(judge_batch(*world))
    assert any(words in line for line in found), found
