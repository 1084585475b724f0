"""Uploads that nobody wants any more: row, chores and files go together, what is saved stays."""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.chores.service import add_chore, claim_next_chore
from dashboard.clock import now
from dashboard.datasets import purging, service
from dashboard.datasets.check import checking
from dashboard.datasets.reading import finish_reading
from dashboard.datasets.upload import discarding, transfers, uploads
from dashboard.datasets.upload.discarding import discard_abandoned_uploads, forget
from dashboard.datasets.upload.transfer_view import TransferView
from dashboard.db import Chore, Dataset, User
from dashboard.db.transaction import writing
from dashboard.errors import NotFound
from dashboard.extensions import db
from dashboard.storage import get_storage, keys
from dashboard.storage.local import LocalStorage
from tasks.chore_kinds import KINDS, ReadDataset
from tests.factories import make_dataset, make_user
from tests.page import PageClient
from tests.uploads import make_upload, stored

pytestmark = pytest.mark.usefixtures("no_broker")  # the worker is this test

DAY = timedelta(days=1)


@pytest.fixture
def owner(any_app: Flask) -> User:
    return make_user()


def upload_file(owner: User) -> Dataset:
    return uploads.create_upload(user=owner, file_name="a.csv", stream=io.BytesIO(b"a,b\n1,2\n"))


def begin_transfer(owner: User) -> TransferView:
    return transfers.begin_transfer(user=owner, file_name="a.csv", size_bytes=9)


def begin_reading() -> ReadDataset:
    """Be the worker that begins to read."""
    claim = claim_next_chore(worker="light")
    assert claim is not None
    chore = KINDS[claim.kind](claim)
    assert isinstance(chore, ReadDataset)
    assert chore.payload() is not None
    return chore


def write_table(dataset: Dataset, reading: int) -> str:
    """Write what a child writes before it tells that it is done."""
    key = keys.dataset_table(dataset.id, dataset.token, reading)
    get_storage().write(key, io.BytesIO(b"x"))
    return key


def files() -> set[str]:
    return {found.key for found in get_storage().list_files()}


def chores() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Chore.state).order_by(Chore.id)))


def age(dataset: Dataset, moment: datetime) -> None:
    with writing() as session:
        session.get_one(Dataset, dataset.id).touched_at = moment


def test_what_is_discarded_while_it_is_read_leaves_nothing(owner: User) -> None:
    upload = upload_file(owner)
    chore = begin_reading()
    checking.discard_upload(user=owner, dataset_id=upload.id)
    assert chores() == []
    assert not chore.progress(0.5, "Reading rows")  # so its child is stopped
    write_table(upload, 1)  # a moment before it is
    chore.finish({"state": "ready"})
    chore.clean_up()
    assert files() == set()
    assert db.session.scalars(select(Dataset)).all() == []


