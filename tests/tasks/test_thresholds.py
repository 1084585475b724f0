"""From a job to one that differs in the threshold alone: what is asked, trained and shown."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import event, select

from dashboard import queue
from dashboard.db import Dataset, Job, JobFold, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.jobs.queries import find_model
from dashboard.jobs.running import execution
from dashboard.jobs.running.claiming import claim_next_job
from dashboard.jobs.running.execution import Progress
from dashboard.jobs.submission import submit
from dashboard.jobs.threshold.again import save_threshold
from dashboard.jobs.threshold.same_fit import LOOKED_AT, find_same_fit
from dashboard.storage import get_storage, keys, storage_address
from tasks.child_work import train_job
from tasks.payload import job_payload
from tests.dashboard.api.test_api import Api
from tests.engine.tables import mixed_csv, read
from tests.factories import make_dataset, make_job
from tests.page import PageClient, words_of


@pytest.fixture(autouse=True)
def taken_hints(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that takes every hint."""
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)


@pytest.fixture
def dataset(app: Flask, member: User, tmp_path: Path) -> Dataset:
    """A dataset with a real table."""
    path, dialect, columns = read(mixed_csv(), tmp_path)
    made = make_dataset(member, dialect=dialect, columns=columns, rows=120)
    key = keys.dataset_table(made.id, made.token, 1)
    get_storage().put_file(key, path)
    with writing() as session:
        session.get_one(Dataset, made.id).table_key = key
    return made


def run_next() -> tuple[int, list[str]]:
    """Train the next job in this process, as worker and child do; return its log."""
    claim = claim_next_job(worker="worker-1")
    assert claim is not None
    payload = job_payload(db.session.get_one(Job, claim.job_id), claim)
    db.session.rollback()
    payload = json.loads(json.dumps(payload))  # it travels to the child as JSON
    payload["storage"] = storage_address(current_app.config["SETTINGS"])
    told: list[dict[str, Any]] = []
    train_job(payload, told.append)
    folds = [event["fold"] for event in told if event["type"] == "fold"]
    execution.record_progress(claim=claim, progress=Progress(folds=folds))
    done = {name: told[-1][name] for name in ("result", "files", "schema")}
    assert execution.finish_job(claim=claim, **json.loads(json.dumps(done)))
    return claim.job_id, [event["text"] for event in told if event["type"] == "log"]


def ask(member: User, dataset: Dataset, **changes: Any) -> Job:
    body = {"dataset_id": dataset.id, "target": "y_class", "estimator": "GaussianNB",
            "exclude": ["y_number"], "validation": {"folds": 3}}  # fmt: skip
    return submit(user=member, request=body | changes, idempotency_key=None, limit=1)


def test_threshold_is_saved_from_the_page_and_fits_nothing_anew(
    app: Flask, member: User, dataset: Dataset
) -> None:
    ask(member, dataset)
    first, _ = run_next()
    pages = PageClient(app, member)
    page = pages.get(f"/jobs/{first}?false_negative=5")
    card = words_of(page.select("#threshold")[0])
    assert "A row is predicted high when its probability is at least the threshold" in card
    assert page.find("#field-false_negative")["value"] == "5"
    threshold = float(page.find("#field-threshold")["value"])
    assert 0 < threshold < 0.5  # a "high" that is missed costs five times a false alarm
    figure = pages.http.get(f"/jobs/{first}/threshold.json?false_negative=5").get_json()
    # Else Plotly marks costs where the other axis has its marks: 14.59k, 11.67k.
    assert figure["layout"]["yaxis2"]["tickmode"] == "auto"
    form = page.select("#threshold form[method=post]")[0]
    sent = {i["name"]: i["value"] for i in form.select("input") if i.get("name")}
    answer = pages.http.post(form["action"], data=sent)
    second, log = run_next()
    assert answer.headers["Location"].endswith(f"/jobs/{second}")
    for twice in range(2):  # the second click of a double one, and a page that was gone back to
        answer = pages.http.post(form["action"], data=sent)
        assert answer.headers["Location"].endswith(f"/jobs/{second}"), twice
    assert claim_next_job(worker="worker-1") is None
    assert f"job #{first} differs in the threshold alone: its fits are used again" in log
    assert "the model was fitted on all rows before; kept" in log
    assert sum("was fitted before, by another job; kept" in line for line in log) == 3
    job = db.session.get_one(Job, second)
    assert job.decision == {
        "threshold": threshold,
        "costs": {"false_positive": 1.0, "false_negative": 5.0,
                  "true_positive": 0.0, "true_negative": 0.0},
    }  # fmt: skip
    other = db.session.get_one(Job, first)
    assert job.metrics["roc_auc"] == other.metrics["roc_auc"]
    assert job.metrics["recall"]["mean"] > other.metrics["recall"]["mean"]
    kept = db.session.scalars(select(JobFold.key).where(JobFold.job_id == second)).all()
    assert len(kept) == 3
    assert all(str(key).startswith(f"jobs/{second}/") for key in kept)
    model = find_model(second)
    assert model is not None
    shown = words_of(pages.get(f"/jobs/{second}").select("main")[0])
    assert "The cheapest threshold is the one in use" in shown
    assert "Decision threshold" in pages.get(f"/models/{model.id}").text
    pages.http.post(form["action"], data=sent | {"threshold": "0.9"})  # another one is asked for
    assert db.session.scalars(select(Job.id).where(Job.state == "queued")).one() > second
    again = pages.get(f"/jobs/new?from={second}")
    assert float(again.find("#field-threshold")["value"]) == threshold
    asked = pages.http.get(f"/jobs/{second}/config.json").get_json()
    assert asked["threshold"] == threshold
    assert asked["costs"]["false_negative"] == 5


