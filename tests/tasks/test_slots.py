"""Chores of a lane are done beside the others: one at a time, and nobody else waits for them."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from flask import Flask, current_app

from dashboard.chores.service import ChoreClaim, add_chore, claim_next_chore
from dashboard.clock import now
from dashboard.datasets.check import checking
from dashboard.datasets.upload import addresses
from dashboard.datasets.upload.discarding import forget
from dashboard.db import Chore, Dataset, User
from dashboard.db.transaction import writing
from dashboard.extensions import db
from dashboard.storage import get_storage, storage_address
from tasks import child_work, chores, lifecycle, presence, slots
from tasks.chore_kinds import KINDS
from tasks.slots import Slot
from tests.factories import make_dataset, make_user
from tests.storages import s3_server
from tests.uploads import read_next, stored

pytestmark = pytest.mark.usefixtures("no_broker")  # the worker is this test

__all__ = ["s3_server"]
PATIENCE_S = 20
BUCKET = "far-files"


@pytest.fixture
def member(any_app: Flask) -> User:
    addresses.allow_address(user=make_user(role="admin"), prefix=f"s3://{BUCKET}/")
    return make_user()


class Network:
    """Fetches that take as long as the test wants, and what was begun."""

    def __init__(self, slot: Slot) -> None:
        self.slot, self.begun = slot, list[int]()
        self.arrives, self.has_begun = threading.Semaphore(0), threading.Semaphore(0)

    def fetch(self, claim: ChoreClaim) -> None:
        """Be a chore that waits for a network."""
        self.begun.append(claim.subject_id)
        self.has_begun.release()
        assert self.arrives.acquire(timeout=PATIENCE_S)
        with writing() as session:
            session.get_one(Chore, claim.chore_id).state = "done"

    def wait_for_begin(self) -> None:
        assert self.has_begun.acquire(timeout=PATIENCE_S)


@pytest.fixture
def network(any_app: Flask) -> Iterator[Network]:
    made = Network(Slot(any_app, "fetch"))
    yield made
    made.arrives.release(9)
    made.slot.end(PATIENCE_S)


def ask(user: User) -> int:
    return addresses.create_from_address(user=user, address=f"s3://{BUCKET}/a.csv").id


def test_nobody_waits_for_a_fetch_but_the_next_one(
    member: User, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = ask(member), ask(member)
    with writing() as session:
        add_chore(session, "read_dataset", make_dataset().id)
    network.slot.begin(network.fetch)
    network.slot.begin(network.fetch)  # another hint
    network.wait_for_begin()
    assert network.begun == [first]
    other = claim_next_chore(worker="light")
    assert other is not None
    assert other.kind == "read_dataset"
    assert claim_next_chore(worker="light") is None
    # The watchdog does not take the worker for deaf because the second one waits.
    monkeypatch.setattr(presence, "SLOTS", (network.slot,))
    assert not presence.is_waiting_since("light", now() + timedelta(minutes=1))
    network.arrives.release()
    network.wait_for_begin()
    assert network.begun == [first, second]


def test_a_later_hint_begins_anew(member: User, network: Network) -> None:
    network.slot.begin(network.fetch)  # nothing waits
    network.slot.end(PATIENCE_S)
    assert not network.slot.is_busy
    upload_id = ask(member)
    assert presence.is_waiting_since("light", now() + timedelta(minutes=1))
    network.slot.begin(network.fetch)
    network.wait_for_begin()
    assert network.begun == [upload_id]


def test_what_fails_unforeseen_ends_no_later_fetch(
    member: User, network: Network, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: ChoreClaim) -> None:
        raise RuntimeError("broken")

    ask(member)
    network.slot.begin(broken)
    network.slot.end(PATIENCE_S)
    assert "the lane fetch met an error" in caplog.text
    upload_id = ask(member)
    network.slot.begin(network.fetch)
    network.wait_for_begin()
    assert network.begun == [upload_id]


def test_a_machine_without_room_for_a_thread_fetches_later(
    member: User, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    upload_id = ask(member)
    with monkeypatch.context() as full:
        full.setattr(threading.Thread, "start", refuse)
        network.slot.begin(network.fetch)  # and the other chores go on
    assert not network.slot.is_busy
    network.slot.begin(network.fetch)
    network.wait_for_begin()
    assert network.begun == [upload_id]


def test_a_worker_that_is_to_stop_begins_none(
    member: User, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(member)
    stopping = threading.Event()
    stopping.set()
    monkeypatch.setattr(slots, "draining", stopping)
    network.slot.begin(network.fetch)
    network.slot.end(PATIENCE_S)
    assert network.begun == []
    assert not network.slot.is_busy


def test_a_worker_that_ends_by_itself_puts_its_fetch_back(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its broker is gone and nobody asks it to stop: else it would stay until all is fetched."""
    stopping, seen = threading.Event(), list[bool]()
    monkeypatch.setattr(lifecycle, "draining", stopping)
    monkeypatch.setattr(slots.SLOTS[0], "end", lambda within_s: seen.append(stopping.is_set()))
    lifecycle.stop_to_live()
    assert seen == [True]