@pytest.mark.parametrize("how", ["write", "begin"])
def test_what_is_discarded_before_its_file_is_there_is_told_and_leaves_nothing(
    how: str, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = getattr(LocalStorage, how)

    def store_slowly(self: LocalStorage, key: str, *args: Any, **options: Any) -> Any:
        """Another tab discards what this one sends, a moment before it is stored."""
        assert forget(db.session.scalars(select(Dataset.id)).one())
        return store(self, key, *args, **options)

    monkeypatch.setattr(LocalStorage, how, store_slowly)
    send = {"write": upload_file, "begin": begin_transfer}[how]
    with pytest.raises(NotFound, match="no such upload"):
        send(owner)
    assert files() == set()
    assert db.session.scalars(select(Dataset)).all() == []


def test_a_late_reading_writes_nothing_to_another_row_of_its_number(owner: User) -> None:
    """As after a backup was restored: numbers that were given once are given again then."""
    upload = make_upload(owner, state="reading", rows=None)
    with writing() as session:
        add_chore(session, "read_dataset", upload.id)
    chore = begin_reading()
    with writing() as session:
        session.get_one(Dataset, upload.id).token = "fe" * 8
    assert not chore.progress(0.5, "Reading rows")
    assert not finish_reading(claim=chore.claim, reading=chore.reading, values={"state": "ready"})
    assert stored(upload.id).state == "reading"


def test_a_former_reading_leaves_no_files_but_those_of_the_latter_stay(owner: User) -> None:
    upload = upload_file(owner)
    former = begin_reading()
    checking.change_reading(user=owner, dataset_id=upload.id, form={"delimiter": ";"})
    latter = begin_reading()
    first, second = write_table(upload, 1), write_table(upload, 2)
    former.finish({"state": "ready", "table_key": first})
    former.clean_up()
    assert first not in files()
    latter.finish({"state": "ready", "table_key": second})
    latter.clean_up()
    assert second in files()
    assert stored(upload.id).table_key == second


def test_what_is_asked_again_before_it_is_read_is_read_once(owner: User) -> None:
    upload = upload_file(owner)
    checking.change_reading(user=owner, dataset_id=upload.id, form={"delimiter": ";"})
    begin_reading().finish({"state": "ready"})
    claim = claim_next_chore(worker="light")
    assert claim is not None
    second = KINDS[claim.kind](claim)
    assert second.payload() is None
    second.fail({"code": "GONE", "message": "", "hint": ""})
    assert (stored(upload.id).state, chores()) == ("ready", ["done", "failed"])


def test_a_dataset_that_is_removed_while_it_is_read_leaves_the_file_that_is_shared(
    owner: User,
) -> None:
    """The reading of a version goes on while it is deleted, and another version has its file."""
    first = upload_file(owner)
    with writing() as session:
        session.query(Chore).delete()
        row = session.get_one(Dataset, first.id)
        row.saved_at, row.state, row.family_id = now(), "reading", row.id
        add_chore(session, "read_dataset", row.id)
    chore, original = begin_reading(), first.original_key
    make_dataset(owner, original_key=original, family_id=first.id, version=2)
    service.delete_dataset(user=owner, dataset_id=first.id)
    assert purging.purge_deleted(before=now() + DAY) == 1
    assert chores() == []
    write_table(first, 1)
    assert not chore.progress(0.5, "Reading rows")
    chore.clean_up()
    assert files() == {original}


@pytest.mark.parametrize("use", ["look", "read in another way", "save"])
def test_what_is_used_in_the_moment_of_forgetting_stays(
    any_app: Flask, owner: User, monkeypatch: pytest.MonkeyPatch, use: str
) -> None:
    """It was found to be abandoned, and then somebody was faster than the deleting."""
    upload = make_upload(owner)
    age(upload, now() - 2 * DAY)
    acts: dict[str, Any] = {
        "look": lambda: PageClient(any_app, owner).get(f"/uploads/{upload.id}"),
        "read in another way": lambda: checking.change_reading(
            user=owner, dataset_id=upload.id, form={"delimiter": ";"}
        ),
        "save": lambda: checking.save_upload(user=owner, dataset_id=upload.id, name="kept"),
    }

    def forget_late(dataset_id: int, *which: Any) -> bool:
        acts[use]()
        return forget(dataset_id, *which)

    monkeypatch.setattr(discarding, "forget", forget_late)
    assert discard_abandoned_uploads(before=now() - DAY) == 0
    assert (stored(upload.id).saved_at is not None) == (use == "save")


def test_what_was_begun_long_ago_and_is_in_use_is_not_abandoned(
    any_app: Flask, owner: User
) -> None:
    old, used = make_upload(owner), make_upload(owner)
    for upload in (old, used):
        age(upload, now() - 2 * DAY)
    pages = PageClient(any_app, owner)
    pages.get(f"/uploads/{used.id}")
    looked_at = stored(used.id).touched_at
    pages.get(f"/uploads/{used.id}")
    assert stored(used.id).touched_at == looked_at  # not written with each look
    assert discard_abandoned_uploads(before=now() - DAY) == 1
    assert list(db.session.scalars(select(Dataset.id))) == [used.id]


def test_what_cannot_be_forgotten_keeps_no_other_from_it(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = make_upload(owner), make_upload(owner)
    for upload in (bad, good):
        age(upload, now() - 2 * DAY)

    def fails(dataset_id: int, *which: Any) -> bool:
        if dataset_id == bad.id:
            raise OSError("the disk is broken")
        return forget(dataset_id, *which)

    monkeypatch.setattr(discarding, "forget", fails)
    assert discard_abandoned_uploads(before=now() - DAY) == 1
    assert list(db.session.scalars(select(Dataset.id))) == [bad.id]
