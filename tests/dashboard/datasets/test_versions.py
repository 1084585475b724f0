"""Versions of a dataset: what number each gets, which is the newest, and other readings."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard import queue
from dashboard.chores.service import claim_next_chore
from dashboard.datasets import service
from dashboard.datasets.check import checking
from dashboard.datasets.check.options import change_options
from dashboard.datasets.reading import Reading, fail_reading, finish_reading
from dashboard.datasets.version import versions
from dashboard.db import Chore, Dataset, User
from dashboard.errors import Conflict, Deleted, DomainError, Forbidden, NotFound, ValidationFailed
from dashboard.extensions import db
from dashboard.jobs.service import submit_job
from tests.factories import COLUMNS, make_dataset, make_job, make_user, make_version
from tests.tasks.test_races import PATIENCE_S, door

TEXT = {"columns": {"age": {"kind": "text"}}}


@pytest.fixture(autouse=True)
def taken_hints(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that takes every hint."""
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)


def family(of: Dataset) -> list[tuple[int, bool]]:
    """Return number and newness of the saved versions of a family, as they are written."""
    db.session.rollback()
    db.session.expire_all()
    rows = select(Dataset.version, Dataset.is_newest).where(
        Dataset.family_id == of.family_id, Dataset.saved_at.is_not(None)
    )
    return [(n, newest) for n, newest in db.session.execute(rows.order_by(Dataset.version))]


def upload_for(of: Dataset, owner: User | None = None) -> Dataset:
    return make_dataset(owner or of.owner, saved_at=None, family_id=of.family_id)


