"""Two at once: whatever two acts do to a job from two connections, one came before the other.

Both are held at the door of their first writing transaction until the other stands there too, so
each has read what is true before. What they answer and what becomes of the job must be what one
of the two orders, one after the other, gives.
"""

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import Connection, event

from dashboard import queue
from dashboard.db.states import JobState
from dashboard.extensions import db
from tests.factories import make_dataset, make_user
from tests.tasks import job_acts as acts
from tests.tasks import job_rows
from tests.tasks.job_acts import ACTS, Scene
from tests.tasks.job_rows import of_job, read_rows

PATIENCE_S = 20
# Where a job may be when two act on it.
BEGINNINGS = ("waiting", "running", "silent", "cancelling", "keeping", "failed", "succeeded")
# What is likely to meet: all pairs are left to the long run.
MEETINGS = [
    ("waiting", "claim", "claim"), ("waiting", "cancel", "claim"), ("waiting", "cancel", "cancel"),
    ("running", "cancel", "finish"), ("running", "cancel", "fail"), ("running", "keep", "finish"),
    ("running", "cancel", "hand back"), ("running", "cancel", "child dies"),
    ("running", "cancel", "keep"), ("running", "fold", "fold"), ("running", "finish", "finish"),
    ("running", "finish", "delete"), ("silent", "reap", "progress"), ("silent", "reap", "finish"),
    ("silent", "reap", "reap"), ("silent", "reap", "cancel"), ("silent", "reap", "hand back"),
    ("silent", "reap", "claim"), ("cancelling", "finish", "cancel"), ("keeping", "reap", "cancel"),
    ("failed", "retry", "delete"), ("failed", "retry", "retry"), ("failed", "delete", "delete"),
    ("failed", "cancel", "delete"), ("succeeded", "delete", "retry"),
]  # fmt: skip
Outcome = tuple[object, ...]


@pytest.fixture
def world(any_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The app, with a broker that takes every hint."""
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)
    return any_app


class Stage:
    """Brings a job to a beginning, again and again."""

    def __init__(self) -> None:
        self.owner = make_user()
        self.dataset = make_dataset(self.owner)

    def begin(self, beginning: str) -> Scene:
        acts.forget_jobs()
        request = {"dataset_id": self.dataset.id, "target": "income", "estimator": "Ridge"}
        job = acts.service.submit_job(user=self.owner, request=request)
        if beginning == "waiting":
            nobody = acts.Claim(job.id, "0" * 16, 0, "worker-1")
            return Scene(job.id, self.owner.id, nobody)
        claim = acts.claim()
        assert claim is not None
        scene = Scene(job.id, self.owner.id, claim)
        acts.progress(claim, 0.5, [1])
        {
            "running": lambda: None,
            "silent": lambda: acts.age(job.id),
            "cancelling": lambda: acts.cancel(scene),
            "keeping": lambda: (acts.keep(scene), acts.age(job.id)),
            "failed": lambda: acts.fail(claim),
            "succeeded": lambda: acts.finish(claim),
        }[beginning]()
        return scene


def outcome(scene: Scene, answers: list[object]) -> Outcome:
    """Return what two acts answered and what became of the job, the same in every run."""
    rows = read_rows()
    job_rows.check(rows)
    names = ("state", "attempt", "tries", "child_deaths", "stop_request", "progress")
    job = [tuple(job[name] for name in names) for job in rows["jobs"]]
    ends = [row["ended_by"] for row in of_job(rows, "job_attempts", scene.job_id)]
    folds = [row["fold"] for row in of_job(rows, "job_folds", scene.job_id)]
    path = [row["to_state"] for row in of_job(rows, "job_events", scene.job_id)]
    # Job ids differ from run to run, and the state of a job that is answered may be a later one.
    plain = [(a[1] if isinstance(a, tuple) and a[0] == scene.job_id else a) for a in answers]
    plain = ["a job" if isinstance(a, str) and a in set(JobState) else a for a in plain]
    return (*plain, job, ends, folds, path, len(rows["chores"]))


def one_after_the_other(scene: Scene, order: list[int], pair: tuple[str, str]) -> Outcome:
    answers: list[object] = [None, None]
    for n in order:
        answers[n] = acts.answer_of(lambda n=n: ACTS[pair[n]](scene))  # type: ignore[misc]
    return outcome(scene, answers)


@contextmanager
def door(barrier: threading.Barrier) -> Iterator[None]:
    """Hold each thread at its first writing transaction until the other stands there, or ended."""
    passed = threading.local()
    main = threading.current_thread()

    def hold(_connection: Connection, options: dict[str, object]) -> None:
        is_writing = "trainyard_writing" in options
        if not is_writing or threading.current_thread() is main or hasattr(passed, "once"):
            return
        passed.once = True
        try:
            barrier.wait(PATIENCE_S)
        except threading.BrokenBarrierError:
            return  # the other one was refused before it wrote anything

    # It is set before the transaction begins, so nobody waits with a lock in hand.
    event.listen(db.engine, "set_connection_execution_options", hold)
    try:
        yield
    finally:
        event.remove(db.engine, "set_connection_execution_options", hold)


def at_once(app: Flask, scene: Scene, pair: tuple[str, str]) -> Outcome:
    answers: list[object] = [None, None]
    barrier = threading.Barrier(2)

    def act(n: int) -> None:
        try:
            with app.app_context():
                answers[n] = acts.answer_of(lambda: ACTS[pair[n]](scene))
        except Exception as error:
            answers[n] = error
        finally:
            barrier.abort()

    with door(barrier):
        threads = [threading.Thread(target=act, args=(n,)) for n in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(2 * PATIENCE_S)
            assert not thread.is_alive(), f"{pair} wait for each other"
    return outcome(scene, answers)


def check_pair(app: Flask, begin: Callable[[], Scene], pair: tuple[str, str]) -> None:
    allowed = [one_after_the_other(begin(), order, pair) for order in ([0, 1], [1, 0])]
    found = at_once(app, begin(), pair)
    assert found in allowed, f"{pair} at once gave {found}; one after the other {allowed}"


def test_two_at_once_are_one_after_the_other(world: Flask) -> None:
    stage = Stage()
    for beginning, *pair in MEETINGS:
        check_pair(world, lambda b=beginning: stage.begin(b), (pair[0], pair[1]))  # type: ignore[misc]


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_any_two_at_once_are_one_after_the_other(world: Flask, beginning: str) -> None:
    stage = Stage()
    for pair in itertools.combinations_with_replacement(ACTS, 2):
        check_pair(world, lambda: stage.begin(beginning), pair)
