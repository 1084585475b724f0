"""Relations to a target: asked for once, answered by a chore, deleted with the dataset."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard import queue
from dashboard.chores.service import claim_next_chore
from dashboard.clock import now
from dashboard.datasets.look import relations
from dashboard.datasets.look.relations import ask_relation, find_relation
from dashboard.datasets.purging import purge_deleted
from dashboard.datasets.service import delete_dataset, restore_dataset
from dashboard.datasets.version import comparing
from dashboard.db import Chore, Dataset, Relation
from dashboard.db.transaction import writing
from dashboard.errors import Conflict, NotFound, ValidationFailed
from dashboard.extensions import db
from dashboard.storage import get_storage, keys, storage_address
from tasks.child_work import relate_target
from tasks.chore_kinds import KINDS
from tasks.engine.profile.profiling import profile_table
from tests.engine.profiling.conftest import write_table
from tests.factories import make_dataset, make_user, make_version


def make_table(folder: Path) -> Dataset:
    """Make a dataset of one column that tells the target and one that does not."""
    n = range(200)
    cells = {"good": [str(i % 2 * 10 + i % 5) for i in n], "idle": [str(i * 37 % 11) for i in n],
             "churned": ["yes" if i % 2 else "no" for i in n]}  # fmt: skip
    path = write_table(folder / "t", cells)
    dataset = make_dataset(columns=profile_table(path, {"decimal": "."}).columns)
    key = keys.dataset_table(dataset.id, dataset.token, 1)
    get_storage().put_file(key, path)
    dataset.table_key = key
    db.session.commit()
    return dataset


def chores() -> int:
    return db.session.scalar(select(func.count()).select_from(Chore)) or 0


def test_relation_is_asked_once_and_answered(any_app: Flask, tmp_path: Path) -> None:
    dataset = make_table(tmp_path)
    asked = ask_relation(user=dataset.owner, dataset_id=dataset.id, target="churned")
    again = ask_relation(user=dataset.owner, dataset_id=dataset.id, target="churned")
    assert (asked.id, asked.state, chores()) == (again.id, "queued", 1)
    claim = claim_next_chore(worker="light")
    assert claim is not None
    kind, events = KINDS[claim.kind](claim), []
    payload = (kind.payload() or {}) | {"storage": storage_address(any_app.config["SETTINGS"])}
    relate_target(payload, events.append)
    kind.finish(events[-1]["values"])
    found = find_relation(dataset.id, "churned")
    assert found is not None
    db.session.refresh(found)
    assert (found.state, found.failure) == ("ready", None)
    columns = found.answer["columns"]
    assert [c["name"] for c in columns] == ["good", "idle"]
    assert columns[0]["strength"] > 0.95
    assert columns[1]["strength"] < 0.3
    ask_relation(user=dataset.owner, dataset_id=dataset.id, target="churned")
    assert chores() == 1


def test_relation_that_failed_is_tried_again(any_app: Flask, tmp_path: Path) -> None:
    dataset = make_table(tmp_path)
    ask_relation(user=dataset.owner, dataset_id=dataset.id, target="churned")
    claim = claim_next_chore(worker="light")
    assert claim is not None
    KINDS[claim.kind](claim).fail({"code": "UNKNOWN", "message": "boom", "hint": ""})
    found = find_relation(dataset.id, "churned")
    assert found is not None
    db.session.refresh(found)
    assert (found.state, found.failure["message"]) == ("failed", "boom")
    again = ask_relation(user=dataset.owner, dataset_id=dataset.id, target="churned")
    assert (again.id, again.state, again.failure, chores()) == (found.id, "queued", None, 2)


def test_what_cannot_be_predicted_is_refused(any_app: Flask, tmp_path: Path) -> None:
    dataset = make_table(tmp_path)
    with pytest.raises(ValidationFailed, match="nothing"):
        ask_relation(user=dataset.owner, dataset_id=dataset.id, target="nothing")
    with pytest.raises(Conflict):
        ask_relation(user=dataset.owner, dataset_id=make_dataset().id, target="churned")
    with pytest.raises(NotFound):
        ask_relation(user=make_user(), dataset_id=9_999, target="churned")


def test_relations_go_with_their_dataset(any_app: Flask, tmp_path: Path) -> None:
    dataset = make_table(tmp_path)
    ask_relation(user=dataset.owner, dataset_id=dataset.id, target="churned")
    claim = claim_next_chore(worker="light")
    assert claim is not None
    delete_dataset(user=dataset.owner, dataset_id=dataset.id)
    purge_deleted(before=now() + timedelta(minutes=1))
    db.session.expire_all()
    assert db.session.scalar(select(func.count()).select_from(Relation)) == 0
    kind = KINDS[claim.kind](claim)
    assert kind.payload() is None
    kind.fail({"code": "GONE", "message": "It was deleted meanwhile", "hint": ""})


def test_nothing_is_asked_about_what_is_deleted_at_this_moment(
    any_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The question is asked, and before it is written somebody deletes what it is about."""
    monkeypatch.setattr(queue, "wake", lambda name, count=1: True)
    dataset = make_dataset(table_key="t")
    owner, first, second = dataset.owner, dataset.id, make_version(dataset).id

    @contextmanager
    def writing_late() -> Iterator[Session]:
        delete_dataset(user=owner, dataset_id=first)
        with writing() as session:
            yield session

    asked = db.session.scalars(select(Chore.id)).all()
    for module in (relations, comparing):
        monkeypatch.setattr(module, "writing", writing_late)
    with pytest.raises(NotFound):
        ask_relation(user=owner, dataset_id=first, target="churned")
    restore_dataset(user=owner, dataset_id=first)
    with pytest.raises(NotFound):
        comparing.ask_difference(user=owner, from_id=first, to_id=second)
    assert db.session.scalars(select(Chore.id)).all() == asked
