"""A clock that differs from the database's is spoken of, and far too wrong it keeps from work."""

import logging
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from dashboard import clock
from dashboard.extensions import db
from tasks import clocks


def shift(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr(clocks, "now", lambda: clock.now() + timedelta(seconds=seconds))


def is_postgres() -> bool:
    return db.engine.dialect.name == "postgresql"


@pytest.mark.parametrize("seconds", [-30.0, 0.0, 4.0])
def test_difference_is_measured(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    shift(monkeypatch, seconds)
    expected = seconds if is_postgres() else 0.0  # SQLite has no clock of its own
    assert clocks.measure_difference() == pytest.approx(expected, abs=1.0)
    assert not db.session().in_transaction()


@pytest.mark.parametrize(
    ("seconds", "words"), [(-30.0, "behind the database's"), (4.0, "ahead of the database's")]
)
def test_difference_is_logged_once_in_a_while(
    any_app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    seconds: float,
    words: str,
) -> None:
    shift(monkeypatch, seconds)
    watch = clocks.ClockWatch()
    watch.look()
    watch.look()
    said = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert len(said) == (1 if is_postgres() else 0)
    assert all(words in record.getMessage() for record in said)


def test_far_too_wrong_a_clock_keeps_a_process_from_starting(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = any_app.config["SETTINGS"]
    clocks.insist_on_agreement(settings)
    shift(monkeypatch, -settings.lost_after_s)
    if not is_postgres():
        clocks.insist_on_agreement(settings)
        return
    with pytest.raises(SystemExit):
        clocks.insist_on_agreement(settings)


def test_database_that_is_away_keeps_nobody_from_starting(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> float:
        raise OperationalError("SELECT 1", {}, Exception("connection refused"))

    monkeypatch.setattr(clocks, "measure_difference", fail)
    clocks.insist_on_agreement(app.config["SETTINGS"])
    assert "could not be compared" in caplog.text
