"""A job's model is explained by the light worker's child, from the files that the job left."""

import io
import json
import os
from pathlib import Path
from typing import Any

import joblib
import pytest
from flask import Flask, current_app

from dashboard.chores.service import EXPLAIN, LEARN, add_chore, claim_next_chore
from dashboard.db import Job, JobFold
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.page.results import read_results
from dashboard.storage import get_storage, keys, storage_address
from tasks import child_work
from tasks.chore_kinds import KINDS
from tasks.engine.errors import EngineError
from tests.engine.kept_baselines import train
from tests.engine.tables import make_spec
from tests.factories import make_dataset, make_job, make_model, make_user

pytestmark = pytest.mark.usefixtures("no_broker")
LEASE = "ab" * 8


@pytest.fixture
def job(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    """Make a job that was trained, with all its files."""
    monkeypatch.setattr(os, "nice", lambda _by: 0)  # this process is the test's
    spec, columns = make_spec(tmp_path, "y_class", "classification", "LogisticRegression")
    result = train(spec, columns)
    schema, table_key = spec.schema, keys.dataset_table(1, "cd" * 8, 1)
    dataset = make_dataset(
        table_key=table_key, dialect=schema["dialect"], columns=schema["columns"]
    )
    made = make_job(
        make_user(), dataset, state="succeeded", target="y_class", parameters={},
        features=spec.schema["features"], validation=spec.as_dict()["validation"],
        score=result.score,
        results_key=keys.job_artefact(1, LEASE, "results"),
        out_of_fold_key=keys.job_artefact(1, LEASE, "out_of_fold"),
    )  # fmt: skip
    model_key = keys.job_artefact(1, LEASE, "joblib")
    make_model(made, files={"joblib": {"key": model_key}})
    joblib.dump(result.model, tmp_path / "model")
    result.out_of_fold.to_parquet(tmp_path / "rows")
    store = get_storage()
    store.put_file(model_key, tmp_path / "model")
    store.put_file(made.out_of_fold_key, tmp_path / "rows")
    store.put_file(dataset.table_key, tmp_path / "table.parquet")
    store.write(made.results_key, io.BytesIO(json.dumps(result.charts).encode()))
    with writing() as session:
        for fold in result.folds:
            session.add(JobFold(job_id=made.id, attempt=1, **fold.as_dict()))
    return made


def work_out(job: Job, kind: str) -> dict[str, Any]:
    """Do a chore about a job as the light worker does it, and return the job's results."""
    with writing() as session:
        add_chore(session, kind, job.id)
    claim = claim_next_chore(worker="light", lane="explain")
    assert claim is not None
    chore = KINDS[claim.kind](claim)
    payload = chore.payload()
    assert payload is not None
    payload["storage"] = storage_address(current_app.config["SETTINGS"])
    events: list[dict[str, Any]] = []
    getattr(child_work, chore.work)(json.loads(json.dumps(payload)), events.append)
    assert events[-1]["type"] == "done"
    chore.finish(json.loads(json.dumps(events[-1]["values"])))
    return read_results(db.session.get_one(Job, job.id))


def test_a_model_is_explained_and_scores_stay_as_they_are(job: Job) -> None:
    score = job.score
    results = work_out(job, EXPLAIN)
    told = results["explanation"]
    assert told["importance"]["differing"] == []  # fitted again, folds score what they scored
    assert told["importance"]["columns"][0]["name"] == "age"
    assert told["slices"]["n"] == 120
    assert told["coefficients"]["rows"][0]["class"] == "low"
    assert results["confusion"]
    assert db.session.get_one(Job, job.id).score == score


def test_a_learning_curve_ends_at_what_the_job_scored(job: Job) -> None:
    curve = work_out(job, LEARN)["learning_curve"]
    assert [p["share"] for p in curve["points"]] == [0.25, 0.5, 0.75, 1.0]  # 8 rows teach nothing
    assert [p["rows"] for p in curve["points"]] == [20, 40, 60, 80]
    assert curve["points"][-1]["mean"] == pytest.approx(job.score)
    assert curve["gain"]["low"] <= curve["gain"]["mean"] <= curve["gain"]["high"]
    assert curve["whole"]


def test_a_model_whose_table_is_gone_says_so(job: Job) -> None:
    get_storage().delete(job.dataset.table_key)
    with pytest.raises(EngineError, match="is missing from the storage"):
        work_out(job, EXPLAIN)
