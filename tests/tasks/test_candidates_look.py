"""A batch's first candidate looks at the table for all, and the batch's page tells it once."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app

from dashboard.batches import service
from dashboard.db import Dataset, Job, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.running import execution
from dashboard.jobs.running.claiming import claim_next_job
from dashboard.storage import get_storage, keys, storage_address
from tasks.child_work import train_job
from tasks.payload import job_payload
from tests.engine.sentinel.test_looking import honest
from tests.engine.tables import read
from tests.factories import make_dataset
from tests.page import PageClient

pytestmark = pytest.mark.usefixtures("no_broker")
SEARCH = {"strategy": "random", "jobs": 2, "space": {"C": {"low": 0.1, "high": 10}}}


@pytest.fixture
def dataset(app: Flask, member: User, tmp_path: Path) -> Dataset:
    """A dataset of which one column tells the target."""
    table = honest()
    table["paid"] = (table["y_class"] == "yes") * 2.0 + table["c"] / 1000
    path, dialect, columns = read(table.to_csv(index=False), tmp_path)
    made = make_dataset(member, dialect=dialect, columns=columns, rows=len(table))
    key = keys.dataset_table(made.id, made.token, 1)
    get_storage().put_file(key, path)
    with writing() as session:
        session.get_one(Dataset, made.id).table_key = key
    return made


def train_next() -> list[str]:
    """Train the next job in this process; return the codes of what it warns of."""
    claim = claim_next_job(worker="worker-1")
    assert claim is not None
    payload = job_payload(db.session.get_one(Job, claim.job_id), claim)
    db.session.rollback()
    payload["storage"] = storage_address(current_app.config["SETTINGS"])
    told: list[dict[str, Any]] = []
    train_job(payload, told.append)
    done = {name: told[-1][name] for name in ("result", "files", "schema")}
    assert execution.finish_job(claim=claim, **done)
    return [warning["code"] for warning in done["result"]["warnings"]]


@pytest.mark.parametrize(
    "asked", [{"estimator": "LogisticRegression", "search": SEARCH}, {"several": True}]
)
def test_a_leak_is_told_before_there_is_a_model(
    app: Flask, member: User, dataset: Dataset, asked: dict[str, Any]
) -> None:
    request = {"dataset_id": dataset.id, "target": "y_class", "exclude": ["y_number"]}
    batch = service.submit_batch(user=member, request=request | asked)
    pages = PageClient(app, member)
    assert "paid" not in pages.get(f"/batches/{batch.id}").text
    assert train_next() == ["TARGET_LEAK"]
    assert "TARGET_LEAK" not in train_next()
    service.cancel_batch(user=member, batch_id=batch.id)
    page = pages.get(f"/batches/{batch.id}")
    [notice] = [found for found in page.select(".notice") if '"paid"' in found.text]
    assert "Suggested fix: Leave out paid" in notice.text
