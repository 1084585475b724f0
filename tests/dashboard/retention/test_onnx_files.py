"""The ONNX of a model in the look through the storage: it is made when its job is over."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.chores.service import CONVERT, add_chore, claim_next_chore, recover_chores_of
from dashboard.clock import now
from dashboard.db import Chore, Model
from dashboard.db.transaction import writing
from dashboard.models.conversion import WAITING
from dashboard.storage import Storage, keys
from tasks.model_chores import ConvertModel
from tests.dashboard.retention.test_files import NEW, add_attempt, look_later, put, stored
from tests.factories import make_model, make_succeeded_job


def test_onnx_that_a_killed_worker_left_goes_and_one_that_is_made_stays(
    any_app: Flask, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_succeeded_job()
    add_attempt(job, NEW)
    joblib = put(storage, keys.job_artefact(job.id, NEW, "joblib"))
    model = make_model(job, files={"joblib": {"key": joblib, "sha256": "x"}})
    model_id = model.id
    with writing() as session:
        add_chore(session, CONVERT, model_id)
    claimed = []
    for _ in range(2):  # the first one's worker is killed when it has written
        claim = claim_next_chore(worker="light", lane="convert")
        assert claim is not None
        claimed.append((ConvertModel(claim).payload() or {})["onnx_key"])
        put(storage, claimed[-1])
        look_later(storage, monkeypatch)
        assert stored(storage) == {joblib, *claimed}
        recover_chores_of(worker="light", before=now() + timedelta(hours=1))
    assert len(set(claimed)) == 2
    with writing() as session:
        session.scalars(select(Chore)).one().state = "done"
        row = session.get_one(Model, model_id)
        row.files = {**row.files, "onnx": {"key": claimed[1]}}
    look = look_later(storage, monkeypatch)
    assert stored(storage) == {joblib, claimed[1]}
    assert look.findings.problems == {}


def test_what_a_killed_worker_left_goes_when_the_next_attempt_ends(
    any_app: Flask, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.models.conversion.get_storage", lambda: storage)
    job = make_succeeded_job()
    joblib = put(storage, keys.job_artefact(job.id, NEW, "joblib"))
    model = make_model(job, files={"joblib": {"key": joblib, "sha256": "x"}, "onnx": WAITING})
    with writing() as session:
        add_chore(session, CONVERT, model.id)
    for is_last in (False, True):
        claim = claim_next_chore(worker="light", lane="convert")
        assert claim is not None
        chore = ConvertModel(claim)
        key = put(storage, (chore.payload() or {})["onnx_key"])
        if is_last:
            chore.finish({"file": {"key": key, "size_bytes": 1, "sha256": "y"}})
        recover_chores_of(worker="light", before=now() + timedelta(hours=1))
    assert stored(storage) == {joblib, key}
