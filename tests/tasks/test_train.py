"""What follows a job: the light worker is woken for a model, and for nothing else."""

from typing import Any

import pytest
from flask import Flask

from dashboard import queue
from tasks import attempt as module
from tasks.train import train_next_job
from tests.factories import make_dataset, make_job, make_user
from tests.tasks.test_attempt import FakeChild

RESULT: dict[str, Any] = {"score": 0.5, "metrics": {}, "warnings": [], "partial": False}


class Trained(FakeChild):
    """A child that has trained its job."""

    def read_events(self, timeout: float) -> Any:
        return [{"type": "done", "result": RESULT, "files": {}, "schema": {}}]


@pytest.mark.parametrize(("score_only", "woken"), [(True, []), (False, [queue.LIGHT])])
def test_the_light_worker_is_woken_for_a_model(
    score_only: bool, woken: list[str], app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    hints: list[str] = []
    monkeypatch.setattr(queue, "wake", lambda name, *_: hints.append(name))
    monkeypatch.setattr(module, "Child", Trained)
    owner = make_user(name="Ana")
    dataset = make_dataset(owner, table_key="datasets/1/abcdef0123456789/table-1")
    job = make_job(owner, dataset, score_only=score_only)
    train_next_job.run()
    assert (job.state, hints) == ("succeeded", woken)