def test_job_says_that_its_threshold_was_chosen_by_the_rows_that_score_it(
    app: Flask, member: User, dataset: Dataset
) -> None:
    first = ask(member, dataset).id
    run_next()
    chosen = {"code": "CHOSEN", "message": "Chosen as the best of 12 candidates"}
    with writing() as session:  # as the winner of a search has it
        session.get_one(Job, first).warnings = [chosen]
    asked = {"costs": {}, "user": member, "idempotency_key": None}
    save_threshold(job_id=first, threshold="0.3", **asked)
    second, _ = run_next()
    save_threshold(job_id=second, threshold="0.4", **asked)  # chosen anew, from the same rows
    third, _ = run_next()
    for job_id in (second, third):
        job = db.session.get_one(Job, job_id)
        warnings = {w["code"]: w["message"] for w in job.warnings}
        assert warnings["CHOSEN"] == chosen["message"]
        said = warnings["THRESHOLD_CHOSEN"]
        assert f"was chosen on the rows that score it, those of job #{first}" in said
        assert Api(app, member).call("GET", f"/jobs/{job_id}")["warnings"] == job.warnings
        model = find_model(job_id)
        assert model is not None
        with get_storage().open(model.files["bundle"]["key"]) as stream:
            bundle = zipfile.ZipFile(io.BytesIO(stream.read()))
        for name in ("MODEL_CARD.md", "metadata.json"):
            (path,) = (path for path in bundle.namelist() if path.endswith(name))
            assert said in bundle.read(path).decode()
    ask(member, dataset, threshold=0.3)
    asked_for, _ = run_next()
    codes = [w["code"] for w in db.session.get_one(Job, asked_for).warnings]
    assert "THRESHOLD_CHOSEN" not in codes  # who asked for it may know it from elsewhere


def test_fits_of_the_job_that_it_was_chosen_on_are_found_however_many_are_newer(
    app: Flask, member: User, dataset: Dataset
) -> None:
    first = ask(member, dataset).id
    run_next()
    former = db.session.get_one(Job, first)
    same = {name: getattr(former, name) for name in (
        "target", "task", "estimator", "seed", "validation", "features", "preprocessing",
    )}  # fmt: skip
    for n in range(LOOKED_AT):
        make_job(member, dataset, state="succeeded", parameters={"var_smoothing": n}, **same)
    job = save_threshold(
        user=member, job_id=first, threshold="0.3", costs={}, idempotency_key=None
    )
    read: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: read.append(given[2]))
    found = find_same_fit(job)
    assert found is not None
    assert found.id == first
    (looked,) = (text for text in read if "job" in text and "LIMIT" in text)
    assert "users" not in looked  # its owner and dataset are not needed
    assert "datasets." not in looked


def test_other_settings_are_trained_anew(app: Flask, member: User, dataset: Dataset) -> None:
    ask(member, dataset)
    run_next()
    ask(member, dataset, threshold=0.3, parameters={"var_smoothing": 0.1})
    _, log = run_next()
    assert not any("differs in the threshold alone" in line for line in log)


def test_files_that_are_gone_are_made_again(app: Flask, member: User, dataset: Dataset) -> None:
    ask(member, dataset)
    first, _ = run_next()
    get_storage().delete_prefix(keys.job_prefix(first))
    ask(member, dataset, threshold=0.3)
    second, log = run_next()
    assert sum("so the fold is trained again" in line for line in log) == 3
    assert any("so it is fitted again" in line for line in log)
    assert db.session.get_one(Job, second).score is not None


def test_what_is_no_number_is_told_and_nothing_is_queued(
    app: Flask, member: User, dataset: Dataset
) -> None:
    ask(member, dataset)
    first, _ = run_next()
    pages = PageClient(app, member)
    page = pages.get(f"/jobs/{first}?false_positive=cheap")
    assert 'A cost is a number, such as 5 or 0.5; "cheap" is none' in page.text
    token = page.find("#threshold form[method=post] input[name=csrf_token]")["value"]
    sent = {"csrf_token": token, "threshold": "half", "false_positive": "2"}
    answer = pages.http.post(f"/jobs/{first}/threshold", data=sent)
    assert "false_positive=2" in answer.headers["Location"]
    assert (
        'The threshold must be a number, such as 0.3; "half" is none'
        in pages.get(f"/jobs/{first}").text
    )
    assert claim_next_job(worker="worker-1") is None
