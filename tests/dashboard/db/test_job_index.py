"""What lists of jobs are searched and sorted by follows the jobs, whoever changes them."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select

from dashboard.clock import now
from dashboard.db import Job, JobEntry, JobSetting, JobTag
from dashboard.db.copies import add_copies
from dashboard.db.states import JobState, move_all
from dashboard.db.transaction import writing
from dashboard.extensions import db
from tests.factories import make_attempt, make_job

pytestmark = pytest.mark.both_databases

PARAMETERS = {"C": 0.5, "n": 10, "big": 10**320, "warm": True, "seed": None, "solver": "lbfgs",
              "layers": [3, 2]}  # fmt: skip


def read_settings(job_id: int) -> dict[str, tuple[float | None, str | None]]:
    found = select(JobSetting.name, JobSetting.number, JobSetting.text)
    return {n: (x, t) for n, x, t in db.session.execute(found.where(JobSetting.job_id == job_id))}


def read_tags(job_id: int) -> set[str]:
    return set(db.session.scalars(select(JobTag.tag).where(JobTag.job_id == job_id)))


def test_a_new_job_is_found_by_its_words_tags_and_settings(any_app: Flask) -> None:
    job = make_job(
        name="ÄPFEL and Pears", target="Price", tags=["Süß", "b"], parameters=PARAMETERS
    )
    entry = db.session.get_one(JobEntry, job.id)
    assert entry.name == "äpfel and pears"
    assert entry.words.split("\n")[:4] == ["äpfel and pears", "price", "süß", "b"]
    assert entry.seconds is None
    assert read_tags(job.id) == {"Süß", "b"}
    found = read_settings(job.id)
    assert found.keys() == PARAMETERS.keys()
    assert found["C"] == (0.5, None)
    assert found["n"] == (10.0, None)
    assert (found["warm"], found["seed"]) == ((None, "true"), (None, "null"))
    assert found["solver"] == (None, "lbfgs")
    assert found["layers"][1] in {"[3,2]", "[3, 2]"}
    assert found["big"][0] is None or any_app.config["SQLALCHEMY_DATABASE_URI"].startswith(
        "sqlite"
    )


def test_a_change_of_a_job_is_found(any_app: Flask) -> None:
    job_id = make_job(tags=["a"]).id
    for number, seconds in ((1, 20.0), (2, 70.0)):
        make_attempt(db.session.get_one(Job, job_id), number, seconds)
    with writing() as session:
        job = session.get_one(Job, job_id)
        job.name, job.tags = "Other", ["c"]
        job.failure = {"code": "X", "message": "The column PRICE holds text"}
        job.started_at, job.finished_at = now(), now() + timedelta(hours=9)
    entry = db.session.get_one(JobEntry, job_id)
    assert "the column price holds text" in entry.words
    assert entry.name == "other"
    assert abs((entry.seconds or 0) - 90) < 0.01
    assert read_tags(job_id) == {"c"}


def test_copies_and_bulk_changes_are_found_too(any_app: Flask) -> None:
    first = make_job(batch_id=7, tags=["grid"])
    make_attempt(first, seconds=5)
    rows = [{"name": f"Copy {c}", "estimator": "Ridge", "parameters": {"C": c}} for c in (1, 2)]
    with writing() as session:
        add_copies(session, session.get_one(Job, first.id), rows)
    found = db.session.scalars(select(JobEntry.name).order_by(JobEntry.job_id)).all()
    assert found == [first.name, "copy 1", "copy 2"]
    assert read_settings(first.id + 2) == {"C": (2.0, None)}
    assert read_tags(first.id + 2) == {"grid"}
    with writing() as session:
        move_all(session, Job.batch_id == 7, JobState.QUEUED, JobState.CANCELLED)
    assert (db.session.get_one(JobEntry, first.id).seconds or 0) > 4


def test_nothing_of_a_deleted_job_stays(any_app: Flask) -> None:
    job = make_job(tags=["a"])
    with writing() as session:
        session.execute(delete(Job).where(Job.id == job.id))
    for record in (JobEntry, JobTag, JobSetting):
        assert db.session.scalars(select(record)).all() == []
