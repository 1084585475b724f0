"""What the web process says of the broker."""

import logging
from typing import Any

import pytest
from flask import Flask

from dashboard import queue


class Producer:
    """Takes every hint."""

    def send_task(self, *_args: Any, **_options: Any) -> None:
        """Send nothing."""


def test_only_a_broker_that_is_known_is_called_slow(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(queue, "make_celery", lambda *_args, **_options: Producer())
    monkeypatch.setattr(queue, "SENDING_S", -1.0)
    app.extensions.pop("celery_producer", None)
    # Making the first connection of a process takes its time, and is nobody's fault.
    for warned in (False, True):
        caplog.clear()
        with app.test_request_context(), caplog.at_level(logging.INFO):
            assert not queue.wake(queue.TRAIN, 3)
        assert "the broker is slow: 1 of 3 hints for train were sent" in caplog.text
        assert warned == any(record.levelname == "WARNING" for record in caplog.records)
    app.extensions.pop("celery_producer")
