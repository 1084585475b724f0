"""Files in parts, as services: what is done twice, out of order, too late, or by somebody else."""

import hashlib
import io
import threading
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from dashboard import queue
from dashboard.clock import now
from dashboard.datasets.check.checking import discard_upload
from dashboard.datasets.upload import parts, watching
from dashboard.datasets.upload.discarding import discard_abandoned_uploads
from dashboard.datasets.upload.parts import hear_counts, part_urls, receive_part
from dashboard.datasets.upload.transfers import (
    begin_transfer,
    cancel_transfer,
    finish_transfer,
    look_at_transfer,
)
from dashboard.datasets.upload.watching import count_bytes
from dashboard.db import Chore, Dataset, Transfer, User
from dashboard.db.transaction import writing
from dashboard.errors import BadRequest, Conflict, Forbidden, NotFound, TooLarge, ValidationFailed
from dashboard.extensions import db
from dashboard.room import check_room
from dashboard.storage import get_storage
from dashboard.storage.base import PART_BYTES
from tasks.engine.reader.limits import ReadLimits
from tasks.hashing import hashing
from tests.factories import make_user

ROWS = b"a,b\n" + b"1,2\n" * ((2 * PART_BYTES) // 4)
PARTS = [ROWS[n * PART_BYTES : (n + 1) * PART_BYTES] for n in range(3)]


@pytest.fixture(autouse=True)
def taken_hints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)


def begin(user: User, size: int = len(ROWS), name: str = "rows.csv") -> int:
    return begin_transfer(user=user, file_name=name, size_bytes=size).upload_id


def send(user: User, upload_id: int, number: int, content: bytes | None = None) -> int:
    part = PARTS[number] if content is None else content
    offset = number * PART_BYTES
    return receive_part(
        user=user, upload_id=upload_id, offset=offset, content=io.BytesIO(part)
    ).received_bytes


def count(record: type) -> int:
    return db.session.scalar(select(func.count()).select_from(record)) or 0


def test_a_file_in_parts_becomes_an_upload_that_is_read(any_app: Flask) -> None:
    user = make_user()
    upload_id = begin(user)
    upload = db.session.get_one(Dataset, upload_id)
    assert (upload.state, upload.message) == ("reading", "Receiving the file")
    for number in range(3):
        send(user, upload_id, number)
    upload = finish_transfer(user=user, upload_id=upload_id)
    assert (upload.message, upload.size_bytes) == ("Waiting to be read", len(ROWS))
    assert upload.source == {"kind": "file"}
    assert upload.saved_at is None
    with get_storage().open(upload.original_key or "") as stream:
        assert stream.read() == ROWS
    assert (count(Transfer), count(Chore)) == (0, 1)


def test_it_goes_on_where_it_stopped_in_another_process(stored_app: Flask) -> None:
    user = make_user()
    upload_id = begin(user)
    send(user, upload_id, 0)
    parts.watchers.kept.clear()  # another process knows the database and the storage alone
    assert look_at_transfer(user=user, upload_id=upload_id).received_bytes == PART_BYTES
    for number in (1, 2):
        send(user, upload_id, number)
    finish_transfer(user=user, upload_id=upload_id, save=True)
    dataset = db.session.get_one(Dataset, upload_id)
    assert dataset.saved_at is not None
    assert dataset.family_id == upload_id
    with (
        get_storage().local_copy(dataset.original_key or "") as path,
        hashing(path, is_wanted=dataset.sha256 is None) as known,
    ):
        pass
    assert known == {"sha256": hashlib.sha256(ROWS).hexdigest(), "size_bytes": len(ROWS)}


def test_what_is_done_twice_does_no_harm(stored_app: Flask) -> None:
    user = make_user()
    upload_id = begin(user)
    assert [send(user, upload_id, n) for n in (0, 0, 1, 0)] == [
        PART_BYTES, PART_BYTES, 2 * PART_BYTES, 2 * PART_BYTES,
    ]  # fmt: skip
    send(user, upload_id, 2)
    first = finish_transfer(user=user, upload_id=upload_id)
    assert finish_transfer(user=user, upload_id=upload_id).id == first.id
    assert send(user, upload_id, 2) == len(ROWS)  # a late part of the other tab
    assert look_at_transfer(user=user, upload_id=upload_id).is_over
    assert count(Chore) == 1


def test_a_part_behind_a_gap_is_told_where_to_go_on(stored_app: Flask) -> None:
    user = make_user()
    upload_id = begin(user)
    send(user, upload_id, 0)
    with pytest.raises(Conflict, match="up to byte 8,388,608"):
        send(user, upload_id, 2)
    with pytest.raises(Conflict, match="8,388,608 of 16,777,220 bytes"):
        finish_transfer(user=user, upload_id=upload_id)
    assert send(user, upload_id, 1) == 2 * PART_BYTES


