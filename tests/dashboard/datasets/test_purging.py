"""Deleted datasets: rows and files go when their time is over, but no file that is needed."""

import io
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard import queue
from dashboard.clock import now
from dashboard.datasets import purging, service
from dashboard.datasets.selections import KEEP_DELETED
from dashboard.datasets.version import versions
from dashboard.db import Dataset, User
from dashboard.db.transaction import writing
from dashboard.errors import NotFound
from dashboard.extensions import db
from dashboard.retention import look as look_module
from dashboard.retention.look import Look
from dashboard.retention.rows import forget_abandoned
from dashboard.storage import get_storage, keys
from tests.factories import make_dataset

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def taken_hints(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that takes every hint."""
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)


def with_files(dataset: Dataset, *, original: bool = True) -> Dataset:
    """Write the files of a dataset and name them."""
    storage = get_storage()
    places = {"table_key": keys.dataset_table(dataset.id, dataset.token, 1),
              "profile_key": keys.dataset_profile(dataset.id, dataset.token, 1)}  # fmt: skip
    if original:
        places["original_key"] = keys.dataset_original(dataset.id, dataset.token)
    for key in places.values():
        storage.write(key, io.BytesIO(b"x"))
    with writing() as session:
        row = session.get_one(Dataset, dataset.id)
        for name, key in places.items():
            setattr(row, name, key)
        row.state = "ready"
    return dataset


def stored() -> set[str]:
    return {found.key for found in get_storage().list_files()}


def left() -> list[int]:
    db.session.expire_all()
    return list(db.session.scalars(select(Dataset.id).order_by(Dataset.id)))


def look_in(days: int, monkeypatch: pytest.MonkeyPatch) -> Look:
    monkeypatch.setattr(look_module, "now", lambda: now() + days * DAY)
    look = Look(get_storage())
    for _ in look.slices():
        pass
    return look


def test_row_and_files_go_after_the_time_for_undo(any_app: Flask) -> None:
    dataset, other = with_files(make_dataset()), with_files(make_dataset())
    every = stored()
    service.delete_dataset(user=dataset.owner, dataset_id=dataset.id)
    assert forget_abandoned(now() + KEEP_DELETED - timedelta(minutes=1)) == 0
    assert (left(), stored()) == ([dataset.id, other.id], every)
    assert forget_abandoned(now() + KEEP_DELETED) == 1
    assert left() == [other.id]
    assert stored() == {key for key in every if key.startswith(f"datasets/{other.id}/")}


def test_it_comes_back_until_then_and_not_after(any_app: Flask) -> None:
    dataset = with_files(make_dataset())
    owner, dataset_id, every = dataset.owner, dataset.id, stored()
    service.delete_dataset(user=owner, dataset_id=dataset_id)
    service.restore_dataset(user=owner, dataset_id=dataset_id)
    assert forget_abandoned(now() + KEEP_DELETED) == 0
    assert stored() == every
    with writing() as session:  # deleted long ago, and the dispatcher was not there to remove it
        session.get_one(Dataset, dataset_id).deleted_at = now() - 2 * KEEP_DELETED
    with pytest.raises(NotFound, match="more than 10 minutes ago"):
        service.restore_dataset(user=owner, dataset_id=dataset_id)


def test_a_file_stays_while_another_reading_names_it(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = with_files(make_dataset())
    owner, first_id, original = first.owner, first.id, first.original_key
    made = versions.make_reading(
        user=owner, dataset_id=first_id, options={"columns": {"age": {"kind": "text"}}}
    )
    second = with_files(made, original=False)
    second_id, owner_id = second.id, owner.id
    service.delete_dataset(user=owner, dataset_id=first_id)
    assert purging.purge_deleted(before=now() + DAY) == 1
    assert left() == [second_id]
    assert original in stored()
    assert len(stored()) == 3
    # A look finds it in the folder of a dataset that is gone, and knows whose it is.
    findings = look_in(3, monkeypatch).findings
    assert (findings.left_over, findings.problems) == (0, {})
    owner = db.session.get_one(User, owner_id)
    service.delete_dataset(user=owner, dataset_id=second_id)
    purging.purge_deleted(before=now() + DAY)
    assert stored() == set()


def test_a_reading_that_goes_first_leaves_the_file(any_app: Flask) -> None:
    first = with_files(make_dataset())
    made = versions.make_reading(
        user=first.owner, dataset_id=first.id, options={"columns": {"age": {"kind": "text"}}}
    )
    with_files(made, original=False)
    service.delete_dataset(user=first.owner, dataset_id=made.id)
    purging.purge_deleted(before=now() + DAY)
    assert stored() == {first.original_key, first.table_key, first.profile_key}


def test_what_a_crash_left_of_a_shared_file_is_found(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row went, and the process died before it could delete the files."""
    first = with_files(make_dataset())
    make_dataset()
    with writing() as session:
        session.delete(session.get_one(Dataset, first.id))
    assert look_in(0, monkeypatch).findings.left_over == 0
    assert look_in(3, monkeypatch).findings.left_over == 3
    assert stored() == set()


def test_one_that_cannot_be_removed_keeps_no_other(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = with_files(make_dataset()), with_files(make_dataset())
    for dataset in (bad, good):
        service.delete_dataset(user=dataset.owner, dataset_id=dataset.id)
    bad_id = bad.id
    real = purging.lock_family

    def fail(session: object, dataset_id: int) -> object:
        if dataset_id == bad_id:
            raise RuntimeError("boom")
        return real(session, dataset_id)  # type: ignore[arg-type]

    monkeypatch.setattr(purging, "lock_family", fail)
    assert purging.purge_deleted(before=now() + DAY) == 1
    assert left() == [bad_id]