def at_once(app: Flask, *acts: Callable[[], object]) -> list[object]:
    """Do things at the same moment, each in a session of its own; return what came of each."""
    answers: list[object] = [None] * len(acts)

    def act(n: int) -> None:
        with app.app_context():
            try:
                acts[n]()
                answers[n] = "done"
            except DomainError as problem:
                answers[n] = type(problem)

    db.session.rollback()
    with door(threading.Barrier(len(acts))):
        threads = [threading.Thread(target=act, args=(n,)) for n in range(len(acts))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(2 * PATIENCE_S)
    db.session.expire_all()
    return answers


def test_saving_makes_the_next_version_and_the_newest(any_app: Flask) -> None:
    first = make_dataset(name="Customers")
    upload = upload_for(first)
    assert family(first) == [(1, True)]
    saved = checking.save_upload(user=first.owner, dataset_id=upload.id, name="Another")
    assert (saved.version, saved.name, saved.family_id) == (2, "Customers", first.id)
    assert family(first) == [(1, False), (2, True)]


@pytest.mark.locks
def test_two_that_save_at_once_get_numbers_of_their_own(any_app: Flask) -> None:
    first = make_dataset()
    ids, owner_id = [upload_for(first).id for _ in range(2)], first.owner_id

    def save(upload_id: int) -> Callable[[], object]:
        return lambda: checking.save_upload(
            user=db.session.get_one(User, owner_id), dataset_id=upload_id, name="x"
        )

    assert at_once(any_app, *map(save, ids)) == ["done", "done"]
    assert family(first) == [(1, False), (2, False), (3, True)]


def test_a_version_that_an_admin_adds_belongs_to_the_owner(any_app: Flask) -> None:
    first, admin = make_dataset(), make_user(role="admin", name="Ada Admin")
    assert versions.begin_version(user=admin, dataset_id=first.id) == first.id
    with pytest.raises(Forbidden):
        versions.begin_version(user=make_user(), dataset_id=first.id)
    upload = upload_for(first, admin)
    saved = checking.save_upload(user=admin, dataset_id=upload.id, name="x")
    assert (saved.owner_id, saved.made_by) == (first.owner_id, "Ada Admin")


def test_the_former_version_is_the_newest_when_the_newest_goes(any_app: Flask) -> None:
    first = make_dataset()
    second, third = make_version(first), make_version(first)
    owner = first.owner
    service.delete_dataset(user=owner, dataset_id=third.id)
    assert family(first) == [(1, False), (2, True), (3, False)]
    service.archive_dataset(user=owner, dataset_id=second.id)
    assert family(first) == [(1, True), (2, False), (3, False)]
    service.delete_dataset(user=owner, dataset_id=first.id)
    assert family(first) == [(1, False), (2, True), (3, False)]
    service.restore_dataset(user=owner, dataset_id=third.id)
    assert family(first) == [(1, False), (2, False), (3, True)]


def test_the_number_of_a_deleted_version_is_not_given_again(any_app: Flask) -> None:
    first = make_dataset()
    second = make_version(first)
    service.delete_dataset(user=first.owner, dataset_id=second.id)
    assert make_version(first).version == 3
    service.restore_dataset(user=first.owner, dataset_id=second.id)
    assert family(first) == [(1, False), (2, False), (3, True)]


def test_an_upload_whose_family_is_gone_begins_one(any_app: Flask) -> None:
    first = make_dataset()
    upload = upload_for(first)
    service.delete_dataset(user=first.owner, dataset_id=first.id)
    saved = checking.save_upload(user=first.owner, dataset_id=upload.id, name="Mine")
    assert (saved.family_id, saved.version, saved.name) == (saved.id, 1, "Mine")


def test_another_reading_is_a_version_that_names_the_same_file(any_app: Flask) -> None:
    first = make_dataset(original_key="datasets/1/abababab/original", options={"delimiter": ";"})
    asked = {"columns": {"age": {"kind": "text"}, "city": {"use": False}}}
    reading = versions.make_reading(user=first.owner, dataset_id=first.id, options=asked)
    assert reading.options == {"delimiter": ";", **asked}
    assert (reading.version, reading.state, reading.source) == (
        2, "reading", {"kind": "version", "of": first.id},
    )  # fmt: skip
    assert (reading.original_key, reading.sha256) == (first.original_key, first.sha256)
    assert reading.token != first.token
    assert db.session.scalars(select(Chore.subject_id)).all() == [reading.id]
    assert db.session.get_one(Dataset, first.id).options == {"delimiter": ";"}
    claim = claim_next_chore(worker="light")
    assert claim is not None
    values = {"state": "ready", "columns": COLUMNS}
    assert finish_reading(claim=claim, reading=Reading(reading.token, 1), values=values)
    back = versions.make_reading(
        user=first.owner, dataset_id=reading.id,
        options={"columns": {"city": None, "age": {"kind": "date", "format": "%d/%m/%Y"}}},
    )  # fmt: skip
    assert back.options["columns"] == {"age": {"kind": "date", "format": "%d/%m/%Y"}}


def test_a_format_goes_with_the_kind_that_it_was_chosen_for() -> None:
    former = {"columns": {"day": {"kind": "date", "format": "%d/%m/%Y", "use": False}}}
    merge = change_options
    assert merge(former, {"columns": {"day": {"kind": "text"}}}) == {
        "columns": {"day": {"kind": "text", "use": False}}
    }
    assert merge(former, {"columns": {"day": {"use": None}}}) == {
        "columns": {"day": {"kind": "date", "format": "%d/%m/%Y"}}
    }
    assert merge(former, {"columns": {"day": None}, "delimiter": ";"}) == {"delimiter": ";"}


def test_a_version_that_is_being_read_is_not_read_anew(app: Flask) -> None:
    first = make_dataset(original_key="k", state="reading", columns=[])
    with pytest.raises(Conflict, match="v1 is still being read"):
        versions.make_reading(user=first.owner, dataset_id=first.id, options=TEXT)


@pytest.mark.locks
def test_a_double_click_makes_one_reading(any_app: Flask) -> None:
    first = make_dataset(original_key="k")
    owner_id, dataset_id = first.owner_id, first.id

    def ask() -> object:
        user = db.session.get_one(User, owner_id)
        return versions.make_reading(user=user, dataset_id=dataset_id, options=TEXT)

    assert at_once(any_app, ask, ask) == ["done", "done"]
    assert family(first) == [(1, False), (2, True)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "how the file is read now"),
        ({"columns": {"agee": {"kind": "text"}}}, 'no column "agee"'),
        ({"columns": {"age": {"kind": "boat"}}}, 'kind is "boat"; it must be one of'),
        ({"columns": {"age": {"kind": "text", "format": "%d"}}}, "only a date has one"),
        ({"columns": {"age": {"kind": "date", "format": "dd"}}}, "must be a format of dates"),
    ],
)
def test_a_reading_that_cannot_be_is_refused(
    app: Flask, options: dict[str, Any], message: str
) -> None:
    first = make_dataset(original_key="k")
    with pytest.raises(ValidationFailed, match=message):
        versions.make_reading(user=first.owner, dataset_id=first.id, options=options)
    assert family(first) == [(1, True)]


def test_who_may_read_anew_and_what(app: Flask) -> None:
    first = make_dataset(state="refused", file_name="far.csv")  # it could not be fetched
    with pytest.raises(Forbidden):
        versions.make_reading(user=make_user(), dataset_id=first.id, options=TEXT)
    with pytest.raises(Conflict, match=r"far\.csv never came"):
        versions.make_reading(user=first.owner, dataset_id=first.id, options=TEXT)
    service.delete_dataset(user=first.owner, dataset_id=first.id)
    with pytest.raises(NotFound):
        versions.make_reading(user=first.owner, dataset_id=first.id, options=TEXT)