class Reading:
    """A child that reads until somebody else's fetch has begun, and then fails."""

    is_alive = True

    def __init__(self, network: Network) -> None:
        self.network, self.until = network, time.monotonic() + PATIENCE_S

    def __call__(self, *_: Any, **__: Any) -> "Reading":
        return self

    def read_events(self, timeout_s: float) -> list[dict[str, Any]]:
        if not self.network.has_begun.acquire(timeout=timeout_s):
            assert time.monotonic() < self.until, "no fetch has begun"
            return []
        return [{"type": "failed", "failure": {"code": "X", "message": "x", "hint": ""}}]

    def memory_bytes(self) -> int:
        return 0

    def keep_alive(self) -> None:
        pass

    def kill(self) -> None:
        pass


def test_a_fetch_begins_while_the_worker_is_busy_with_another_chore(
    member: User, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing() as session:
        add_chore(session, "read_dataset", make_dataset(state="reading").id)
    read, uploads = chores.run_chore, list[int]()

    def do(claim: ChoreClaim, *meanwhile: Any) -> None:
        if claim.kind == "fetch_file":
            network.fetch(claim)
            return
        uploads.append(ask(member))  # after the hint, and no other is heard
        read(claim, *meanwhile)

    monkeypatch.setattr(chores, "Child", Reading(network))
    monkeypatch.setattr(chores, "run_chore", do)
    for place in (chores, slots):
        monkeypatch.setattr(place, "SLOTS", (network.slot,))
    chores.do_next_chore.run()
    assert network.begun == uploads


@pytest.fixture
def far_file(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bucket with a file, at the address that this returns."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    bucket = boto3.client("s3", endpoint_url=s3_server, region_name="us-east-1")
    bucket.create_bucket(Bucket=BUCKET)
    bucket.put_object(Bucket=BUCKET, Key="a.csv", Body=b"a,b\n1,2\n3,4\n")
    return s3_server


def fetch_next(address: str) -> Any:
    """Do the next fetch as the light worker does it, in this process, from a bucket."""
    claim = claim_next_chore(worker="light", lane="fetch")
    assert claim is not None
    chore = KINDS[claim.kind](claim)
    payload = chore.payload()
    assert payload is not None
    # The worker's settings are those of its process; here they are the app's.
    payload["storage"] = storage_address(current_app.config["SETTINGS"])
    payload["fetch"]["endpoint_url"] = address
    events: list[dict[str, Any]] = []
    child_work.fetch_file(payload, events.append)
    return chore, events[-1]["values"]


def test_what_was_fetched_is_read(member: User, far_file: str) -> None:
    upload_id = ask(member)
    chore, values = fetch_next(far_file)
    chore.finish(values)
    upload = stored(upload_id)
    assert (upload.state, upload.message) == ("reading", "Waiting to be read")
    assert upload.size_bytes == 12
    read_next()
    assert (stored(upload_id).state, stored(upload_id).rows) == ("ready", 2)


def test_what_is_to_be_read_otherwise_before_it_is_there_is_fetched(
    member: User, far_file: str
) -> None:
    upload_id = ask(member)
    chore, values = fetch_next(far_file)
    checking.change_reading(user=member, dataset_id=upload_id, form={"delimiter": ","})
    chore.finish(values)  # too late: nothing of it is written
    chore, values = fetch_next(far_file)
    chore.finish(values)
    read_next()
    assert (stored(upload_id).state, stored(upload_id).reading) == ("ready", 2)


def test_what_is_discarded_while_it_is_fetched_leaves_nothing(member: User, far_file: str) -> None:
    upload_id = ask(member)
    chore, values = fetch_next(far_file)
    assert forget(upload_id)
    chore.finish(values)
    chore.clean_up()
    assert list(get_storage().list_files()) == []
    assert db.session.query(Chore).count() == db.session.query(Dataset).count() == 0
