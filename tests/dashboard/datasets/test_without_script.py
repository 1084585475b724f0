"""From a file to a job by forms alone: this browser knows no JavaScript."""

import io

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard import queue
from dashboard.db import Job, User
from dashboard.extensions import db
from tests.page import PageClient
from tests.uploads import read_next, stored

TABLE = "size,price,kind\n" + "".join(
    f"{n % 17},{'soon' if n % 9 == 0 else f'${n}'},{('flat', 'house')[n % 3 == 0]}\n"
    for n in range(1, 90)
)


def test_a_file_becomes_a_job(app: Flask, member: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)
    pages = PageClient(app, member)
    pages.get("/datasets/new")
    file = {"file": (io.BytesIO(TABLE.encode()), "houses.csv")}
    sent = pages.post("/datasets/new", file, status=303)
    read_next()
    page = pages.follow(sent)
    upload_id = int(page.path.rpartition("/")[2])
    changed = pages.submit(page, {"missing": "?"}, form=".reading-form", status=303)
    read_next()
    page = pages.follow(changed)
    assert "“price” looks like a number column, but" in page.text
    answer = {"name": "houses", "answer-1": "number"}
    saved = pages.submit(page, answer, form="#check-form", status=303)
    assert saved.response.location == f"/datasets/{upload_id}"
    if stored(upload_id).state == "reading":  # the answer was not what had been read
        read_next()
    page = pages.follow(saved)
    link = next(a for a in page.select("table a") if a.text.startswith("Predict two classes"))
    page = pages.get(str(link["href"]))
    made = pages.submit(page, {"name": "first"}, form="#job-form", status=303)
    job = db.session.scalars(select(Job)).one()
    assert made.response.location == f"/jobs/{job.id}"
    assert (job.dataset_id, job.target, job.name) == (upload_id, "kind", "first")