@pytest.mark.parametrize("how", ["refused", "failed"])
def test_a_reading_that_is_refused_is_not_the_newest(any_app: Flask, how: str) -> None:
    first = make_dataset(original_key="k")
    made = versions.make_reading(user=first.owner, dataset_id=first.id, options=TEXT)
    assert family(first) == [(1, False), (2, True)]
    claim = claim_next_chore(worker="light")
    assert claim is not None
    reading = Reading(made.token, 1)
    if how == "refused":
        finish_reading(claim=claim, reading=reading, values={"state": "refused", "problems": []})
    else:
        fail_reading(claim=claim, reading=reading, failure={"code": "X", "message": "boom"})
    assert family(first) == [(1, True), (2, False)]
    assert db.session.get_one(Dataset, made.id).state == "refused"
    if how == "failed":  # and it does not say that it waits to be read
        assert db.session.get_one(Dataset, made.id).message is None


def test_delete_of_what_jobs_use_names_them(any_app: Flask) -> None:
    first = make_dataset()
    second = make_version(first)
    for _ in range(7):
        make_job(first.owner, first)
    with pytest.raises(
        Conflict, match=r"7 jobs use this dataset \(#\d.*, \.\.\.\)\. You can arch"
    ):
        service.delete_dataset(user=first.owner, dataset_id=second.id, all_versions=True)
    assert family(first) == [(1, False), (2, True)]
    assert service.archive_dataset(user=first.owner, dataset_id=second.id, all_versions=True) == 2
    service.restore_dataset(user=first.owner, dataset_id=first.id)
    rows = select(Dataset.archived_at).where(Dataset.family_id == first.id)
    assert db.session.scalars(rows).all() == [None, None]


def test_what_was_archived_before_stays_so_when_all_are_taken_back(any_app: Flask) -> None:
    first = make_dataset()
    second = make_version(first)
    service.archive_dataset(user=first.owner, dataset_id=first.id)
    service.archive_dataset(user=first.owner, dataset_id=second.id, all_versions=True)
    service.restore_dataset(user=first.owner, dataset_id=second.id)
    db.session.rollback()
    assert db.session.get_one(Dataset, first.id).archived_at is not None
    assert db.session.get_one(Dataset, second.id).archived_at is None


ACTS: dict[str, Callable[..., object]] = {
    "delete": service.delete_dataset,
    "archive": service.archive_dataset,
    "restore": service.restore_dataset,
    "read": lambda **who: versions.make_reading(**who, options=TEXT),
}


@pytest.mark.locks
@pytest.mark.parametrize(
    ("one", "other"),
    [("delete", "delete"), ("delete", "archive"), ("delete", "restore"), ("delete", "read"),
     ("archive", "archive"), ("archive", "read")],
)  # fmt: skip
def test_two_acts_at_once_end_as_one_after_the_other(any_app: Flask, one: str, other: str) -> None:
    first = make_dataset(original_key="k")
    second = make_version(first, original_key="k")
    owner_id, second_id = first.owner_id, second.id

    def act(name: str) -> Callable[[], object]:
        return lambda: ACTS[name](user=db.session.get_one(User, owner_id), dataset_id=second_id)

    answers = at_once(any_app, act(one), act(other))
    assert set(answers) <= {"done", NotFound, Deleted}
    assert "done" in answers
    assert sum(newest for _, newest in family(first)) == 1
    living = select(Dataset).where(Dataset.is_newest, Dataset.family_id == first.id)
    newest = db.session.scalars(living).one()
    assert newest.deleted_at is None


@pytest.mark.locks
def test_a_job_is_not_made_of_a_deleted_dataset(any_app: Flask) -> None:
    """Whoever is first: there is a job and its dataset, or neither."""
    dataset = make_dataset()
    owner_id, dataset_id = dataset.owner_id, dataset.id
    request = {"dataset_id": dataset_id, "target": "income", "estimator": "Ridge"}

    def user() -> User:
        return db.session.get_one(User, owner_id)

    answers = at_once(
        any_app,
        lambda: submit_job(user=user(), request=request),
        lambda: service.delete_dataset(user=user(), dataset_id=dataset_id),
    )
    assert answers in (["done", Conflict], [ValidationFailed, "done"])
    is_there = db.session.get_one(Dataset, dataset_id).deleted_at is None
    assert is_there == (answers[0] == "done")