def test_what_the_record_knows_too_much_of_is_sent_again(any_app: Flask) -> None:
    """A machine that lost its power may have lost parts that the database knows of."""
    user = make_user()
    upload_id = begin(user)
    send(user, upload_id, 0)
    with writing() as session:
        session.scalars(select(Transfer)).one().received_bytes = 2 * PART_BYTES
    with pytest.raises(Conflict, match="up to byte 8,388,608"):
        send(user, upload_id, 2)
    assert look_at_transfer(user=user, upload_id=upload_id).received_bytes == PART_BYTES
    for number in (1, 2):
        send(user, upload_id, number)
    finish_transfer(user=user, upload_id=upload_id)


@pytest.mark.parametrize(
    ("offset", "size"), [(1, PART_BYTES), (-PART_BYTES, PART_BYTES), (3 * PART_BYTES, 4),
                         (0, PART_BYTES - 1), (0, PART_BYTES + 1), (2 * PART_BYTES, 5)],
)  # fmt: skip
def test_only_the_files_own_parts_are_taken(
    app: Flask, member: User, offset: int, size: int
) -> None:
    upload_id = begin(member)
    with pytest.raises(BadRequest):
        receive_part(
            user=member, upload_id=upload_id, offset=offset, content=io.BytesIO(bytes(size))
        )
    assert look_at_transfer(user=member, upload_id=upload_id).received_bytes == 0


def test_a_cancelled_transfer_leaves_nothing_and_a_late_part_finds_it_gone(
    stored_app: Flask,
) -> None:
    user = make_user()
    upload_id = begin(user)
    send(user, upload_id, 0)
    cancel_transfer(user=user, upload_id=upload_id)
    assert (count(Dataset), count(Transfer)) == (0, 0)
    assert list(get_storage().list_files()) == []
    for act in (
        lambda: send(user, upload_id, 1),
        lambda: finish_transfer(user=user, upload_id=upload_id),
        lambda: cancel_transfer(user=user, upload_id=upload_id),
        lambda: look_at_transfer(user=user, upload_id=upload_id),
    ):
        with pytest.raises(NotFound, match="There is no such upload"):
            act()


