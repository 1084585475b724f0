"""Guesses take time, and nothing is held meanwhile."""

from typing import Any

import pytest
from flask import Flask

from dashboard.extensions import db
from dashboard.plans.advance import advance
from tasks.engine.search import tpe
from tests.dashboard.searches.acts import go_on, run, submit
from tests.factories import make_user

pytestmark = pytest.mark.usefixtures("no_broker")


def test_no_transaction_is_open_while_optuna_guesses(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = submit(make_user(name="Ana"), 30, strategy="tpe")
    for n in range(11):
        run(0.5 + n / 100)
        go_on(batch)
    run(0.9)
    propose, open_then = tpe.propose, []

    def watched(*args: Any, **named: Any) -> list[dict[str, Any]]:
        open_then.append(db.session().in_transaction())
        return propose(*args, **named)

    monkeypatch.setattr(tpe, "propose", watched)
    assert advance(batch.id)
    assert open_then == [False]
