"""What a job uses: measured now and then, bounded, written with its progress."""

import time
from datetime import timedelta

import psutil
import pytest
from flask import Flask

from dashboard.clock import now
from dashboard.db.transaction import writing
from dashboard.jobs.running import execution
from dashboard.jobs.running.execution import Progress
from dashboard.jobs.running.usage import MOST_SAMPLES, UsageSample, list_usage
from tasks import usage as module
from tasks.child import Child
from tasks.usage import UsageMeter
from tests.factories import make_job
from tests.tasks.test_execution import claim


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = 100.0

    def monotonic(self) -> float:
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(module, "time", made)
    return made


def test_cores_are_cpu_by_wall_and_memory_is_the_most(clock: Clock) -> None:
    meter = UsageMeter()
    assert meter.look(500, lambda: 1 / 0) == []  # CPU is not asked for before a sample is due
    clock.at += 2
    (sample,) = meter.look(300, lambda: 3.0)
    assert (sample.cpu_cores, sample.memory_bytes) == (1.5, 500)
    clock.at += 1
    (sample,) = meter.look(100, lambda: 3.25)
    assert (sample.cpu_cores, sample.memory_bytes) == (0.25, 100)


def test_what_was_seen_last_of_a_child_that_died_is_kept(clock: Clock) -> None:
    meter = UsageMeter()
    assert meter.end() == []
    clock.at += 2
    meter.look(300, lambda: 3.0)
    assert meter.end() == []
    meter.look(900, lambda: 1 / 0)
    (sample,) = meter.end()
    assert (sample.cpu_cores, sample.memory_bytes) == (1.5, 900)


def test_a_child_that_began_anew_counts_from_nothing(clock: Clock) -> None:
    meter = UsageMeter()
    clock.at += 1
    meter.look(1, lambda: 50.0)
    clock.at += 1
    assert meter.look(1, lambda: 0.5)[0].cpu_cores == 0.5


def test_a_long_job_keeps_a_bounded_number_of_samples(any_app: Flask) -> None:
    job = make_job()
    held = claim()
    interval, at, widened = 1.0, now(), 0
    for _ in range(3 * MOST_SAMPLES):
        at += timedelta(seconds=interval)
        sample = UsageSample(at, 1.0, 1000)
        signal = execution.record_progress(claim=held, progress=Progress(usage=[sample]))
        if signal.thinned:
            interval, widened = interval * 2, widened + 1
    found = list_usage(job.id)
    assert widened > 2
    assert MOST_SAMPLES / 2 <= len(found) <= MOST_SAMPLES
    gaps = {round((b.at - a.at).total_seconds()) for a, b in zip(found, found[1:], strict=False)}
    assert max(gaps) <= 2 * min(gaps)  # no part of the job is shown more finely than another


def test_who_lost_the_lease_adds_no_sample(any_app: Flask) -> None:
    job = make_job()
    held = claim()
    with writing() as session:
        session.get_one(type(job), job.id).lease = "another"
    sample = UsageSample(now(), 1.0, 1000)
    assert not execution.record_progress(claim=held, progress=Progress(usage=[sample])).held
    assert list_usage(job.id) == []


def test_cpu_of_a_child_is_measured() -> None:
    child = Child.__new__(Child)
    child.process = psutil.Process()  # type: ignore[assignment] - this process stands for it
    child.cpu_s = 0.0
    before, end = child.cpu_seconds(), time.process_time() + 0.2
    while time.process_time() < end:
        pass
    assert child.cpu_seconds() - before >= 0.15
