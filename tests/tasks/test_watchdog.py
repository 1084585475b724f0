"""The watchdog of an idle worker: it ends one that hears no hints, and none that takes a job."""

import pytest
from flask import Flask

from tasks import presence
from tasks.presence import DEAF_AFTER, Presence


@pytest.fixture
def ends(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Hold the process back from ending; the list says that it wanted to."""
    wanted: list[int] = []
    monkeypatch.setattr(presence.os, "_exit", wanted.append)
    monkeypatch.setattr(presence, "is_waiting_since", lambda queue, before: True)
    return wanted


def deaf() -> Presence:
    """Make a worker that has idled for long."""
    made = Presence("worker-1", "train")
    made.idle_since -= DEAF_AFTER.total_seconds() + 1
    return made


def test_a_worker_that_idles_while_work_waits_is_ended(ends: list[int]) -> None:
    deaf()._watch()
    assert ends == [1]


def test_one_that_was_idle_for_a_moment_is_not(ends: list[int]) -> None:
    Presence("worker-1", "train")._watch()
    assert ends == []


@pytest.mark.parametrize("name", ["busy", "is_taking", "drain"])
def test_one_that_takes_trains_or_drains_is_not(name: str, ends: list[int]) -> None:
    worker = deaf()
    setattr(worker, name, True)
    worker._watch()
    assert ends == []


def test_one_that_takes_a_job_while_it_is_looked_at_is_not(
    ends: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = deaf()

    def take(*_: object) -> bool:
        worker.is_taking = True
        return True

    monkeypatch.setattr(presence, "is_waiting_since", take)
    worker._watch()
    assert ends == []
