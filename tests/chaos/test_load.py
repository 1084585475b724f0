"""What the load sees while it runs: no progress may fall, but after a person's retry."""

from typing import Any

import pytest

from tests.chaos.load import NO_ANSWER, Api, Load


class Scripted(Api):
    """Answers with the progress that the test gives."""

    def __init__(self, progress: float) -> None:
        super().__init__(0)
        self.progress, self.status = progress, 202

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        if method == "POST":
            return self.status, None
        return 200, {"items": [{"id": 1, "progress": self.progress, "attempt": 2}]}


@pytest.fixture
def load() -> Load:
    made = Load(0, 1)
    made.api, made.submitted = Scripted(0.6), {1}
    made.sample()
    return made


def see(load: Load, progress: float) -> list[str]:
    assert isinstance(load.api, Scripted)
    load.api.progress = progress
    load.sample()
    return load.api.wrong


def test_progress_that_falls_is_found(load: Load) -> None:
    assert see(load, 0.6) == see(load, 0.7) == []
    assert see(load, 0.65) == ["job 1 fell from 70% to 65% in attempt 2"]


def test_after_a_retry_by_a_person_it_begins_anew(load: Load) -> None:
    load.act("retry", 0.5)
    assert see(load, 0.0) == see(load, 0.2) == []
    assert see(load, 0.1) == ["job 1 fell from 20% to 10% in attempt 2"]


def test_a_cancel_is_no_reason_to_fall_and_a_retry_without_an_answer_may_be(load: Load) -> None:
    load.act("cancel", 0.5)
    assert see(load, 0.5) == ["job 1 fell from 60% to 50% in attempt 2"]
    load.api.wrong.clear()
    assert isinstance(load.api, Scripted)
    load.api.status = NO_ANSWER
    load.act("retry", 0.5)
    see(load, 0.4)
    assert see(load, 0.0) == []