def test_a_transfer_that_is_cancelled_while_a_part_is_stored_is_gone(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    upload_id, user_id = begin(user), user.id
    storage = get_storage()
    append = storage.append

    def cancel_first(*values: object) -> int:
        with any_app.app_context():
            cancel_transfer(user=db.session.get_one(User, user_id), upload_id=upload_id)
        return append(*values)  # type: ignore[arg-type]

    monkeypatch.setattr(storage, "append", cancel_first)
    with pytest.raises(NotFound):
        send(user, upload_id, 0)
    db.session.rollback()
    assert count(Dataset) == 0
    assert list(storage.list_files()) == []


@pytest.mark.locks
def test_two_finish_at_once_and_it_is_read_once(any_app: Flask) -> None:
    user = make_user()
    upload_id, user_id = begin(user, 4, "x.csv"), user.id
    send(user, upload_id, 0, b"a\n1\n")
    db.session.rollback()
    together, failures = threading.Barrier(2), []

    def finish() -> None:
        with any_app.app_context():
            person = db.session.get_one(User, user_id)
            together.wait(10)
            try:
                finish_transfer(user=person, upload_id=upload_id)
            except Exception as problem:
                failures.append(problem)
            db.session.remove()

    threads = [threading.Thread(target=finish) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failures == []
    assert (count(Chore), count(Transfer)) == (1, 0)


def test_it_is_nobody_elses(app: Flask, member: User, viewer: User, admin: User) -> None:
    upload_id = begin(member)
    with pytest.raises(NotFound):
        send(make_user(), upload_id, 0)
    with pytest.raises(Forbidden):
        begin(viewer)
    cancel_transfer(user=admin, upload_id=upload_id)


def test_what_cannot_be_taken_is_refused_before_a_byte_comes(
    app: Flask, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TooLarge, match="larger than 500 MB") as refusal:
        begin(member, 500_000_001)
    assert refusal.value.code == "FILE_TOO_BIG"
    with pytest.raises(ValidationFailed, match=r"rows\.csv is empty"):
        begin(member, 0)
    check_room(100)
    assert (count(Dataset), count(Transfer)) == (0, 0)


def test_a_file_that_is_no_table_is_refused_with_its_first_part(app: Flask, member: User) -> None:
    upload_id = begin(member, 2 * PART_BYTES, "a.csv")
    page = (b"<html>" + b"<p>x</p>\n" * PART_BYTES)[:PART_BYTES]
    with pytest.raises(ValidationFailed, match=r"a\.csv looks like a web page"):
        send(member, upload_id, 0, page)
    assert (count(Dataset), count(Transfer)) == (0, 0)
    assert list(get_storage().list_files()) == []


def test_a_transfer_to_which_no_part_came_for_a_day_goes(stored_app: Flask) -> None:
    user = make_user()
    old, still_coming, fresh = (begin(user, name=f"{n}.csv") for n in range(3))
    for upload_id in (old, still_coming):
        send(user, upload_id, 0)
    with writing() as session:
        for upload_id, hours in ((old, 30), (still_coming, 2)):
            row = session.scalars(select(Transfer).where(Transfer.dataset_id == upload_id)).one()
            row.touched_at = now() - timedelta(hours=hours)
            session.get_one(Dataset, upload_id).touched_at = now() - timedelta(hours=48)
    assert discard_abandoned_uploads(before=now() - timedelta(days=1)) == 1
    assert set(db.session.scalars(select(Dataset.id))) == {still_coming, fresh}
    assert {f.key.split("/")[1] for f in get_storage().list_files()} == {
        str(still_coming), str(fresh),
    }  # fmt: skip


def test_a_discarded_upload_takes_its_parts_with_it(stored_app: Flask) -> None:
    user = make_user()
    upload_id = begin(user)
    send(user, upload_id, 0)
    discard_upload(user=user, dataset_id=upload_id)
    assert list(get_storage().list_files()) == []


def test_addresses_of_the_bucket_are_given_once_the_first_part_was_seen(
    stored_app: Flask,
) -> None:
    user = make_user()
    upload_id = begin(user)
    assert part_urls(user=user, upload_id=upload_id, numbers=[1]) is None
    assert not look_at_transfer(user=user, upload_id=upload_id).is_direct
    send(user, upload_id, 0)
    urls = part_urls(user=user, upload_id=upload_id, numbers=[2, 3])
    is_bucket = get_storage().browser_origin is not None
    assert look_at_transfer(user=user, upload_id=upload_id).is_direct is is_bucket
    if not is_bucket:
        assert urls is None
        return
    assert urls is not None
    assert set(urls) == {2, 3}
    for numbers in ([0], [4], list(range(1, 200))):
        with pytest.raises(BadRequest):
            part_urls(user=user, upload_id=upload_id, numbers=numbers)


def hear(user: User, upload_id: int, number: int, content: bytes | None = None) -> int:
    part = PARTS[number] if content is None else content
    return hear_counts(
        user=user, upload_id=upload_id, offset=number * PART_BYTES, counts=count_bytes(part, b"\n")
    )


@pytest.mark.parametrize(
    ("limit", "content", "code"),
    [({"max_rows": len(ROWS) // 4 - 1500}, None, "CSV_TOO_LONG"),
     ({"max_line_chars": 1000}, b"1" * PART_BYTES, "CSV_LINE_LONG")],
)  # fmt: skip
def test_limits_of_rows_and_lines_are_held_against_what_the_browser_counts(
    stored_app: Flask, monkeypatch: pytest.MonkeyPatch,
    limit: dict[str, int], content: bytes | None, code: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(watching, "ReadLimits", partial(ReadLimits, **limit))
    user = make_user()
    upload_id = begin(user)
    send(user, upload_id, 0)
    with pytest.raises(ValidationFailed) as refusal:
        hear(user, upload_id, 1, content)
    assert refusal.value.code == code
    assert (count(Transfer), list(get_storage().list_files())) == (0, [])


def test_what_was_told_twice_or_behind_a_gap_changes_nothing(stored_app: Flask) -> None:
    user = make_user()
    upload_id = begin(user)
    assert hear(user, upload_id, 0) == 0  # the first part comes through the server
    send(user, upload_id, 0)
    assert hear(user, upload_id, 2, b"\n\n\n\n") == PART_BYTES
    assert [hear(user, upload_id, 1) for _ in range(2)] == [2 * PART_BYTES] * 2
    watched = db.session.scalars(select(Transfer.watched)).one()
    assert watched["text"]["rows"] == 2 * PART_BYTES // 4
    # The bucket refused it: it comes through the server, and what is behind it is looked at.
    send(user, upload_id, 1)
    send(user, upload_id, 2)
    watched = db.session.scalars(select(Transfer.watched)).one()
    assert (watched["seen"], watched["text"]["rows"]) == (len(ROWS), len(ROWS) // 4)
    finish_transfer(user=user, upload_id=upload_id)
    assert hear(user, upload_id, 2, b"") == len(ROWS)


@pytest.mark.parametrize("head", [b"\x1f\x8b\x08", b"PK\x03\x04", b"\x28\xb5\x2f\xfd"])
def test_a_packed_file_is_sent_through_the_server(stored_app: Flask, head: bytes) -> None:
    user, content = make_user(), head + bytes(2 * PART_BYTES)
    upload_id = begin_transfer(user=user, file_name="x.gz", size_bytes=len(content)).upload_id
    part = io.BytesIO(content[:PART_BYTES])
    view = receive_part(user=user, upload_id=upload_id, offset=0, content=part)
    assert not view.is_direct
    assert not look_at_transfer(user=user, upload_id=upload_id).is_direct
    assert part_urls(user=user, upload_id=upload_id, numbers=[2]) is None


def test_sha_of_a_sample_file_needs_no_thread(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(io.BytesIO(b"abc").getvalue())
    with hashing(path, is_wanted=False) as known:
        pass
    assert known == {}
