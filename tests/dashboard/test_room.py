"""Room is kept for the database: who is refused, in which words, and that nothing is lost."""

import io
from collections import namedtuple
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from dashboard import room
from dashboard.api.openapi import make_document
from dashboard.auth.tokens import create_token
from dashboard.batches import service as batches
from dashboard.config import load_settings
from dashboard.db import Dataset, Job, SignInAttempt, User
from dashboard.db.transaction import is_full, writing
from dashboard.extensions import db
from dashboard.jobs.bulk.again import retry_failed
from dashboard.storage import StorageFull, get_storage, storage_address
from tests.dashboard.batches.test_pages import fill
from tests.factories import make_dataset, make_job, make_user
from tests.page import PageClient

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def full(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk with less room than is kept free."""
    monkeypatch.setattr(get_storage(), "free_bytes", lambda: 299_000_000)


def test_uploads_and_jobs_leave_the_reserve(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    free = [500_000_000]
    monkeypatch.setattr(get_storage(), "free_bytes", lambda: free[0])
    room.check_room(100_000_000, copies=2)
    with pytest.raises(StorageFull, match=r"no room for this file \(201 MB\).*500 MB is left"):
        room.check_room(201_000_000)
    room.check_room_for_jobs()
    free[0] = 299_999_999
    with pytest.raises(StorageFull, match="files of a new job"):
        room.check_room_for_jobs()


def test_with_a_bucket_the_disk_of_the_database_counts(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(get_storage(), "free_bytes", lambda: None)
    room.check_room_for_jobs()
    asked: list[Any] = []

    def usage(path: Any) -> Usage:
        asked.append(path)
        return Usage(10**9, 10**9, 1_000_000)

    monkeypatch.setattr(room.shutil, "disk_usage", usage)
    with pytest.raises(StorageFull):
        room.check_room(1)
    assert asked == [app.config["SETTINGS"].home]


def test_a_database_server_keeps_its_own_disk(any_app: Flask) -> None:
    free = room.free_for_database()
    assert (free is None) == (not any_app.config["SETTINGS"].is_sqlite)


def test_jobs_that_run_may_use_half_of_the_reserve(tmp_path: Any) -> None:
    settings = load_settings({"TRAINYARD_HOME": str(tmp_path), "RESERVE_BYTES": "1000"})
    assert storage_address(settings)["keep_free_bytes"] == 500


def test_api_refuses_new_jobs_and_uploads(app: Flask, full: None, member: User) -> None:
    dataset, over = make_dataset(member), make_job(member, state="failed")
    http = app.test_client()
    headers = {"Authorization": f"Bearer {create_token(user=member, name='t').text}"}
    body = {"dataset_id": dataset.id, "target": "churned", "estimator": "LogisticRegression"}
    upload = {"file": (io.BytesIO(b"a,b\n1,2\n"), "x.csv")}
    for answer in (
        http.post("/api/v1/jobs", json=body, headers=headers),
        http.post(f"/api/v1/jobs/{over.id}/retry", headers=headers),
        http.post("/api/v1/datasets", data=upload, headers=headers),
    ):
        assert answer.status_code == 503
        assert answer.json is not None
        assert answer.json["error"]["code"] == "DISK_FULL"
        assert "299 MB is left" in answer.json["error"]["message"]
        assert answer.headers["Retry-After"]
    assert db.session.scalar(select(func.count()).select_from(Job)) == 1
    assert db.session.scalar(select(func.count()).select_from(Dataset)) == 2


def test_form_shows_the_refusal_and_loses_nothing(
    app: Flask, full: None, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = make_dataset(member)
    pages = PageClient(app, member)
    page = pages.get(f"/jobs/new?dataset_id={dataset.id}&target=churned")
    typed = {"name": "my name", "tags": "a, b", "parameters.learning_rate": "0.25"}
    page = pages.submit(page, typed | {"memory_limit_mb": "900"}, status=503)
    assert "no room for the files of a new job" in page.text
    assert page.title.startswith("Error: ")
    assert {n: page.find(f'[name="{n}"]')["value"] for n in typed} == typed
    monkeypatch.setattr(get_storage(), "free_bytes", lambda: 10**10)
    pages.submit(page, {}, status=303)
    job = db.session.scalars(select(Job)).one()
    assert (job.name, job.memory_limit_bytes) == ("my name", 900_000_000)


def test_a_job_that_cannot_run_again_now_says_so(app: Flask, full: None, member: User) -> None:
    job = make_job(member, state="failed", failure={"code": "X", "message": "m", "hint": "h"})
    pages = PageClient(app, member)
    page = pages.follow(pages.post(f"/jobs/{job.id}/retry", status=303))
    assert "no room for the files of a new job" in page.html


@pytest.mark.parametrize("words", ["database or disk is full", "database is locked"])
def test_a_full_database_is_told_from_one_that_is_away(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    class Refusal(Exception):
        sqlite_errorname = "SQLITE_FULL" if "full" in words else "SQLITE_BUSY"

    dataset = make_dataset(member)
    headers = {"Authorization": f"Bearer {create_token(user=member, name='t').text}"}

    def refuse(*_: Any, **__: Any) -> Any:
        raise OperationalError("INSERT", {}, Refusal(words))

    monkeypatch.setattr("dashboard.jobs.submission.add_jobs", refuse)
    body = {"dataset_id": dataset.id, "target": "churned", "estimator": "LogisticRegression"}
    answer = app.test_client().post("/api/v1/jobs", json=body, headers=headers)
    assert answer.status_code == 503
    assert answer.json is not None
    code = "DISK_FULL" if "full" in words else "unavailable"
    assert answer.json["error"]["code"] == code
    pages = PageClient(app, member)
    page = pages.get(f"/jobs/new?dataset_id={dataset.id}&target=churned")
    page = pages.submit(page, {}, status=503)
    assert ("disk of the database is full" in page.text) == ("full" in words)


@pytest.mark.parametrize(
    ("limit", "is_taken"),
    [(200_000_000, True), (4_000_000_000, True), (199_999_999, False), (4_000_000_001, False),
     ("much", False), (True, False), (2.5e9, False)],
)  # fmt: skip
def test_memory_limit_is_at_most_the_servers(
    app: Flask, member: User, limit: Any, is_taken: bool
) -> None:
    dataset = make_dataset(member)
    headers = {"Authorization": f"Bearer {create_token(user=member, name='t').text}"}
    body = {"dataset_id": dataset.id, "target": "churned", "estimator": "LogisticRegression",
            "memory_limit_bytes": limit}  # fmt: skip
    answer = app.test_client().post("/api/v1/jobs", json=body, headers=headers)
    assert answer.json is not None
    if is_taken:
        assert answer.json["memory_limit_bytes"] == limit
    else:
        assert answer.status_code == 422
        assert "4.0 GB" in answer.json["error"]["fields"]["memory_limit_bytes"]


def test_a_small_server_takes_its_own_limit(app: Flask, member: User) -> None:
    object.__setattr__(app.config["SETTINGS"], "job_memory_bytes", 150_000_000)
    dataset = make_dataset(member)
    headers = {"Authorization": f"Bearer {create_token(user=member, name='t').text}"}
    body = {"dataset_id": dataset.id, "target": "churned", "estimator": "LogisticRegression",
            "memory_limit_bytes": 150_000_000}  # fmt: skip
    answer = app.test_client().post("/api/v1/jobs", json=body, headers=headers)
    assert answer.status_code == 201


def test_sqlite_that_has_no_room_is_known_as_full(app: Flask) -> None:
    db.session.execute(text("PRAGMA max_page_count=1"))  # SQLite takes it as: no page more
    db.session.rollback()
    user = User(email="a@x.org", name="x" * 1_000_000, password_hash="h")
    with pytest.raises(OperationalError) as refusal:
        save(SignInAttempt(key="k" * 300), user)
    assert is_full(refusal.value)
    assert db.session.scalar(select(func.count()).select_from(SignInAttempt)) == 0


def save(*records: Any) -> None:
    with writing() as session:
        session.add_all(records)


def test_nothing_runs_again_without_room(app: Flask, full: None) -> None:
    admin = make_user(role="admin")
    dataset = make_dataset(admin)
    batch = fill(admin, dataset, failed=1)
    with pytest.raises(StorageFull):
        batches.retry_failed(user=admin, batch_id=batch.id)
    with pytest.raises(StorageFull):
        retry_failed(user=admin)
    assert list(db.session.scalars(select(Job.state))) == ["failed"]


@pytest.mark.parametrize("path", [
    "/batches", "/batches/{batch_id}/retry", "/jobs/{job_id}/retry", "/queue/retry-failed",
])  # fmt: skip
def test_the_document_says_what_needs_room(app: Flask, path: str) -> None:
    document = make_document()
    found = {at.removeprefix("/api/v1"): item for at, item in document["paths"].items()}
    assert "503" in found[path]["post"]["responses"]
