"""What somebody else deletes or does at the same moment is said, and never a database's error."""

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from dashboard import queue
from dashboard.auth.tokens import create_token
from dashboard.datasets.service import delete_dataset
from dashboard.db import Dataset, Job, Prediction, QueueState, User
from dashboard.errors import Conflict, NotFound
from dashboard.extensions import db
from dashboard.jobs import submission
from dashboard.jobs.service import delete_job, submit_job
from dashboard.predictions import service as predictions
from dashboard.storage import get_storage
from dashboard.workers.service import pause_queue
from tests.factories import make_dataset, make_model, make_user

pytestmark = pytest.mark.locks

PATIENCE_S = 20


@pytest.fixture(autouse=True)
def taken_hints(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that takes every hint."""
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)


def elsewhere(app: Flask, act: Callable[..., Any], user_id: int, **values: Any) -> None:
    """Act in a session of its own."""
    with app.app_context():
        act(user=db.session.get_one(User, user_id), **values)


@contextmanager
def before(words: str, act: Callable[[], None]) -> Iterator[None]:
    """Act once, just before the first statement that begins with these words."""
    begun: list[str] = []

    def meddle(_c: object, _u: object, statement: str, *_: object) -> None:
        if not begun and statement.startswith(words):
            begun.append(statement)
            act()

    event.listen(db.engine, "before_cursor_execute", meddle)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", meddle)
    assert begun


def test_a_dataset_that_is_deleted_after_the_check_is_no_more(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = make_user()
    dataset = make_dataset(owner)
    check = submission.check_request

    def check_and_delete(*values: Any, **more: Any) -> Any:
        found = check(*values, **more)
        elsewhere(any_app, delete_dataset, owner.id, dataset_id=dataset.id)
        return found

    monkeypatch.setattr(submission, "check_request", check_and_delete)
    body = {"dataset_id": dataset.id, "target": "income", "estimator": "Ridge"}
    headers = {"Authorization": f"Bearer {create_token(user=owner, name='t').text}"}
    answer = any_app.test_client().post("/api/v1/jobs", json=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json is not None
    assert "There is no dataset" in answer.json["error"]["fields"]["dataset_id"]


def test_a_dataset_is_not_deleted_while_a_job_of_it_is_made(any_app: Flask) -> None:
    owner = make_user()
    dataset = make_dataset(owner)
    answers: list[object] = []

    def delete() -> None:
        try:
            elsewhere(any_app, delete_dataset, owner_id, dataset_id=dataset_id)
        except Exception as problem:
            answers.append(problem)

    owner_id, dataset_id = owner.id, dataset.id
    other = threading.Thread(target=delete)

    def begin() -> None:
        other.start()
        if db.engine.dialect.name == "postgresql":  # SQLite lets one write at a time
            other.join(1)  # it waits for us, or would be done by now

    request = {"dataset_id": dataset_id, "target": "income", "estimator": "Ridge"}
    with before("INSERT INTO jobs", begin):
        job = submit_job(user=owner, request=request)
    other.join(PATIENCE_S)
    assert [type(answer) for answer in answers] == [Conflict]
    db.session.rollback()
    assert db.session.get_one(Job, job.id).dataset_id == dataset_id
    assert db.session.get(Dataset, dataset_id) is not None


def test_two_submit_with_one_dataset_at_once(any_app: Flask) -> None:
    owner = make_user()
    request = {"dataset_id": make_dataset(owner).id, "target": "income", "estimator": "Ridge"}

    def submit_too() -> None:
        if db.engine.dialect.name == "postgresql":  # SQLite lets one write at a time
            elsewhere(any_app, submit_job, owner_id, request=request)

    owner_id = owner.id
    with before("INSERT INTO jobs", submit_too):
        submit_job(user=owner, request=request)


def test_a_dataset_that_two_delete_is_no_more_for_the_second(any_app: Flask) -> None:
    owner = make_user()
    dataset = make_dataset(owner)
    owner_id, dataset_id = owner.id, dataset.id
    begun: list[bool] = []

    def meddle(_connection: object, options: dict[str, object]) -> None:
        if "trainyard_writing" in options and not begun:
            begun.append(True)
            elsewhere(any_app, delete_dataset, owner_id, dataset_id=dataset_id)

    event.listen(db.engine, "set_connection_execution_options", meddle)
    try:
        with pytest.raises(NotFound):
            delete_dataset(user=owner, dataset_id=dataset_id)
    finally:
        event.remove(db.engine, "set_connection_execution_options", meddle)


def test_two_pause_the_queue_for_the_first_time(any_app: Flask) -> None:
    admin, other = make_user(role="admin"), make_user(role="admin")
    other_id, other_name = other.id, other.name

    def pause_too() -> None:
        if db.engine.dialect.name == "postgresql":  # SQLite lets one write at a time
            elsewhere(any_app, pause_queue, other_id)

    with before("INSERT INTO queue_state", pause_too):
        pause_queue(user=admin)
    state = db.session.get_one(QueueState, 1, populate_existing=True)
    is_postgres = db.engine.dialect.name == "postgresql"
    assert state.paused_by == (other_name if is_postgres else admin.name)


ROW = dict.fromkeys(["age", "city"], 1)


def test_a_model_that_is_deleted_while_rows_wait_is_no_more(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = make_model(schema={"features": []})
    owner_id, job_id = model.job.owner_id, model.job_id

    def wake(_name: str, _count: int = 1) -> bool:
        elsewhere(any_app, delete_job, owner_id, job_id=job_id)
        return True

    monkeypatch.setattr(queue, "wake", wake)
    with pytest.raises(NotFound, match="deleted meanwhile"):
        predictions.predict_rows(user=model.job.owner, model_id=model.id, rows=[ROW])


@pytest.mark.parametrize("kind", ["rows", "file"])
def test_a_model_that_is_deleted_after_the_check_is_no_more(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    model = make_model(schema={"features": []})
    owner, model_id, job_id = model.job.owner, model.id, model.job_id
    owner_id = owner.id

    def check(_model: object) -> None:
        elsewhere(any_app, delete_job, owner_id, job_id=job_id)

    monkeypatch.setattr(predictions, "check_ready", check)
    monkeypatch.setattr(predictions, "_check_columns", lambda *_: None)
    ask = {
        "rows": partial(predictions.predict_rows, rows=[ROW]),
        "file": partial(
            predictions.create_file_prediction, file_name="a.csv", stream=io.BytesIO(b"age\n1\n")
        ),
    }[kind]
    with pytest.raises(NotFound, match="deleted meanwhile"):
        ask(user=owner, model_id=model_id)


@pytest.mark.parametrize("when", ["before", "during"])
def test_a_model_that_is_deleted_during_an_upload_leaves_no_file(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    model = make_model(schema={"features": []})
    owner_id, job_id = model.job.owner_id, model.job_id
    storage = get_storage()
    write = storage.write

    class Stream(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            found = super().read(size)
            if not found:  # the file that is being written is deleted with its folder
                elsewhere(any_app, delete_job, owner_id, job_id=job_id)
            return found

    def delete_and_write(*values: Any, **more: Any) -> Any:  # as S3 does: its file is there at end
        elsewhere(any_app, delete_job, owner_id, job_id=job_id)
        return write(*values, **more)

    stream: io.BytesIO = Stream(b"age\n1\n")
    if when == "before":
        monkeypatch.setattr(storage, "write", delete_and_write)
        stream = io.BytesIO(b"age\n1\n")
    with pytest.raises(NotFound, match="deleted meanwhile"):
        predictions.create_file_prediction(
            user=model.job.owner, model_id=model.id, file_name="a.csv", stream=stream
        )
    db.session.rollback()
    assert db.session.scalars(select(Prediction)).all() == []
    assert [found.key for found in storage.list_files()] == []
