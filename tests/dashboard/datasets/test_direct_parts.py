"""Parts that go straight to a bucket, of which nothing is told: the limits hold all the same."""

import contextlib
import http.client
import io
from functools import partial
from urllib.parse import urlsplit

import pytest
from flask import Flask

from dashboard import queue
from dashboard.datasets.upload.parts import part_urls, receive_part
from dashboard.datasets.upload.transfers import begin_transfer, finish_transfer
from dashboard.db import Dataset, User
from dashboard.errors import Conflict, TooLarge
from dashboard.storage import get_storage
from dashboard.storage.base import PART_BYTES
from tasks import dataset_work
from tasks.engine.reader.limits import ReadLimits
from tests.factories import make_user
from tests.uploads import read_next, stored

ROWS = b"a,b\n" + (b"1," + b"x" * 497 + b"\n") * (PART_BYTES // 500 + 100)
LIMIT = ", the limit on this server"
N_ROWS = ROWS.count(b"\n") - 1


@pytest.fixture
def bucket(stored_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The app over a bucket, in which nothing is read by itself."""
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)
    return stored_app


over_a_bucket = pytest.mark.parametrize("stored_app", ["s3"], indirect=True)


def put(url: str, part: bytes) -> int:
    """Send a part as any client may; return the status."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    with contextlib.closing(connection):
        connection.request("PUT", f"{parts.path}?{parts.query}", body=part)
        return connection.getresponse().status


def send(user: User, content: bytes, name: str = "rows.csv", *, said: int = 0) -> int:
    """Send the first part by way of the server, the others straight to the bucket, uncounted."""
    size = said or len(content)
    upload_id = begin_transfer(user=user, file_name=name, size_bytes=size).upload_id
    pieces = [content[at : at + PART_BYTES] for at in range(0, len(content), PART_BYTES)]
    with io.BytesIO(pieces[0]) as first:
        receive_part(user=user, upload_id=upload_id, offset=0, content=first)
    numbers = list(range(2, len(pieces) + 1))
    urls = part_urls(user=user, upload_id=upload_id, numbers=numbers)
    assert urls is not None
    for number in numbers:
        assert put(urls[number], pieces[number - 1]) == 200
    return upload_id


def read(upload_id: int) -> Dataset:
    read_next()
    return stored(upload_id)


@over_a_bucket
@pytest.mark.parametrize(
    ("limits", "content", "refusal"),
    [
        ({"max_rows": N_ROWS - 1}, ROWS,
         ("CSV_TOO_LONG", f"rows.csv has more than {N_ROWS - 1:,} rows{LIMIT}")),
        ({"max_columns": 1}, ROWS,
         ("CSV_TOO_WIDE", "rows.csv has 2 columns. The limit on this server is 1")),
        ({"max_line_chars": 9_000_000}, ROWS + b"2," * 4_600_000 + b"\n",
         ("CSV_LINE_LONG", f"Line {N_ROWS + 2} has more than 9,000,000 characters{LIMIT}")),
    ],
)  # fmt: skip
def test_limits_hold_for_who_counts_nothing(
    bucket: Flask,
    monkeypatch: pytest.MonkeyPatch,
    limits: dict[str, int],
    content: bytes,
    refusal: tuple[str, str],
) -> None:
    monkeypatch.setattr(dataset_work, "ReadLimits", partial(ReadLimits, **limits))
    user = make_user()
    upload_id = send(user, content)
    finish_transfer(user=user, upload_id=upload_id)
    upload = read(upload_id)
    found = [p for p in upload.problems if p["severity"] == "error"]
    assert [(p["code"], p["message"]) for p in found] == [refusal]
    assert (upload.state, upload.table_key) == ("refused", None)


@over_a_bucket
def test_what_keeps_the_limits_is_read(bucket: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset_work, "ReadLimits", partial(ReadLimits, max_rows=N_ROWS))
    user = make_user()
    upload_id = send(user, ROWS)
    finish_transfer(user=user, upload_id=upload_id)
    upload = read(upload_id)
    assert (upload.state, upload.rows, upload.size_bytes) == ("ready", N_ROWS, len(ROWS))


@over_a_bucket
def test_who_sends_more_than_was_said_gets_no_file(bucket: Flask) -> None:
    user = make_user()
    said = len(ROWS) - 5
    upload_id = send(user, ROWS, said=said)
    with pytest.raises(Conflict) as refusal:
        finish_transfer(user=user, upload_id=upload_id)
    assert str(refusal.value) == (
        f"{len(ROWS):,} bytes are there, more than the {said:,} of the file. Upload it again"
    )
    assert all(found.unfinished for found in get_storage().list_files())


@over_a_bucket
def test_a_part_that_is_too_long_is_none(bucket: Flask) -> None:
    user = make_user()
    content = ROWS[:PART_BYTES] + b"1,2\n" * (PART_BYTES // 4 + 1)
    upload_id = begin_transfer(user=user, file_name="x.csv", size_bytes=len(content)).upload_id
    with io.BytesIO(ROWS[:PART_BYTES]) as first:
        receive_part(user=user, upload_id=upload_id, offset=0, content=first)
    urls = part_urls(user=user, upload_id=upload_id, numbers=[2])
    assert urls is not None
    assert put(urls[2], content[PART_BYTES:]) == 200
    with pytest.raises(Conflict, match=f"{PART_BYTES:,} of {len(content):,} bytes are there"):
        finish_transfer(user=user, upload_id=upload_id)


@over_a_bucket
def test_bytes_over_the_limit_are_refused_before_any_comes(
    bucket: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = bucket.config["SETTINGS"].max_upload_bytes
    with pytest.raises(TooLarge, match="is larger than .*, the limit on this server"):
        begin_transfer(user=make_user(), file_name="x.csv", size_bytes=limit + 1)
    assert list(get_storage().list_files()) == []
