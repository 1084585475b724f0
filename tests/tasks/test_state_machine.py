"""Random lives of jobs, on both databases, against a model of what must become of them.

Whatever the order in which people, workers and the dispatcher act, and whoever writes although
its lease is gone: after each step the rows are what the model says, and hold what `job_rows`
checks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from dashboard import queue
from dashboard.db.job import PRIORITIES
from dashboard.jobs.running import recovery
from dashboard.jobs.running.execution import Claim
from dashboard.jobs.service import submit_job
from tests.factories import make_dataset, make_user
from tests.tasks import job_acts as acts
from tests.tasks import job_rows

MAX_TRIES = 4
HELD, OVER = {"running", "cancelling"}, {"succeeded", "failed", "cancelled", "lost"}
PICK = st.integers(0, 11)
ENDS = [
    "finish",
    "fail",
    "finish_cancel",
    "finish_cancel",
    "child_dies",
    "child_dies",
    "hand_back",
]


@dataclass
class Expected:
    """What a job must be."""

    owner: int
    priority: str
    state: str = "queued"
    claim: Claim | None = None
    silent: bool = False  # its worker has not been heard of for long
    stop: str | None = None
    tries: int = 0
    deaths: int = 0
    folds: set[int] = field(default_factory=set)

    def end(self, state: str) -> None:
        self.state, self.claim, self.silent = state, None, False

    def end_by(self, what: str) -> None:
        """Follow what its worker wrote last."""
        if what in {"child_dies", "hand_back"}:
            self.deaths += what == "child_dies"
            self.try_again(may_be_the_child=what == "child_dies")
        else:
            self.end({"finish": "succeeded", "fail": "failed", "finish_cancel": "cancelled"}[what])

    def try_again(self, *, may_be_the_child: bool) -> None:
        died = may_be_the_child and self.deaths >= acts.MAX_CHILD_DEATHS
        if self.state == "cancelling" and self.stop != "keep":
            self.end("cancelled")
        elif died or self.tries >= MAX_TRIES:
            self.end("cancelled" if self.state == "cancelling" else "lost")
        else:
            self.end("queued")

    def asked(self, what: str) -> str | None:
        """Follow what a person asks, and return what the answer must be."""
        if what == "remove":
            return None if self.state in OVER else "Conflict"
        if what == self.stop and self.state not in OVER:
            return self.state  # asked already, perhaps of a worker that died since
        if what == "retry" and self.state in OVER - {"succeeded"}:
            self.end("queued")
            self.stop, self.tries, self.deaths = None, 0, 0
        elif what == "cancel" and self.state == "queued":
            self.end("cancelled")
        elif what == "cancel" and self.state in HELD:
            self.state, self.stop = "cancelling", "cancel"
        elif what == "keep" and self.state in HELD and self.folds and self.stop != "cancel":
            self.state, self.stop = "cancelling", "keep"
        else:
            return "Conflict"
        return self.state


class Lives(RuleBasedStateMachine):
    """A few jobs of two people on three workers."""

    def __init__(self) -> None:
        super().__init__()
        acts.forget_jobs()
        self.people = [make_user(), make_user()]
        self.dataset = make_dataset(self.people[0])
        self.jobs: dict[int, Expected] = {}
        self.claims: list[Claim] = []  # every one that was given; the newest is picked by 0
        self.before = job_rows.read_rows()

    def look(self) -> None:
        """Compare every row with the model, after each step."""
        rows = job_rows.read_rows()
        job_rows.check(rows)
        job_rows.check_step(self.before, rows)
        assert {job["id"]: job["state"] for job in rows["jobs"]} == {
            job_id: job.state for job_id, job in self.jobs.items()
        }
        for row in rows["jobs"]:
            job = self.jobs[row["id"]]
            assert row["lease"] == (job.claim.lease if job.claim else None)
            folds = {found["fold"] for found in job_rows.of_job(rows, "job_folds", row["id"])}
            assert folds == job.folds
            assert (row["tries"], row["child_deaths"]) == (job.tries, job.deaths)
        self.before = rows

    def is_any(self, state: str) -> bool:
        return any(job.state == state for job in self.jobs.values())

    @initialize(owner=st.integers(0, 1))
    def submit_two(self, owner: int) -> None:
        self.submit(owner, "normal", twice=False)
        self.submit(1, "high", twice=True)

    @precondition(lambda self: len(self.jobs) < 4)
    @rule(
        owner=st.integers(0, 1), priority=st.sampled_from(sorted(PRIORITIES)), twice=st.booleans()
    )
    def submit(self, owner: int, priority: str, twice: bool) -> None:
        request = {"dataset_id": self.dataset.id, "target": "income", "estimator": "Ridge",
                   "priority": priority}  # fmt: skip
        key = f"key-{len(self.before['job_events'])}-{max(self.jobs, default=0)}"
        ids = {
            submit_job(user=self.people[owner], request=request, idempotency_key=key).id
            for _ in range(1 + twice)
        }
        assert len(ids) == 1
        self.jobs[ids.pop()] = Expected(owner, priority)
        self.look()

    @precondition(lambda self: self.is_any("queued"))
    @rule(worker=st.sampled_from(["worker-1", "worker-2", "worker-3"]))
    def claim(self, worker: str) -> None:
        waiting = {job_id for job_id, job in self.jobs.items() if job.state == "queued"}
        found = acts.claim(worker)
        assert found is not None
        assert found.job_id in waiting
        job = self.jobs[found.job_id]
        best = max(PRIORITIES[self.jobs[job_id].priority] for job_id in waiting)
        assert PRIORITIES[job.priority] == best
        job.state, job.claim, job.silent = "running", found, False
        job.tries += 1
        self.claims.append(found)
        self.look()

    @precondition(
        lambda self: self.claims and "queued" not in {job.state for job in self.jobs.values()}
    )
    @rule()
    def claim_nothing(self) -> None:
        assert acts.claim() is None
        self.look()

    def write(self, number: int, act, *arguments) -> tuple[Expected | None, object]:  # type: ignore[no-untyped-def]
        """Write by any claim that was ever given; None for the job when its lease is gone."""
        claim = self.claims[-1 - number % len(self.claims)]
        answer = act(claim, *arguments)
        job = self.jobs.get(claim.job_id)
        if job is not None and job.claim == claim:
            return job, answer
        assert answer in (False, (False, None)), "a write was taken although its lease is gone"
        assert job_rows.read_rows() == self.before, "a write without a lease changed something"
        return None, answer

    @precondition(lambda self: self.claims)
    @rule(number=PICK, fraction=st.floats(0, 1), folds=st.lists(st.integers(1, 3), max_size=2))
    def progress(self, number: int, fraction: float, folds: list[int]) -> None:
        # A fold may be told again: its write was taken, and the answer did not come.
        job, answer = self.write(number, acts.progress, fraction, folds)
        if job:
            assert answer == (True, job.stop)
            job.silent = False
            job.folds |= set(folds)
        self.look()

    @precondition(lambda self: self.claims)
    @rule(number=PICK, what=st.sampled_from(ENDS))
    def end(self, number: int, what: str) -> None:
        claim = self.claims[-1 - number % len(self.claims)]
        held = self.jobs.get(claim.job_id)
        if what == "finish_cancel" and held and held.claim == claim and held.stop != "cancel":
            what = "finish"  # a worker ends as cancelled only what it was asked to
        job, answer = self.write(number, getattr(acts, what))
        if job:
            assert answer is True
            job.end_by(what)
        self.look()

    @precondition(lambda self: any(job.claim for job in self.jobs.values()))
    @rule(number=PICK)
    def fall_silent(self, number: int) -> None:
        held = sorted(job_id for job_id, job in self.jobs.items() if job.claim)
        job_id = held[number % len(held)]
        acts.age(job_id)
        self.jobs[job_id].silent = True
        self.look()

    @precondition(lambda self: self.claims)
    @rule()
    def reap(self) -> None:
        silent = [job for job in self.jobs.values() if job.silent]
        assert acts.reap() == len(silent)
        for job in silent:
            job.try_again(may_be_the_child=True)
        self.look()

    @precondition(lambda self: self.jobs)
    @rule(number=PICK, what=st.sampled_from(["cancel", "keep", "keep", "retry", "remove"]))
    def ask(self, number: int, what: str) -> None:
        job_id = sorted(self.jobs)[number % len(self.jobs)]
        job = self.jobs[job_id]
        scene = acts.Scene(job_id, self.people[job.owner].id, self.claims[-1:] and self.claims[-1])
        answer = acts.answer_of(lambda: getattr(acts, what)(scene))
        wanted = job.asked(what)
        assert answer == wanted
        if what == "remove" and wanted is None:
            del self.jobs[job_id]
        self.look()


@pytest.fixture
def world(any_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The app, with a broker that takes every hint and a patience that a test can exhaust."""
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)
    monkeypatch.setattr(recovery, "ATTEMPTS_OF_ANY_KIND", MAX_TRIES)
    return any_app


def run(examples: int, *, derandomize: bool, phases: Sequence[Phase]) -> None:
    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=examples, stateful_step_count=40, deadline=None, database=None,
            derandomize=derandomize, suppress_health_check=list(HealthCheck),
            phases=phases, print_blob=True,
        ),
    )  # fmt: skip


def test_no_order_of_acts_breaks_a_job(world: Flask) -> None:
    # Not made smaller when it fails: that takes minutes, and the long one does it.
    run(15, derandomize=True, phases=[Phase.generate])


@pytest.mark.long
@pytest.mark.timeout(900)
def test_no_order_of_acts_breaks_a_job_long(world: Flask) -> None:
    run(400, derandomize=False, phases=[Phase.generate, Phase.shrink])
