"""An upload that two tabs ask to be read anew at the same moment."""

import threading

import pytest
from flask import Flask

from dashboard import queue
from dashboard.datasets.check import checking
from dashboard.db import Dataset, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from tests.factories import make_dataset
from tests.tasks.test_races import PATIENCE_S, door


@pytest.mark.locks
def test_each_of_two_readings_has_a_number_of_its_own(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)
    upload = make_dataset()
    with writing() as session:
        session.get_one(Dataset, upload.id).saved_at = None
    upload_id, owner_id, before = upload.id, upload.owner_id, upload.reading
    db.session.rollback()

    def ask(delimiter: str) -> None:
        with any_app.app_context():
            user = db.session.get_one(User, owner_id)
            checking.change_reading(user=user, dataset_id=upload_id, form={"delimiter": delimiter})

    with door(threading.Barrier(2)):
        threads = [threading.Thread(target=ask, args=(sign,)) for sign in ";|"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(2 * PATIENCE_S)
    db.session.rollback()
    assert db.session.get_one(Dataset, upload_id, populate_existing=True).reading == before + 2
